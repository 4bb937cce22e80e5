/* sim.h - build, run and discard one simulated machine. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include <rcusim/scenario.h>

typedef struct RcuSim RcuSim;

typedef enum {
	RCUSIM_FLAG_NONE = 0,
	RCUSIM_FLAG_REFERENCE = 1 << 0, /* every operation its own event */
} RcuSimFlags;

/**
 * rcusim_new:
 * @scenario: (transfer none): validated description; copied, may be freed at once
 * @policy: label of one of the scenario's policies
 * @seed: root of every random stream; equal scenario, policy and seed give an equal run
 * @error: %RCUSIM_ERROR_USAGE if there is no such policy
 *
 * Returns: (transfer full): a machine at t = 0 ns, or %NULL with @error set
 */
RcuSim *rcusim_new(const RcuSimScenario *scenario, const char *policy, uint64_t seed,
		   RcuSimFlags flags, GError **error);

/**
 * rcusim_run_until:
 * @t_end_ns: absolute simulated time in ns, not before rcusim_now_ns(); events due exactly at @t_end_ns
 *   are executed
 *
 * Returns: number of events executed. Never fails: a broken invariant aborts with exit status 5.
 */
uint64_t rcusim_run_until(RcuSim *sim, int64_t t_end_ns);
int64_t rcusim_now_ns(const RcuSim *sim);
uint64_t rcusim_n_events(const RcuSim *sim);

/**
 * rcusim_metric:
 * @name: as listed by rcusim_metric_name(): "exit_latency_p99_ns"
 *
 * Returns: whether there is a metric @name; its value as of now goes to @ret_value
 */
bool rcusim_metric(RcuSim *sim, const char *name, int64_t *ret_value);

void rcusim_free(RcuSim *sim);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RcuSim, rcusim_free)

/* Every metric there is, in the order of the database; NULL past the end. */
const char *rcusim_metric_name(int i);
const char *rcusim_metric_unit(int i);
const char *rcusim_metric_help(int i);

/* Whether a lower value of metric @name is the better one: latencies, memory, CPU time, wakeups. */
bool rcusim_metric_is_better_low(const char *name);
/* The metric that counts what @name measures, or NULL: where that is 0, @name says nothing. */
const char *rcusim_metric_counted_by(const char *name);
