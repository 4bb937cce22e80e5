#!/usr/bin/perl
# The shipped replays against their recordings: what a second reader of the logs says of their VMAs, how long they take,
# and many copies at once.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use FindBin;
use lib $FindBin::Bin;
use Test::More;

my $top;
BEGIN { $top = abs_path("$FindBin::Bin/../.."); }
use Cli;

my @names = qw(make-j2 bash-forks gcc-hello python-startup git-log);

sub metric
{
	my ($database, $name) = @_;
	my (undef, $out) = rcusim('query', $database, "select value from v_metrics where metric = '$name'", '--format', 'csv');
	return [ $out =~ /^(\d+)$/gm ];
}

sub hash_of { return (split ' ', (rcusim('hash', '-q', $_[0]))[1])[0] }

# Seconds from the first line of a log to its last one.
sub recorded_seconds
{
	my @lines = grep { /\S/ } @_;
	my ($first) = $lines[0] =~ /^\d+ +(\d+\.\d+)/;
	my ($last) = $lines[-1] =~ /^\d+ +(\d+\.\d+)/;
	return $last - $first;
}

my $stated = slurp("$top/tests/model/vmas_at_exit.txt");
my $counted = '';
for my $name (@names) {
	my @log = qx(xz -dc '$top/scenarios/data/strace/$name.strace.xz');
	my $recorded = recorded_seconds(@log);

	$counted .= qx(xz -dc '$top/scenarios/data/strace/$name.strace.xz' | python3 '$top/tests/model/vmas_at_exit.py' '$name');

	my $execs = grep { /execve(?:\(.*| resumed>.*)\) += 0 / } @log;
	my $forks = grep { /(?:fork|clone3?)(?:\(.*| resumed>.*)\) += \d+ / } @log;

	# as recorded: on two CPUs, and with strace's own part of the time
	my ($status) = rcusim('run', $name, '-q', '-p', 'direct-on-exit', '-o', "$name.db",
		'--set', 'workload.replay.think_permille=1000', '--set', 'machine.cpus=2', '--set', 'duration=3s');
	my $simulated = metric("$name.db", 'replay_elapsed_max_ns')->[0] / 1e9;
	my $off = abs($simulated / $recorded - 1);
	is($status, 0, "$name: runs");
	is(metric("$name.db", 'execs')->[0], $execs, "$name: $execs execs");
	is(metric("$name.db", 'forks')->[0], $forks, "$name: $forks clones");
	ok($off < 0.1, sprintf('%s: %.3f s were recorded, %.3f s are simulated', $name, $recorded, $simulated));
}
is($counted, $stated, 'as many VMAs at each exit as a second reader of the logs counts');

# What is mapped and freed is recorded: no policy changes it.
my ($status) = rcusim('run', 'make-j2', '-q', '-p', 'all', '-o', 'all.db');
my %freed = map { $_ => 1 } @{ metric('all.db', 'objects_freed') };
is($status, 0, 'make-j2: under every policy');
is(keys %freed, 1, 'every policy frees the same objects');

# Copies are as many of everything, on as many CPUs as one likes.
($status) = rcusim('run', 'make-j2', '-q', '-p', 'direct-on-exit', '-o', 'copies.db',
	'--set', 'workload.replay.copies=64', '--set', 'machine.cpus=64', '--set', 'duration=3s');
is($status, 0, 'make-j2: 64 copies on 64 CPUs');
is(metric('copies.db', 'replays')->[0], 64, 'all of them end');
is(metric('copies.db', $_)->[0], 64 * metric('all.db', $_)->[-1], "64 times the $_") for qw(exits execs forks map_calls objects_freed);

# Published (vma-free-policies.md N01): callbacks per VMA slow execl() loops down, and lists are between them and direct frees.
my (undef, $rows) = rcusim('compare', 'execl-loop', '-o', 'execl.db', '--metric', 'replay_elapsed_mean_ns', '--format', 'csv');
my %slower = map { my @f = split /,/; ($f[5] => [ $f[9], $f[14] ]) } split /\n/, $rows;
is($slower{'per-vma'}[1], 'worse', 'execl-loop: a callback per VMA costs time');
is($slower{'list-32'}[1], 'worse', 'execl-loop: so does one per list');
cmp_ok($slower{'per-vma'}[0], '>', $slower{'list-32'}[0], 'execl-loop: but less');

# The recording counts, not where it lies; another one is another scenario.
my $replay = slurp("$top/scenarios/data/replay/git-log.replay");
my $scenario = slurp("$top/scenarios/git-log.json");
mkdir $_ for qw(a b);
spit('a/x.replay', $replay);
spit('b/y.replay', $replay);
spit("$_->[0]/s.json", $scenario =~ s{"trace": "[^"]*"}{"trace": "$_->[1].replay"}r) for ['a', 'x'], ['b', 'y'];
my ($one, $other) = map { rcusim('run', "$_/s.json", '-q', '-o', "$_.db"); hash_of("$_.db") } qw(a b);
is($one, $other, 'the name of a trace is no part of the hash');
spit('b/y.replay', $replay =~ s/\+\d+ brk/+1 brk/r);
rcusim('run', 'b/s.json', '-q', '-o', 'b.db', '--force');
isnt($one, hash_of('b.db'), 'its content is');

# Memory has a bound before anything is built.
fails(['run', 'make-j2', '--set', 'workload.replay.copies=23256'], 2, qr{23256 copies of 43 processes; at most 1000000 processes are accepted}, 'too many copies');
says(['scenario', 'check', 'make-j2', '--set', 'workload.replay.copies=23255', '--set', 'max_operations=1000000000'], 0, qr{ok}, 'as many as there may be');

# What is wrong with a trace is told at its place.
spit('b/y.replay', $replay =~ s/ brk / brkk /r);
fails(['run', 'b/s.json'], 3, qr{^b/y\.replay:\d+:1: error: found "brkk" as operation; did you mean "brk"\?}m, 'a slip in a trace');
unlink('b/y.replay');
fails(['run', 'b/s.json'], 4, qr{^b/s\.json:\d+:\d+: error: \$\.workload\[0\]\.trace: "y\.replay": no such file}m, 'no trace');
spit('b/s.json', $scenario =~ s{"trace": "[^"]*"}{"trace": "../a/x.replay"}r);
fails(['run', 'b/s.json'], 3, qr{contains "\.\."}, 'a trace elsewhere');
spit('a/s.json', $scenario =~ s{"trace": "[^"]*"}{"trace": "x.replay", "trace_sha256": "00"}r);
fails(['run', 'a/s.json'], 3, qr{the file a/x\.replay has the SHA-256 [0-9a-f]{64}}, 'a trace that is not the one');

done_testing();
