/*
 * test_accounting.c - nothing is lost and nothing is counted twice: time, callbacks, objects, integrals.
 *
 * All identities are exact, on scenarios that use every workload (reliability.md 2.4, 2.5).
 */
#include <glib.h>

#include "model/machine.h"

static const RcuSimFlags modes[] = { RCUSIM_FLAG_NONE, RCUSIM_FLAG_REFERENCE };

/* Machines of all kinds under a little of everything. */
static const char *const mixes[] = {
	"'machine': {'cpus': 4}, 'rcu': {'rcu_nocbs': '2-3'}, 'policies': {'per-vma': {}}",
	"'machine': {'cpus': 4, 'preempt': 'full'}, 'rcu': {'rcu_nocbs': ''}, 'policies': {'list-batched': {}}",
	"'machine': {'cpus': 3, 'hz': 1000, 'skew_tick': true}, 'rcu': {'rcu_nocbs': 'all'},"
	"'policies': {'per-vma': {}}",
	"'machine': {'cpus': 1, 'wakeup_preempt': 'always'}, 'rcu': {'rcu_nocbs': 'all'},"
	"'policies': {'whole-list': {}}",
	"'machine': {'cpus': 2, 'housekeeping': '0', 'preempt': 'full', 'wakeup_preempt': 'always'},"
	"'rcu': {'rcu_nocbs': '1', 'qhimark': 300}, 'policies': {'direct-on-exit': {}}",
	"'machine': {'cpus': 1}, 'rcu': {'rcu_nocbs': '', 'qhimark': 500}, 'policies': {'per-vma': {}}",
};

static TestMachine *mix_new(RcuSimFlags flags, size_t mix)
{
	return test_machine_new(
		flags,
		"%s, 'vma': {'maple': 'always'}, 'workload': ["
		"{'id': 'x', 'kind': 'exit', 'count': 20, 'vmas': 300, 'arrive': {'spread': '40ms'}},"
		"{'id': 'm', 'kind': 'munmap', 'count': 3, 'vmas': 7, 'calls': 40, 'pause': '300us'},"
		"{'id': 'c', 'kind': 'call-rcu', 'calls': 200, 'pause': '150us'},"
		"{'id': 'l', 'kind': 'free-loop', 'objects': 3000, 'arrive': {'from': '5ms'}},"
		"{'id': 'r', 'kind': 'reader', 'rate_per_s': 400, 'hold': '300us', 'until': '60ms'},"
		"{'id': 'f', 'kind': 'fault', 'rate_per_s': 4000, 'hold': '3us', 'until': '60ms'}]",
		mixes[mix]);
}

/* --- time --- */

/* An interrupt is accounted when it begins: what of it lies beyond now. */
static int64_t beyond_ns(const struct sim_cpu *cpu, int64_t now_ns)
{
	return MAX(cpu->acct_ns - now_ns, 0);
}

static void check_cpu_times(const TestMachine *tm)
{
	const int64_t now_ns = rcusim_now_ns(tm->sim);

	for (int i = 0; i < tm->m->n_cpus; i++) {
		const struct sim_cpu *cpu = &tm->m->cpus[i];
		int64_t sum_ns = 0;

		for (int k = 0; k < CPU_N_TIMES; k++) {
			g_assert_cmpint(cpu->time_ns[k], >=, 0);
			sum_ns += cpu->time_ns[k];
		}
		g_assert_cmpint(sum_ns - beyond_ns(cpu, now_ns), ==, now_ns);
	}
}

/* idle + user + kernel + softirq + hardirq = elapsed, on every CPU, whenever one looks. */
static void test_cpu_times_sum_to_the_run(void)
{
	for (size_t mix = 0; mix < G_N_ELEMENTS(mixes); mix++) {
		g_autoptr(TestMachine) tm = mix_new(RCUSIM_FLAG_NONE, mix);

		for (int i = 0; i < 300; i++) {
			test_run_until(tm,
				       rcusim_now_ns(tm->sim) + g_test_rand_int_range(1, 600000));
			check_cpu_times(tm);
		}
	}
}

