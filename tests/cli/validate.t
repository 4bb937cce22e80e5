#!/usr/bin/env perl
# validate.t - rcusim validate: what it says, the document it writes, and that the figures reached are kept.
#
#	perl tests/cli/validate.t --update     write tests/cli/data/validation.csv anew; figures in it only rise
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
my $top; BEGIN { $top = abs_path(dirname(__FILE__) . '/../..') }
use lib "$top/tests/cli";
use Cli;
use JSON::PP;
use Test::More;

my $lab = "$top/scenarios/lab";
my $reached = "$top/tests/cli/data/validation.csv";
my @columns = qw(rows exact other within_5 within_10 within_25);

# Per "set,quantity" the counts of the columns.
sub counts_of
{
	my ($csv) = @_;
	my ($heading, @lines) = split /\n/, $csv;
	my @names = split /,/, $heading;
	my %counts;
	for (@lines) {
		my %cell;
		@cell{@names} = split /,/;
		$counts{"$cell{set},$cell{quantity}"} = [@cell{@columns}];
	}
	return \%counts;
}

my ($status, $csv, $err) = rcusim('validate', $lab, '--format', 'csv');
is("$status$err", '0', 'every row is simulated, and no cause is stale');
my $now = counts_of($csv);

if ("@ARGV" eq '--update') {
	my $old = -e $reached ? counts_of(slurp($reached)) : {};
	my $text = join(',', 'set', 'quantity', @columns) . "\n";
	for my $key (map { /^([^,]*,[^,]*)/ } (split /\n/, $csv)[1 .. ($csv =~ tr/\n//) - 1]) {
		my @is = @{$now->{$key}};
		my @was = @{$old->{$key} // [@is]};
		$text .= join(',', $key, map { $_ == 2 || $is[$_] > $was[$_] ? $is[$_] : $was[$_] } 0 .. $#is) . "\n";
	}
	spit($reached, $text);
	done_testing();
	exit;
}

# ---- What was reached is kept ----
my $floor = counts_of(slurp($reached));
cmp_ok(scalar(keys %$floor), '>=', 16 * 8, 'there are figures of every set');
is(join(' ', grep { !$floor->{$_} } sort keys %$now), '', 'of every quantity: else perl tests/cli/validate.t --update');
my (@fallen, @stale);
for my $key (sort keys %$floor) {
	my @is = @{$now->{$key} // [(0) x @columns]};
	my @was = @{$floor->{$key}};
	# rows that another choice of the scheduler makes exact may become exact under the default
	push(@fallen, "$key: $columns[$_] $was[$_] -> $is[$_]") for grep { $_ != 2 && $is[$_] < $was[$_] } 0 .. $#is;
	push(@fallen, "$key: exact under any choice") if $is[1] + $is[2] < $was[1] + $was[2];
	push(@stale, $key) if grep { $is[$_] > $was[$_] } grep { $_ != 2 } 0 .. $#is;
}
is(join("\n", @fallen), '', 'no count has fallen');
is("@stale", '', 'none has risen unnoticed: else perl tests/cli/validate.t --update');

# ---- The document ----
says(['validate', $lab, '-o', 'v/validation.md'], 0, qr/^(reached|missed ) i1: gp_count, rows exact at least 90 %: /,
	'-o prints what is asked for');
ok(slurp('v/validation.md') eq slurp("$top/docs/validation.md"), 'docs/validation.md is what this build does: else make validate');
my @plots = map { s{.*/}{}r } glob("$top/docs/validation/*.svg");
is(join(' ', map { s{.*/}{}r } glob('v/validation/*.svg')), "@plots", 'its plots are there');
cmp_ok(scalar(@plots), ">=", 6, 'at least six');
ok(slurp("v/validation/$_") eq slurp("$top/docs/validation/$_"), "$_ is fresh") for @plots;
says(['validate', $lab, '-o', 'v/validation.md', '-j', '1', '--set', 'uml_off'], 0, qr/^(reached|missed )/, 'it replaces its own');
spit('notes.md', "mine\n");
fails(['validate', $lab, '-o', 'notes.md', '--set', 'uml_off'], 2, qr/notes\.md is there, and was not written by rcusim validate/,
	'but nothing else');
fails(['validate', $lab, '-o', 'notes.txt', '--set', 'uml_off'], 2, qr/expected a name that ends in \.md/, 'a name that ends in .md');

# ---- What it says ----
my ($s, $one) = rcusim('validate', $lab, '-j', '1', '--format', 'csv');
is($one, $csv, 'one thread says the same');
my $out = says(['validate', $lab, '--set', 'i1_off_matrix'], 0, qr/^set +quantity +rows +exact +other +within_5 /, 'a table');
like($out, qr/^i1_off_matrix: \d+ rows exact, \d+ under another choice of the scheduler, \d+ missed, \d+ not simulated$/m, 'verdicts');
like($out, qr/^(reached|missed ) +i1: loop, median error at most 2 %: [\d.]+ %$/m, 'requirements');
unlike($out, qr/^(reached|missed ) +uml/m, 'of what was asked for');
unlike($out, qr/i1_nocb/, 'and no other set');
my $rows = decode_json((rcusim('validate', $lab, '--rows', '--json', '--set', 'i1_nocb_matrix/1', '--set', 'i2_off_matrix'))[1]);
is(scalar(@$rows), 163, 'a row and a set');
is($rows->[0]{row}, 'i1_nocb_matrix/1', 'in the order of the data');
is($rows->[0]{'gp_count measured'}, 1, 'what was measured');

# ---- A row alone ----
my $show = says(['validate', $lab, '--show', 'i1_nocb_matrix/1'], 0,
	qr{^rcusim run \Q$lab\E/i1_nocb_matrix\.json --set duration=\S+ --set workload\.loop\.method=per-object }, '--show');
chomp $show;
$show =~ s/^rcusim/'$rcusim'/;
is(system("$show -q -o row.db >out 2>err"), 0, 'is a command that works') or diag(slurp('err'));
my $first = (rcusim('query', 'row.db', "select value from v_metrics where metric = 'callback_first_ns'", '--format', 'csv'))[1];
my $start = (rcusim('query', 'row.db', "select value from v_metrics where metric = 'free_loop_start_ns'", '--format', 'csv'))[1];
s/\D//g for $first, $start;
is($first - $start, $rows->[0]{'first_cb simulated'}, 'and simulates the same');

# ---- Traces ----
$rows = decode_json((rcusim('validate', $lab, '--rows', '--json', '--set', 'i1_nocb_traces'))[1]);
is($rows->[1]{verdict}, 'exact', 'b_pervma10k_full, offloaded, one CPU: alike step by step');
is($rows->[1]{'trace_batches measured'}, 2, 'what the trace has');
is($rows->[0]{verdict}, 'nothing is freed', 'a_idle');
$show = says(['validate', $lab, '--show', 'i2_nocb_traces/12'], 0, qr/ --set workload\.reader\.section=rcu --set workload\.reader\.run=50ms /, 'a reader');
my ($traces) = grep { /^set,/ } my @of_traces = split /^/, slurp("$lab/data/traces.csv");
sub trace_lab
{
	my ($dir, $text) = @_;
	my ($row) = grep { /^i1_nocb_traces,.*,b_pervma1k_full,/ } @of_traces;
	mkdir($_) for $dir, "$dir/data", "$dir/data/traces", "$dir/data/traces/i1_nocb_traces";
	spit("$dir/data/runs.csv", $traces);
	spit("$dir/data/traces.csv", "$traces$row");
	spit("$dir/i1_nocb_traces.json", slurp("$lab/i1_nocb_traces.json"));
	spit("$dir/data/traces/i1_nocb_traces/b_pervma1k_full.trace.gz", $text);
	return says(['validate', $dir], 0, qr/^i1_nocb_traces +trace_gps +1 +1 /m, "$dir: grace periods");
}
my $real = `gzip -dc '$lab/data/traces/i1_nocb_traces/b_pervma1k_full.trace.gz'`;
like(trace_lab('alike', $real), qr/^i1_nocb_traces: 1 rows exact/m, 'alike, not compressed');
(my $planted = $real) =~ s/ WakeBypassIsDeferred$/ WakeOvfIsDeferred/m;
$out = trace_lab('planted', $planted);
like($out, qr/^i1_nocb_traces: 0 rows exact, 0 under another choice of the scheduler, 1 missed/m, 'another reason');
my ($was) = trace_lab('alike', $real) =~ /^i1_nocb_traces +trace_nocb_wake +(\d+) +\1 /m;
like($out, qr/^i1_nocb_traces +trace_nocb_wake +@{[$was + 1]} +@{[$was - 1]} /m, 'one reason more, and two that differ');
($planted = $real) =~ s/CBs-invoked=936 /CBs-invoked=736 /;
like(trace_lab('sizes', $planted), qr/^i1_nocb_traces +trace_batch_size +2 +1 +0 +1 /m, 'another batch');
spit('alike/data/traces.csv', slurp('alike/data/traces.csv') =~ s/,trace,/,track,/r);
fails(['validate', 'alike'], 3, qr{alike/data/traces\.csv:1:1: error: the heading has no column "trace"}, 'a column that is missing');
unlink('planted/data/traces/i1_nocb_traces/b_pervma1k_full.trace.gz');
fails(['validate', 'planted'], 4, qr{b_pervma1k_full\.trace\.gz: error: No such file}, 'no trace');

# ---- Parameters for all rows ----
my $other = counts_of((rcusim('validate', $lab, '--set', 'i1_nocb_matrix', '--set', 'rcu.rcu_nocbs=', '--format', 'csv'))[1]);
cmp_ok($other->{'i1_nocb_matrix,first_tick'}[1], '<', $now->{'i1_nocb_matrix,first_tick'}[1] / 2, '--set PATH=VALUE changes the machine');

# ---- Mistakes ----
fails(['validate', $lab, '--set', 'i1'], 2, qr/no set or row "i1"; accepted: i1_/, 'no such set');
fails(['validate', $lab, '--show', 'i1_nocb_matrix'], 2, qr/expected one row of it, as i1_nocb_matrix\/1/, 'a set is no row');
fails(['validate', $lab, '--jobs', '0'], 2, qr/no number of threads; accepted: 1 \.\.\. 1024/, '--jobs 0');
fails(['validate', $lab, $lab], 2, qr/at most one directory/, 'two labs');
fails(['validate', $lab, '--set', 'rcu.blimits=1'], 2, qr/blimits/, 'a parameter that there is none of');
fails(['validate', 'nowhere'], 4, qr{nowhere/data/runs\.csv}, 'no lab');
mkdir('lab');
mkdir('lab/data');
my $heading = 'set,mode,vcpus,hz,boot,tag,policy,n,b,threads,phase_us,delay_ns,sleep_us,reader_ms,lat,loop_max_ns,first_cb_ns,total_ns,after_loop_ns,peak_pending,n_callbacks,gp_count';
spit('lab/data/runs.csv', "$heading\nmine,native,1,250,-,-,per_vma,10,0,1,400\n");
fails(['validate', 'lab'], 3, qr{lab/data/runs\.csv:2:1: error: 11 cells; the heading has 22$}, 'a short row');
spit('lab/data/runs.csv', "$heading\nmine,native,1,250,-,-,per_vma,ten,0,1,400,0,0,0,0,1,1,1,1,1,1,1\n");
fails(['validate', 'lab'], 3, qr{column n: "ten" is no integer}, 'no number');
spit('lab/data/runs.csv', "$heading\nmine,native,1,0,-,-,per_vma,10,0,1,400,0,0,0,0,1,1,1,1,1,1,1\n");
fails(['validate', 'lab'], 3, qr{column hz: 0; accepted: 24 \.\.\. 10000}, 'no HZ');
spit('lab/data/runs.csv', "set,n\n");
fails(['validate', 'lab'], 3, qr{no column "mode"}, 'a heading that lacks columns');

# ---- A lab of one's own ----
spit('lab/data/runs.csv', "$heading\nmine,native,1,250,-,-,per_vma,10,0,1,400,0,0,0,0,2000,11600000,11601000,11599000,10,10,1\n");
fails(['validate', 'lab'], 4, qr{lab/mine\.json}, 'it needs a scenario for each set');
spit('lab/mine.json', slurp("$lab/i1_off_matrix.json"));
says(['validate', 'lab'], 0, qr/^native +gp_count +1 +1 /m, 'then it is compared');
spit('lab/causes.md', "# Causes\n- mine\n");
fails(['validate', 'lab'], 3, qr{lab/causes\.md:2: error: "- mine"; expected, below a heading}, 'a pattern without its cause');
spit('lab/causes.md', "# Causes\n## nothing\n- other per_vma\n");
like((rcusim('validate', 'lab'))[2], qr/^rcusim: causes\.md: "nothing" explains no row that misses$/, 'a cause that is stale');

done_testing();
