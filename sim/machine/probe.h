/*
 * probe.h - what the model tells an observer.
 *
 * The machine owns this interface; recorders, tracers and tests implement it. Observing changes nothing: a
 * probe may read the model, never write it. trace() carries the kernel's own trace events under the
 * kernel's names and strings; a probe that wants them must run the reference mode, because the operations
 * of a run raise no events of their own.
 */
#pragma once

#include <stdint.h>

enum trace_event {
	TRACE_RCU_GRACE_PERIOD,           /* text; a: gp_seq */
	TRACE_RCU_GRACE_PERIOD_INIT,      /* a: gp_seq; b: lowest CPU of the node */
	TRACE_RCU_FUTURE_GRACE_PERIOD,    /* text; a: gp_seq requested */
	TRACE_RCU_QUIESCENT_STATE_REPORT, /* a: gp_seq; b: qsmask left */
	TRACE_RCU_FQS,                    /* text; a: gp_seq; b: the CPU found quiescent */
	TRACE_RCU_NOCB_WAKE,              /* text; cpu: the CPU it is about */
	TRACE_RCU_CALLBACK,               /* a: length of the list after it */
	TRACE_RCU_BATCH_START,            /* a: length of the list; b: batch limit */
	TRACE_RCU_BATCH_END, /* a: callbacks invoked; text: "C", "S", "I", "R" letters */
	TRACE_N_EVENTS
};

struct trace_record {
	int64_t t_ns;
	enum trace_event event;
	int cpu;
	const char *text; /* the kernel's string, or "" */
	int64_t a, b;
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
	const char *context; /* "softirq", "ksoftirqd" or "rcuop" */
	int64_t start_ns, end_ns;
	int64_t n_callbacks, n_objects, blimit;
};

struct probe {
	void *ctx;
	void (*trace)(void *ctx, const struct trace_record *record); /* or NULL */
	void (*grace_period)(void *ctx, const struct probe_grace_period *gp);
	/* grace period @gp_seq has made @n callbacks ready; this may be told some time after its end */
	void (*callbacks_ready)(void *ctx, int64_t gp_seq, int64_t n);
	void (*batch)(void *ctx, const struct probe_batch *batch);
};
