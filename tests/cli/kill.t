#!/usr/bin/env perl
# kill.t - SIGKILL at any moment: a database is absent or whole, and holds every run that was acknowledged.
#
# Kills a writer KILLS times (20), in turn while it makes a new database, replaces one and adds to one.
use strict;
use warnings;
use File::Basename qw(dirname);
use Cwd qw(abs_path);
use lib abs_path(dirname(__FILE__));
use Cli;
use Test::More;
use Time::HiRes qw(sleep time);

my $kills = $ENV{KILLS} // 20;
my $db = 'killed.db';
srand($ENV{SEED} // 1);

# Hashes of the runs of a database: { "policy seed" => hash }, or undef if it is not valid.
sub runs_of
{
	my ($status, $out, $err) = rcusim('hash', $_[0], '--format', 'csv');
	if ($status != 0) {
		diag("hash: status $status: $err");
		return undef;
	}
	my %runs;
	for (split(/\n/, $out)) {
		my ($hash, $policy, undef, $seed) = split(/,/);
		$runs{"$policy $seed"} = $hash if $hash ne 'hash';
	}
	return \%runs;
}

sub remove { unlink(glob("$db*")) }

my $n_policies = 6;
my %policies = map { ("p$_" => 1) } 1 .. $n_policies;
scenario('small.json', expect => '[]', duration => '"20ms"', policies => '{ ' .
	join(', ', map { "\"p$_\": { \"policy\": \"" . ($_ % 2 ? 'per-vma' : 'direct-on-exit') . '" }' } 1 .. $n_policies) . ' }');
sub args { return ('run', 'small.json', '-v', '--format', 'csv', '-o', $db, @_) }

my (%whole, $took_s);
for my $seed (1, 2) {
	my $start = time();
	my ($status, $out, $err) = rcusim(args('--seed', $seed, '--force'));
	$took_s = time() - $start;
	is($status, 0, "a whole run with seed $seed") or diag($err), BAIL_OUT('nothing to kill');
	%whole = (%whole, %{runs_of($db)});
}
is(keys %whole, 2 * $n_policies, 'every run has its hash');

# KIND of writer, killed after DELAY: what was before, what was acknowledged, what is there now.
sub kill_one
{
	my ($kind, $delay_s) = @_;
	remove();
	rcusim(args('--seed', 1)) if $kind ne 'new';
	my %before = $kind eq 'new' ? () : %{runs_of($db)};
	my $pid = start(args('--seed', 2, $kind eq 'replace' ? '--force' : $kind eq 'append' ? '--append' : ()));
	sleep($delay_s);
	kill('KILL', $pid);
	my ($status, $out, $err) = finish($pid);
	my @acknowledged = map { "$_ 2" } $err =~ /^run \d+ of \d+: (\S+): saved$/mg;
	return @acknowledged ? 'acknowledged runs are gone with the file' : '' if !-e $db;

	my $now = runs_of($db) or return 'the database is not valid';
	for (keys %$now) {
		return "run $_ is not what it should be" if ($whole{$_} // '') ne $now->{$_};
	}
	for (@acknowledged) {
		return "run $_ was acknowledged and is gone" if !$now->{$_};
	}
	my $n_old = grep { / 1$/ } keys %$now;
	my $n_new = grep { / 2$/ } keys %$now;
	return "$n_old old runs after $kind" if $kind eq 'append' && $n_old != $n_policies;
	return "$n_old old and $n_new new runs after replacing" if $kind eq 'replace' && ($n_old > 0) == ($n_new > 0);
	return '';
}

# After the kill the same command goes through, and leaves one file.
sub recovers
{
	my ($status, $out, $err) = rcusim(args('--seed', 2, '--force'));
	return "status $status: $err" if $status != 0;
	my $now = runs_of($db) or return 'not valid';
	return 'not every run' if keys %$now != $n_policies;
	my @left = glob("$db?*");
	return @left ? "left: @left" : '';
}

for my $i (1 .. $kills) {
	my $kind = (qw(new replace append))[$i % 3];
	my $delay_s = rand(1.1 * $took_s);
	my $wrong = kill_one($kind, $delay_s);
	is($wrong, '', sprintf('kill %d, %s, after %.1f ms', $i, $kind, 1000 * $delay_s));
	is(recovers(), '', "kill $i: the next run goes through");
}
done_testing();
