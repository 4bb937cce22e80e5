/*
 * test_boost.c - CONFIG_RCU_BOOST: rcu-behaviour.md 3.8, 2.8 step 3, 9.3, 13.2.
 *
 * HZ is 250, and nothing has a cost. CPU 0 has the kthreads and calls call_rcu() at 1 ms, in jiffy 0: that is when its
 * leaf is initialised. On CPU 1 readers are in their sections when a FIFO task takes the CPU; they block the grace
 * period until that sleeps, or until rcub gives them a priority above its own. Scans are in jiffies 2, 4, 6 ..., as a timer
 * for the next jiffy runs a tick later (0.4 rule 2).
 */
#include <string.h>

#include <glib.h>

#include "model/machine.h"

#define BUSY_MS 1500

enum { BUSY_PRIO = 20, BOOST_PRIO = 30, MAX_READERS = 12 };

#define MACHINE                                                                       \
	"'machine': {'cpus': 2, 'preempt': 'full', 'housekeeping': '0', 'hz': 250}, " \
	"'duration': '10s', 'workload': [%s], 'rcu': {'rcu_nocbs': 'all', 'kthread_prio': 30 %s}"

/* A machine, and its readers in the order of their arrivals. */
typedef struct {
	TestMachine *tm;
	struct test_script *readers[MAX_READERS];
} Blocked;

/*
 * @n readers of 2 ms, 10 us apart from 100 us on, each of a higher priority than the one before it, which it preempts; at
 * 400 us the last one, too, loses the CPU, for 1.5 s. The first has priority 0.
 */
static Blocked blocked_with(int n, const char *workload, const char *rcu)
{
	Blocked b = { .tm = test_machine_new_free(RCUSIM_FLAG_REFERENCE, MACHINE, workload, rcu) };
	struct test_script *busy;

	test_machine_trace(b.tm);
	for (int i = 0; i < n; i++) {
		b.readers[i] = TEST_SCRIPT(b.tm, "reader", 1, false, US(100) + i * US(10),
					   STEP(READ_LOCK, 0), STEP(READ_UNLOCK, MS(2)),
					   STEP(KERNEL, US(1)));
		task_set_fifo(b.readers[i]->task, i);
	}
	busy = TEST_SCRIPT(b.tm, "busy", 1, false, US(400), STEP(KERNEL, MS(BUSY_MS)));
	task_set_fifo(busy->task, BUSY_PRIO);
	TEST_SCRIPT(b.tm, "caller", 0, false, MS(1), STEP(CALL_RCU, 0));
	return b;
}

static Blocked blocked_new(int n, const char *rcu)
{
	return blocked_with(n, "", rcu);
}

static void assert_at(int64_t t_ns, int64_t expected_ns)
{
	g_assert_cmpint(t_ns, ==, expected_ns);
}

static int64_t gp_ns(const TestMachine *tm, const char *text)
{
	return test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, -1, text);
}

static const struct sim_task *task_named(const TestMachine *tm, const char *name)
{
	const struct sim_task *task = tm->m->tasks;

	while (task != NULL && strcmp(task->name, name) != 0)
		task = task->next;
	return task;
}

/* The leaf's, which must be there. */
static const struct sim_task *rcub(const TestMachine *tm, const char *name)
{
	const struct sim_task *task = task_named(tm, name);

	g_assert_true(task != NULL);
	return task != NULL ? task : tm->m->tasks;
}

/* --- when --- */

/*
 * 500 ms are 125 jiffies, counted from jiffy 0. Scans are in jiffies 2, 4, 6 ... (a timer for the next jiffy runs a tick
 * later): the first of them that is not before 125 is 126, at 504 ms. The reader has 1.7 ms of its section left. The
 * grace period ends with it.
 */