/* What the tasks used is what the CPUs spent in user and kernel mode, but for switches to the idle task. */
static void test_task_times_sum_to_the_cpus(void)
{
	for (size_t mix = 0; mix < G_N_ELEMENTS(mixes); mix++) {
		g_autoptr(TestMachine) tm = mix_new(RCUSIM_FLAG_NONE, mix);
		int64_t cpus_ns = 0, tasks_ns = 0, n_switches = 0, ticks = 0;

		test_run_until(tm, MS(200));
		for (int i = 0; i < tm->m->n_cpus; i++) {
			cpus_ns += tm->m->cpus[i].time_ns[CPU_TIME_USER];
			cpus_ns += tm->m->cpus[i].time_ns[CPU_TIME_KERNEL];
			n_switches += tm->m->cpus[i].n_switches;
			ticks += tm->m->cpus[i].n_ticks;
		}
		for (const struct sim_task *task = tm->m->tasks; task != NULL; task = task->next)
			tasks_ns += task->cpu_ns;
		g_assert_cmpint(tasks_ns, <=, cpus_ns);
		g_assert_cmpint(cpus_ns - tasks_ns, <=, n_switches * tm->m->costs.context_switch);
		g_assert_cmpint(test_metric(tm, "hardirq_cpu_ns"), ==, ticks * tm->m->costs.tick);
		g_assert_cmpint(test_metric(tm, "context_switches"), ==, n_switches);
	}
}

/* Metrics that are sums of others. */
static void test_wakeups_sum_to_the_total(void)
{
	for (size_t mix = 0; mix < G_N_ELEMENTS(mixes); mix++) {
		g_autoptr(TestMachine) tm = mix_new(RCUSIM_FLAG_NONE, mix);
		int64_t workload = 0;

		test_run_until(tm, MS(200));
		for (const struct sim_task *task = tm->m->tasks; task != NULL; task = task->next)
			if (task->kind == TASK_WORKLOAD)
				workload += task->n_wakeups;
		g_assert_cmpint(test_metric(tm, "wakeups"), ==,
				workload + test_metric(tm, "rcuog_wakeups") +
					test_metric(tm, "rcuop_wakeups") +
					test_metric(tm, "rcuc_wakeups") +
					test_metric(tm, "gp_kthread_wakeups") +
					test_metric(tm, "ksoftirqd_wakeups"));
	}
}

/* --- callbacks and objects --- */

static int64_t n_pending(const TestMachine *tm)
{
	int64_t n = 0;

	for (int i = 0; i < tm->m->n_cpus; i++) {
		const struct rcu_data *rdp = &tm->rcu->rdp[i];

		n += rdp->nocb_bypass.n + rdp->batch.list.n;
		for (int k = 0; k < RCU_CBLIST_NSEGS; k++)
			n += rdp->cblist.seg[k].n;
	}
	return n;
}

/* enqueued = invoked + pending, on the lists themselves; freed + unfreed = given up. */
static void test_callbacks_are_conserved(void)
{
	for (size_t mix = 0; mix < G_N_ELEMENTS(mixes); mix++) {
		g_autoptr(TestMachine) tm = mix_new(RCUSIM_FLAG_NONE, mix);

		for (int i = 0; i < 300; i++) {
			test_run_until(tm,
				       rcusim_now_ns(tm->sim) + g_test_rand_int_range(1, 600000));
			g_assert_cmpint(tm->rcu->stats.n_callbacks, ==,
					tm->rcu->stats.n_invoked + n_pending(tm));
			g_assert_cmpint(rcu_n_callbacks(tm->rcu), ==, n_pending(tm));
			g_assert_cmpint((int64_t)tm->rcu->stats.callback_latency.n, ==,
					tm->rcu->stats.n_invoked);
		}
		test_run_until(tm, MS(600));
		g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
		/* 20 exits, 120 munmaps and their nodes, 200 calls, one loop */
		g_assert_cmpint(test_metric(tm, "objects_freed") +
					test_metric(tm, "residue_objects"),
				==, 20 * 300 + 3 * 40 * (7 + 1) + 200 + 3000);
		g_assert_cmpint(test_metric(tm, "unfreed_objects_left"), ==,
				test_metric(tm, "residue_objects"));
	}
}

/* Callbacks told ready by grace periods, and invoked by batches, are those that were queued. */
static void test_rows_account_for_every_callback(void)
{
	for (size_t mix = 0; mix < G_N_ELEMENTS(mixes); mix++) {
		g_autoptr(TestMachine) tm = mix_new(RCUSIM_FLAG_NONE, mix);
		int64_t ready = 0, last_end_ns = -1;

		test_run_until(tm, MS(600));
		for (guint i = 0; i < tm->sim->grace_periods->len; i++) {
			const struct record_grace_period *gp = &g_array_index(
				tm->sim->grace_periods, struct record_grace_period, i);

			ready += gp->n_callbacks;
			g_assert_cmpint(gp->gp_seq, ==, -1199 + 4 * (int64_t)i);
			g_assert_cmpint(gp->start_ns, >=,
					last_end_ns); /* O-ORD4: they never overlap */
			last_end_ns = gp->end_ns;
		}
		g_assert_cmpint(ready, ==, test_metric(tm, "callbacks"));
	}
}

