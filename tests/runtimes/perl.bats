# SPDX-License-Identifier: LGPL-2.1-or-later
# Perl

load runtimes

@test "a Perl program runs under perl" {
	runs perl --file "$programs/perl.pl" -- perl perl.pl
}

@test "under perl there are no children, no programs and no sockets, but errors" {
	# shellcheck disable=SC2016 # Perl's own variables
	custody --policy perl "${limits[@]}" -- perl -e '
		print defined fork ? "forked" : $! + 0, "\n";
		print socket(my $s, 2, 1, 0) ? "socket" : $! + 0, "\n";
		no warnings; exec "/bin/true"; print $! + 0, "\n";'
	assert_verdict ok
	[[ $output == $'1\n1\n1' ]] || fail "$output"
}