static void test_a_reader_is_boosted_after_500_ms(void)
{
	Blocked b = blocked_new(1, ", 'rcu_boost': true");
	const struct sim_task *reader = b.readers[0]->task;

	test_run_until(b.tm, MS(504) - 1);
	g_assert_true(reader->rcu_blocked);
	g_assert_cmpint(reader->fifo_prio, ==, 0);
	assert_at(gp_ns(b.tm, "start"), MS(1));
	test_run_until(b.tm, MS(504) + 1);
	g_assert_cmpint(reader->fifo_prio, ==, BOOST_PRIO);
	test_run_until(b.tm, MS(600));
	assert_at(test_end_ns(b.readers[0], 1), MS(504) + US(1700));
	assert_at(gp_ns(b.tm, "end"), MS(504) + US(1700));
	g_assert_cmpint(reader->fifo_prio, ==, 0);
	/* back to normal it waits for the CPU again */
	g_assert_cmpint(reader->state, ==, TASK_QUEUED);
	test_machine_free(b.tm);
}

/* Without it: until the CPU is free again, at 1500.4 ms. */
static void test_without_it_the_reader_waits(void)
{
	Blocked b = blocked_new(1, "");

	g_assert_null(task_named(b.tm, "rcub/0"));
	test_run_until(b.tm, MS(1600));
	assert_at(test_end_ns(b.readers[0], 1), MS(BUSY_MS) + US(2100));
	assert_at(gp_ns(b.tm, "end"), MS(BUSY_MS) + US(2100));
	test_machine_free(b.tm);
}

/* Rounded up to jiffies: 9 ms are 3, which the scan of jiffy 4 is not before. */
static void test_the_delay_is_in_jiffies(void)
{
	static const struct {
		int delay_ms;
		int64_t jiffy;
	} table[] = { { 9, 4 }, { 16, 4 }, { 17, 6 }, { 24, 6 }, { 25, 8 } };

	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autofree char *rcu = g_strdup_printf(", 'rcu_boost': true, 'rcu_boost_delay': %d",
						       table[i].delay_ms);
		Blocked b = blocked_new(1, rcu);

		test_run_until(b.tm, MS(1600));
		assert_at(test_end_ns(b.readers[0], 1), table[i].jiffy * MS(4) + US(1700));
		test_machine_free(b.tm);
	}
}

/* While CPU 1 has not reported, its leaf has more to wait for than readers: no boosting, however old. */
static void test_not_while_a_cpu_is_waited_for(void)
{
	Blocked b = blocked_new(1, ", 'rcu_boost': true, 'rcu_boost_delay': 8");
	struct rcu_node *rnp;

	test_run_until(b.tm, MS(7));
	rnp = test_rdp(b.tm, 1)->mynode;
	g_assert_true(rcu_preempt_blocked_readers_cgp(rnp));
	g_assert_cmpint(b.tm->m->jiffies, ==, 1);
	rnp->boost_time = 0;
	rnp->qsmask = 2;
	rcu_initiate_boost(b.tm->rcu, rnp);
	g_assert_null(rnp->boost_tasks);
	rnp->qsmask = 0;
	rcu_initiate_boost(b.tm->rcu, rnp);
	g_assert_true(rnp->boost_tasks == b.readers[0]->task);
	test_machine_free(b.tm);
}

/*
 * "boosting at once" (9.3): at 1 ms CPU 0 has more callbacks than qovld. The scan of jiffy 2 sees that, the one of
 * jiffy 4 has it in force.
 */
static void test_an_overload_boosts_at_once(void)
{
	Blocked b = blocked_new(1, ", 'rcu_boost': true, 'qovld': 100");

	TEST_SCRIPT(b.tm, "flood", 0, false, MS(1) + 10, STEPS(CALL_RCU, 0, 101));
	test_run_until(b.tm, MS(600));
	assert_at(test_end_ns(b.readers[0], 1), MS(16) + US(1700));
	test_machine_free(b.tm);
}

/*
 * So does a reader that blocks an expedited grace period: CPU 0 asks for one in jiffy 5, and the scan of jiffy 6 finds its
 * leaf blocked. It ends with the reader, as the other does.
 */
static void test_an_expedited_grace_period_boosts_at_once(void)
{
	Blocked b = blocked_with(1,
				 "{'id': 's', 'kind': 'synchronize', 'method': 'expedited', "
				 "'cpus': '0', 'arrive': {'from': '21ms'}}",
				 ", 'rcu_boost': true");

	test_run_until(b.tm, MS(24) - 1);
	g_assert_true(test_rdp(b.tm, 1)->mynode->exp_tasks == b.readers[0]->task);
	g_assert_cmpint(b.readers[0]->task->fifo_prio, ==, 0);
	test_run_until(b.tm, MS(600));
	assert_at(test_end_ns(b.readers[0], 1), MS(24) + US(1700));
	assert_at(gp_ns(b.tm, "end"), MS(24) + US(1700));
	assert_at(test_trace_ns(b.tm, TRACE_RCU_EXP_GRACE_PERIOD, -1, "end"), MS(24) + US(1700));
	g_assert_cmpint(b.readers[0]->task->fifo_prio, ==, 0);
	test_machine_free(b.tm);
}

