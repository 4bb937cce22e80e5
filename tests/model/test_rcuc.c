/*
 * test_rcuc.c - rcutree.use_softirq=0: rcu_core() in a kthread per CPU (rcu-behaviour.md 5.3, 5.4).
 *
 * Machines without costs but those of callbacks, HZ 250, J is jiffy 10.
 */
#include <string.h>

#include "model/machine.h"

#define J_NS MS(40)

static bool has_task(const TestMachine *tm, const char *name)
{
	for (const struct sim_task *task = tm->m->tasks; task != NULL; task = task->next)
		if (strcmp(task->name, name) == 0)
			return true;
	return false;
}

static int n_utilization(const TestMachine *tm, const char *text)
{
	return test_trace_count(tm, TRACE_RCU_UTILIZATION, -1, text);
}

/* --- the kthreads --- */

static void test_a_kthread_per_cpu(void)
{
	g_autoptr(TestMachine) without =
		test_machine_new(RCUSIM_FLAG_NONE, "'machine': {'cpus': 2}");
	g_autoptr(TestMachine) with = test_machine_new(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 2}, 'rcu': {'use_softirq': false, 'rcu_nocbs': '1', 'kthread_prio': 3}");

	g_assert_false(has_task(without, "rcuc/0"));
	g_assert_true(has_task(with, "rcuc/1"));
	for (int cpu = 0; cpu < 2; cpu++) {
		const struct sim_task *rcuc = test_rdp(with, cpu)->rcu_cpu_kthread_task;

		g_assert_null(test_rdp(without, cpu)->rcu_cpu_kthread_task);
		g_assert_cmpint(rcuc->bound_cpu, ==, cpu);
		g_assert_cmpint(rcuc->fifo_prio, ==, 3);
		/* created after the others */
		g_assert_cmpint(rcuc->id, >, test_rdp(with, 1)->nocb_cb_kthread->id);
	}
}

/*
 * One callback on one CPU. T(J+1): rcuc labels it and asks; the grace period starts when rcuc sleeps, and its CPU's switch to
 * idle is its quiescent state. T(J+2): rcuc reports it, the end. T(J+3): rcuc invokes the callback.
 */
static void test_one_callback(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_REFERENCE, "'machine': {'cpus': 1}, 'rcu': {'use_softirq': false},"
				       "'record': {'batches': true}");

	test_machine_trace(tm);
	TEST_SCRIPT(tm, "caller", 0, false, J_NS + US(100), STEP(CALL_RCU, 0));
	test_run_until(tm, J_NS + MS(100));
	g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, -1, "newreq"), ==, J_NS + MS(4));
	g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, -1, "start"), ==, J_NS + MS(4));
	g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, 0, "cpuqs"), ==, J_NS + MS(4));
	g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, -1, "end"), ==, J_NS + MS(8));
	g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_BATCH_START, 0, NULL), ==, J_NS + MS(12));
	g_assert_cmpstr(g_array_index(tm->sim->batches, struct record_batch, 0).context, ==,
			"rcuc");
	/* three activations of one rcu_core() each, and no softirq of RCU's */
	g_assert_cmpint(n_utilization(tm, "Start CPU kthread@rcu_run"), ==, 3);
	g_assert_cmpint(n_utilization(tm, "End CPU kthread@rcu_wait"), ==, 3);
	g_assert_cmpint(n_utilization(tm, "Start RCU core"), ==, 3);
	g_assert_cmpint(n_utilization(tm, "Start CPU kthread@rcu_yield"), ==, 0);
	g_assert_cmpint(test_trace_count(tm, TRACE_SOFTIRQ_RAISE, -1, "RCU"), ==, 0);
	g_assert_cmpint(test_metric(tm, "rcuc_wakeups"), ==, 3);
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
}

/*
 * CPU 1 is busy in the kernel, reader-free. Its tick notices a grace period of T(J+1) at T(J+2); rcuc's way back to the task is
 * its quiescent state, within the task's next 10 us; a softirq has to wait for the tick at T(J+3).
 */
static int64_t first_qs_ns(const char *use_softirq)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 2, 'housekeeping': '0', 'wakeup_preempt': 'always'},"
		"'rcu': {'use_softirq': %s}",
		use_softirq);

	test_machine_trace(tm);
	TEST_SCRIPT(tm, "busy", 1, false, J_NS - MS(10), STEPS(RESCHED, US(10), 100000));
	TEST_SCRIPT(tm, "caller", 0, false, J_NS + US(100), STEP(CALL_RCU, 0));
	test_run_until(tm, J_NS + MS(40));
	g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, -1, "start"), ==, J_NS + MS(4));
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
	return test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, 1, "cpuqs");
}

