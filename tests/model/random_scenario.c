/*
 * Random scenarios, biased towards what makes runs and single operations differ: small limits that are hit in
 * mid-run, operations that end exactly at ticks, contended locks, zero costs, preemption, shared CPUs.
 */
#include "model/random_scenario.h"

#include <inttypes.h>
#include <string.h>

#include <glib.h>

#include "model/random.h"

static const char *const cost_names[] = {
	"free_loop_body",
	"cond_resched",
	"list_push",
	"list_drain",
	"kmem_cache_free",
	"remove_vma",
	"unmap_vma",
	"munmap_vma",
	"rcu_read_lock",
	"call_rcu",
	"call_rcu_direct",
	"call_rcu_bypass",
	"callback_invoke",
	"batch",
	"wakeup",
	"context_switch",
	"idle_wake",
	"tick",
	"softirq",
	"timer",
	"kworker",
	"rcu_core",
	"gp_node",
	"gp_kthread",
	"fqs_cpu",
	"nocb_gp_cpu",
	"nocb_gp",
	"nocb_cb",
	"kvfree_call_rcu",
	"kfree_bulk",
	"page_alloc",
	"call_srcu",
	"srcu_gp",
	"srcu_cpu",
	"exit_mmap",
	"munmap",
	"page_fault",
	"map_call",
	"fork",
	"fork_vma",
	"exec",
	"exit",
	"ipi",
	"ipi_handler",
	"synchronize_rcu",
	"rcu_barrier",
	"rcu_barrier_cpu",
	"exp_gp",
	"exp_cpu",
};

static const char *const kernels[] = { "6.12", "6.1", "7.0" };

static int64_t random_cost(struct random *r, bool commensurate)
{
	static const int64_t grid[] = { 500, 500, 1000, 1000, 1500, 2000, 4000 };

	if (chance(r, 8))
		return 0;
	return commensurate ? PICK(r, grid) : between(r, 1, chance(r, 10) ? 20000 : 900);
}

static void put_costs(GString *s, struct random *r, bool commensurate)
{
	struct random apart = { .state = r->state ^ UINT64_C(0x7ace) }; /* what came later */

	g_string_append(s, "\"costs_ns\": {");
	for (size_t i = 0; i < G_N_ELEMENTS(cost_names); i++)
		g_string_append_printf(s, "%s\"%s\": %" G_GINT64_FORMAT, i == 0 ? "" : ", ",
				       cost_names[i], random_cost(r, commensurate));
	if (chance(&apart, 25))
		g_string_append_printf(s, ", \"trace_event\": %" G_GINT64_FORMAT,
				       random_cost(&apart, commensurate));
	if (chance(&apart, 40))
		g_string_append_printf(s,
				       ", \"slab_free_fast\": %d, \"put_partials\": %d, "
				       "\"discard_slab\": %d",
				       (int)between(&apart, 0, 900), (int)between(&apart, 0, 4000),
				       (int)between(&apart, 0, 900));
	g_string_append(s, "},\n");
}

/* A random, non-empty set of CPUs as a list. */
static char *random_cpus(struct random *r, int n_cpus)
{
	GString *s = g_string_new(NULL);

	if (chance(r, 40))
		g_string_append(s, "all");
	for (int cpu = 0; s->len < 3 && cpu < n_cpus; cpu++)
		if (chance(r, 50))
			g_string_append_printf(s, "%s%d", s->len > 0 ? "," : "", cpu);
	if (s->len == 0)
		g_string_append_printf(s, "%d", (int)between(r, 0, n_cpus - 1));
	return g_string_free(s, false);
}

