/*
 * event_cost.h - how many events a flood of callbacks costs, counted; no clock is read.
 *
 * One exit of n VMAs under per-vma on an offloaded CPU: the scenario exit-scale with more VMAs. Everything is
 * counted from the start of the run to the last free. Shared by bench_callbacks.c, which prints it, and by
 * tests/model/test_cost.c, which holds it to the bound.
 */
#pragma once

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include <rcusim/scenario.h>
#include <rcusim/sim.h>

/*
 * events <= a * jiffies + b * grace periods + c * wakeups + d * n / qhimark: what an interaction costs, whatever n is.
 *
 * a: a jiffy on a flooding CPU: the turn of jiffies; a tick on that CPU, and one on the CPU where the kthreads run;
 *    the call in flight at the turn, to which the run is cut; the first call of the new jiffy, which flushes.
 * b: a grace period on one rcu_node: 4 operations of its kthread (init, scan, cleanup, end); 1 of rcuog (the
 *    scan of the CPU); 3 of rcuop (extract, the run of callbacks, the look afterwards); 7 in softirqs (the timer of
 *    the scan, and on each of the two ticking CPUs 3 rcu_core(): start noticed, reported, end noticed).
 * c: a wakeup: the idle CPU leaves idle; the switch to the task.
 * d: a full bypass: the run that fills it; the call that flushes it.
 */
enum {
	EVENTS_PER_JIFFY = 5,
	EVENTS_PER_GRACE_PERIOD = 15,
	EVENTS_PER_WAKEUP = 2,
	EVENTS_PER_QHIMARK = 2
};

#define EVENT_COST_TICK_NS INT64_C(4000000) /* exit-scale: HZ=250 */
#define EVENT_COST_QHIMARK INT64_C(10000)
/* At 10^6 VMAs an event must stand for at least so many callbacks. */
#define EVENT_COST_N_RATIO      INT64_C(1000000)
#define CALLBACKS_PER_EVENT_MIN INT64_C(1000)

struct event_cost {
	int64_t n_vmas, events;
	int64_t callbacks, jiffies, grace_periods, wakeups;
};

static inline int64_t event_cost_metric(RcuSim *sim, const char *name)
{
	int64_t value;

	if (!rcusim_metric(sim, name, &value))
		g_error("there is no metric %s", name);
	return value;
}

static inline RcuSimScenario *event_cost_scenario(int64_t n_vmas)
{
	g_autofree char *vmas = g_strdup_printf("workload.exit.vmas=%" PRId64, n_vmas);
	const char *const sets[] = { vmas,
				     "vma.max_map_count=20000000",
				     "duration=8s",
				     "record.sample_every=8s",
				     "record.batches=false",
				     NULL };
	g_autoptr(GError) error = NULL;
	RcuSimScenario *scenario = rcusim_scenario_load("exit-scale", sets, &error);

	if (scenario == NULL)
		g_error("%s", error->message);
	return scenario;
}

/* Two runs: the first says when the last VMA is freed, the second stops there. */
static inline struct event_cost event_cost_measure(int64_t n_vmas)
{
	g_autoptr(RcuSimScenario) scenario = event_cost_scenario(n_vmas);
	g_autoptr(RcuSim) whole = rcusim_new(scenario, "per-vma", 1, RCUSIM_FLAG_NONE, NULL);
	g_autoptr(RcuSim) sim = rcusim_new(scenario, "per-vma", 1, RCUSIM_FLAG_NONE, NULL);
	int64_t last_free_ns;

	rcusim_run_until(whole, rcusim_scenario_duration_ns(scenario));
	if (event_cost_metric(whole, "objects_freed") != n_vmas)
		g_error("%" PRId64 " VMAs are not freed by the end of the run", n_vmas);
	last_free_ns = event_cost_metric(whole, "free_last_ns");
	rcusim_run_until(sim, last_free_ns);
	return (struct event_cost){
		.n_vmas = n_vmas,
		.events = (int64_t)rcusim_n_events(sim),
		.callbacks = event_cost_metric(sim, "callbacks"),
		.jiffies = last_free_ns / EVENT_COST_TICK_NS,
		.grace_periods = event_cost_metric(sim, "grace_periods"),
		.wakeups = event_cost_metric(sim, "wakeups"),
	};
}

static inline int64_t event_cost_bound(const struct event_cost *c)
{
	return EVENTS_PER_JIFFY * c->jiffies + EVENTS_PER_GRACE_PERIOD * c->grace_periods +
	       EVENTS_PER_WAKEUP * c->wakeups + EVENTS_PER_QHIMARK * c->n_vmas / EVENT_COST_QHIMARK;
}

static inline bool event_cost_holds(const struct event_cost *c)
{
	if (c->n_vmas == EVENT_COST_N_RATIO && c->callbacks < CALLBACKS_PER_EVENT_MIN * c->events)
		return false;
	return c->events <= event_cost_bound(c);
}
