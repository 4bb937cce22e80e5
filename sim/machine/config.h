/* config.h - the machine section of a scenario: CPUs, tick, scheduler. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cpumask.h"
#include "base/param.h"

/* none and voluntary differ in might_sleep() alone, and no operation here ends with one. */
enum machine_preempt {
	MACHINE_PREEMPT_VOLUNTARY,
	MACHINE_PREEMPT_FULL, /* an interrupt may take the CPU in the kernel, too */
	MACHINE_PREEMPT_NONE
};

/* When a wakeup asks for the CPU it lands on (rcu-behaviour.md 3.10 items 2, 4, 5). */
enum sched_wakeup_preempt {
	SCHED_WAKEUP_PREEMPT_SLICE, /* if the running task has used up its slice */
	SCHED_WAKEUP_PREEMPT_NEVER,
	SCHED_WAKEUP_PREEMPT_ALWAYS,
	SCHED_WAKEUP_PREEMPT_EEVDF /* by lag and deadline: eevdf.h */
};

/* Which of the tasks that one interrupt wakes on an idle CPU runs first. */
enum sched_idle_wakeup_order { SCHED_IDLE_WAKEUP_LAST_FIRST, SCHED_IDLE_WAKEUP_FIRST_FIRST };

struct machine_config {
	int64_t cpus;
	int64_t hz;
	int preempt;          /* enum machine_preempt */
	bool preempt_dynamic; /* the model was chosen at boot: PREEMPT_RCU under all of them */
	bool preempt_count;   /* without PREEMPT_RCU: the tick can tell who may be preempted */
	struct cpumask housekeeping; /* where unbound kthreads may run */
	struct cpumask nohz_full;    /* adaptive-tick CPUs: their callbacks are offloaded, too */
	bool skew_tick;
	bool shared_stream; /* all CPUs share one instruction stream */
	int64_t stream_turn_ns; /* in turns, the time between two deadlines of the round robin; 0: in shares */
	int wakeup_preempt;    /* enum sched_wakeup_preempt */
	int idle_wakeup_order; /* enum sched_idle_wakeup_order */
	int64_t base_slice_ns;
	int64_t ksoftirqd_lag_ns;
};

extern const struct param machine_params[];
