/*
 * ftrace_stat.h - what a sequence of trace events says: lengths, delays, counts; and its steps, one after the other.
 *
 * The figures are those that the lab took of its traces; each is a distribution over the events of the trace. Steps
 * are what a run can be laid beside another by: grace periods, batches, and what rcu_nocb_wake tells.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "trace/ftrace_line.h"

enum ftrace_figure {
	FIGURE_GP_LENGTH,     /* start to end */
	FIGURE_GP_DISTANCE,   /* start to the next start */
	FIGURE_GP_REQUEST,    /* newreq to start */
	FIGURE_FQS_WAIT,      /* fqswait to fqsstart */
	FIGURE_FQS_SCANS,     /* per grace period */
	FIGURE_RCUOG_GP_WAIT, /* StartWait to EndWait */
	FIGURE_CALLBACK_DELAY, /* call_rcu() to invocation; of callbacks that did not go to the bypass */
	FIGURE_RCUOG_WAKE,      /* DoWake to EndSleep */
	FIGURE_WAKE_GP_KTHREAD, /* sched_waking to the switch: rcu_preempt or rcu_sched */
	FIGURE_WAKE_RCUOG,
	FIGURE_WAKE_RCUOP,
	FIGURE_BATCH_CALLBACKS, /* invoked by one batch, empty ones aside */
	FIGURE_BATCH_LIMIT,
	FIGURE_BATCH_LENGTH,
	FIGURE_CALLBACK_PS, /* time per callback, of batches of ten and more; in ps */
	FIGURE_RCU_SOFTIRQ, /* entry to exit */
	FTRACE_N_FIGURES
};

struct ftrace_figure_info {
	const char *name, *unit;
};
extern const struct ftrace_figure_info ftrace_figures[FTRACE_N_FIGURES];

enum ftrace_stream { STREAM_GRACE_PERIODS, STREAM_BATCHES, STREAM_NOCB_WAKE, FTRACE_N_STREAMS };

/* One step of a stream. */
struct ftrace_step {
	enum ftrace_stream stream;
	const char *text; /* what is compared: "start", "rcuop/0 CBs=10000 bl=10", "0 FirstQ" */
	int64_t number; /* grace periods: (gp_seq - that of the first one that starts) / 4; batches: callbacks invoked */
	int64_t t_ns;
	int64_t line; /* in its file, or row */
};

struct ftrace_stat {
	int64_t n_lines, n_events, n_unknown, n_lost;
	int64_t first_ns, last_ns; /* of events */
	int n_cpus;
	GArray *values[FTRACE_N_FIGURES]; /* int64_t */
	GHashTable *
		wakes; /* rcu_nocb_wake reasons: char * -> GINT count; and the order of their names */
	GPtrArray *wake_names;
	GHashTable *unknown; /* names of events that are not ours -> count */
	GPtrArray *unknown_names;
	GArray *steps; /* struct ftrace_step */
	GStringChunk *strings;
	struct ftrace_pending *pending;
};

struct ftrace_stat *ftrace_stat_new(void);
void ftrace_stat_free(struct ftrace_stat *stat);
/* The next line, or row, of the trace; its strings may go. */
void ftrace_stat_add(struct ftrace_stat *stat, const struct ftrace_line *line, int64_t number);
/* The trace is over: values are sorted. */
void ftrace_stat_finish(struct ftrace_stat *stat);
/* The value of rank @n / 10 of a finished figure, n = 0 ... 10; it must have values. */
int64_t ftrace_stat_tenth(const struct ftrace_stat *stat, enum ftrace_figure figure, int n);
int64_t ftrace_stat_mean(const struct ftrace_stat *stat, enum ftrace_figure figure);
