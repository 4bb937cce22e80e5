#!/usr/bin/env perl
# compare.t - policies, values and databases side by side; how tables look where they are read.
use strict;
use warnings;
use File::Basename qw(dirname);
use Cwd qw(abs_path);
use lib abs_path(dirname(__FILE__));
use Cli;
use JSON::PP;
use Test::More;
use Time::HiRes qw(sleep time);

delete @ENV{qw(LC_ALL LC_CTYPE LANG NO_COLOR)};
sub hash_of { return (rcusim('hash', '-q', $_[0]))[1] =~ s/ .*//sr }
sub csv_of { return (rcusim('query', $_[0], $_[1], '--format', 'csv'))[1] }
sub n_runs { return csv_of($_[0], 'select count(*) as n from run') =~ s/^n\n//r + 0 }
sub labels { return csv_of($_[0], 'select distinct label from run order by run') }

scenario('small.json', record => '{ "sample_every": "1ms" }');

# ---- Policies ----
my $out = says(['compare', 'small.json'], 0,
	qr/^small: What does a small storm cost\?\n50\.0 ms simulated, seeds 1 to 5\n\n +per-vma +direct\nmetric +value +change +value +verdict\n/,
	'policies: base, then change, value, verdict');
like($out, qr/^callbacks +400 \+-0% +-100% +0 \+-0%  differs 5\/5$/m, 'a count differs');
like($out, qr/^rcuop_cpu_ns .* -100% .* better 5\/5$/m, 'less CPU time is better');
like($out, qr/^exit_latency_p50_ns +\S+ us \+-[\d.]+% +\+[\d.]+% +\S+ us \+-[\d.]+%  worse 5\/5$/m, 'a longer latency is worse');
like($out, qr/^callback_latency_p99_ns +\S+ ms \+-\S+ +- +-  -$/m, 'what did not happen is not compared');
like($out, qr/^unfreed over time +[ .:=+*#-]+$/m, 'the backlog over time');
unlike($out, qr/^munmap/m, 'what is 0 everywhere is left out');
like($out, qr/^note    \+-: 95 % interval of the mean;.*\nexpect  10 checks of 10 runs  ok\nsaved   small\.db\ntry     rcusim query small\.db differences\n\z/m,
	'the note, the expect clauses, the file');
is(n_runs('small.db'), 10, 'five seeds of two policies');
is(labels('small.db'), "label\nper-vma\ndirect\n", 'labels are those of the policies');
rcusim('run', 'small.json', '-q', '--seed', '3', '-o', 'run.db');
is(csv_of('small.db', "select hash from run where seed = '3' order by run"), csv_of('run.db', 'select hash from run order by run'),
	'the runs are those of run, with its hashes');
like(csv_of('small.db', 'differences'), qr/^small,callbacks,direct,per-vma,5,400,0,-400,-400,-400,5,0$/m, 'query differences agrees');
unlike(csv_of('small.db', 'differences'), qr/callback_latency/, 'and has nothing on what did not happen');
fails(['compare', 'small.json'], 4, qr/small\.db: exists; --force/, 'an existing database');
fails(['compare', 'small.json', '--append', '--seed', '5'], 4, qr/holds small under per-vma with seed 5 already/, 'no run twice');
is(n_runs('small.db'), 10, 'and nothing was added');
says(['compare', 'small.json', '--append', '--seed', '6', '-n', '1', '-q'], 0, qr/^$/, '--append, -q');
is(n_runs('small.db'), 12, 'adds');

$out = says(['compare', 'small.json', '-n', '1', '-o', 'one.db'], 0, qr/ seed 1\n.*  1 seed$/ms, 'one seed: no verdict');
like($out, qr/^note    1 seed: no interval; try --replications 10$/m, 'and why');
$out = says(['compare', 'small.json', '-n', '2', '--base', 'direct', '--metric', 'violations,callbacks', '-o', 'base.db'], 0,
	qr/^ +direct +per-vma\n/m, '--base');
like($out, qr/^callbacks +0 \+-0%  from 0 +400 \+-0%  differs 2\/2$/m, 'from nothing');
like($out, qr/^violations +0 \+-0% +0 +0 \+-0%  identical$/m, 'what is asked for is shown, 0 or not');
my $all = (rcusim('compare', 'small.json', '-n', '2', '--metric', 'all', '-o', 'all.db'))[1];
like($all, qr/^gp_kthread_wakeups /m, '--metric all');
unlike($all, qr/^munmap/m, 'less what is 0 everywhere');
ok((rcusim('compare', 'small.json', '-n', '2', '--policy', 'all', '-q', '-o', 'policies.db'))[0] <= 1, '--policy all');
cmp_ok(n_runs('policies.db'), '>=', 8, 'compares every policy');

like((rcusim('compare', 'small.db', '-v', '--metric', 'exit_latency_p50_ns,callbacks'))[1],
	qr/^metric +value +change +value +difference +verdict\n.*-?[\d.]+ (ns|us) \+-[\d.]+ (ns|us)  worse 6\/6$/m, '-v: the differences and their interval');

# ---- Values ----
$out = says(['compare', 'small.json', '-n', '2', '--policy', 'per-vma', '--vary', 'rcu.blimit=10,1000', '-o', 'vary.db'], 0,
	qr/^ +per-vma, rcu\.blimit=10 +per-vma, rcu\.blimit=1000\n/m, '--vary: a column per value');
is(labels('vary.db'), "label\n\"per-vma, rcu.blimit=10\"\n\"per-vma, rcu.blimit=1000\"\n", 'labels say the value');
is(csv_of('vary.db', "select distinct policy, value from v_params where parameter = 'rcu.blimit' order by 2"),
	"policy,value\n\"per-vma, rcu.blimit=10\",10\n\"per-vma, rcu.blimit=1000\",1000\n", 'and so do the parameters');
like(csv_of('vary.db', 'differences'), qr/rcu\.blimit=1000","per-vma, rcu\.blimit=10",2,/, 'v_differences tells them apart');
scenario('lists.json', policies => '{ "per-vma": {}, "lists": { "policy": "list-batched", "list_limit": 32 } }',
	vary => '{ "policy.list_limit": [1, 8], "machine.hz": [250, 1000] }', expect => '[]');
says(['compare', 'lists.json', '-n', '1', '-q', '--vary', 'policy.list_limit=1,8', '-o', 'lists.db'], 0, qr/^$/, 'values that concern one policy');
is(labels('lists.db'), "label\nper-vma\n\"lists, policy.list_limit=1\"\n\"lists, policy.list_limit=8\"\n", 'the other is not repeated');
says(['compare', 'lists.json', '-n', '1', '-q', '--varied', '-o', 'varied.db'], 0, qr/^$/, '--varied');
is(n_runs('varied.db'), 2 + 4, 'crosses what the scenario says, as far as it concerns a policy');
like(labels('varied.db'), qr/^"lists, policy\.list_limit=8, machine\.hz=1000"$/m, 'labels say both');
says(['compare', 'small.json', '-n', '1', '-q', '--policy', 'per-vma', '--vary', 'rcu.rcu_nocbs="2,3","0-1"', '-o', 'quoted.db'], 0, qr/^$/,
	'values with commas in quotation marks');
like(labels('quoted.db'), qr/rcu_nocbs='2,3'/, 'are one value');
{
	my $s = system('sh', '-c', "'$rcusim' compare - -n 1 -q --vary rcu.blimit=10,20 -o stdin.db <small.json >out 2>err") >> 8;
	is("$s" . slurp('err'), '0', 'a scenario from standard input');
	is(n_runs('stdin.db'), 4, 'is read once and varied');
}
scenario('fails.json', name => '"fails"', expect => '[ { "metric": "exits", "policy": "direct", "at_least": 1000000000 } ]');
$out = says(['compare', 'fails.json', '-n', '2', '-o', 'fails.db'], 1,
	qr/^expect  exits of direct with seed 1 at least 1\.00G: 4  FAILED\nexpect  exits of direct with seed 2 /m, 'a failed expect clause: status 1');
my ($status, $o, $err) = rcusim('compare', 'fails.json', '-n', '1', '--vary', 'rcu.blimit=10,20', '--json', '-o', 'fails2.db');
is($status, 1, 'expect clauses hold for the policy, whatever is varied');
like($err, qr/^expect  exits of direct, rcu\.blimit=20 with seed 1 .* FAILED$/m, 'and failures are on stderr');

# ---- For programs ----
my $json = decode_json(says(['compare', 'small.json', '-n', '3', '--json', '-o', 'json.db'], 0, qr/^\[/, '--json'));
my ($row) = grep { $_->{metric} eq 'callbacks' } @$json;
is_deeply($row, { scenario => 'small', policy => undef, metric => 'callbacks', unit => '', base_label => 'per-vma', variant => 'direct',
	n => 3, base => 400, value => 0, diff => -400, ci_low => -400, ci_high => -400, change_percent => -100, n_agree => 3,
	verdict => 'differs' }, 'an object per metric and variant');
is(join(' ', sort map { $_->{metric} } grep { $_->{n} > 0 } @{decode_json((rcusim('compare', 'json.db', '--metric', 'all', '--json'))[1])}),
	join(' ', grep { $_ ne 'metric' } split(/\n/, csv_of('json.db', "select distinct metric from v_compare where policy = 'direct' order by metric"))),
	'v_compare and compare leave out the same: what did not happen');
like((rcusim('compare', 'json.db', '--format', 'csv'))[1], qr/\Ascenario,policy,metric,unit,base_label,variant,n,base,value,diff,ci_low,ci_high,/, 'csv');
is_deeply([map { decode_json($_) } split(/\n/, (rcusim('compare', 'json.db', '--format', 'jsonl'))[1])], $json,
	'jsonl, from the database: the same figures');
sub figures { return (rcusim(@_))[1] =~ s/.*?(?=^ +per-vma)//msr =~ s/^note.*//msr }
scenario('plain.json');
is(figures('compare', 'json.db'), figures('compare', 'plain.json', '-n', '3', '-o', 'again.db'), 'a stored comparison is printed as the fresh one');

# ---- Two databases ----
rcusim('compare', 'small.json', '-n', '4', '-q', '-o', 'a.db');
rcusim('compare', 'small.json', '-n', '4', '-q', '-o', 'b.db', '--set', 'rcu.blimit=1000', '--set', 'costs_ns.call_rcu_bypass=300');
$out = says(['compare', 'a.db', 'a.db'], 0, qr/^A: a\.db\nB: a\.db\n\nsmall, per-vma, 4 seeds\n\n +A +B\n/, 'a database with itself');
like($out, qr/^small, direct, 4 seeds$/m, 'a table per policy');
ok(!(grep { / (better|worse|differs|no difference)/ } grep { !/^note/ } split(/\n/, $out)), 'is identical');
is(scalar(grep { $_->{diff} != 0 || $_->{verdict} ne 'identical' } @{decode_json((rcusim('compare', 'a.db', 'a.db', '--json'))[1])}), 0,
	'with differences of exactly 0');
says(['compare', 'a.db', 'a.db', '--fail-above', '0'], 0, qr/./, '--fail-above 0');
($status, $o, $err) = rcusim('compare', 'a.db', 'b.db', '--fail-above', '5');
is($status, 1, '--fail-above: status 1');
like($err, qr/^rcusim: small: the runs differ in more than the program: costs_ns\.call_rcu_bypass is \d+ in A and 300 in B, rcu\.blimit is 10 in A and 1000 in B$/m,
	'the parameters that differ are named, once');
like($o, qr/^worse   freeing_loop_mean_ns of per-vma, B: \+[\d.]+%, more than 5\.00%  FAILED$/m, 'and what is worse');
is((rcusim('compare', 'a.db', 'b.db', '--fail-above', '100000%'))[0], 0, 'a wide limit');
is((rcusim('compare', 'b.db', 'a.db', '--fail-above', '5', '--metric', 'freeing_loop_mean_ns'))[0], 0, 'better is not worse');
is((rcusim('compare', 'a.db', 'b.db', '--fail-above', '5', '--metric', 'callbacks'))[0], 0, 'other metrics are not looked at');
($status, $o, $err) = rcusim('compare', 'a.db', 'b.db', '--fail-above', '5', '--base', 'B', '--json');
is($status, 0, '--base B turns it round');
is(decode_json($o)->[0]{base_label}, 'B', 'in every format');
($status, $o, $err) = rcusim('compare', 'a.db', 'b.db', '--fail-above', '5', '-q');
is("$status$o", '1', '-q');
like($err, qr/^worse .* FAILED$/m, '-q: what is worse on stderr');
($status, $o, $err) = rcusim('compare', 'a.db', 'small.db');
like($err, qr/^rcusim: runs of B without a partner, left out: 4: small under per-vma with seed 5, small under direct with seed 5, .*, \.\.\.$/m, 'runs without a partner');
rcusim('run', 'fails.json', '-q', '-o', 'other.db');
fails(['compare', 'a.db', 'other.db'], 3, qr/^rcusim: no run of a\.db has its like in other\.db.*like small under per-vma with seed 1, .* like fails under/, 'nothing pairs');
fails(['compare', 'a.db', 'small.json'], 3, qr/small\.json: not an rcusim database/, 'a scenario is no database');
fails(['compare', 'a.db', 'none.db'], 4, qr/none\.db: No such file/, 'no such database');
fails(['compare', 'nosuch'], 4, qr/nosuch/, 'no such scenario');
fails(['compare', 'a.db', 'b.db', '--policy', 'direct'], 2, qr/nothing runs when databases are compared/, 'nor does anything run');
rcusim('run', 'small.json', '-q', '-o', 'apart.db', '--policy', 'per-vma');
fails(['compare', 'apart.db'], 3, qr/^rcusim: no two runs of the same scenario and seed: nothing to compare$/m, 'one policy');
rcusim('run', 'small.json', '-q', '-o', 'apart.db', '--policy', 'direct', '--seed', '9', '--append');
fails(['compare', 'apart.db'], 3, qr/^rcusim: small: direct has no seed in common with per-vma: not compared$/m, 'nor are other seeds compared');
rcusim('run', 'small.json', '-q', '-o', 'apart.db', '--policy', 'list-batched', '--append');
like((rcusim('compare', 'apart.db'))[1], qr/^callbacks +400 +- +0 +- +\S+% +\d+ +1 seed$/m, 'though they are shown');
fails(['compare', 'a.db', '--base', 'A'], 2, qr/no column "A"; there are: per-vma, direct/, 'an unknown base');
fails(['compare', 'small.json', '--base', 'x', '-o', 'untouched.db'], 2, qr/no column "x"/, 'of a scenario');
ok(!-e 'untouched.db', 'before anything runs');

# ---- Text: 72 columns of ASCII, whatever prints it ----
scenario('wide.json', name => '"wide"', question => '"Wörter ' . 'und noch mehr Wörter ' x 10 . '?"', record => '{ "sample_every": "1ms" }',
	policies => '{ "p' . 'x' x 60 . '": { "policy": "per-vma" }, "q' . 'y' x 60 . '": { "policy": "direct-on-exit" } }', expect => '[
	{ "metric": "exits", "at_least": 1 }, { "metric": "violations", "equals": 0 } ]');
my $shown = abs_path('wide.json');
for (['run', 'wide.json', '-o', 'w.db', '-v'], ['compare', 'wide.json', '-o', 'w2.db', '--vary', 'rcu.blimit=10,1000'],
	['compare', 'w.db', 'w.db'], ['query', 'w.db', 'histogram'], ['query', 'w.db', 'provenance'], ['query', 'w.db', 'compare'],
	['query', '--list'], ['hash', 'w.db'], ['scenario', 'list'], ['scenario', 'show', 'wide.json'], ['policy', 'list'],
	['policy', 'show', 'list-batched'], ['version']) {
	my ($s, $text) = rcusim(@$_, '--format', 'text', $_->[0] =~ /^(run|compare|query)$/ ? ('--color', 'always') : ());
	my @wrong = grep { length($_) > 72 || /[^ -~]/ } split(/\n/, $text);
	ok($s == 0 && $text ne '' && !@wrong, "@$_: text") or diag("status $s\n", map { "$_\n" } @wrong);
}

# ---- UTF-8, colour ----
for (['LC_ALL=C.UTF-8', 1], ['LANG=de_DE.utf8', 1], ['LC_ALL=C LANG=de_DE.utf8', 0], ['LC_ALL=C.UTF-8 TERM=dumb', 0], ['X=1', 0]) {
	my $text = `env $_->[0] '$rcusim' compare a.db b.db 2>/dev/null`;
	is($text =~ /±/ ? 1 : 0, $_->[1], "$_->[0]: " . ($_->[1] ? 'UTF-8' : 'ASCII'));
	is($text =~ /[^ -~\n]/ ? 1 : 0, $_->[1], 'throughout');
}
like(`LC_ALL=C.UTF-8 '$rcusim' run small.json -o spark.db`, qr/^unfreed over time +(▁|▂|▃|▄|▅|▆|▇|█)+ +(▁)+$/m, 'sparklines in blocks');
like(`LC_ALL=C '$rcusim' run small.json -o spark2.db`, qr/^unfreed over time +[ .:=+*#-]*$/m, 'and in ASCII');
unlike((rcusim('compare', 'a.db', 'b.db'))[1], qr/\e/, 'no colour where there is no terminal');
my $color = (rcusim('compare', 'a.db', 'b.db', '--color', 'always'))[1];
like($color, qr/\e\[31mworse 4\/4\e\[0m/, '--color always');
is($color =~ s/\e\[\d+m//gr, (rcusim('compare', 'a.db', 'b.db'))[1], 'colour says nothing that words do not');
unlike((rcusim('compare', 'a.db', 'b.db', '--color', 'always', '--format', $_))[1], qr/\e/, "$_ has no colour") for qw(text json csv jsonl);
SKIP: {
	skip('script finds no terminal to open', 5)
		if `script -qec 'stty cols 90; stty size' /dev/null </dev/null 2>/dev/null` !~ /^\d+ 90\r?$/m;
	sub terminal { return `env TERM=xterm $_[0] script -qec "stty cols 100; '$rcusim' compare a.db b.db $_[1]" /dev/null </dev/null 2>/dev/null` }
	like(terminal('X=1', ''), qr/\e\[31mworse/, 'colour on a terminal');
	unlike(terminal('NO_COLOR=1', ''), qr/\e\[3/, 'NO_COLOR');
	unlike(terminal('TERM=dumb', ''), qr/\e\[3/, 'TERM=dumb');
	unlike(terminal('X=1', '--color never'), qr/\e\[3/, '--color never');
	my $wide = `env TERM=xterm script -qec "stty cols 60; '$rcusim' compare small.db" /dev/null </dev/null 2>/dev/null`;
	ok($wide ne '' && !(grep { length > 60 && !/^note/ } split(/\r?\n/, $wide =~ s/\e\[[0-9;]*[mK]//gr)), 'as wide as the terminal');
}

# ---- Seeds that change nothing ----
my $no_chance = qr/^note +nothing in this scenario is drawn by chance: every seed gave the same run/m;
scenario('chance.json');
unlike((rcusim('compare', 'chance.json', '-o', 'chance.db'))[1], $no_chance, 'arrivals are drawn');
scenario('fixed.json', workload => '[ { "id": "storm", "kind": "exit", "cpus": "2-3", "count": 4, "vmas": 100 } ]');
like((rcusim('compare', 'fixed.json', '-o', 'fixed.db'))[1], $no_chance, 'without chance, intervals of 0 are explained');
unlike((rcusim('compare', 'fixed.json', '-o', 'fixed.db', '-n', '1', '--force'))[1], $no_chance, 'one seed needs no such note');

# ---- Killed and interrupted ----
scenario('long.json', name => '"long"', duration => '"20s"', workload => '[ { "id": "faults", "kind": "fault",
	"cpus": "0-3", "rate_per_s": 20000, "hold": "3us" } ]', expect => '[]');
for my $signal ('INT', 'KILL') {
	unlink(glob('long.db*'));
	my $pid = start('compare', 'long.json', '-n', '100', '-v', '-o', 'long.db');
	my $end = time() + 60;
	sleep(0.01) while !-e 'long.db' && time() < $end;
	kill($signal, $pid);
	my ($s, undef, $e) = finish($pid);
	is($s, $signal eq 'INT' ? 130 : 137, "SIG$signal");
	my $n_saved = () = $e =~ /^run \d+ of 200: \S+: saved$/mg;
	like($e, qr/^rcusim: interrupted\nrcusim: runs stored in long\.db: \d+; rcusim compare FILE compares them$/m, 'and what can be done')
		if $signal eq 'INT';
	cmp_ok(n_runs('long.db'), '>=', $n_saved, 'what was acknowledged is there');
	is((rcusim('hash', '-q', 'long.db'))[0], 0, 'and whole');
}
done_testing();
