#!/usr/bin/env perl
# golden.t - every shipped scenario still gives the recorded outcome, fast and event by event.
#
#   golden.t [--fast | --reference] [--print] [SCENARIO...]
#
# hashes.txt holds a line "scenario policy hash" for each run of each scenario. A scenario without lines, a
# line without a run and a run without a line are failures, too. --print writes the lines as they are now,
# without comparing (update.sh). Environment: RCUSIM, absolute path of the command.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(basename dirname);
use File::Temp qw(tempdir);
use Getopt::Long;
use Test::More;

my ($fast, $reference, $print);
GetOptions('fast' => \$fast, 'reference' => \$reference, 'print' => \$print) or exit 2;
my @modes = ((!$reference ? '' : ()), (!$fast ? '--reference' : ()));
@modes = ('') if $print;

my $here = abs_path(dirname(__FILE__));
my $top = abs_path("$here/../..");
my $rcusim = $ENV{RCUSIM} // "$top/build/rcusim";
my $dir = tempdir('rcusim-golden.XXXXXX', TMPDIR => 1, CLEANUP => 1);

# Name of a scenario, as hashes.txt spells it: its path below scenarios/ without ".json".
sub scenarios
{
	my @names = map { s{^\Q$top\E/scenarios/}{}r =~ s{\.json$}{}r }
		glob("$top/scenarios/*.json $top/scenarios/{regress,traces,lab}/*.json");
	return @ARGV ? grep { my $n = $_; grep { $_ eq $n } @ARGV } @names : @names;
}

# Outcome of SCENARIO: { policy => hash } or undef, and what went wrong. A run whose expect clauses do not hold
# (status 1) has an outcome nevertheless.
sub outcome
{
	my ($scenario, $mode) = @_;
	my $db = "$dir/" . ($scenario =~ tr{/}{-}r) . "$mode.db";
	my $out = `'$rcusim' run '$top/scenarios/$scenario.json' $mode -q -o '$db' 2>&1`;
	my $status = $? >> 8;
	my $why = $status ? "run: exit status $status\n$out" : '';
	return (undef, $why) if $? != 0 && $? != 1 << 8;

	$out = `'$rcusim' hash --format csv '$db' 2>&1`;
	return (undef, "hash: exit status " . ($? >> 8) . "\n$out") if $?;
	my %hashes;
	for (split(/\n/, $out)) {
		my @cells = split(/,/);
		my ($hash) = grep { /^[0-9a-f]{64}$/ } @cells;
		$hashes{$cells[1]} = $hash if $hash;
	}
	unlink($db);
	return %hashes ? (\%hashes, $why) : (undef, "no hashes in:\n$out");
}

my %recorded;
if (!$print && open(my $in, '<', "$here/hashes.txt")) {
	while (<$in>) {
		next if /^\s*(#|$)/;
		my ($scenario, $policy, $hash) = split;
		$recorded{$scenario}{$policy} = $hash;
	}
	close($in);
}

for my $scenario (scenarios()) {
	for my $mode (@modes) {
		my $how = $mode ? 'event by event' : 'fast';
		my ($now, $why) = outcome($scenario, $mode);

		if ($print) {
			die "$scenario: $why" if !$now;
			warn "$scenario: $why" if $why;
			print "$scenario $_ $now->{$_}\n" for sort keys %$now;
			next;
		}
		ok($now && !$why, "$scenario, $how: what it expects holds") or diag($why);
		ok($recorded{$scenario}, "$scenario, $how: its outcome is recorded")
			or diag('no line in hashes.txt: see tests/golden/update.sh');
		next if !$now;
		my %policies = (%$now, %{$recorded{$scenario} // {}});
		is($now->{$_} // 'no such run', $recorded{$scenario}{$_} // 'not recorded', "$scenario, $_, $how")
			for sort keys %policies;
	}
	delete $recorded{$scenario};
}
if (!$print) {
	ok(!%recorded, 'every recorded scenario is there') or diag(join("\n", sort keys %recorded)) if !@ARGV;
	done_testing();
}