static int64_t put_machine(GString *s, struct random *r, bool commensurate, int *ret_cpus)
{
	static const int cpu_counts[] = { 1, 1, 2, 2, 3, 4, 6, 9, 20 };
	static const int hz[] = { 100, 250, 250, 300, 1000, 1000 };
	static const int hz_even[] = { 100, 250, 1000, 1000 };
	static const char *const preempt[] = { "voluntary", "voluntary", "none", "full" };
	static const char *const wakeup[] = {
		"slice", "slice", "never", "always", "eevdf", "eevdf"
	};
	const int n_cpus = PICK(r, cpu_counts);
	const int rate = commensurate ? PICK(r, hz_even) : PICK(r, hz);
	g_autofree char *housekeeping = random_cpus(r, n_cpus);
	g_autofree char *nohz_full = random_cpus(r, n_cpus);
	const bool shared = chance(r, 25);
	const bool turns = shared && chance(r, 60);
	const bool adaptive = chance(r, 30) && n_cpus > 2 && strcmp(nohz_full, "all") != 0;

	g_string_append_printf(
		s,
		"\"machine\": { \"cpus\": %d, \"hz\": %d, \"preempt\": \"%s\", \"preempt_dynamic\": %s, "
		"\"preempt_count\": %s, \"housekeeping\": \"%s\", "
		"\"skew_tick\": %s, \"wakeup_preempt\": \"%s\", \"idle_wakeup_order\": \"%s\", \"base_slice_ns\": \"%dus\", "
		"\"shared_stream\": %s, \"stream_turn_ns\": \"%dns\", \"nohz_full\": \"%s\" },\n",
		n_cpus, rate, PICK(r, preempt), chance(r, 60) ? "true" : "false",
		chance(r, 50) ? "true" : "false", housekeeping, chance(r, 20) ? "true" : "false",
		PICK(r, wakeup), chance(r, 30) ? "first-first" : "last-first",
		(int)between(r, 50, 1500), shared ? "true" : "false",
		turns ? (int)(commensurate ? 20000 * between(r, 1, 10) : between(r, 3000, 300000))
		      : 0,
		adaptive ? nohz_full : "");
	*ret_cpus = n_cpus;
	return 1000000000 / rate;
}

/* The kernel drawn. */
static const char *put_rcu(GString *s, struct random *r, int n_cpus)
{
	static const int qhimarks[] = { 20, 70, 300, 2000, 10000, 10000 };
	g_autofree char *cpus = random_cpus(r, n_cpus);
	const int qhimark = PICK(r, qhimarks);
	const char *kernel = PICK(r, kernels);

	g_string_append_printf(
		s,
		"\"rcu\": { \"kernel\": \"%s\", \"rcu_nocbs\": \"%s\", \"blimit\": %d, \"qhimark\": %d, \"qlowmark\": %d, "
		"\"rcu_divisor\": %d, \"nocb_nobypass_lim_per_jiffy\": %d, \"rcu_nocb_gp_stride\": %d, "
		"\"rcu_fanout_leaf\": %d, \"jiffies_till_first_fqs\": %d, \"jiffies_till_next_fqs\": %d, "
		"\"jiffies_till_sched_qs\": %d, \"nohz_full_patience_delay\": %d",
		kernel, chance(r, 75) ? cpus : "", (int)between(r, 1, 30), qhimark,
		(int)between(r, 0, qhimark < 100 ? qhimark : 100), (int)between(r, 0, 9),
		chance(r, 50) ? -1 : (int)between(r, 0, 100),
		chance(r, 60) ? -1 : (int)between(r, 1, 4),
		chance(r, 60) ? 16 : (int)between(r, 2, 5), (int)between(r, -1, 3),
		(int)between(r, -1, 3), chance(r, 70) ? -1 : (int)between(r, 1, 6),
		chance(r, 70) ? 0 : (int)between(r, 1, 30));
	return kernel;
}

/* Polling and laziness, drawn apart. */
static void put_rcu_nocb(GString *s, uint64_t seed, const char *kernel)
{
	struct random r = { .state = seed ^ UINT64_C(0x1a27) };

	if (chance(&r, 15))
		g_string_append(s, ", \"rcu_nocb_poll\": true");
	if (strcmp(kernel, "6.1") != 0 && chance(&r, 50))
		g_string_append(s, ", \"enable_rcu_lazy\": true");
}

