#!/usr/bin/env perl
# usage.t - what the command says about itself, and about slips on its command line.
use strict;
use warnings;
use File::Basename qw(dirname);
use Cwd qw(abs_path);
use lib abs_path(dirname(__FILE__));
use Cli;
use Test::More;

my @commands = qw(run compare query scenario policy trace hash doctor version);
scenario('small.json');

fails([], 2, qr/usage: rcusim COMMAND(.*\n)*.*scenario list(.*\n)*.*run exit-storm(.*\n)*.*rcusim help/,
	'the first screen has three commands to try');
says(['help'], 0, qr/^  $_ /m, "help lists $_") for @commands;
says(['--help'], 0, qr/Exit status:\n  0 +done\n  1 .*\n  2 .*\n  3 .*\n  4 .*\n  5 .*\n  6 .*\n  130, 143 /, '--help tells the exit statuses');
for my $command (@commands) {
	my $help = says([$command, '--help'], 0, qr/^usage: rcusim $command.*^Example:\n  rcusim $command /ms,
		"$command --help has an example");
	is((rcusim('help', $command))[1], $help, "help $command is the same");
	ok(!(grep { length > 110 } split(/\n/, $help)), "$command --help is not too wide");
}
says(['--version'], 0, qr/^rcusim \d+\.\d+\.\d+\nrevision \S+, .*SQLite 3\.\S+, database version 3\n\z/, '--version');
says(['version', '--json'], 0, qr/"database_version": 3}/, 'version --json');

