#!/usr/bin/env perl
# manual.t - the manual page and the shell completion that the command writes from its tables.
use strict;
use warnings;
use File::Basename qw(dirname);
use Cwd qw(abs_path);
use lib abs_path(dirname(__FILE__));
use Cli;
use Test::More;

# The first column of a list of the command.
sub column { return map { (split(/,/))[0] } grep { !/^(scenario|policy|query),/ } split(/\n/, (rcusim(@_, '--format', 'csv'))[1]) }

my ($commands) = (rcusim('help'))[1] =~ /Commands:\n(.*?)\n\n/s;
my @commands = grep { $_ ne 'help' } $commands =~ /^  (\S+)/mg;
my @policies = column('policy', 'list');
my @scenarios = column('scenario', 'list');
my @queries = column('query', '--list');
my @formats = qw(table text json jsonl csv);

# ---- The manual page ----
my $page = says(['help', '--man'], 0, qr/\A\.\\" .*\n\.TH RCUSIM 1 "\d{4}-\d\d-\d\d" "rcusim \d/, 'help --man');
(my $plain = $page) =~ s/\\-/-/g;
$plain =~ s{\\f[BIR]|\\&}{}g;
like($plain, qr/^\.SH $_$/m, "section $_")
	for ('NAME', 'SYNOPSIS', 'COMMANDS', 'OPTIONS', 'SCENARIO PARAMETERS', 'POLICIES', 'METRICS', 'EXIT STATUS',
		'ENVIRONMENT', 'FILES', 'EXAMPLES');
for my $command (@commands) {
	like($plain, qr/^\.SS "$command\b/m, "command $command");
	my ($options) = (rcusim($command, '--help'))[1] =~ /^Options:\n(.*)/ms;
	my @missing = grep { $plain !~ /^\Q$_\E\b|, \Q$_\E\b/m } $options =~ /(?<= )(--[a-z-]+)/g;
	is("@missing", '', "options of $command");
}
my @values = map { (split(/,/))[0] } split(/\n/, (rcusim('scenario', 'show', 'exit-storm', '--format', 'csv'))[1]);
my @paths = map { s/^workload\.[^.]+\./workload.ID./r } grep { /^(machine|rcu|costs_ns|vma|record|workload)\./ } @values;
is(join(' ', grep { $plain !~ /^\Q$_\E$/m } @paths), '', 'every parameter of a scenario, ' . @paths . ' of them');
is(join(' ', grep { $plain !~ /^\.SS "\Q$_\E"$/m } @policies), '', 'every policy');
is(join(' ', grep { $plain !~ /^\Q$_\E$/m } @queries), '', 'every named query');
like($plain, qr/^exit_latency_p99_ns\n\S/m, 'metrics, with what they mean');
like($plain =~ s/\n(?!\.)/ /gr, qr/^\.TP rcu\.blimit callbacks per softirq batch.*? \(integer: 1 \.\.\. 1000000000 callbacks; default 10\)$/m,
	'a parameter: meaning, type, range, unit, default');
SKIP: {
	skip('package mandoc is not installed', 1) if system('command -v mandoc >/dev/null 2>&1') != 0;
	spit('rcusim.1', $page);
	is(`mandoc -Tlint -W warning rcusim.1 2>&1`, '', 'mandoc finds nothing to say');
}

# ---- Completion, as bash does it: the words, and the number of the one at the cursor ----
spit('rcusim.bash', says(['help', '--completion'], 0, qr/^complete .*-F _rcusim rcusim$/m, 'help --completion'));
sub completes
{
	my (@words) = @_;
	my $words = join(' ', map { "'$_'" } $rcusim, @words);
	my $n = @words;
	spit('try.bash', ". ./rcusim.bash; COMP_WORDS=($words); COMP_CWORD=$n; _rcusim; printf '%s\\n' \"\${COMPREPLY[\@]}\"\n");
	return join(' ', split(/\n/, `bash try.bash 2>&1`));
}
is(completes(''), "@commands help --help --version", 'commands');
is(completes('qu'), 'query', 'the rest of one');
is(completes('nosuch', ''), '', 'of no command, nothing');
is(completes('help', 'ver'), 'version', 'help COMMAND');
is(completes('scenario', ''), 'list check show schema', 'commands of a command');
is(completes('policy', 's'), 'show', 'the rest of one');
is(completes('run', ''), "@scenarios", 'scenarios');
is(completes('run', 'exit-storm', 'exit-sc'), 'exit-scale', 'several of them');
is(completes('scenario', 'show', 'exit-st'), 'exit-storm', 'behind a command of a command');
is(completes('scenario', 'schema', ''), '', 'where none is expected, none');
is(completes('policy', 'show', ''), "@policies", 'policies');
is(completes('query', 'x.db', ''), "@queries", 'named queries');
is(completes('query', ''), '', 'files are left to bash');
like(completes('run', '--'), qr/^--policy .*--cmdline.*--help$/, 'options');
unlike(completes('hash', '--'), qr/--policy/, 'of this command only');
is(completes('run', '--', '--'), '', 'none behind --');
is(completes('run', '--format', ''), "@formats", 'formats');
is(completes('run', '--format', '=', 'j'), 'json jsonl', 'an argument behind "="');
is(completes('run', 'exit-storm', '--policy', 'list'), 'list-32 list-batched', 'labels of the scenario and policies');
is(completes('run', 'exit-storm', '-p', 'per-vma,dir'), 'per-vma,direct-on-exit', 'the next of a list');
is(completes('run', '--set', ''), 'name= question= duration= max_operations= seed= machine. rcu. costs_ns. vma. record. policy.', 'parts of paths');
is(completes('run', '--set', 'rcu.rcu_fa'), 'rcu.rcu_fanout= rcu.rcu_fanout_leaf= rcu.rcu_fanout_exact=', 'paths');
is(completes('run', 'exit-storm', '--set', 'workload.'), 'workload.storm. workload.faults.', 'ids of the scenario');
is(completes('run', 'exit-storm', '--set', 'workload.storm.c'), 'workload.storm.cpus= workload.storm.count=', 'their parameters');
is(completes('run', '--set', 'machine.preempt', '='), 'voluntary full none', 'values of a choice');
is(completes('run', '--set', 'machine.preempt', '=', 'f'), 'full', 'the rest of one');
is(completes('run', '--set', 'rcu.rcu_fanout_exact', '=', ''), 'true false', 'truth values');
is(completes('run', '--set', 'machine.preempt=f'), 'machine.preempt=full', 'where bash does not split at "="');
is((rcusim('help', '--complete'))[0], 2, '--complete without words is no use');
is((rcusim('help', '--complete', '9', 'rcusim'))[0], 2, 'nor with too few');
done_testing();