/* --- who --- */

/* One after another, the last that was preempted first: it is the head of the list; nobody keeps the priority. */
static void test_blockers_are_boosted_one_after_another(void)
{
	Blocked b = blocked_new(2, ", 'rcu_boost': true");
	const struct sim_task *first = b.readers[1]->task, *then = b.readers[0]->task;

	test_run_until(b.tm, MS(504) + 1);
	g_assert_cmpint(first->fifo_prio, ==, BOOST_PRIO);
	g_assert_cmpint(then->fifo_prio, ==, 0);
	test_run_until(b.tm, MS(505) + US(750));
	g_assert_cmpint(first->fifo_prio, ==, 1);
	g_assert_cmpint(then->fifo_prio, ==, BOOST_PRIO);
	test_run_until(b.tm, MS(600));
	/* 1.71 ms are left of the one, 1.99 ms of the other */
	assert_at(test_end_ns(b.readers[1], 1), MS(504) + US(1710));
	assert_at(test_end_ns(b.readers[0], 1), MS(504) + US(1710) + US(1990));
	assert_at(gp_ns(b.tm, "end"), MS(504) + US(1710) + US(1990));
	g_assert_cmpint(first->fifo_prio, ==, 1);
	g_assert_cmpint(then->fifo_prio, ==, 0);
	g_assert_cmpint(
		test_trace_count(b.tm, TRACE_RCU_UTILIZATION, -1, "Start boost kthread@rcu_wait"),
		==, 2);
	test_machine_free(b.tm);
}

/*
 * After more than ten in a row rcub pauses for two jiffies. The last reader has used 190 us of its section, the others
 * 10 us: the eleventh is through at 504 + 1.81 + 10 * 1.99 = 525.71 ms, in jiffy 131. A timer for jiffy 133 runs at
 * that of 134, 536 ms.
 */
static void test_rcub_pauses_after_many(void)
{
	Blocked b = blocked_new(12, ", 'rcu_boost': true");

	test_run_until(b.tm, MS(600));
	assert_at(test_end_ns(b.readers[11], 1), MS(504) + US(1810));
	assert_at(test_end_ns(b.readers[1], 1), MS(525) + US(710));
	assert_at(test_end_ns(b.readers[0], 1), MS(536) + US(1990));
	assert_at(gp_ns(b.tm, "end"), MS(536) + US(1990));
	g_assert_cmpint(
		test_trace_count(b.tm, TRACE_RCU_UTILIZATION, -1, "Start boost kthread@rcu_yield"),
		==, 1);
	test_machine_free(b.tm);
}

/* A reader above rcub is not lowered to it. */
static void test_nobody_is_lowered(void)
{
	Blocked b = blocked_new(1, ", 'rcu_boost': true, 'rcu_boost_delay': 9");
	struct sim_task *reader = b.readers[0]->task;

	test_run_until(b.tm, MS(10));
	reader->fifo_prio = BOOST_PRIO + 1; /* where it waits, it stays */
	test_run_until(b.tm, MS(16) + 1);
	g_assert_cmpint(reader->fifo_prio, ==, BOOST_PRIO + 1);
	test_machine_free(b.tm);
}

/* --- the kthreads --- */

/* One per leaf, numbered as the nodes are, on the leaf's CPUs: with leaves of two CPUs the root is node 0. */
static void test_each_leaf_has_a_kthread(void)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 6, 'preempt': 'full', 'housekeeping': '0-1,3'},"
		"'rcu': {'rcu_fanout_leaf': 2, 'rcu_boost': true}");
	const struct cpumask *second = rcub(tm, "rcub/2")->allowed;

	g_assert_cmpint(tm->rcu->n_nodes, ==, 4);
	g_assert_null(task_named(tm, "rcub/0"));
	g_assert_nonnull(task_named(tm, "rcub/1"));
	g_assert_null(task_named(tm, "rcub/4"));
	g_assert_false(cpumask_test_cpu(second, 1));
	g_assert_false(cpumask_test_cpu(second, 2));
	g_assert_true(cpumask_test_cpu(second, 3));
	/* CPUs 4 and 5 are for nobody's kthreads: all that may be used */
	g_assert_cmpint(cpumask_weight(rcub(tm, "rcub/3")->allowed), ==, 3);
}

