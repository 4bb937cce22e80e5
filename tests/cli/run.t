#!/usr/bin/env perl
# run.t - what `run` prints, where it writes, and what it never overwrites.
use strict;
use warnings;
use File::Basename qw(dirname);
use Cwd qw(abs_path);
use lib abs_path(dirname(__FILE__));
use Cli;
use Test::More;
use Time::HiRes qw(sleep time);

sub hash_of { return (rcusim('hash', '-q', $_[0]))[1] =~ s/ .*//sr }
sub n_runs { return (rcusim('query', $_[0], 'select count(*) as n from run', '--format', 'csv'))[1] =~ s/^n\n//r + 0 }
sub leftovers { return join(' ', glob("$_[0].* $_[0]-*")) }

scenario('small.json');

# ---- What it prints ----
my $out = says(['run', 'small.json'], 0,
	qr/^small: What does a small storm cost\?\n50\.0 ms simulated, seed \d+\n\nmetric +per-vma +direct\n/,
	'the summary: question, length, seed, a column per policy');
like($out, qr/^exit_latency_p99_ns +\d[\d.]* (ns|us|ms) +\d[\d.]* (ns|us|ms)$/m, 'values to 3 digits with a unit');
like($out, qr/^expect  exits of per-vma at least 1: \S+  ok\nexpect  exits of direct /m, 'expect clauses, per run');
like($out, qr/^saved   small\.db\ntry     rcusim query small\.db latency\n\z/m, 'the file, and what to do next');
my $columns = () = (grep { /^metric/ } split(/\n/, $out))[0] =~ /\S+/g;
is($columns, 3, 'as many columns as policies');
is(leftovers('small.db'), '', 'one file, nothing beside it');
is(n_runs('small.db'), 2, 'with two runs');
says(['run', 'small.json', '-q', '-o', 'quiet.db'], 0, qr/^$/, '-q prints nothing');
is(hash_of('quiet.db'), hash_of('small.db'), 'the same outcome again');
says(['run', 'small.json', '-q', '--reference', '-o', 'reference.db'], 0, qr/^$/, '--reference');
is(hash_of('reference.db'), hash_of('small.db'), 'the same outcome event by event');
my ($status, $csv, $err) = rcusim('run', 'small.json', '--format', 'csv', '-v', '-o', 'csv.db');
like($csv, qr/^scenario,policy,seed,metric,unit,value\nsmall,per-vma,\d+,exits,,\d+\n/, '--format csv: exact, long');
is($err, "run 1 of 2: per-vma: saved\nrun 2 of 2: direct: saved\n", '-v acknowledges each run');
like((rcusim('run', 'small.json', '--progress', '-q', '-o', 'progress.db'))[2], qr/^run 2 of 2: direct: 50 %$/m,
	'--progress in lines where there is no terminal');
says(['run', 'small.json', '--json', '-o', 'json.db', '--policy', 'direct'], 0,
	qr/^\[\n  \{"scenario": "small", "policy": "direct", "seed": "\d+", "metric": "exits", "unit": "", "value": \d+\},\n/,
	'--json');
# Some policies are unsafe on purpose; that they may be caught here is not what is tested.
ok((rcusim('run', 'small.json', '-q', '--policy', 'all', '-o', 'all.db'))[0] <= 1, '--policy all');
cmp_ok(n_runs('all.db'), '>', 2, 'runs every policy');

# ---- Expect clauses ----
scenario('fails.json', name => '"fails"', expect => '[ { "metric": "exits", "policy": "direct", "at_least": 1000000000 } ]');
$out = says(['run', 'fails.json', '-o', 'fails.db'], 1, qr/^expect  exits of direct at least 1\.00G: \S+  FAILED$/m,
	'a failed expect clause: status 1');
is(n_runs('fails.db'), 2, 'its runs are stored all the same');
($status, $out, $err) = rcusim('run', 'fails.json', '-q', '-o', 'fails2.db');
is("$status$out", "1", '-q: nothing on stdout');
like($err, qr/^expect  exits of direct at least 1\.00G: \S+  FAILED\n\z/, '-q: the failure on stderr');
says(['run', 'fails.json', '-q', '--policy', 'per-vma', '-o', 'fails3.db'], 0, qr/^$/,
	'a clause on a policy that is not run does not count');

# ---- Where it writes ----
mkdir('output');
says(['run', 'small.json'], 0, qr{^saved   output/small\.db$}m, 'output/ is used if it is there');
scenario('odd.json', name => '"../x y\u001b[31m"');
($status, $out, $err) = rcusim('run', 'odd.json');
SKIP: {
	skip('the loader refuses such a name', 2) if $status == 3;
	like($out, qr{^saved   output/[A-Za-z0-9_][A-Za-z0-9_.-]*-[0-9a-f]{8}\.db$}m, 'an odd name makes a plain file name');
	unlike($out . $err, qr/\e/, 'and no control character');
}
rmdir('output') if unlink(glob('output/*'));

# ---- What it does not overwrite ----
my $before = hash_of('small.db');
fails(['run', 'small.json'], 4, qr/^rcusim: small\.db: exists; --force replaces it, --append adds to it$/m, 'an existing database');
is(hash_of('small.db'), $before, 'is untouched');
fails(['run', 'small.json', '--append'], 4, qr/holds small under per-vma with seed \d+ already/, 'no run twice');
says(['run', 'small.json', '--append', '--seed', '77', '-q'], 0, qr/^$/, '--append');
is(n_runs('small.db'), 4, 'adds');
says(['run', 'small.json', '--force', '-q'], 0, qr/^$/, '--force');
is(hash_of('small.db'), $before, 'replaces');
is(leftovers('small.db'), '', 'and leaves nothing beside it');
says(['run', 'small.json', '--append', '-q', '-o', 'fresh.db'], 0, qr/^$/, '--append to nothing makes a new one');
spit('notes.txt', 'my notes');
for my $option ('-q', '--force', '--append') {
	fails(['run', 'small.json', '-o', 'notes.txt', $option], $option eq '--append' ? 3 : 4,
		qr/not an rcusim database/, "someone else's file, $option");
}
is(slurp('notes.txt'), 'my notes', 'is untouched');
fails(['run', 'small.json', '-o', 'small.json', '--force'], 4, qr/not an rcusim database/, 'the scenario is no output');
mkdir('directory');
fails(['run', 'small.json', '-o', 'directory', '--force'], 4, qr/is a directory/, 'a directory');
fails(['run', 'small.json', '-o', 'no/such/x.db'], 4, qr/No such file or directory/, 'no such directory');
for my $name ('file:x?mode=memory', ':memory:') {
	says(['run', 'small.json', '-q', '-o', $name], 0, qr/^$/, "a file called $name");
	ok(-s $name, 'is a file');
}
SKIP: {
	skip('root may write everywhere', 2) if $> == 0;
	chmod(0555, 'directory');
	fails(['run', 'small.json', '-o', 'directory/x.db'], 4, qr/Permission denied/, 'a directory that may not be written');
	chmod(0444, 'quiet.db');
	fails(['run', 'small.json', '--append', '--seed', '5', '-o', 'quiet.db'], 4, qr/Permission denied/, 'nor a file');
}

# ---- Several scenarios ----
scenario('second.json', name => '"second"');
unlink('small.db');
says(['run', 'small.json', 'second.json', '--policy', 'direct'], 0, qr/^small: .*^saved   small\.db.*^second: .*^saved   second\.db/ms,
	'two scenarios, two databases');
scenario('third.json', name => '"third"', duration => '"60ms"');
says(['run', 'small.json', 'third.json', '--policy', 'direct', '-o', 'both.db', '--format', 'csv'], 0,
	qr/\Ascenario,.*^small,direct.*^third,direct/ms, 'two scenarios, one database');
is(n_runs('both.db'), 2, 'with both');

# ---- Streams ----
sub shell { my $s = system('sh', '-c', "'$rcusim' $_[0]"); return $s >> 8 }
is(shell('query both.db metrics >/dev/full 2>err'), 4, '/dev/full: status 4');
like(slurp('err'), qr/cannot write to standard output: No space left/, 'with the reason');
is(shell('query both.db metrics >&- 2>err') . slurp('err'), '0', 'a closed stdout is quiet');
is(shell('run small.json -o closed.db >&- 2>&- <&-'), 0, 'all streams closed');
is(n_runs('closed.db'), 2, 'and the database is whole');
is(shell('query both.db metrics 2>err | head -1 >/dev/null') . slurp('err'), '0', 'a reader that has seen enough');
is(shell('run small.json -o limited.db -q 2>err; exit $?'), 0, 'without a limit');
unlink('limited.db');
is(system('sh', '-c', "ulimit -f 16; '$rcusim' run small.json -o limited.db 2>err >out") >> 8, 4, 'file-size limit: status 4');
like(slurp('err'), qr/limited\.db: .*file-size limit/, 'which the message names');
ok(!-e 'limited.db' && leftovers('limited.db') eq '', 'nothing stored, nothing left');

# ---- Disk full, if we may mount ----
my $mount = "mkdir -p full && mount -t tmpfs -o size=64k full full";
SKIP: {
	skip('cannot mount a small file system here', 3) if system("unshare -Urm sh -c '$mount' 2>/dev/null") != 0;
	my $s = system('unshare', '-Urm', 'sh', '-c',
		"$mount && '$rcusim' run small.json -o full/x.db 2>err >out; echo \$? >status; ls -A full >left") >> 8;
	is(slurp('status'), "4\n", 'disk full: status 4');
	like(slurp("err"), qr{^rcusim: full/x\.db: disk full}, "and a reason");
	is(slurp('left'), '', 'nothing is left');
}

# ---- Signals and other writers ----
# Long enough to be met at work.
scenario('long.json', name => '"long"', duration => '"20s"', workload => '[ { "id": "faults", "kind": "fault",
	"cpus": "0-3", "rate_per_s": 100000, "hold": "3us" } ]', expect => '[]');
sub start_long
{
	my $pid = start('run', 'long.json', '-v', '-o', 'long.db', @_);
	my $end = time() + 20;
	# with something in it the file is locked, too; a mere name may still be anybody's
	sleep(0.005) while !-s 'long.db.partial' && !-s 'long.db' && time() < $end;
	return $pid;
}
for my $signal (['INT', 130], ['TERM', 143], ['HUP', 129]) {
	unlink('long.db');
	my $pid = start_long();
	kill($signal->[0], $pid);
	my ($s, $o, $e) = finish($pid);
	is($s, $signal->[1], "SIG$signal->[0]: status $signal->[1]");
	like($e, qr/^rcusim: interrupted\nrcusim: (nothing was stored|runs stored in long\.db: \d)/m, 'and what was stored');
	ok(-e 'long.db' ? n_runs('long.db') == ($e =~ tr/\n// - 2) : $e =~ /nothing was stored/, 'which is true');
	ok(!-e 'long.db.partial', 'no leftover');
}
unlink('long.db');
my $pid = start_long();
system("'$rcusim' run small.json -o long.db >out2 2>err2");
is($? >> 8, 4, 'a second writer is refused');
like(slurp('err2'), qr/long\.db: in use/, 'and told why');
kill('KILL', $pid);
finish($pid);
says(['run', 'small.json', '-q', '-o', 'long.db', '--force'], 0, qr/^$/, 'what a killed process left does not matter');
is(leftovers('long.db'), '', 'and is gone');
done_testing();
