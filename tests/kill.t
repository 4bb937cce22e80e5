#!/usr/bin/env perl
# kill.t - a run that is killed (SIGKILL) at any moment loses nothing that it acknowledged.
#
# Each round starts `rcusim run` on a new database, kills it after a random time and checks that
#   - what is there under the database's name is a complete database: its hashes hold, SQLite finds it sound;
#   - every run that was reported as saved is in it, with the hash of an undisturbed run;
#   - the missing policies can be added, and the outcome is the undisturbed one.
# Environment: RCUSIM, KILLS (rounds, default 20), KILL_SCENARIO, KILL_SEED (of the moments).
use strict;
use warnings;
use File::Temp qw(tempdir);
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep time);

my $rcusim = $ENV{RCUSIM} or die "RCUSIM is not set\n";
my $kills = $ENV{KILLS} || 20;
my $scenario = $ENV{KILL_SCENARIO} || 'exit-storm';
my $dir = tempdir('rcusim-kill.XXXXXX', TMPDIR => 1, CLEANUP => 1);
srand($ENV{KILL_SEED} || 1);

sub run_args
{
	my ($db, @more) = @_;
	return ('run', $scenario, '-q', '-v', '-o', $db, '--append', @more);
}

# Start the command with its messages in FILE; returns its process.
sub start
{
	my ($file, @args) = @_;
	my $pid = fork() // die "fork: $!\n";

	return $pid if $pid;
	open(STDERR, '>', $file) && open(STDOUT, '>', '/dev/null') && exec($rcusim, @args);
	POSIX::_exit(127);
}

# { policy => hash } of DB; undef if it is damaged.
sub hashes
{
	my ($db) = @_;
	my $out = `'$rcusim' hash --format csv '$db' 2>&1`;

	return (undef, $out) if $?;
	my %hashes = map { /^([0-9a-f]{64}),([^,]+),/ ? ($2 => $1) : () } split(/\n/, $out);
	return (\%hashes, '');
}

sub slurp
{
	open(my $in, '<', $_[0]) or return '';
	local $/;
	return <$in> // '';
}

my $t0 = time();
waitpid(start("$dir/log", run_args("$dir/whole.db")), 0);
my $length = time() - $t0;
BAIL_OUT('an undisturbed run fails: ' . slurp("$dir/log")) if $? >> 8 > 1;
my ($whole) = hashes("$dir/whole.db");
BAIL_OUT('the undisturbed database has no hashes') if !$whole || !%$whole;

my ($n_hit, $n_none, $n_part) = (0, 0, 0);
for my $round (1 .. $kills) {
	my $db = "$dir/$round.db";
	my $moment = rand($length * 1.05);
	my @wrong;
	my $pid = start("$dir/log", run_args($db));

	sleep($moment);
	kill('KILL', $pid);
	waitpid($pid, 0);
	$n_hit++ if ($? & 127) == 9;

	my %saved = map { /^run \d+ of \d+: (.*): saved$/ ? ($1 => 1) : () } split(/\n/, slurp("$dir/log"));
	my ($found, $why) = -e $db ? hashes($db) : ({}, '');
	if (!$found) {
		push @wrong, "the database is damaged: $why";
		$found = {};
	} elsif (-e $db) {
		push @wrong, 'a database without a run' if !%$found;
		my $sound = `sqlite3 '$db' 'PRAGMA integrity_check; PRAGMA foreign_key_check' 2>&1`;
		push @wrong, "SQLite: $sound" if $sound ne "ok\n";
	}
	%$found ? keys %$found < keys %$whole ? $n_part++ : () : $n_none++;
	push @wrong, map { "$_ was saved and is lost" } grep { !$found->{$_} } keys %saved;

	my @missing = grep { !$found->{$_} } sort keys %$whole;
	if (@missing) {
		waitpid(start("$dir/log", run_args($db, '--policy', join(',', @missing))), 0);
		push @wrong, 'the rest cannot be added: ' . slurp("$dir/log") if $? >> 8 > 1;
		($found, $why) = hashes($db);
		push @wrong, "the completed database is damaged: $why" if !$found;
		$found //= {};
	}
	push @wrong, map { "$_ differs from the undisturbed run" }
		grep { ($found->{$_} // '') ne $whole->{$_} } sort keys %$whole;
	my @left = grep { $_ ne $db } glob("$db*");
	push @wrong, "left behind: @left" if @left;

	ok(!@wrong, sprintf('killed after %.1f ms', $moment * 1e3)) or diag(join("\n", @wrong));
	unlink($db, @left);
}
diag("$n_hit of $kills hit a running command; $n_none before its first run was stored, $n_part between two");
cmp_ok($n_hit, '>=', $kills / 2, 'most kills hit a running command');
done_testing();