static void test_its_switches_are_quiescent_states(void)
{
	g_assert_cmpint(first_qs_ns("true"), ==, J_NS + MS(12));
	g_assert_cmpint(first_qs_ns("false"), >=, J_NS + MS(8));
	g_assert_cmpint(first_qs_ns("false"), <=, J_NS + MS(8) + US(10));
}

/* --- batches --- */

/* @n callbacks of 1 us each that CPU 1 queues at 100 us and that become ready together; the other kthreads are on CPU 0. */
static TestMachine *flood_new(RcuSimFlags flags, int n, const char *rcu)
{
	TestMachine *tm = test_machine_new_free(
		flags,
		"'machine': {'cpus': 2, 'housekeeping': '0'}, 'record': {'batches': true}, 'rcu': {'qhimark': "
		"1000000, %s}, 'workload': [{'id': 'f', 'kind': 'free-loop', 'cpus': '1', 'objects': %d,"
		"'arrive': {'from': '100us'}}]",
		rcu, n);

	test_machine_trace(tm);
	tm->m->costs.callback_invoke = US(1);
	return tm;
}

/* The @i-th batch of CPU 1; rows of equal ones stand for several. */
static struct record_batch batch_at(const TestMachine *tm, int i)
{
	for (guint row = 0; row < tm->sim->batches->len; row++) {
		struct record_batch batch =
			g_array_index(tm->sim->batches, struct record_batch, row);

		if (batch.cpu != 1)
			continue;
		if (i < batch.n_batches) {
			batch.start_ns += i * batch.stride_ns;
			return batch;
		}
		i -= (int)batch.n_batches;
	}
	g_error("no such batch");
}

static int64_t n_batches(const TestMachine *tm)
{
	int64_t n = 0;

	for (guint row = 0; row < tm->sim->batches->len; row++)
		n += g_array_index(tm->sim->batches, struct record_batch, row).n_batches;
	return n;
}

#define QUICK "'use_softirq': false, 'blimit': 50"
/* A limit of more than 100: that is what time limits need. */
#define LIMITED "'use_softirq': false, 'blimit': 101"

/* 10000 >> 7 = 78 is printed, and not applied: one batch of 10 ms, with a busy task's operations between its callbacks. */
static void test_no_limit_and_others_run_in_between(void)
{
	g_autoptr(TestMachine) tm = flood_new(RCUSIM_FLAG_NONE, 10000, QUICK);
	struct test_script *busy =
		TEST_SCRIPT(tm, "busy", 1, false, MS(1), STEPS(RESCHED, US(10), 1000000));
	int64_t start_ns, end_ns;
	int n_between = 0;

	test_run_until(tm, MS(200));
	g_assert_cmpint(n_batches(tm), ==, 1);
	g_assert_cmpint(batch_at(tm, 0).n_callbacks, ==, 10000);
	g_assert_cmpint(batch_at(tm, 0).blimit, ==, 78);
	start_ns = test_trace_ns(tm, TRACE_RCU_BATCH_START, 1, NULL);
	end_ns = test_trace_ns(tm, TRACE_RCU_BATCH_END, 1, NULL);
	for (int i = 0; i < test_n_ends(busy); i++)
		n_between += test_end_ns(busy, i) > start_ns && test_end_ns(busy, i) < end_ns;
	g_assert_cmpint(n_between, >, 0);
	/* the CPU was busy for all of it, and nothing else took time */
	g_assert_cmpint(end_ns - start_ns, ==, MS(10) + n_between * US(10));
}

/* Looks at the clock after each 32nd callback: the 3008th is the first of these at 3 ms or after. One activation does it all. */
static void check_time_limit(RcuSimFlags flags)
{
	static const int sizes[] = { 3008, 3008, 3008, 976 };
	g_autoptr(TestMachine) tm = flood_new(flags, 10000, LIMITED);
	int64_t end_ns;

	test_run_until(tm, MS(200));
	g_assert_cmpint(n_batches(tm), ==, 4);
	end_ns = batch_at(tm, 0).start_ns;
	for (int i = 0; i < 4; i++) {
		const struct record_batch batch = batch_at(tm, i);

		g_assert_cmpstr(batch.context, ==, "rcuc");
		g_assert_cmpint(batch.n_callbacks, ==, sizes[i]);
		g_assert_cmpint(batch.start_ns, ==, end_ns);
		end_ns += US(sizes[i]);
	}
	g_assert_cmpint(n_utilization(tm, "Start CPU kthread@rcu_yield"), ==, 0);
}

static void test_time_limit(void)
{
	check_time_limit(RCUSIM_FLAG_NONE);
	check_time_limit(RCUSIM_FLAG_REFERENCE);
}

/* --- yielding --- */

