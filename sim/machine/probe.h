/*
 * probe.h - what the model tells an observer.
 *
 * The machine owns this interface; recorders, tracers and tests implement it. Observing changes nothing: a
 * probe may read the model, never write it. trace() carries the kernel's own trace events under the
 * kernel's names and strings, and where they were executed (rcu-behaviour.md 14); a probe that wants them must
 * run the reference mode, because the operations of a run raise no events of their own.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * The events, and which fields of struct trace_record they use: name, text and other are strings, 0 ... 7 the
 * places of arg[]. sim/trace/event_format.c has their layout in a trace file.
 */
enum trace_event {
	TRACE_RCU_UTILIZATION,         /* text */
	TRACE_RCU_GRACE_PERIOD,        /* name text; 0: gp_seq */
	TRACE_RCU_FUTURE_GRACE_PERIOD, /* name text; 0: rnp gp_seq, requested, level, grplo, grphi */
	TRACE_RCU_GRACE_PERIOD_INIT,   /* name; 0: gp_seq, level, grplo, grphi, qsmask */
	TRACE_RCU_EXP_GRACE_PERIOD,    /* name text; 0: expedited sequence */
	TRACE_RCU_EXP_FUNNEL_LOCK,     /* name text; 0: level, grplo, grphi */
	TRACE_RCU_NOCB_WAKE,           /* name text; 0: CPU */
	TRACE_RCU_PREEMPT_TASK,        /* name; 0: gp_seq, pid */
	TRACE_RCU_UNLOCK_PREEMPTED_TASK, /* name; 0: gp_seq, pid */
	TRACE_RCU_QUIESCENT_STATE_REPORT, /* name; 0: gp_seq, mask, qsmask left, level, grplo, grphi, tasks */
	TRACE_RCU_FQS,                    /* name text; 0: rdp gp_seq, CPU */
	TRACE_RCU_STALL_WARNING,   /* name text */
	TRACE_RCU_WATCHING,        /* text; 0: old nesting, new nesting, counter */
	TRACE_RCU_DYNTICK,         /* the same before 6.12 (V19) */
	TRACE_RCU_CALLBACK,        /* name other (function); 0: rhp, length of the list after it */
	TRACE_RCU_SEGCB_STATS,     /* text; 0 ... 3: lengths, 4 ... 7: labels */
	TRACE_RCU_KVFREE_CALLBACK, /* name; 0: rhp, offset, length of the list after it */
	TRACE_RCU_BATCH_START,     /* name; 0: length of the list, batch limit */
	TRACE_RCU_INVOKE_CALLBACK, /* name other (function); 0: rhp */
	TRACE_RCU_INVOKE_KVFREE_CALLBACK,     /* name; 0: rhp, offset */
	TRACE_RCU_INVOKE_KFREE_BULK_CALLBACK, /* name; 0: bulk, records */
	TRACE_RCU_SR_NORMAL,                  /* name text; 0: rhp */
	TRACE_RCU_BATCH_END, /* name text (C S I R, or dots); 0: callbacks invoked */
	TRACE_RCU_BARRIER,   /* name text; 0: CPU or -1, remaining, sequence */
	TRACE_SCHED_SWITCH, /* name text (state) other: previous and next comm; 0: prev pid, prio, next pid, prio */
	TRACE_SCHED_WAKING,      /* name (comm); 0: pid, prio, CPU */
	TRACE_SCHED_WAKEUP,      /* the same */
	TRACE_SOFTIRQ_RAISE,     /* text (action); 0: vector */
	TRACE_SOFTIRQ_ENTRY,     /* the same */
	TRACE_SOFTIRQ_EXIT,      /* the same */
	TRACE_LOCAL_TIMER_ENTRY, /* 0: vector */
	TRACE_N_EVENTS
};

#define TRACE_EVENT_BIT(event) (UINT64_C(1) << (event))
#define TRACE_ALL_EVENTS       (TRACE_EVENT_BIT(TRACE_N_EVENTS) - 1)

/* Where and as what an event was executed: what stands before its name in a line of a trace file. */
struct trace_context {
	int cpu;          /* that executed it */
	const char *comm; /* task that had the CPU; lives as long as the machine */
	int pid;          /* 0: the idle task */
	bool irqs_off, bh_off;
	char need_resched; /* 'N' set for the task and its CPU, 'n', 'p' one of them, '.' not */
	char layer; /* 'h' hardirq, 's' softirq, 'H' hardirq over softirq, '.' the task itself */
	int preempt_depth; /* locks held, and one for the idle task */
};

#define TRACE_N_ARGS 8

struct trace_record {
	int64_t t_ns;
	enum trace_event event;
	int cpu; /* whose rcu_data, list or queue it is about, be that printed or not */
	struct trace_context context;
	const char *name;  /* the RCU flavour's, or a comm; "" if unused */
	const char *text;  /* the kernel's string; "" if unused */
	const char *other; /* "" if unused */
	int64_t arg[TRACE_N_ARGS];
};

/* A grace period started (end_ns is -1), or ended. */
struct probe_grace_period {
	int64_t gp_seq; /* its value while in progress */
	int64_t start_ns, end_ns;
	int64_t n_fqs_scans;
};

/* rcu_do_batch() ended after invoking a callback. */
struct probe_batch {
	int cpu;             /* whose callbacks */
	const char *context; /* "softirq", "ksoftirqd", "rcuc" or "rcuop" */
	int64_t start_ns, end_ns;
	int64_t n_callbacks, n_objects, blimit;
};

/* A grace period has lasted too long, and CPU @cpu says so. */
struct probe_stall {
	int64_t t_ns, gp_seq;
	int cpu;
	bool self_detected; /* the grace period waits for @cpu itself */
	const char *text;   /* the report, lines as in a kernel's log */
};

struct probe {
	void *ctx;
	uint64_t trace_events; /* TRACE_EVENT_BIT() of those that trace() wants */
	void (*trace)(void *ctx, const struct trace_record *record); /* or NULL */
	void (*grace_period)(void *ctx, const struct probe_grace_period *gp);
	/* grace period @gp_seq has made @n callbacks ready; this may be told some time after its end */
	void (*callbacks_ready)(void *ctx, int64_t gp_seq, int64_t n);
	void (*batch)(void *ctx, const struct probe_batch *batch);
	void (*stall)(void *ctx, const struct probe_stall *stall); /* or NULL */
};