my @slips = (
	[['rnu'],                                  qr/there is no command "rnu"; did you mean "run"\?/],
	[['frobnicate'],                           qr/there is no command "frobnicate"; there are: run, compare, query/],
	[['help', 'qurey'],                        qr/did you mean "query"/],
	[['--seed', '1', 'run'],                   qr/"--seed" before the command/],
	[['run'],                                  qr/run needs a scenario/],
	[['run', '--sed', '1', 'small.json'],      qr/unknown option --sed; did you mean "--seed"\?/],
	[['run', '--polcy=x', 'small.json'],       qr/unknown option --polcy; did you mean "--policy"\?/],
	[['run', '--zzzzzz', 'small.json'],        qr/unknown option --zzzzzz\n/],
	[['run', 'small.json', '--seed'],          qr/--seed/],
	[['run', 'small.json', '--seed', '1', '--seed', '2'], qr/--seed is given twice: 1 and 2/],
	[['run', 'small.json', '-o', 'a', '--output', 'b'],   qr/--output is given twice: "a" and "b"/],
	[['run', 'small.json', '--json', '--format', 'csv'],  qr/--format is given twice/],
	[['run', 'small.json', '--format', 'pdf'], qr/"pdf" is no format; accepted: table, text, json, jsonl, csv/],
	[['run', 'small.json', '--set', 'rcu.blimit'],        qr/is no PATH=VALUE/],
	[['run', 'small.json', '--force', '--append'],        qr/choose one/],
	[['run', 'small.json', '--policy', 'per-vmaa'],       qr/"per-vmaa"; did you mean "per-vma"\?/],
	[['run', 'small.json', '-o', '-'],         qr/cannot be written to a stream/],
	[['run', 'small.json', '-o', ''],          qr/does not name a file/],
	[['run', 'small.json', '-o', 'x/'],        qr/does not name a file/],
	[['run', 'small.json', '--cmdline', 'rcutree.blimt=20'],
		qr/--cmdline: kernel parameter "rcutree\.blimt=20" is not modelled; did you mean "rcutree\.blimit"\?/],
	[['run', 'small.json', '--cmdline', 'rcu_ncobs=8'],   qr/not modelled; did you mean "rcu_nocbs"\?/],
	[['run', 'small.json', '--cmdline', '@nosuch'],       qr/nosuch.*No such file/],
	[['run', 'small.json', '--color', 'red'],  qr/--color "red"; accepted: auto, always, never/],
	[['compare'],                              qr/takes a scenario, a database, or two databases/],
	[['compare', 'a', 'b', 'c'],               qr/takes a scenario, a database, or two databases/],
	[['compare', 'small.json', '-n', '0'],     qr/"0" is no number of runs; accepted: 1 \.\.\. 1000/],
	[['compare', 'small.json', '--fail-above', '-1'], qr/"-1" is no percentage/],
	[['compare', 'small.json', '--fail-above', '1.234'], qr/"1\.234" is no percentage/],
	[['compare', 'small.json', '--metric', 'exit_latency_p98_ns'], qr/no metric "exit_latency_p98_ns"; did you mean "exit_latency_p9/],
	[['compare', 'small.json', '--base', 'per-vam'],  qr/no column "per-vam"; did you mean "per-vma"\?/],
	[['compare', 'small.json', '--vary', 'rcu.blimit'], qr/is no PATH=VALUE,VALUE/],
	[['compare', 'small.json', '--vary', 'rcu.blimt=10,20'], qr/--vary rcu\.blimt=10: error: .*did you mean "rcu\.blimit"/],
	[['compare', 'small.json', '--vary', 'rcu.blimit=10,x'], qr/--vary rcu\.blimit=x: error: /],
	[['compare', 'small.json', '--vary', 'rcu.blimit=10,20', '--vary', 'rcu.blimit=30'], qr/--vary rcu\.blimit is given twice/],
	[['compare', 'small.json', '--vary', 'rcu.blimit=10,10'], qr/make no difference to any of the policies/],
	[['compare', 'small.json', '--varied'],    qr/has no "vary" for these policies; name the parameter/],
	[['compare', 'small.json', '--policy', 'direct'], qr/one variant, direct: nothing to compare/],
	[['compare', 'small.json', '--force', '--append'], qr/choose one/],
	[['hash'],                                 qr/hash needs a database/],
	[['hash', 'a', 'b'],                       qr/one database/],
	[['query'],                                qr/query needs a database/],
	[['query', 'a', 'select', '1'],            qr/SQL in quotation marks/],
	[['policy', 'shwo', 'per-vma'],            qr/no policy command "shwo"; did you mean "show"\?/],
	[['policy', 'show'],                       qr/needs the name of a policy/],
	[['policy', 'show', 'per-vmaa'],           qr/there is no policy "per-vmaa"; did you mean "per-vma"\?/],
	[['scenario'],                             qr/needs one of: list, check, show, schema/],
	[['scenario', 'chek'],                     qr/no scenario command "chek"; did you mean "check"\?/],
	[['scenario', 'check'],                    qr/check needs a scenario/],
	[['trace'],                                qr/trace needs one of: import, export, compare/],
	[['trace', 'imprt'],                       qr/no trace command "imprt"; did you mean "import"\?/],
	[['version', 'x'],                         qr/takes no argument/],
);
fails($_->[0], 2, $_->[1], "rcusim @{$_->[0]}") for @slips;

# A slip in a word of any kind gets the word that was meant.
says(['run', 'small.json', '-q', '-o', 'asked.db'], 0, qr/^$/, 'a database to ask');
my @meant = (
	['scenaro',                                      'scenario'],      # a command
	['help', 'polcy',                                'policy'],
	['scenario', 'lsit',                             'list'],          # a command of a command
	['query', '--lsit',                              '--list'],        # an option
	['policy', 'list', '--format', 'jsn',            'json'],          # a value of an option
	['policy', 'show', 'list-bached',                'list-batched'],  # a policy
	['run', 'small.json', '-p', 'per-vam',           'per-vma'],
	['query', 'asked.db', 'latncy',                  'latency'],       # a named query
	['run', 'exit-strom',                            'exit-storm'],    # a scenario
	['scenario', 'check', 'small.json', '--set', 'rcu.blimt=1',            'rcu.blimit'],     # a path
	['scenario', 'check', 'small.json', '--set', 'blimit=1',               'rcu.blimit'],
	['scenario', 'check', 'small.json', '--set', 'workload.strom.count=1', 'workload.storm.count'],
	['scenario', 'check', 'small.json', '--set', 'machine.preempt=ful',    'full'],           # a word of a choice
	['scenario', 'check', 'small.json', '--set', 'costs_ns.profile=icount', 'icount-6.12'],
	['scenario', 'check', 'small.json', '--set', 'record.sample_every=1m', '1ms'],            # a unit
	['scenario', 'check', 'small.json', '--cmdline', 'rcutree.blimt=1',    'rcutree.blimit'], # a kernel parameter
);
sub mends
{
	my ($args, $word) = @_;
	my ($status, $out, $err) = rcusim(@$args);
	ok($status >= 2 && $out eq '' && $err =~ /did you mean "\Q$word\E"\?/, "@$args: $word") or diag($err);
}
mends([@$_[0 .. $#$_ - 1]], $_->[-1]) for @meant;
my $entry = '{ "id": "storm", "kind": "exit", "vmas": 100 }';
for (
	['rcuu', rcuu => '{}',                                                        'rcu'],
	['rcu', rcu => '{ "rcu_nocb": "1" }',                                         'rcu_nocbs'],
	['expect', expect => '[ { "metric": "exit_latency_p99ns", "at_most": "1ms" } ]', 'exit_latency_p99_ns'],
	['expect', expect => '[ { "metric": "exits", "policy": "drect", "at_most": 1 } ]', 'direct'],
	['objectives', objectives => '[ { "metric": "exti_latency_p99_ns", "goal": "min" } ]', 'exit_latency_p99_ns'],
	['policies', policies => '{ "per-vmaa": {} }',                                'per-vma'],
	['policies', policies => '{ "x": { "policy": "list-bached" } }',              'list-batched'],
	['policies', policies => '{ "list-batched": { "list_limt": 3 } }',            'list_limit'],
	['workload', workload => '[ { "id": "storm", "kind": "exti" } ]',             'exit'],
	['workload', workload => '[ { "id": "storm", "kind": "exit", "vams": 1 } ]',  'vmas'],
	['workload', workload => '[ { "id": "s", "kind": "exit", "vmas": { "dist": "unifrom", "min": 1, "max": 2 } } ]', 'uniform'],
	['vary', vary => '{ "rcu.blimt": [1] }',                                      'rcu.blimit'],
	['include', include => '["machines/sever-16.json"]',                          'machines/server-16.json'],
) {
	my ($name, $key, $text, $word) = @$_;
	mends(['scenario', 'check', scenario('slip.json', $key => $text)], $word);
}
fails(['scenario', 'check', 'small.json', '--set', 'policy.list_limit=1'], 2,
	qr/"policy\.list_limit"; it is one of policy "list-batched", which does not run here/, 'a parameter of a policy that does not run');
fails(['scenario', 'check', 'small.json', '--set', 'policy.few=1'], 2,
	qr/"policy\.few"; the policies of the scenario have no parameters/, 'a parameter that no policy has');
says(['scenario', 'show', 'small.json', '-p', 'list-batched', '--set', 'policy.list_limit=7'], 0,
	qr/^policies\.list-batched\.list_limit +7 +VMAs +--set policy\.list_limit=7$/m, '--set reaches policies that only --policy names');

# ---- Where values come from ----
spit('part.json', qq({ "schema_version": 1, "machine": { "cpus": 4, "hz": 1000 } }\n));
scenario('origins.json', include => '["part.json"]', machine => '{ "skew_tick": true }');
my $origins = says(['scenario', 'show', 'origins.json', '--set', 'rcu.blimit=20', '--seed', '5', '--cmdline', 'rcutree.qhimark=500'], 0,
	qr/^parameter +value +unit +from$/m, 'scenario show: parameter, value, unit, origin');
like($origins, $_->[1], "the origin of a value: $_->[0]") for (
	['default',   qr/^rcu\.qlowmark +100 +callbacks +default$/m],
	['file:line', qr/^machine\.skew_tick +true +origins\.json:1$/m],
	['include',   qr/^machine\.hz +1000 +ticks\/s +include part\.json:1$/m],
	['--set',     qr/^rcu\.blimit +20 +callbacks +--set rcu\.blimit=20$/m],
	['--cmdline', qr/^rcu\.qhimark +500 +callbacks +--cmdline rcutree\.qhimark=500$/m],
	['--seed',    qr/^seed +5 +--seed$/m],
);

fails(['run', 'small.json', '--seed', $_], 2, qr/is no seed; accepted: 0 \.\.\. 18446744073709551615/, "--seed '$_'")
	for ('abc', '-1', '1e3', '18446744073709551616', '', ' 1', '0x', '0x10000000000000000', '1.0', "1\n");
says(['scenario', 'show', 'small.json', '--seed', $_->[0], '--format', 'csv'], 0, qr/^seed,"?$_->[1]"?,/m,
	"--seed $_->[0]") for (['0', 0], ['0x10', 16], ['18446744073709551615', '18446744073709551615']);
says(['run', 'small.json', '-q', '--seed', '7', '--seed', '0x7', '-o', 'twice.db'], 0, qr/^$/,
	'an option may be repeated with the same value');

fails(['run', "no\e[31msuch.json"], 4, qr/no\\\S*1bx?\[31msuch|no\\u001b\[31msuch/, 'messages have no control characters');
ok(slurp('err') !~ /\e/, 'no escape character reaches the terminal');
fails(['run', 'small.json', 'nosuch.json'], 4, qr/nosuch\.json/, 'every scenario is read before one is run');
spit('bad.json', "{\n");
fails(['run', 'small.json', 'bad.json'], 3, qr/^bad\.json:\d+:\d+: error: /m, 'a broken scenario: its line and column');
fails(['scenario', 'check', 'bad.json'], 3, qr/^bad\.json:\d+:\d+: error: /m, 'scenario check says the same');
says(['scenario', 'check', 'small.json'], 0, qr/^small\.json: ok: 50\.0 ms, policies: 2, hash [0-9a-f]{12}$/m,
	'scenario check of a good one');
says(['scenario', 'schema'], 0, qr/"\$schema"/, 'scenario schema');
my $shown = says(['scenario', 'show', 'small.json', '--set', 'rcu.blimit=20'], 0, qr/^rcu\.blimit\s+20\s.*--set/m,
	'scenario show: value and origin');
like($shown, qr/^rcu\.qhimark\s+10000\s.*default$/m, 'a default is called one');
spit('shown.json', (rcusim('scenario', 'show', 'small.json', '--json'))[1]);
says(['scenario', 'check', 'shown.json'], 0, qr/ok/, 'what scenario show --json prints is a scenario');
$shown = says(['scenario', 'show', 'small.json', '--cmdline', 'quiet rcutree.blimit=20 rcu_nocbs=1-3'], 0,
	qr/^rcu\.blimit +20 +callbacks +--cmdline rcutree\.blimit=20$/m, '--cmdline: its parameter is the origin');
like($shown, qr/^rcu\.rcu_nocbs +"1-3" +--cmdline rcu_nocbs=1-3$/m, 'of each value');
for my $args (['--cmdline', 'rcutree.blimit=20', '--set', 'rcu.blimit=30'], ['--set', 'rcu.blimit=30', '--cmdline', 'rcutree.blimit=20']) {
	my ($status, $out, $err) = rcusim('scenario', 'show', 'small.json', @$args);
	like($out, qr/^rcu\.blimit +30 +callbacks +--set rcu\.blimit=30$/m, "--set wins: @$args");
	is($err, "rcusim: note: --cmdline rcutree.blimit=20 has no effect: a later override wins\n", 'and that is told');
}
spit('cmdline', "BOOT_IMAGE=/vmlinuz root=/dev/sda1 quiet rcutree.blimit=25\n");
says(['scenario', 'show', 'small.json', '--cmdline', '@cmdline'], 0, qr/^rcu\.blimit +25 .*--cmdline rcutree\.blimit=25$/m,
	'--cmdline @FILE');
says(['run', 'small.json', '-q', '--cmdline', 'rcutree.blimit=25', '-o', 'cmdline.db'], 0, qr/^$/, 'run --cmdline');
fails(['scenario', 'check', 'small.json', '--cmdline', 'rcutree.blimit=x'], 2,
	qr/^--cmdline rcutree\.blimit=x: error: \$\.rcu\.blimit: expected an integer, found "x"$/m, 'a value that is none');
ok(!-e 'small.db', 'none of this has made a database');
# End to end: callbacks of offloaded CPUs that are lazy outlive a run of 50 ms; by --set and by --cmdline.
for my $case ([0, 0], [400, 400, '--set', 'rcu.enable_rcu_lazy=true'], [400, 400, '--cmdline', 'rcutree.enable_rcu_lazy=1'],
	[0, 0, '--cmdline', 'rcu_nocb_poll'], [0, 0, '--set', 'rcu.kernel=7.0']) {
	my ($lazy, $left, @args) = @$case;
	rcusim('run', 'small.json', '-q', '--policy', 'per-vma', @args, '-o', 'lazy.db', '--force');
	is((rcusim('query', 'lazy.db', "select name, value from metric where name in ('callbacks', 'callbacks_lazy', 'callbacks_left') order by name",
		'--format', 'csv'))[1], "name,value\ncallbacks,400\ncallbacks_lazy,$lazy\ncallbacks_left,$left\n", "run @args");
}
fails(['scenario', 'check', 'small.json', '--cmdline', 'rcutree.enable_rcu_lazy=1', '--set', 'rcu.kernel=6.1'], 2,
	qr/error: \$\.rcu\.enable_rcu_lazy: kernel 6\.1 has no lazy callbacks, they came with 6\.2; expected false$/m, 'not in 6.1');

says(['policy', 'list'], 0, qr/^policy +does\n.*^per-vma /ms, 'policy list');
my @policies = map { (split(/,/))[0] } split(/\n/, (rcusim('policy', 'list', '--format', 'csv'))[1]);
for my $policy (@policies[1 .. $#policies]) {
	says(['policy', 'show', $policy], 0, qr/^\Q$policy\E - .*(Parameters:|no parameters)/s, "policy show $policy");
	says(['policy', 'show', $policy, '--json'], 0, qr/^\[.*\]\n\z/s, "policy show $policy --json");
}

# ---- Examples: lines that work as they stand ----
mkdir('examples') && chdir('examples');
mkdir('output');
mkdir('bin');
symlink(abs_path($rcusim), 'bin/rcusim');
$ENV{PATH} = abs_path('bin') . ":$ENV{PATH}";
is(system('rcusim run exit-storm -q -o output/exit-storm.db'), 0, 'a database for examples to ask');
for my $command ('', @commands) {
	my ($status, $help) = rcusim('help', $command eq '' ? () : $command);
	my ($example) = $help =~ /^Example:\n(.*?)\n\n/ms;
	unlink('storm.db') if $command ne '';
	for my $line (split(/\n/, $example // '')) {
		$line =~ s/^\s+//;
		my $said = `$line 2>&1 </dev/null`;
		SKIP: {
			skip("$line: needs a file of the user's", 1) if $? >> 8 == 4;
			is($? >> 8, 0, $line) or diag($said);
		}
	}
}
for my $policy (@policies[1 .. $#policies]) {
	my ($line) = (rcusim('policy', 'show', $policy))[1] =~ /^Try: (.*)$/m or next;
	`$line -q -o try.db --force 2>&1`;
	cmp_ok($? >> 8, '<=', 1, $line); # with other parameters, expect clauses may not hold
}
done_testing();