/*
 * 12000 callbacks, and a limit of 1 ms: ten rounds of 1024, then rcuc yields with 1760 left. It sleeps two jiffies, that is until
 * the third tick; the tick of an idle CPU calls it back at once, for its callbacks are ready.
 */
#define YIELDS LIMITED ", 'rcu_resched_ns': 1000000"

static int64_t check_ten_rounds(TestMachine *tm)
{
	int64_t end_ns;

	test_run_until(tm, MS(100));
	g_assert_cmpint(n_batches(tm), ==, 12);
	for (int i = 0; i < 11; i++)
		g_assert_cmpint(batch_at(tm, i).n_callbacks, ==, 1024);
	g_assert_cmpint(batch_at(tm, 11).n_callbacks, ==, 736);
	end_ns = batch_at(tm, 0).start_ns + US(10240);
	g_assert_cmpint(batch_at(tm, 9).start_ns, ==, end_ns - US(1024));
	g_assert_cmpint(n_utilization(tm, "Start CPU kthread@rcu_yield"), ==, 1);
	g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_UTILIZATION, -1, "Start CPU kthread@rcu_yield"),
			==, end_ns);
	g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_UTILIZATION, -1, "End CPU kthread@rcu_yield"),
			==, batch_at(tm, 10).start_ns);
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
	return end_ns;
}

static void test_yields_after_ten_rounds(void)
{
	g_autoptr(TestMachine) idle = flood_new(RCUSIM_FLAG_NONE, 12000, YIELDS);
	g_autoptr(TestMachine) busy =
		flood_new(RCUSIM_FLAG_NONE, 12000, YIELDS ", 'kthread_prio': 1");
	int64_t end_ns;

	end_ns = check_ten_rounds(idle);
	g_assert_cmpint(batch_at(idle, 10).start_ns, ==, (end_ns / MS(4) + 1) * MS(4));
	/* SCHED_FIFO: goes before the loop at its next cond_resched() */
	TEST_SCRIPT(busy, "loop", 1, false, MS(1), STEPS(RESCHED, US(10), 1000000));
	end_ns = check_ten_rounds(busy);
	g_assert_cmpint(batch_at(busy, 10).start_ns, >=, (end_ns / MS(4) + 3) * MS(4));
	g_assert_cmpint(batch_at(busy, 10).start_ns, <=, (end_ns / MS(4) + 3) * MS(4) + US(10));
}

/* --- rcuop, and rcuc of the same CPU --- */

/* From the end of the second grace period on rcu_core() takes very long: rcuc/1, which notices that end, is RUNNING so long. */
static void slow_core(TestMachine *tm, void *ctx)
{
	tm->m->costs.rcu_core = *(const int64_t *)ctx;
}

/* The @n-th record of @text from 0 on. */
static int64_t nth_ns(const TestMachine *tm, enum trace_event event, int cpu, const char *text,
		      int n)
{
	int i = -1;

	for (; n >= 0; n--)
		i = test_trace_find(tm, i + 1, event, cpu, text);
	g_assert_cmpint(i, >=, 0);
	return test_trace_at(tm, i)->t_ns;
}

/*
 * 1 + 9999 callbacks of offloaded and busy CPU 1: the first call wakes rcuog, the others ride on the next grace period.
 * rcuop takes 5 ms to extract them; by then a tick has woken rcuc.
 */
static TestMachine *rcuop_new(const char *kernel, RcuSimFlags flags)
{
	g_autofree char *rcu =
		g_strdup_printf(LIMITED ", 'kernel': '%s', 'kthread_prio': 1, 'rcu_nocbs': '1',"
					"'nocb_nobypass_lim_per_jiffy': 1000000",
				kernel);
	TestMachine *tm = flood_new(flags, 10000, rcu);

	tm->m->costs.batch = MS(5);
	TEST_SCRIPT(tm, "loop", 1, false, MS(1), STEPS(RESCHED, US(10), 1000000));
	return tm;
}

struct rcuop_times {
	int64_t gp_end_ns, extracted_ns, core_ns;
};

/* Where the second grace period ends, its callbacks are extracted, and rcuc begins when it has noticed. */
static struct rcuop_times rcuop_times_of(const char *kernel)
{
	g_autoptr(TestMachine) tm = rcuop_new(kernel, RCUSIM_FLAG_NONE);
	struct rcuop_times times;
	int i = 0;

	test_run_until(tm, MS(400));
	times.gp_end_ns = nth_ns(tm, TRACE_RCU_GRACE_PERIOD, -1, "end", 1);
	times.extracted_ns = nth_ns(tm, TRACE_RCU_BATCH_START, 1, NULL, 1);
	do {
		i = test_trace_find(tm, i + 1, TRACE_RCU_UTILIZATION, -1, "Start RCU core");
		times.core_ns = test_trace_at(tm, i)->t_ns;
	} while (times.core_ns <= times.gp_end_ns + US(10)); /* in the same tick: before it */
	g_assert_cmpint(times.core_ns, <, times.extracted_ns);
	return times;
}

