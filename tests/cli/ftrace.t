#!/usr/bin/env perl
# ftrace.t - trace events of simulated runs: kept, exported; and those of real kernels, read and compared.
use strict;
use warnings;
use File::Basename qw(dirname);
use Cwd qw(abs_path);
use Test::More;

my $here;
BEGIN { $here = abs_path(dirname(__FILE__)) } # before Cli leaves the directory
use lib $here;
use Cli;

my $loop = '{ "schema_version": 1, "name": "loop", "question": "q", "duration": "60ms",
  "machine": { "cpus": 1, "hz": 250 }, "rcu": { "rcu_nocbs": "all" }, "costs_ns": { "profile": "icount-6.12" },
  "policies": { "per-vma": {} },
  "workload": [ { "id": "loop", "kind": "free-loop", "cpus": "0", "objects": 10000, "arrive": { "from": "12400us" } } ] }';
spit('loop.json', $loop);

# --- run --trace ---

says(['run', 'loop.json', '-q', '-o', 'plain.db'], 0, qr{(?:)});
says(['run', 'loop.json', '-q', '--trace', '-o', 'traced.db'], 0, qr{(?:)});
my ($plain) = says(['hash', 'plain.db'], 0, qr{(?:)}) =~ /([0-9a-f]{64})/;
my ($traced) = says(['hash', 'traced.db'], 0, qr{(?:)}) =~ /([0-9a-f]{64})/;
is($traced, $plain, 'tracing changes nothing');
# 14.4: calls that go to the bypass emit no rcu_callback; 16 * 1000 / HZ of them do not go there
says(['query', 'traced.db', "select event, count(*) from event where event in ('rcu_callback', 'rcu_invoke_callback') group by event",
	'--format', 'csv'], 0, qr/^rcu_callback,64\nrcu_invoke_callback,10000$/m);
says(['run', 'loop.json', '-q', '--trace=rcu_batch_end,irq', '-o', 'few.db'], 0, qr{(?:)});
says(['query', 'few.db', 'select distinct event from event order by event', '--format', 'csv'], 0,
	qr/^event\nlocal_timer_entry\nrcu_batch_end\nsoftirq_entry\nsoftirq_exit\nsoftirq_raise$/);
fails(['run', 'loop.json', '-q', '--trace=rcu_fsq', '-o', 'x.db'], 2, qr/^rcusim: --trace: "rcu_fsq" is no event; accepted: all, /);

# --- export ---

