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

done_testing();
