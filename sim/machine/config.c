#include "machine/config.h"

#include "base/units.h"

static const char *const preempt_choices[] = { "voluntary", "full", "none", NULL };
static const char *const wakeup_preempt_choices[] = { "slice", "never", "always", "eevdf", NULL };

static const char *const idle_wakeup_order_choices[] = { "last-first", "first-first", NULL };

#define ROW(field) .name = #field, .offset = offsetof(struct machine_config, field)

const struct param machine_params[] = {
	{ ROW(cpus), .type = PARAM_INT, .min = 1, .max = SIM_MAX_CPUS, .dflt = 4, .unit = "CPUs",
	  .help = "possible and online CPUs", .source = "arbitrary: a small machine" },
	{ ROW(hz), .type = PARAM_INT, .min = 24, .max = 10000, .dflt = 250, .unit = "ticks/s",
	  .help = "CONFIG_HZ: ticks per second",
	  .source = "Debian's and Ubuntu's kernels before 6.11" },
	{ ROW(preempt), .type = PARAM_ENUM, .choices = preempt_choices,
	  .dflt = MACHINE_PREEMPT_VOLUNTARY,
	  .help = "preemption model: none and voluntary leave a kernel loop only at its cond_resched(); "
		  "lazy (6.13 and later) is not modelled",
	  .source = "default of PREEMPT_DYNAMIC distribution kernels" },
	{ ROW(preempt_dynamic), .type = PARAM_BOOL, .dflt = 1,
	  .help = "CONFIG_PREEMPT_DYNAMIC: preemptible RCU whatever the model; without it none and "
		  "voluntary have rcu_sched",
	  .source = "distribution kernels; the kernel of the measurements" },
	{ ROW(preempt_count), .type = PARAM_BOOL, .dflt = 0,
	  .help = "CONFIG_PREEMPT_COUNT: a tick in preemptible kernel code is a quiescent state of rcu_sched; "
		  "preemptible RCU always has it",
	  .source = "off without preemption or debugging: rcu-behaviour.md 13.2" },
	{ ROW(housekeeping), .type = PARAM_CPULIST, .dflt_text = "all",
	  .special = "not given: all CPUs but those of nohz_full",
	  .help = "CPUs that unbound kthreads (rcuog, rcuop, rcu_preempt) may run on",
	  .source = "kthreads are unbound unless isolated CPUs are configured" },
	{ ROW(nohz_full), .type = PARAM_CPULIST, .dflt_text = "",
	  .help = "adaptive-tick CPUs: no tick while one task runs, user mode is an extended quiescent state, "
		  "callbacks are offloaded",
	  .source = "nohz_full= absent" },
	{ ROW(skew_tick), .type = PARAM_BOOL, .dflt = 0,
	  .help = "offset CPU n's tick by n * tick / (2 * cpus), as boot option skew_tick=1 does",
	  .source = "kernel default: no skew" },
	{ ROW(shared_stream), .type = PARAM_BOOL, .dflt = 0,
	  .help = "all CPUs share one instruction stream, as the virtual CPUs of QEMU -icount, or of a machine "
		  "pinned to one CPU, do: with k of them busy each runs at 1/k of its speed, or in turns",
	  .source = "every CPU executes by itself" },
	{ ROW(stream_turn_ns), .type = PARAM_DURATION, .min = 0, .max = NSEC_PER_SEC, .dflt = 0,
	  .unit = "ns", .special = "0: no turns, equal shares at any instant",
	  .help = "CPUs with shared_stream run one at a time, at full speed: time between two deadlines at which "
		  "QEMU begins a round, in which each CPU may run for its part of what is left until the next",
	  .source =
		  "shares need no knowledge of the host; QEMU 10 with -icount has the period of the "
		  "machine's fastest timer" },
	{ ROW(wakeup_preempt), .type = PARAM_ENUM, .choices = wakeup_preempt_choices,
	  .dflt = SCHED_WAKEUP_PREEMPT_SLICE,
	  .help = "whether a wakeup asks the running task for the CPU: once it has used up its slice, "
		  "never, always, or by lag and deadline, as EEVDF keeps them",
	  .source = "EEVDF: a wakee of equal slice preempts a runner that has used up its own" },
	{ ROW(idle_wakeup_order), .type = PARAM_ENUM, .choices = idle_wakeup_order_choices,
	  .dflt = SCHED_IDLE_WAKEUP_LAST_FIRST,
	  .help = "which of the tasks that one interrupt wakes on an idle CPU runs first (not with "
		  "wakeup_preempt eevdf, where lags decide)",
	  .source =
		  "seen in 23 of 37 cases of the one-CPU traces; EEVDF places the first at lag 0, "
		  "the later ones keep theirs" },
	{ ROW(ksoftirqd_lag_ns), .type = PARAM_DURATION, .min = 0, .max = NSEC_PER_SEC,
	  .dflt = 4 * NSEC_PER_MSEC, .unit = "ns",
	  .help = "wakeup_preempt eevdf: the lag that ksoftirqd threads have kept from before the run",
	  .source =
		  "seen in the lab: woken on an idle CPU behind rcu_preempt, ksoftirqd ran before it, and "
		  "for 6.4 ms (i1_off b_pervma10k_full)" },
	{ ROW(base_slice_ns), .type = PARAM_DURATION, .min = 1, .max = NSEC_PER_SEC, .dflt = 700000,
	  .unit = "ns",
	  .help = "base slice of the fair scheduler, before its factor 1 + log2(min(cpus, 8))",
	  .source = "sysctl_sched_base_slice of Linux 6.12: 0.70 ms" },
	{ .type = PARAM_END },
};