/* rcuc is at work until @until_ns after the extraction: the sizes of the batches from there on. */
static void check_rcuop(const char *kernel, int64_t until_ns, const int *sizes, int n)
{
	const struct rcuop_times times = rcuop_times_of(kernel);
	int64_t cost_ns = times.extracted_ns + until_ns - times.core_ns;

	for (int mode = 0; mode < 2; mode++) {
		g_autoptr(TestMachine) tm =
			rcuop_new(kernel, mode == 0 ? RCUSIM_FLAG_NONE : RCUSIM_FLAG_REFERENCE);

		test_at(tm, times.gp_end_ns + US(10), SIM_RANK_ARRIVAL, slow_core, &cost_ns);
		test_run_until(tm, MS(800));
		g_assert_cmpint(n_batches(tm), ==, 1 + n);
		g_assert_cmpint(batch_at(tm, 0).n_callbacks, ==, 1);
		for (int i = 0; i < n; i++) {
			g_assert_cmpstr(batch_at(tm, 1 + i).context, ==, "rcuop");
			g_assert_cmpint(batch_at(tm, 1 + i).n_callbacks, ==, sizes[i]);
		}
	}
}

static void test_a_running_rcuc_limits_rcuop(void)
{
	static const int limited[] = { 3008, 3008, 3008, 975 };
	static const int once[] = { 3008, 6991 };
	static const int all[] = { 9999 };

	check_rcuop("6.12", MS(60), limited, 4);
	/* the second batch begins with rcuc at work, and finds it asleep when its time is over */
	check_rcuop("6.12", MS(4), once, 2);
	check_rcuop("6.12", MS(2), all, 1);
	check_rcuop("6.1", MS(60), all, 1);
}

/* --- CPUs that go --- */

/* CPU 1 is to go while rcuc/1 invokes callbacks: it goes when rcuc/1 yields. What is left moves to CPU 0. */
static void test_parked_with_its_cpu(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 2, 'housekeeping': '0'}, 'record': {'batches': true}, 'rcu': {'qhimark': "
		"1000000, " YIELDS "}, 'workload': [{'id': 'f', 'kind': 'free-loop', 'cpus': '1', "
		"'objects': 12000, 'arrive': {'from': '100us'}}, {'id': 'h', 'kind': 'cpu-hotplug', "
		"'cpus': '1', 'arrive': {'from': '20ms'}, 'offline_for': '40ms'}]");
	const struct sim_task *rcuc = test_rdp(tm, 1)->rcu_cpu_kthread_task;
	int64_t end_ns;

	tm->m->costs.callback_invoke = US(1);
	test_run_until(tm, MS(50));
	end_ns = batch_at(tm, 0).start_ns + US(10240);
	g_assert_cmpint(batch_at(tm, 0).start_ns, <, MS(20));
	g_assert_cmpint(end_ns, >, MS(20));
	g_assert_true(tm->m->cpus[1].offline);
	g_assert_cmpint(rcuc->state, ==, TASK_SLEEPING);
	g_assert_cmpint(test_rdp(tm, 1)->rcu_cpu_kthread_status, ==, RCU_KTHREAD_WAITING);
	g_assert_false(timer_is_pending(&test_rdp(tm, 1)->rcu_cpu_timer));
	g_assert_cmpint(tm->rcu->stats.n_callbacks_migrated, ==, 1760);
	test_run_until(tm, MS(200));
	g_assert_false(tm->m->cpus[1].offline);
	g_assert_cmpint(rcuc->bound_cpu, ==, 1);
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
	/* there was work for it when it was parked */
	g_assert_false(test_rdp(tm, 1)->rcu_cpu_has_work);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/rcuc/a-kthread-per-cpu", test_a_kthread_per_cpu);
	g_test_add_func("/rcuc/one-callback", test_one_callback);
	g_test_add_func("/rcuc/its-switches-are-quiescent-states",
			test_its_switches_are_quiescent_states);
	g_test_add_func("/rcuc/no-limit-and-others-run-in-between",
			test_no_limit_and_others_run_in_between);
	g_test_add_func("/rcuc/time-limit", test_time_limit);
	g_test_add_func("/rcuc/yields-after-ten-rounds", test_yields_after_ten_rounds);
	g_test_add_func("/rcuc/a-running-rcuc-limits-rcuop", test_a_running_rcuc_limits_rcuop);
	g_test_add_func("/rcuc/parked-with-its-cpu", test_parked_with_its_cpu);
	return g_test_run();
}
