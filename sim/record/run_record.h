/*
 * run_record.h - everything a database keeps of one run, in memory.
 *
 * The model fills it through its probes while it runs; the writer stores it in one transaction. Times are
 * ns of simulated time, sizes are bytes. Row keys come from the model's objects (a grace period's number, a
 * CPU, a task's id), never from the order of insertion.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "engine/hist.h"
#include "record/event_log.h"

struct record_metric {
	const char *name; /* "exit_latency_p99_ns"; static */
	const char *unit;
	int64_t value;
};

struct record_histogram {
	const char *name; /* "callback_latency_ns"; static */
	const char *unit;
	struct hist hist; /* owned */
};

struct record_grace_period {
	int64_t gp_seq;           /* value while in progress (4k + 1), as the kernel traces it */
	int64_t start_ns, end_ns; /* end -1: still in progress at the end of the run */
	int64_t n_fqs_scans;
	int64_t n_callbacks; /* callbacks that this grace period made ready */
};

/* A row of equal consecutive batches of one CPU. */
struct record_batch {
	int64_t cpu; /* whose callbacks */
	int64_t seq; /* number of the first of them among that CPU's batches */
	int64_t n_batches;
	const char *context; /* "softirq", "ksoftirqd", "rcuc", "rcuop" */
	int64_t start_ns;    /* of the first; the i-th starts i * stride_ns later */
	int64_t stride_ns;
	int64_t n_callbacks; /* each */
	int64_t n_objects;
	int64_t blimit;
};

struct record_cpu {
	int64_t cpu;
	int64_t idle_ns, user_ns, kernel_ns, softirq_ns,
		hardirq_ns; /* their sum is the run's length */
	int64_t ticks, context_switches;
	bool offloaded;
};

struct record_task {
	int64_t id;
	char *name;       /* "rcuog/0"; owned */
	const char *kind; /* "rcuog", "rcuop", "rcuc", "gp", "ksoftirqd", "exit", ... */
	int64_t cpu_ns, lock_wait_ns, wakeups, context_switches;
};

struct record_sample {
	int64_t t_ns;
	int64_t unfreed_objects, unfreed_bytes, callbacks;
};

struct record_violation {
	int64_t seq;
	int64_t t_ns; /* of the access */
	int64_t freed_ns, reader_start_ns, reader_end_ns;
	const char *what;
};

struct run_record {
	GArray *metrics;         /* struct record_metric */
	GArray *histograms;      /* struct record_histogram */
	GArray *grace_periods;   /* struct record_grace_period, ascending gp_seq */
	GArray *batches;         /* struct record_batch, ascending (cpu, seq) */
	GArray *cpus;            /* struct record_cpu */
	GArray *tasks;           /* struct record_task */
	GArray *samples;         /* struct record_sample */
	GArray *violations;      /* struct record_violation */
	struct event_log *trace; /* or NULL */
};

struct run_record *run_record_new(void);
void run_record_free(struct run_record *record);