/* The priority of the kthreads and the overload, drawn apart. */
static void put_rcu_core(GString *s, uint64_t seed)
{
	struct random r = { .state = seed ^ UINT64_C(0xf1f0) };

	if (chance(&r, 30))
		g_string_append_printf(s, ", \"kthread_prio\": %d, \"rcu_nocb_cpu_cb_boost\": %s",
				       (int)between(&r, 1, 99), chance(&r, 50) ? "true" : "false");
	if (chance(&r, 50))
		g_string_append_printf(s, ", \"qovld\": %d", (int)between(&r, -1, 400));
	if (chance(&r, 10))
		g_string_append(s, ", \"rcu_double_check_cb_time\": true");
	if (chance(&r, 10))
		g_string_append(s, ", \"rcu_kick_kthreads\": true");
}

/* Boosting, with a delay that the short run has time for; refused without PREEMPT_RCU. */
static void put_rcu_boost(GString *s, uint64_t seed)
{
	struct random r = { .state = seed ^ UINT64_C(0xb0057) };
	const bool preempt_rcu = strstr(s->str, "\"preempt_dynamic\": true") != NULL ||
				 strstr(s->str, "\"preempt\": \"full\"") != NULL;

	if (preempt_rcu && chance(&r, 40))
		g_string_append_printf(s, ", \"rcu_boost\": true, \"rcu_boost_delay\": %d",
				       chance(&r, 30) ? 0 : (int)between(&r, 1, 40));
}

/* rcuc instead of the softirq, as a rule with batches short enough for it to yield; drawn apart. */
static void put_rcu_kthreads(GString *s, uint64_t seed)
{
	struct random r = { .state = seed ^ UINT64_C(0x72637563) };

	if (chance(&r, 25))
		g_string_append_printf(s, ", \"use_softirq\": false, \"rcu_resched_ns\": %d",
				       (int)between(&r, 1, 3) * 1000000);
}

/* Knobs of SRCU and kfree_rcu(): limits that are hit, domains that grow. */
static void put_srcu(GString *s, uint64_t seed)
{
	struct random r = { .state = seed ^ UINT64_C(0x5acb) };

	if (chance(&r, 40))
		return;
	g_string_append_printf(
		s,
		", \"rcu_min_cached_objs\": %d, \"convert_to_big\": %d, \"big_cpu_lim\": %d, \"small_contention_lim\": %d, "
		"\"srcu_retry_check_delay\": %d, \"srcu_max_nodelay_phase\": %d, \"srcu_max_nodelay\": %d",
		(int)between(&r, 0, 3), chance(&r, 30) ? 16 : (int)between(&r, 0, 1) * 3,
		(int)between(&r, 2, 8), (int)between(&r, 0, 6), (int)between(&r, 0, 8),
		(int)between(&r, -1, 5), (int)between(&r, -1, 5));
}

/* How calls of synchronize_rcu() are answered, drawn apart. */
static void put_rcu_sync(GString *s, uint64_t seed)
{
	struct random r = { .state = seed ^ UINT64_C(0x51bc) };

	g_string_append_printf(s, ", \"rcu_normal_wake_from_gp\": %d", (int)between(&r, -1, 1));
	if (chance(&r, 20))
		g_string_append(s, ", \"rcu_expedited\": true");
	if (chance(&r, 10))
		g_string_append(s, ", \"rcu_normal\": true");
}

static void put_policy(GString *s, struct random *r)
{
	static const char *const names[] = { "per-vma", "whole-list", "direct-on-exit" };

	if (chance(r, 50))
		g_string_append_printf(s,
				       "\"policies\": { \"p\": { \"policy\": \"list-batched\", "
				       "\"list_limit\": %d, \"exact\": %s } },\n",
				       (int)between(r, 1, 50), chance(r, 50) ? "true" : "false");
	else
		g_string_append_printf(s, "\"policies\": { \"p\": { \"policy\": \"%s\" } },\n",
				       PICK(r, names));
}

