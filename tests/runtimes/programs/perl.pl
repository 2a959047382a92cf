# SPDX-License-Identifier: LGPL-2.1-or-later
# What programs in every language here do; see tests/runtimes/runtimes.bash.
use strict;
use warnings;
no warnings 'recursion';
use threads;
use threads::shared;

my ($count, $depth, $megabytes) = split ' ', <STDIN>;
my $x = 1;
my @numbers = map { $x = $x * 16807 % 2147483647 } 1 .. $count;
@numbers = sort { $a <=> $b } @numbers;
print "sorted $numbers[0] $numbers[$count / 2] $numbers[-1]\n";

# A thread of Perl has a copy of everything: two halves, not four parts.
my $half = int($count / 2);
my $add = sub { my $sum = 0; $sum += $_ for @_; return $sum };
my @threads = (threads->create($add, @numbers[0 .. $half - 1]), threads->create($add, @numbers[$half .. $#numbers]));
my $sum = 0;
$sum += $_->join for @threads;
print "sum $sum\n";

eval { die "out of range\n" };
print "caught\n" if $@ eq "out of range\n";

sub recurse { my $depth = shift; return $depth == 0 ? 0 : $depth + recurse($depth - 1) }
print 'depth ', recurse($depth), "\n";

my ($pieces, @kept) = (0);
while ($pieces < $megabytes * 1024) {
	$kept[$pieces++ % 1000] = 'x' x 1024;
}
print "pieces $pieces\n";

open my $file, '>', 'scratch' or die "scratch: $!";
print $file "$numbers[0]\n";
close $file;
open $file, '<', 'scratch' or die "scratch: $!";
my $back = <$file>;
close $file;
print 'file ', ($back == $numbers[0] && unlink('scratch') ? 1 : 0), "\n";