/* --- exact identities: O-LITTLE --- */

static int64_t sum_of(const struct hist *hist)
{
	g_assert_true(hist->sum <= INT64_MAX);
	return (int64_t)hist->sum;
}

/*
 * The integral of the number of pending callbacks is the sum of their latencies. In reference mode nothing
 * changes between two events, so that the integral is a sum over events.
 */
static void test_pending_callbacks_integrate_to_latencies(void)
{
	for (size_t mix = 0; mix < G_N_ELEMENTS(mixes); mix++) {
		g_autoptr(TestMachine) tm = mix_new(RCUSIM_FLAG_REFERENCE, mix);
		struct sim_key next;
		int64_t integral = 0, last_ns = 0;

		while (engine_next_key(tm->m->engine, &next) && next.t_ns <= MS(600)) {
			integral += rcu_n_callbacks(tm->rcu) * (next.t_ns - last_ns);
			last_ns = next.t_ns;
			engine_run_until(tm->m->engine, next.t_ns);
		}
		g_assert_cmpint(rcu_n_callbacks(tm->rcu), ==, 0);
		g_assert_cmpint(integral, ==, sum_of(&tm->rcu->stats.callback_latency));
		/* the fast mode, from its progressions */
		{
			g_autoptr(TestMachine) fast = mix_new(RCUSIM_FLAG_NONE, mix);

			test_run_until(fast, MS(600));
			g_assert_cmpint(sum_of(&fast->rcu->stats.callback_latency), ==, integral);
		}
	}
}

/* The integral of unfreed objects and bytes, by looking after every event. */
static void test_unfreed_objects_integrate(void)
{
	for (size_t mix = 0; mix < G_N_ELEMENTS(mixes); mix++) {
		g_autoptr(TestMachine) each = mix_new(RCUSIM_FLAG_REFERENCE, mix);
		g_autoptr(TestMachine) fast = mix_new(RCUSIM_FLAG_NONE, mix);
		struct sim_key next;
		__int128 objects = 0, bytes = 0;
		int64_t last_ns = 0;

		while (engine_next_key(each->m->engine, &next) && next.t_ns <= MS(100)) {
			objects += (__int128)each->mm->unfreed.objects * (next.t_ns - last_ns);
			bytes += (__int128)each->mm->unfreed.bytes * (next.t_ns - last_ns);
			last_ns = next.t_ns;
			engine_run_until(each->m->engine, next.t_ns);
		}
		objects += (__int128)each->mm->unfreed.objects * (MS(100) - last_ns);
		bytes += (__int128)each->mm->unfreed.bytes * (MS(100) - last_ns);
		test_run_until(fast, MS(100));
		g_assert_true(unfreed_object_ns(&fast->mm->unfreed, MS(100)) == objects);
		g_assert_true(unfreed_byte_ns(&fast->mm->unfreed, MS(100)) == bytes);
		g_assert_cmpint(test_metric(fast, "unfreed_object_us"), ==,
				(int64_t)(objects / 1000));
		g_assert_cmpint(test_metric(fast, "unfreed_byte_us"), ==, (int64_t)(bytes / 1000));
	}
}

/* One object per callback, given up when it is queued: its time unfreed is the callback's latency. */
static void test_per_vma_objects_live_as_long_as_callbacks(void)
{
	for (size_t mode = 0; mode < G_N_ELEMENTS(modes); mode++) {
		g_autoptr(TestMachine) tm = test_machine_new(
			modes[mode],
			"'machine': {'cpus': 2}, 'rcu': {'rcu_nocbs': '1'},"
			"'workload': [{'id': 'x', 'kind': 'exit', 'count': 6, 'vmas': 4000}]");

		test_run_until(tm, MS(300));
		g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
		const int64_t sum_ns = sum_of(&tm->rcu->stats.callback_latency);

		g_assert_true(unfreed_object_ns(&tm->mm->unfreed, MS(300)) == sum_ns);
		g_assert_true(unfreed_byte_ns(&tm->mm->unfreed, MS(300)) == (__int128)sum_ns * 224);
	}
}