/* The members that say who arrives where and when. */
static void put_arrival(GString *s, struct random *r, int n_cpus, int64_t tick_ns, bool on_tick,
			int i, const char *kind, int n_max)
{
	g_autofree char *cpus = random_cpus(r, n_cpus);
	const int64_t from_ns = on_tick ? between(r, 1, 4) * tick_ns : between(r, 0, 4 * tick_ns);

	g_string_append_printf(s, "%s{ \"id\": \"w%d\", \"kind\": \"%s\", \"cpus\": \"%s\"",
			       i == 0 ? "" : ",\n  ", i, kind, cpus);
	g_string_append_printf(s, ", \"arrive\": { \"from\": \"%" G_GINT64_FORMAT "ns\"", from_ns);
	if (n_max > 0 && !on_tick)
		g_string_append_printf(s, ", \"spread\": \"%dus\"", (int)between(r, 0, 5000));
	g_string_append(s, " }");
	if (n_max > 0)
		g_string_append_printf(s, ", \"count\": %d", (int)between(r, 1, n_max));
}

static void put_free_loop(GString *s, struct random *r, const char *method)
{
	const bool sleeps = between(r, 0, 5) == 0;

	g_string_append_printf(s, ", \"method\": \"%s\", \"objects\": %d, \"batch\": %d", method,
			       (int)between(r, 1, sleeps ? 200 : 6000), (int)between(r, 1, 70));
	if (sleeps)
		g_string_append_printf(s, ", \"usleep\": \"%dus\"", (int)between(r, 1, 2000));
	if (between(r, 0, 5) == 0)
		g_string_append_printf(s, ", \"ndelay\": \"%dns\"", (int)between(r, 0, 3000));
	if (between(r, 0, 3) == 0)
		g_string_append(s, ", \"timestamps\": true");
	if (chance(&(struct random){ .state = r->state ^ UINT64_C(0x9b0e) }, 40)) /* apart */
		g_string_append(s, ", \"samples\": true");
	if (between(r, 0, 1) == 0)
		g_string_append_printf(s, ", \"look_every\": %d", (int)between(r, 1, 100));
	/* 6.1 has no kvfree_rcu_barrier() */
	if (strcmp(method, "kfree-rcu") == 0 && strstr(s->str, "\"kernel\": \"6.1\"") == NULL &&
	    chance(r, 60))
		g_string_append(s, ", \"barrier\": true");
	if (strcmp(method, "typesafe") == 0)
		g_string_append_printf(s, ", \"objects_per_slab\": %d, \"min_partial\": %d",
				       (int)between(r, 0, 40), (int)between(r, 0, 6));
	if (strcmp(method, "direct") == 0) {
		struct random apart = { .state = r->state ^ UINT64_C(0x51ab) };

		g_string_append_printf(
			s, ", \"objects_per_slab\": %d, \"min_partial\": %d, \"cpu_partial\": %d",
			(int)between(&apart, 0, 40), (int)between(&apart, 0, 12),
			chance(&apart, 30) ? 0 : (int)between(&apart, 1, 200));
	}
	g_string_append(s, " }");
}

/* What there is for lazy callbacks' sake, drawn apart: some that hurry among them, and memory reclaim. */
static void put_lazy_workloads(GString *s, uint64_t seed, int n_cpus, int64_t tick_ns, bool on_tick,
			       int i)
{
	struct random r = { .state = seed ^ UINT64_C(0x1a28) };

	if (chance(&r, 30)) {
		put_arrival(s, &r, n_cpus, tick_ns, on_tick, i++, "call-rcu", 3);
		g_string_append_printf(s, ", \"calls\": %d, \"pause\": \"%dus\", \"hurry\": true }",
				       (int)between(&r, 1, 300),
				       chance(&r, 50) ? 0 : (int)between(&r, 1, 6000));
	}
	if (chance(&r, 15)) {
		put_arrival(s, &r, n_cpus, tick_ns, on_tick, i, "reclaim", 2);
		g_string_append_printf(s, ", \"calls\": %d, \"pause\": \"%dus\" }",
				       (int)between(&r, 1, 20), (int)between(&r, 0, 4000));
	}
}