/* 0 is raised to 1, for all that have kthread_prio; and there is no rcub where the kernel was built without. */
static void test_priority_is_1_at_least(void)
{
	g_autoptr(TestMachine) with = test_machine_new(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 2}, 'rcu': {'rcu_nocbs': '1', 'rcu_boost': true}");
	g_autoptr(TestMachine) without = test_machine_new(
		RCUSIM_FLAG_NONE, "'machine': {'cpus': 2}, 'rcu': {'rcu_nocbs': '1'}");

	g_assert_cmpint(rcub(with, "rcub/0")->fifo_prio, ==, 1);
	g_assert_cmpint(with->rcu->gp_kthread->fifo_prio, ==, 1);
	g_assert_cmpint(with->rcu->groups[0].nocb_gp_kthread->fifo_prio, ==, 1);
	g_assert_null(task_named(without, "rcub/0"));
	g_assert_cmpint(without->rcu->gp_kthread->fifo_prio, ==, 0);
}

/* --- what must not be --- */

static void check(TestMachine *tm)
{
	rcu_check_invariants(tm->rcu);
}

static struct rcu_node *leaf(TestMachine *tm)
{
	return test_rdp(tm, 1)->mynode;
}

/* The reader is through, and still boosted. */
static void keep_the_priority(TestMachine *tm)
{
	leaf(tm)->gp_tasks->rcu_blocked = false;
	check(tm);
}

static void boost_another(TestMachine *tm)
{
	leaf(tm)->boost_tasks = leaf(tm)->gp_tasks->rcu_blkd_next;
	check(tm);
}

static void forget_to_wake_rcub(TestMachine *tm)
{
	leaf(tm)->boost_tasks = leaf(tm)->gp_tasks;
	check(tm);
}

static void test_faults_are_caught(void)
{
	Blocked boosted = blocked_new(2, ", 'rcu_boost': true");
	Blocked before = blocked_new(2, ", 'rcu_boost': true");

	test_run_until(boosted.tm, MS(504) + 1);
	test_run_until(before.tm, MS(400));
	check(boosted.tm);
	check(before.tm);
	test_breaks(keep_the_priority, boosted.tm, "boost->owner->rcu_blocked");
	test_breaks(boost_another, boosted.tm, "rnp->boost_tasks == rnp->gp_tasks");
	test_breaks(forget_to_wake_rcub, before.tm, "boost->boost_kthread_task->state");
	test_machine_free(boosted.tm);
	test_machine_free(before.tm);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/boost/after-500-ms", test_a_reader_is_boosted_after_500_ms);
	g_test_add_func("/boost/without-it-the-reader-waits", test_without_it_the_reader_waits);
	g_test_add_func("/boost/delay-is-in-jiffies", test_the_delay_is_in_jiffies);
	g_test_add_func("/boost/not-while-a-cpu-is-waited-for", test_not_while_a_cpu_is_waited_for);
	g_test_add_func("/boost/overload-boosts-at-once", test_an_overload_boosts_at_once);
	g_test_add_func("/boost/expedited-boosts-at-once",
			test_an_expedited_grace_period_boosts_at_once);
	g_test_add_func("/boost/one-after-another", test_blockers_are_boosted_one_after_another);
	g_test_add_func("/boost/rcub-pauses-after-many", test_rcub_pauses_after_many);
	g_test_add_func("/boost/own-priority-comes-back", test_nobody_is_lowered);
	g_test_add_func("/boost/each-leaf-has-a-kthread", test_each_leaf_has_a_kthread);
	g_test_add_func("/boost/priority-is-1-at-least", test_priority_is_1_at_least);
	g_test_add_func("/boost/faults-are-caught", test_faults_are_caught);
	return g_test_run();
}