/* Deterministic and underloaded: every latency by hand (Q12 with nothing to wait for). */
static void test_an_isolated_callback_takes_what_its_steps_take(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 2, 'housekeeping': '0'}, 'rcu': {'rcu_nocbs': 'all'}");

	/* without costs: from the call at 1 ms to the scan at T(2) */
	TEST_SCRIPT(tm, "caller", 1, false, MS(1), STEP(CALL_RCU, 0));
	test_run_until(tm, MS(50));
	g_assert_cmpint(test_metric(tm, "callback_latency_max_ns"), ==, MS(8) - MS(1));
	g_assert_cmpint(test_metric(tm, "callback_first_ns"), ==, MS(8));
	g_assert_cmpint(test_metric(tm, "free_last_ns"), ==, MS(8));
	g_assert_cmpint(test_metric(tm, "grace_period_max_ns"), ==, MS(7));
}

/* Utilisation law: what invoking costs is what rcuop and softirqs were charged for. */
static void test_invoking_costs_what_it_should(void)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 2, 'housekeeping': '0'}, 'rcu': {'rcu_nocbs': '1'},"
		"'costs_ns': {'batch': 0, 'nocb_cb': 0, 'context_switch': 0, 'wakeup': 0, 'cond_resched': 0},"
		"'workload': [{'id': 'f', 'kind': 'free-loop', 'cpus': '1', 'objects': 10000}]");

	test_run_until(tm, MS(100));
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
	g_assert_cmpint(test_metric(tm, "rcuop_cpu_ns"), ==, 10000 * (20 + 38));
}

/* A freeing loop is its iterations: body, remove_vma() and what the policy does. */
static void test_a_loop_costs_its_iterations(void)
{
	static const struct {
		const char *policy, *nocbs;
		int64_t n, loop_ns, call_rcu_ns;
	} table[] = {
		{ "'per-vma': {}", "", 1000, 1000 * (5 + 2 + 120 + 27), 1000 * 27 },
		{ "'direct-on-exit': {}", "", 1000, 1000 * (5 + 2 + 120 + 2 * 38),
		  0 }, /* and its lock */
		{ "'whole-list': {}", "", 1000, 1000 * (5 + 2 + 120 + 10) + 80 + 27, 27 },
		/* 30 full lists; the remainder of 10 is drained after the loop */
		{ "'list-batched': {}", "", 1000, 1000 * (5 + 2 + 120 + 10) + 30 * (80 + 27),
		  30 * 27 },
		/* 64 direct calls, the others bypassed; the first wakes rcuog */
		{ "'per-vma': {}", "1", 1000, 1000 * (5 + 2 + 120) + 65 * 84 + 935 * 30 + 1500,
		  65 * 84 + 935 * 30 },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
		for (size_t mode = 0; mode < G_N_ELEMENTS(modes); mode++) {
			g_autoptr(TestMachine) tm = test_machine_new(
				modes[mode],
				"'machine': {'cpus': 2, 'housekeeping': '0'}, 'rcu': {'rcu_nocbs': '%s'},"
				"'policies': {%s}, 'costs_ns': {'idle_wake': 1000000}, 'workload':"
				"[{'id': 'x', 'kind': 'exit', 'cpus': '1', 'vmas': %d}]",
				table[i].nocbs, table[i].policy, (int)table[i].n);

			test_run_until(tm, MS(3));
			g_assert_cmpint(test_metric(tm, "exits"), ==, 1);
			g_assert_cmpint(test_metric(tm, "freeing_loop_total_ns"), ==,
					table[i].loop_ns);
			g_assert_cmpint(test_metric(tm, "freeing_loop_call_rcu_ns"), ==,
					table[i].call_rcu_ns);
		}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/time/cpus-sum-to-the-run", test_cpu_times_sum_to_the_run);
	g_test_add_func("/time/tasks-sum-to-the-cpus", test_task_times_sum_to_the_cpus);
	g_test_add_func("/time/a-loop-costs-its-iterations", test_a_loop_costs_its_iterations);
	g_test_add_func("/time/invoking-costs-what-it-should", test_invoking_costs_what_it_should);
	g_test_add_func("/time/an-isolated-callback",
			test_an_isolated_callback_takes_what_its_steps_take);
	g_test_add_func("/counts/wakeups-sum-to-the-total", test_wakeups_sum_to_the_total);
	g_test_add_func("/counts/callbacks-are-conserved", test_callbacks_are_conserved);
	g_test_add_func("/counts/rows-account-for-every-callback",
			test_rows_account_for_every_callback);
	g_test_add_func("/little/pending-callbacks-integrate-to-latencies",
			test_pending_callbacks_integrate_to_latencies);
	g_test_add_func("/little/unfreed-objects-integrate", test_unfreed_objects_integrate);
	g_test_add_func("/little/per-vma-objects-live-as-long-as-callbacks",
			test_per_vma_objects_live_as_long_as_callbacks);
	return g_test_run();
}
