/* run.h - run a scenario under its policies, into a database. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include <rcusim/database.h>
#include <rcusim/error.h>
#include <rcusim/scenario.h>
#include <rcusim/sim.h>

/* Where a command is; valid during the callback. */
typedef struct {
	int run, n_runs; /* run 1 of n_runs */
	const char *label;
	int64_t now_ns, end_ns; /* simulated time */
	uint64_t n_events;
	bool saved; /* the run is over, and stored for good if there is a database */
} RcuSimProgress;

/* Returns: whether to go on. */
typedef bool (*RcuSimProgressFunc)(const RcuSimProgress *progress, void *data);

typedef struct {
	RcuSimFlags flags;
	RcuSimProgressFunc progress; /* or NULL; called some 200 times per run */
	void *progress_data;
	const char *source; /* what to call the scenario in the provenance, or NULL */
	/* kernel trace events to keep, "all", "rcu,sched" or names (docs/tracing.md), or NULL; the run is then made
	   event by event, which changes nothing but the time it takes */
	const char *trace;
} RcuSimRunOptions;

typedef struct RcuSimResults RcuSimResults;

/**
 * rcusim_run_scenario:
 * @scenario: runs once under each of its policies, with its seed
 * @options: (nullable)
 * @database: (nullable): receives each run as soon as it is over
 * @error: %RCUSIM_ERROR_INCOMPLETE if the progress callback stopped it: the runs before stay stored;
 *   %RCUSIM_ERROR_SYSTEM if a run cannot be stored or is in the database already; %RCUSIM_ERROR_USAGE if
 *   @options ask for trace events that there are not
 *
 * Returns: (transfer full): what came out, or %NULL with @error set
 */
RcuSimResults *rcusim_run_scenario(const RcuSimScenario *scenario, const RcuSimRunOptions *options,
				   RcuSimDatabase *database, GError **error);
void rcusim_results_free(RcuSimResults *results);

int rcusim_results_n_runs(const RcuSimResults *results);
const char *rcusim_results_label(const RcuSimResults *results, int run);
/* Reports of stalled grace periods, as in a kernel's log; "" without any. */
const char *rcusim_results_stalls(const RcuSimResults *results, int run);
const char *rcusim_results_hash(const RcuSimResults *results,
				int run); /* NULL without a database */
uint64_t rcusim_results_n_events(const RcuSimResults *results, int run);
int64_t rcusim_results_elapsed_us(const RcuSimResults *results, int run); /* wall clock */
/* Returns: whether run @run has a metric @name; its value goes to @ret_value. */
bool rcusim_results_metric(const RcuSimResults *results, int run, const char *name,
			   int64_t *ret_value);

/* Trace events that run @run made and did not keep. */
int64_t rcusim_results_n_events_lost(const RcuSimResults *results, int run);

/* As rcusim_ftrace_export(), of a run that was traced and that no database holds. */
bool rcusim_results_export_ftrace(const RcuSimResults *results, int run, const char *path,
				  bool replace, GError **error);

/* Samples that run @run recorded, in the order of time; and the objects not yet freed at one of them. */
int rcusim_results_n_samples(const RcuSimResults *results, int run);
int64_t rcusim_results_backlog(const RcuSimResults *results, int run, int sample);

/* One expect clause applied to one run. */
typedef struct {
	const char *metric;
	const char *unit;
	const char *label;    /* of the run */
	const char *relation; /* "at most", "at least", "equals" */
	int64_t bound;
	int64_t value;
	bool ok;
} RcuSimExpectation;

/* In the scenario's order, then the runs'; NULL past the end. */
const RcuSimExpectation *rcusim_results_expectation(const RcuSimResults *results, int i);
int rcusim_results_n_failed(const RcuSimResults *results);
/* Lifetime violations of run @run, if no expect clause on "violations" applies to it; else 0. */
int64_t rcusim_results_unexpected_violations(const RcuSimResults *results, int run);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RcuSimResults, rcusim_results_free)