my $trace = says(['trace', 'export', '--format', 'ftrace', 'traced.db'], 0, qr/\A# tracer: nop\n#\n# entries-in-buffer\/entries-written: (\d+)\/\1   #P:1\n/);
is(scalar(grep { !/^#/ } split /\n/, $trace), ($trace =~ m{written: (\d+)/})[0], 'as many lines as the header says');
like($trace, qr/^ {10}loop\/0-\d+ +\[000\] d\.\.1\.     0\.0124\d\d: rcu_nocb_wake: rcu_preempt 0 FirstQ$/m, 'a line of a trace file');
unlike($trace, qr/ rcu_callback: .* 65$/m, 'bypassed callbacks are not traced');
says(['trace', 'export', '--format', 'ftrace', 'loop.json', '-o', 'loop.trace'], 0, qr{(?:)});
is(slurp('loop.trace'), $trace, 'a scenario is run for its trace');
fails(['trace', 'export', '--format', 'ftrace', 'plain.db'], 3, qr/^rcusim: plain.db: holds no trace events; rcusim run --trace keeps them/);
fails(['trace', 'export', 'traced.db'], 2, qr/needs --format ftrace/);
fails(['trace', 'export', '--format', 'perf', 'traced.db'], 2, qr/"perf" is no layout of a trace; accepted: ftrace/);
fails(['trace', 'export', '--format', 'ftrace', 'loop.json', '-o', 'loop.trace'], 2, qr/is there already; --force replaces it/);

# --- import ---

my $lab = abs_path("$here/../../scenarios/lab/data/traces");
my $real = "$lab/i1_nocb_traces/b_pervma10k_full.trace.gz";
says(['trace', 'import', 'ftrace', $real], 0, qr/\Ab_pervma10k_full\.trace\.gz: 10422 events of 1 CPU in 59\.091 ms; .*^grace period +2 +1\.64 ms /ms, 'figures');
says(['trace', 'import', 'ftrace', $real, '-q', '-o', 'real.json'], 0, qr/\A\z/, 'a scenario');
says(['scenario', 'check', 'real.json'], 0, qr/ok/, 'which is valid');
# The loop of the scenario is the lab's: it parts from the real trace nowhere.
says(['run', 'real.json', '-q', '--set', 'costs_ns.profile=icount-6.12', '--trace', '-o', 'real.db'], 0, qr{(?:)}, 'and runs');
says(['trace', 'compare', '-q', $real, 'real.db'], 0, qr/\A(?:.* the first (\d+) alike, and no others\n){3}\z/, 'and is like the real one');
says(['trace', 'import', 'ftrace', $real, '-o', '-'], 0, qr/"objects": 10000,/, 'on stdout');
fails(['trace', 'import', 'ftrace', $real, '-o', 'real.json'], 2, qr/is there already; --force replaces it/, 'not over a file');
my @bad = (
	['', 3, qr/^bad\.trace: error: found no event; expected a trace file, or what trace-cmd report prints$/],
	["# tracer: nop\n#\n", 3, qr/found no event/],
	["x\n", 3, qr/^bad\.trace:1:1: error: expected a CPU as in "\[000\]"$/],
	["  a-1 [000] d..1. 1.000001: rcu_fqs: rcu_preempt 5\n", 3, qr/^bad\.trace:1:38: error: expected the event's fields as the kernel prints them$/],
	["  a-1 [000] d..1. 1.01: rcu_fqs: rcu_preempt 5 0 dti\n", 3, qr/^bad\.trace:1:\d+: error: expected a time as in "1\.706454:"$/],
	["  a-1 [000] d..1. 1.000001: rcu_f\0s: x\n", 3, qr/^bad\.trace:1:34: error: found a NUL byte; expected text$/],
	["\x1f\x8b\x08\x00rubbish", 3, qr/^bad\.trace: error: /],
);
for (@bad) {
	my ($text, $status, $message) = @$_;
	spit('bad.trace', $text);
	fails(['trace', 'import', 'ftrace', 'bad.trace'], $status, $message, "bad: $message");
}
spit('other.trace', "a-1 [000] ..... 1.000001: tlb_flush: pages:-1\na-1 [000] ..... 1.000002: tlb_flush: x\nrubbish\nCPU:0 [LOST 5 EVENTS]\n");
my ($status, $out, $err) = rcusim('trace', 'import', 'ftrace', '--lenient', 'other.trace');
is($status, 0, '--lenient');
like($out, qr/^other\.trace: 2 events of 1 CPU in 0\.001 ms; 2 of other kinds, 1 lines skipped, 5 events lost\nnot known: tlb_flush, 2 times$/m, 'what is not known is counted');
like($err, qr/^other\.trace:3:1: error: expected a CPU.*\n.*skipped \(--lenient\)/m, 'and told');
fails(['trace', 'import', 'ftrace', 'other.trace', '--lenient', '-q', '-o', 'x.json'], 3, qr/found no call of call_rcu\(\) and no batch/, 'no calls: no scenario');
ok(!-e 'x.json', 'nothing is left behind');
fails(['trace', 'import', 'ftrace'], 2, qr/needs one file/, 'no file');
fails(['trace', 'import', 'ftrace', 'nosuch'], 4, qr/^nosuch: error: No such file/, 'a file that is not there');

# --- compare ---

says(['trace', 'compare', 'traced.db', 'loop.trace'], 0, qr/^A: traced\.db: .*^B: loop\.trace: .*and no others\n\z/ms, 'a run and its export are alike');
my $other = slurp('loop.trace');
$other =~ s/ FirstBQ$/ FirstBQwake/m;
my $line = 1 + (substr($other, 0, $-[0]) =~ tr/\n//);
spit('other.trace', $other);
says(['trace', 'compare', '-q', 'loop.trace', 'other.trace'], 1,
	qr/^rcu_nocb_wake: 87 and 87 steps, the first 66 alike; then\n    A: line $line, after [^:]+: 0 FirstBQ\n    B: line $line, after [^:]+: 0 FirstBQwake\n/m, 'where they part');
fails(['trace', 'compare', 'traced.db'], 2, qr/needs two traces/, 'one trace');
fails(['trace', 'compare', 'plain.db', 'traced.db'], 3, qr/holds no trace events/, 'a run without events');

done_testing();