/* Sections of readers, or page faults. */
static void put_sections(GString *s, struct random *r, int n_cpus, int64_t tick_ns, bool on_tick,
			 int i)
{
	const bool fault = chance(r, 50);
	const bool srcu = !fault && chance(r, 40);

	put_arrival(s, r, n_cpus, tick_ns, on_tick, i, fault ? "fault" : "reader", 0);
	if (!fault && !srcu && chance(r, 40))
		g_string_append(s, ", \"lookup\": true");
	if (srcu)
		g_string_append_printf(s, ", \"domain\": \"srcu\", \"sleeps\": %s",
				       chance(r, 60) ? "true" : "false");
	g_string_append_printf(
		s,
		", \"rate_per_s\": %d, \"hold\": { \"dist\": \"exponential\", \"mean\": \"%dus\" } }",
		(int)between(r, 100, 20000), (int)between(r, 1, chance(r, 20) ? 20000 : 100));
}

static void put_workload(GString *s, struct random *r, int n_cpus, int64_t tick_ns, bool on_tick,
			 int i)
{
	static const char *const methods[] = { "per-object", "per-object", "batch",    "whole-list",
					       "direct",     "srcu",       "srcu",     "kfree-rcu",
					       "kfree-rcu",  "typesafe",   "typesafe", "hurry" };

	static const char *const modes[] = {
		"\"user\"", "\"kernel\"", "\"kernel-no-resched\"",
		"\"kernel-no-resched\", \"section\": \"rcu\"",
		"\"kernel-no-resched\", \"section\": \"preempt-off\""
	};

	switch (between(r, 0, 7)) {
	case 7:
		put_arrival(s, r, n_cpus, tick_ns, on_tick, i, "spin", 3);
		g_string_append_printf(s, ", \"mode\": %s, \"run\": \"%dus\", \"step\": \"%dns\" }",
				       modes[between(r, 0, G_N_ELEMENTS(modes) - 1)],
				       (int)between(r, 100, 60000),
				       on_tick ? 50000 : (int)between(r, 5000, 100000));
		break;
	case 6:
		put_arrival(s, r, n_cpus, tick_ns, on_tick, i, "replay", 0);
		g_string_append_printf(
			s, ", \"trace\": \"t.replay\", \"copies\": %d, \"think_permille\": %d }",
			(int)between(r, 1, 3), on_tick ? 1000 : (int)between(r, 0, 2000));
		break;
	case 0:
	case 1:
		put_arrival(s, r, n_cpus, tick_ns, on_tick, i, "exit", 4);
		g_string_append_printf(s, ", \"vmas\": %d }", (int)between(r, 0, 4000));
		break;
	case 2:
		put_arrival(s, r, n_cpus, tick_ns, on_tick, i, "free-loop", 2);
		put_free_loop(s, r, PICK(r, methods));
		break;
	case 3:
		put_arrival(s, r, n_cpus, tick_ns, on_tick, i, "munmap", 3);
		g_string_append_printf(
			s,
			", \"vmas\": { \"dist\": \"uniform\", \"min\": 1, \"max\": %d }, \"calls\": %d, "
			"\"pause\": \"%dus\" }",
			(int)between(r, 1, 200), (int)between(r, 1, 30), (int)between(r, 0, 3000));
		break;
	case 4:
		put_arrival(s, r, n_cpus, tick_ns, on_tick, i, "call-rcu", 3);
		g_string_append_printf(s, ", \"calls\": %d, \"pause\": \"%dus\" }",
				       (int)between(r, 1, 600),
				       chance(r, 50) ? 0 : (int)between(r, 1, 2000));
		break;
	default:
		put_sections(s, r, n_cpus, tick_ns, on_tick, i);
		break;
	}
}

/* Drawn from a stream of its own: CPUs that go and come back while the other workloads are at work. */
static void put_hotplug(GString *s, uint64_t seed, int n_cpus, int64_t tick_ns)
{
	struct random r = { .state = seed ^ UINT64_C(0x686f74706c7567) };
	g_autofree char *cpus = random_cpus(&r, n_cpus);

	static const char *const nocb[] = { "keep", "keep", "toggle", "offload", "deoffload" };
	/* what is drawn is drawn in any case */
	const bool hotplug = chance(&r, 15);
	const char *change = PICK(&r, nocb);

	if (!hotplug)
		return;
	if (strstr(s->str, "\"kernel\": \"6.1\"") != NULL)
		change = "keep"; /* V14 */
	g_string_append_printf(
		s,
		",\n  { \"id\": \"hotplug\", \"kind\": \"cpu-hotplug\", \"cpus\": \"%s\", \"arrive\": { \"from\": "
		"\"%" PRId64
		"ns\" }, \"offline_for\": \"%dus\", \"pause\": \"%dus\", \"cycles\": %d, "
		"\"nocb\": \"%s\" }",
		cpus[0] == '\0' ? "0" : cpus, between(&r, 0, 5 * tick_ns),
		(int)between(&r, 0, 20000), (int)between(&r, 0, 10000), (int)between(&r, 1, 4),
		change);
}

