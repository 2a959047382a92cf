/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reaches for the network of every family; and the server outside that must not be reached. */
#include "attack.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_alg.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/vm_sockets.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	PORT = 7301
};

union address {
	struct sockaddr any;
	struct sockaddr_in four;
	struct sockaddr_in6 six;
	struct sockaddr_un local;
	struct sockaddr_nl netlink;
	struct sockaddr_alg alg;
	struct sockaddr_vm vsock;
};

/* "4", "6", "@name" or a path. */
static socklen_t address_of(const char *text, union address *ret_address)
{
	union address address = { 0 };
	size_t length = strlen(text);

	if (strcmp(text, "4") == 0) {
		address.four.sin_family = AF_INET;
		address.four.sin_port = htons(PORT);
		address.four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		*ret_address = address;
		return sizeof(address.four);
	}
	if (strcmp(text, "6") == 0) {
		address.six.sin6_family = AF_INET6;
		address.six.sin6_port = htons(PORT);
		address.six.sin6_addr = in6addr_loopback;
		*ret_address = address;
		return sizeof(address.six);
	}
	address.local.sun_family = AF_UNIX;
	memcpy(address.local.sun_path, text, length);
	if (text[0] == '@')
		address.local.sun_path[0] = 0;
	*ret_address = address;
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
}

static int serve_one(const char *text, int type)
{
	union address address;
	socklen_t length = address_of(text, &address);
	int fd = socket(address.any.sa_family, type | SOCK_CLOEXEC, 0);

	if (address.any.sa_family == AF_UNIX && text[0] != '@')
		unlink(text);
	if (fd < 0 || bind(fd, &address.any, length) < 0)
		return -errno;
	if (type == SOCK_STREAM && listen(fd, 8) < 0)
		return -errno;
	return attack_result(fcntl(fd, F_DUPFD_CLOEXEC, 10));
}

/* Listens at all the addresses and stays until it is killed; its parent returns when all are up. */
static int serve(char **args)
{
	int outcome = serve_one("4", SOCK_STREAM);
	pid_t pid;

	if (outcome == 0)
		outcome = serve_one("6", SOCK_STREAM);
	if (outcome == 0)
		outcome = serve_one("4", SOCK_DGRAM);
	for (int i = 0; outcome == 0 && args[i]; i++)
		outcome = serve_one(args[i], SOCK_STREAM);
	if (outcome < 0)
		return outcome;
	pid = fork();
	if (pid == 0) {
		for (int fd = 0; fd < 4; fd++)
			close(fd);
		alarm(600);
		for (;;)
			pause();
	}
	printf("%d\n", pid);
	fflush(stdout);
	_exit(0);
}

static int connect_to(char **args)
{
	union address address;
	socklen_t length = address_of(args[0], &address);
	int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	return attack_result(connect(fd, &address.any, length));
}

/* Nobody listening on the own loopback answers the second of two datagrams with a refusal. */
static int send_datagram(char **args)
{
	union address address;
	socklen_t length = address_of("4", &address);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)args;
	if (fd < 0 || connect(fd, &address.any, length) < 0 || send(fd, "x", 1, 0) < 0)
		return -errno;
	usleep(100000);
	return attack_result(send(fd, "x", 1, 0));
}

/* A way out of the machine: a route to somewhere else. */
static int reach_outside(char **args)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(53) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	inet_pton(AF_INET, args[0], &address.sin_addr);
	if (fd < 0)
		return -errno;
	return attack_result(connect(fd, (struct sockaddr *)&address, sizeof(address)));
}

static int open_socket(char **args)
{
	return attack_result(socket(atoi(args[0]), atoi(args[1]), atoi(args[2])));
}

static int sniff(char **args)
{
	(void)args;
	return attack_result(socket(AF_PACKET, SOCK_RAW, htons(0x0003)));
}

/* Any family beyond the local one, IP and the routing socket that getaddrinfo wants. */
static int any_family(char **args)
{
	(void)args;
	for (int family = 0; family < 64; family++) {
		static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET };

		if (family == AF_UNIX || family == AF_INET || family == AF_INET6 ||
			family == AF_NETLINK)
			continue;
		for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
			if (socket(family, types[i], 0) >= 0)
				return 0;
	}
	return -EAFNOSUPPORT;
}

static int netlink_protocol(char **args)
{
	return attack_result(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, atoi(args[0])));
}

/* Membership in the group of kernel events: what devices come and go. */
static int hear_events(char **args)
{
	union address address = { .netlink = { .nl_family = AF_NETLINK, .nl_groups = 1 } };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);

	(void)args;
	if (fd < 0)
		return -errno;
	return attack_result(bind(fd, &address.any, sizeof(address.netlink)));
}

static int set_interface_down(char **args)
{
	struct ifreq request = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", args[0]);
	if (ioctl(fd, SIOCGIFFLAGS, &request) < 0)
		return -errno;
	return attack_result(ioctl(fd, SIOCSIFFLAGS, &request));
}

static int see_interface(char **args)
{
	return if_nametoindex(args[0]) ? 0 : -ENODEV;
}

static int use_crypto(char **args)
{
	union address address = { .alg = { .salg_family = AF_ALG } };
	int fd = socket(AF_ALG, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	(void)args;
	if (fd < 0)
		return -errno;
	strcpy((char *)address.alg.salg_type, "hash");
	strcpy((char *)address.alg.salg_name, "sha256");
	return attack_result(bind(fd, &address.any, sizeof(address.alg)));
}

static int reach_hypervisor(char **args)
{
	union address address = { .vsock = { .svm_family = AF_VSOCK } };
	int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.vsock.svm_cid = VMADDR_CID_ANY;
	address.vsock.svm_port = (unsigned int)atoi(args[0]);
	if (fd < 0)
		return -errno;
	return attack_result(bind(fd, &address.any, sizeof(address.vsock)));
}

/* A door for others: broken out when somebody comes through it in time. */
static int back_door(char **args)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	struct pollfd door = { .events = POLLIN };

	address.sin_port = htons((unsigned short)atoi(args[0]));
	door.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (door.fd < 0 || bind(door.fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
		listen(door.fd, 1) < 0)
		return -errno;
	return poll(&door, 1, atoi(args[1])) == 1 ? 0 : -ETIMEDOUT;
}

static int low_port(char **args)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(81) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)args;
	if (fd < 0)
		return -errno;
	return attack_result(bind(fd, (struct sockaddr *)&address, sizeof(address)));
}

static int see_connections(char **args)
{
	return attack_contains(args[0], args[1]);
}

const struct attack attacks[] = {
	{ "serve", serve },
	{ "connect", connect_to, true },
	{ "datagram", send_datagram, true },
	{ "outside", reach_outside, true },
	{ "socket", open_socket, true },
	{ "sniff", sniff, true },
	{ "families", any_family, true },
	{ "netlink", netlink_protocol, true },
	{ "events", hear_events, true },
	{ "interface", set_interface_down, true },
	{ "see-interface", see_interface, true },
	{ "crypto", use_crypto, true },
	{ "vsock", reach_hypervisor, true },
	{ "back-door", back_door, true },
	{ "low-port", low_port, true },
	{ "connections", see_connections },
	{ 0 },
};
