# SPDX-License-Identifier: LGPL-2.1-or-later
# The network, of every family.

load ../helpers
load attack

# A server outside at every kind of address; up when the command returns.
prepare() {
	VICTIM=$("$ATTACKS/attack_network" serve @attack-host /run/attack-socket /srv/attack-socket)
	chmod 777 /run/attack-socket /srv/attack-socket
}

@test "a TCP server on the host's loopback cannot be reached" { attack network connect 4; }
@test "a TCP server on the host's IPv6 loopback cannot be reached" { attack network connect 6; }
@test "a UDP server on the host's loopback cannot be reached" { attack network datagram; }
@test "an abstract socket of the host cannot be reached" { attack network connect @attack-host; }
@test "a socket in /run cannot be reached" { attack network connect /run/attack-socket; }
@test "a socket in /srv cannot be reached" { attack network connect /srv/attack-socket; }
@test "no packet socket can be had" { attack network sniff; }
@test "no raw socket can be had" { attack network socket 2 3 1; }
@test "no raw IPv6 socket can be had" { attack network socket 10 3 58; }
@test "no socket for pings can be had" {
	echo 0 2147483647 >/proc/sys/net/ipv4/ping_group_range
	attack network socket 2 2 1
}
@test "no socket of an unusual family can be had" { attack network families; }
@test "no audit socket can be had" { attack network netlink 9; }
@test "no connector socket can be had" { attack network netlink 11; }
@test "no netfilter socket can be had" { attack network netlink 12; }
@test "no socket diagnosis can be had" { attack network netlink 4; }
@test "no IPsec socket can be had" { attack network netlink 6; }
@test "events of the kernel cannot be heard" { attack network events; }
@test "the loopback cannot be set down" { attack network interface lo; }

@test "an interface of the host is not to be seen" {
	modprobe dummy
	ip link add attack0 type dummy
	attack network see-interface attack0
	ip link del attack0
}

@test "no route leads outside" {
	modprobe dummy
	ip link add attack0 type dummy
	ip addr add 192.0.2.1/24 dev attack0
	ip link set attack0 up
	attack network outside 192.0.2.7
	ip link del attack0
}

@test "the crypto sockets of the kernel cannot be used" {
	modprobe algif_hash
	attack network crypto
}

@test "the sockets of virtual machines cannot be used" {
	modprobe vsock_loopback
	attack network vsock 7301
}

@test "a listening program cannot be reached from outside" {
	# Until it is ended: to come in is no sign for it, as a door that closes at once can reset it.
	knock() { SECONDS=0; while ((SECONDS < 600)); do : 2>/dev/null </dev/tcp/127.0.0.1/7302 || true; done; }
	knock >/dev/null 2>&1 3>&- &
	local knocker=$!
	outside network back-door 7302 60000
	inside network back-door 7302 1000
	kill "$knocker"
}

@test "a low port cannot be bound" { attack network low-port; }
@test "the connections of the host cannot be listed" { attack network connections /proc/net/tcp :1C85; }
@test "the local sockets of the host cannot be listed" { attack network connections /proc/net/unix attack-host; }