/* Tasks that wait for RCU, drawn apart: some have none, some have all kinds at once, many at a time. */
static void put_waiters(GString *s, uint64_t seed, int n_cpus, int64_t tick_ns, bool on_tick)
{
	static const char *const methods[] = { "synchronize-rcu",
					       "synchronize-rcu",
					       "expedited",
					       "expedited",
					       "barrier",
					       "barrier",
					       "poll",
					       "poll-full",
					       "cond" };
	struct random r = { .state = seed ^ UINT64_C(0xba77) };
	const int n = chance(&r, 50) ? 0 : (int)between(&r, 1, 4);

	for (int i = 0; i < n; i++) {
		put_arrival(s, &r, n_cpus, tick_ns, on_tick, 100 + i, "synchronize",
			    chance(&r, 20) ? 30 : 4);
		g_string_append_printf(
			s,
			", \"method\": \"%s\", \"calls\": %d, \"pause\": \"%dus\", \"poll_every\": \"%dus\" }",
			PICK(&r, methods), (int)between(&r, 1, 40),
			chance(&r, 40) ? 0 : (int)between(&r, 1, 3000), (int)between(&r, 1, 5000));
	}
}

struct random_scenario random_scenario_new(uint64_t seed)
{
	struct random r = { .state = seed };
	const bool commensurate = chance(&r, 60);
	GString *s = g_string_new(
		"{ \"schema_version\": 1, \"name\": \"random\", \"question\": \"?\",\n");
	const int n_loads = (int)between(&r, 1, 4);
	const char *kernel;
	int n_cpus;
	int64_t tick_ns;

	g_string_append_printf(s, "\"duration\": \"%dms\", \"seed\": %u,\n",
			       (int)between(&r, 60, 150), (unsigned int)between(&r, 0, 1000));
	tick_ns = put_machine(s, &r, commensurate, &n_cpus);
	kernel = put_rcu(s, &r, n_cpus);
	put_rcu_nocb(s, seed, kernel);
	put_rcu_core(s, seed);
	put_rcu_boost(s, seed);
	put_rcu_kthreads(s, seed);
	put_srcu(s, seed);
	put_rcu_sync(s, seed);
	g_string_append(s, " },\n");
	put_costs(s, &r, commensurate);
	if (chance(&r, 50))
		g_string_append(s, "\"vma\": { \"maple\": \"never\" },\n");
	put_policy(s, &r);
	g_string_append(s, "\"workload\": [");
	for (int i = 0; i < n_loads; i++)
		put_workload(s, &r, n_cpus, tick_ns, commensurate, i);
	put_hotplug(s, seed, n_cpus, tick_ns);
	put_lazy_workloads(s, seed, n_cpus, tick_ns, commensurate, n_loads);
	put_waiters(s, seed, n_cpus, tick_ns, commensurate);
	g_string_append_printf(
		s, "],\n\"record\": { \"sample_every\": \"%dus\", \"batches\": true } }\n",
		(int)between(&r, 200, 5000));
	return (struct random_scenario){ .text = g_string_free(s, false),
					 .replay = random_replay_new(seed),
					 .commensurate = commensurate };
}

struct random_scenario random_flood_new(uint64_t seed)
{
	static const int hz[] = { 100, 250, 300, 1000 };
	static const char *const nocbs[] = { "", "1", "all" };
	struct random r = { .state = seed };
	GString *s =
		g_string_new("{ \"schema_version\": 1, \"name\": \"flood\", \"question\": \"?\", "
			     "\"duration\": \"300ms\", ");

	g_string_append_printf(
		s,
		"\"machine\": { \"cpus\": %d, \"hz\": %d }, "
		"\"rcu\": { \"kernel\": \"%s\", \"rcu_nocbs\": \"%s\" },\n\"costs_ns\": { ",
		(int)between(&r, 2, 6), PICK(&r, hz), PICK(&r, kernels), PICK(&r, nocbs));
	for (size_t i = 0; i < G_N_ELEMENTS(cost_names); i++)
		g_string_append_printf(s, "%s\"%s\": %d", i == 0 ? "" : ", ", cost_names[i],
				       (int)between(&r, 1, 400));
	g_string_append(s, " },\n");
	put_policy(s, &r);
	g_string_append(s, "\"workload\": [ { \"id\": \"w\", \"kind\": \"exit\", \"cpus\": \"1\", "
			   "\"arrive\": { \"from\": \"5ms\" }, \"vmas\": 20000 } ] }\n");
	return (struct random_scenario){ .text = g_string_free(s, false) };
}

/* Lazy callbacks over half a minute: their timeouts, of 10 s, are beyond what the others live. */
struct random_scenario random_lazy_new(uint64_t seed)
{
	static const int hz[] = { 100, 250, 300, 1000 };
	static const int qhimarks[] = { 50, 400, 10000 };
	static const char *const lazy_kernels[] = { "6.12", "7.0" };
	struct random r = { .state = seed ^ UINT64_C(0x1a29) };
	GString *s =
		g_string_new("{ \"schema_version\": 1, \"name\": \"lazy\", \"question\": \"?\", "
			     "\"duration\": \"30s\", ");
	const int n_cpus = (int)between(&r, 1, 6);
	g_autofree char *cpus = random_cpus(&r, n_cpus);
	const int qhimark = PICK(&r, qhimarks);

	g_string_append_printf(
		s,
		"\"machine\": { \"cpus\": %d, \"hz\": %d }, \"rcu\": { \"kernel\": \"%s\", \"rcu_nocbs\": \"%s\", "
		"\"enable_rcu_lazy\": true, \"rcu_nocb_poll\": %s, \"qhimark\": %d, \"qlowmark\": 20 },\n",
		n_cpus, PICK(&r, hz), PICK(&r, lazy_kernels), cpus,
		chance(&r, 10) ? "true" : "false", qhimark);
	put_costs(s, &r, chance(&r, 50));
	put_policy(s, &r);
	g_string_append(s, "\"workload\": [");
	for (int i = 0; i < 3; i++) {
		g_autofree char *on = random_cpus(&r, n_cpus);

		g_string_append_printf(
			s,
			"%s{ \"id\": \"w%d\", \"kind\": \"call-rcu\", \"cpus\": \"%s\", \"count\": %d, \"calls\": %d, "
			"\"hurry\": %s, \"arrive\": { \"from\": \"%dms\", \"spread\": \"2s\" }, "
			"\"pause\": { \"dist\": \"exponential\", \"mean\": \"%dms\" } }",
			i == 0 ? "" : ",\n  ", i, on, (int)between(&r, 1, 3),
			(int)between(&r, 1, 40), i > 0 && chance(&r, 40) ? "true" : "false",
			(int)between(&r, 1, 9000), (int)between(&r, 1, chance(&r, 50) ? 20 : 6000));
	}
	g_string_append_printf(
		s,
		",\n  { \"id\": \"flood\", \"kind\": \"free-loop\", \"cpus\": \"0\", \"method\": \"per-object\", "
		"\"objects\": %d, \"arrive\": { \"from\": \"%dms\" } }",
		(int)between(&r, 1, 3 * qhimark > 3000 ? 3000 : 3 * qhimark),
		(int)between(&r, 1, 15000));
	if (chance(&r, 30))
		g_string_append_printf(
			s,
			",\n  { \"id\": \"r\", \"kind\": \"reclaim\", \"calls\": 3, \"pause\": \"%dms\" }",
			(int)between(&r, 1, 9000));
	g_string_append(s, "] }\n");
	return (struct random_scenario){ .text = g_string_free(s, false) };
}
