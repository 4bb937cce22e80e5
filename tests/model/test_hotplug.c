/*
 * test_hotplug.c - CPUs that go offline and come back (rcu-behaviour.md 1.3, 2.5, 4.2, 5.7).
 *
 * Machines without costs, HZ 1000: a CPU that has nothing to do is offline at the instant at which it is asked to be.
 */
#include <glib.h>

#include "model/machine.h"

/* CPU 1 goes at @down and is back at @up; @more: further members of the scenario. */
static TestMachine *hotplug_machine(const char *machine, const char *rcu, const char *down,
				    const char *offline_for)
{
	return test_machine_new_free(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {%s 'hz': 1000}, 'rcu': {%s}, 'workload': [{'id': 'h', 'kind': 'cpu-hotplug', "
		"'cpus': '1', 'arrive': {'from': '%s'}, 'offline_for': '%s'}]",
		machine, rcu, down, offline_for);
}

static bool is_online(TestMachine *tm, int cpu)
{
	return rcu_rdp_cpu_online(test_rdp(tm, cpu));
}

static void test_a_cpu_goes_and_comes_back(void)
{
	g_autoptr(TestMachine) tm = hotplug_machine("'cpus': 2,", "", "5ms", "10ms");

	test_run_until(tm, MS(5) - 1);
	g_assert_true(is_online(tm, 1));
	test_run_until(tm, MS(5));
	g_assert_false(is_online(tm, 1));
	g_assert_true(tm->m->cpus[1].offline);
	test_run_until(tm, MS(15) - 1);
	g_assert_false(is_online(tm, 1));
	test_run_until(tm, MS(15));
	g_assert_true(is_online(tm, 1));
}

static void test_the_last_cpu_stays(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 1}, 'workload': [{'id': 'h', 'kind': 'cpu-hotplug', "
		"'arrive': {'from': '5ms'}}]");

	test_run_until(tm, MS(10));
	g_assert_true(is_online(tm, 0));
}

/* --- tasks and timers --- */

/* The task that runs there leaves at its cond_resched(), also when it was bound; the CPU goes when it has left. */
static void test_tasks_leave_at_their_reschedule_point(void)
{
	g_autoptr(TestMachine) tm = hotplug_machine("'cpus': 2,", "", "5ms", "10ms");
	struct test_script *bound =
		TEST_SCRIPT(tm, "bound", 1, true, MS(4), STEPS(RESCHED, US(1500), 4));

	test_run_until(tm, MS(5) + US(400));
	g_assert_false(tm->m->cpus[1].offline);
	test_run_until(tm, MS(20));
	g_assert_cmpint(test_end_cpu(bound, 0), ==, 1); /* at 5.5 ms */
	g_assert_cmpint(test_end_cpu(bound, 1), ==, 0);
	g_assert_cmpint(test_end_ns(bound, 3), ==, MS(10)); /* nothing is lost by moving */
}

static void test_a_task_in_user_mode_leaves_at_once(void)
{
	g_autoptr(TestMachine) tm = hotplug_machine("'cpus': 2,", "", "5ms", "10ms");
	struct test_script *user = TEST_SCRIPT(tm, "user", 1, false, MS(4), STEP(USER, MS(3)));

	test_run_until(tm, MS(5));
	g_assert_true(tm->m->cpus[1].offline);
	test_run_until(tm, MS(20));
	g_assert_cmpint(test_end_cpu(user, 0), ==, 0);
	g_assert_cmpint(test_end_ns(user, 0), ==, MS(7));
}

/* Woken while its CPU is away it runs elsewhere: its affinity is broken for good. */
static void test_a_sleeper_of_an_offline_cpu_wakes_elsewhere(void)
{
	g_autoptr(TestMachine) tm = hotplug_machine("'cpus': 2,", "", "5ms", "10ms");
	struct test_script *late = TEST_SCRIPT(tm, "late", 1, true, MS(8), STEP(KERNEL, US(10)));

	test_run_until(tm, MS(20));
	g_assert_cmpint(test_end_cpu(late, 0), ==, 0);
	g_assert_cmpint(test_end_ns(late, 0), ==, MS(8) + US(10));
}

static void timer_fired(void *ctx, struct sim_cpu *cpu)
{
	int *ret_cpu = ctx;

	*ret_cpu = cpu->id;
}

static void test_timers_of_a_dead_cpu_run_elsewhere(void)
{
	g_autoptr(TestMachine) tm = hotplug_machine("'cpus': 2,", "", "5ms", "30ms");
	int fired_on = -1;
	struct sim_timer timer = { .fn = timer_fired, .ctx = &fired_on };

	test_run_until(tm, MS(4));
	timer_mod(&timer, &tm->m->cpus[1], 8); /* runs at the tick of jiffy 9 */
	test_run_until(tm, MS(9) - 1);
	g_assert_cmpint(fired_on, ==, -1);
	test_run_until(tm, MS(9));
	g_assert_cmpint(fired_on, ==, 0);
}

/* --- grace periods --- */

/*
 * A grace period waits for CPU 1, busy in user mode: it goes offline in mid-jiffy, 400 us after the last tick, and
 * reports as it goes.
 */
static void test_a_dying_cpu_reports_at_once(void)
{
	g_autoptr(TestMachine) tm =
		hotplug_machine("'cpus': 2,", "'rcu_nocbs': '0'", "5400us", "30ms");

	test_machine_trace(tm);
	TEST_SCRIPT(tm, "user", 1, false, MS(5), STEP(USER, US(450)));
	TEST_SCRIPT(tm, "caller", 0, true, MS(5) + US(100), STEP(CALL_RCU, 100));
	test_run_until(tm, MS(5) + US(399));
	g_assert_cmpint(test_rdp(tm, 1)->mynode->qsmask, ==, 3);
	test_run_until(tm, MS(5) + US(400));
	g_assert_cmpint(test_rdp(tm, 1)->mynode->qsmask, ==, 1);
	g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, 1, "cpuofl-bgp"), ==,
			MS(5) + US(400));
	/* CPU 0, where the kthread slept, reports at its next tick */
	test_run_until(tm, MS(6));
	g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, 0, "end"), ==, MS(6));
}

/* With CPU 1 away the machine is one of one CPU: a grace period ends at the next tick, no scan. Back, it is waited for. */
static void test_grace_periods_wait_for_online_cpus_only(void)
{
	g_autoptr(TestMachine) tm =
		hotplug_machine("'cpus': 2,", "'rcu_nocbs': '0'", "5ms", "20ms");

	test_machine_trace(tm);
	TEST_SCRIPT(tm, "caller", 0, true, MS(10) + US(100), STEP(CALL_RCU, 100),
		    STEP(SLEEP, MS(25)), STEP(CALL_RCU, 100));
	test_run_until(tm, MS(11));
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
	g_assert_cmpint(tm->rcu->stats.n_fqs_scans, ==, 0);
	test_run_until(tm, MS(38));
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 1);
	test_run_until(tm, MS(39)); /* 35.1 ms: scan at T(35 + 3 + 1), CPU 1 idle */
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
	g_assert_cmpint(tm->rcu->stats.n_fqs_scans, ==, 1);
}

/*
 * Leaves of two CPUs each. A reader preempted on CPU 3 outlives it: both CPUs of the leaf are offline, the next grace period
 * has no CPU to wait for there, and the reader, which waits for a CPU elsewhere, holds it all the same.
 */
static void test_a_preempted_reader_outlives_its_leafs_cpus(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 4, 'hz': 1000, 'preempt': 'full', 'wakeup_preempt': 'always'}, "
		"'rcu': {'rcu_nocbs': '0', 'rcu_fanout_leaf': 2}, 'workload': [{'id': 'h', 'kind': 'cpu-hotplug', "
		"'cpus': '2-3', 'arrive': {'from': '5ms'}, 'offline_for': '40ms'}]");
	struct test_script *reader;
	struct rcu_node *leaf = test_rdp(tm, 3)->mynode;

	g_assert_cmpint(leaf->grplo, ==, 2);
	reader = TEST_SCRIPT(tm, "reader", 3, false, MS(3), STEP(READ_LOCK, 100),
			     STEP(KERNEL, MS(20)), STEP(READ_UNLOCK, 100));
	TEST_SCRIPT(tm, "preempts", 3, false, MS(4), STEP(KERNEL, US(100)));
	TEST_SCRIPT(tm, "caller", 0, true, MS(30), STEP(CALL_RCU, 100));
	test_run_until(tm, MS(4) + US(50));
	g_assert_true(reader->task->rcu_blocked);
	test_run_until(tm, MS(60));
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
	g_assert_cmpint(test_end_ns(reader, 2), <,
			MS(30)); /* it was not held up by its CPU's going */
}

/*
 * The same as it is while the reader is there: the leaf's CPUs are gone, its bit in the root stays until the reader leaves.
 */
static void test_a_leaf_without_cpus_waits_for_its_readers(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 4, 'hz': 1000, 'preempt': 'full', 'wakeup_preempt': 'always'}, "
		"'rcu': {'rcu_nocbs': '0', 'rcu_fanout_leaf': 2}, 'workload': [{'id': 'h', 'kind': 'cpu-hotplug', "
		"'cpus': '2-3', 'arrive': {'from': '5ms'}, 'offline_for': '60ms'}]");
	struct rcu_node *leaf = test_rdp(tm, 3)->mynode;
	struct test_script *reader =
		TEST_SCRIPT(tm, "reader", 3, false, MS(3), STEP(READ_LOCK, 100), STEP(USER, MS(20)),
			    STEP(READ_UNLOCK, 100));

	/* in "user mode" it may be moved while it reads: what a migrated task with a preempted section is */
	TEST_SCRIPT(tm, "preempts", 3, false, MS(4), STEP(KERNEL, US(100)));
	TEST_SCRIPT(tm, "caller", 0, true, MS(10) + US(100), STEP(CALL_RCU, 100));
	test_run_until(tm, MS(15));
	g_assert_true(tm->m->cpus[2].offline && tm->m->cpus[3].offline);
	g_assert_true(reader->task->rcu_blocked);
	g_assert_cmpint(leaf->qsmaskinit, ==, 0);
	g_assert_true(leaf->wait_blkd_tasks);
	g_assert_cmpint(tm->rcu->nodes[0].qsmask, ==, 2); /* the leaf's bit */
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 1);
	test_run_until(tm, MS(24));
	g_assert_cmpint(test_n_ends(reader), ==, 3);
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
	/* the next grace period leaves the leaf out altogether, and the one after the CPUs' return waits for them */
	TEST_SCRIPT(tm, "again", 0, true, MS(30), STEP(CALL_RCU, 100), STEP(SLEEP, MS(50)),
		    STEP(CALL_RCU, 100));
	test_run_until(tm, MS(31));
	g_assert_cmpint(tm->rcu->nodes[0].qsmaskinit, ==, 1);
	g_assert_false(leaf->wait_blkd_tasks);
	test_run_until(tm, MS(81));
	g_assert_cmpint(tm->rcu->nodes[0].qsmaskinit, ==, 3);
	test_run_until(tm, MS(100));
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
}

/* --- callbacks --- */

/*
 * Three callbacks of CPU 1, not offloaded, are queued when it goes: CPU 0, which takes it down, has them at the end of its
 * NEXT, behind its own one, and invokes all four.
 */
static void test_callbacks_move_to_who_takes_the_cpu_down(void)
{
	g_autoptr(TestMachine) tm = hotplug_machine("'cpus': 2,", "", "5400us", "30ms");

	TEST_SCRIPT(tm, "dies", 1, true, MS(5) + US(100), STEPS(CALL_RCU, 100, 3));
	TEST_SCRIPT(tm, "stays", 0, true, MS(5) + US(200), STEP(CALL_RCU, 100));
	test_run_until(tm, MS(5) + US(399));
	g_assert_cmpint(test_rdp(tm, 1)->cblist.len, ==, 3);
	g_assert_cmpint(test_rdp(tm, 0)->cblist.len, ==, 1);
	test_run_until(tm, MS(5) + US(400));
	g_assert_cmpint(test_rdp(tm, 1)->cblist.len, ==, 0);
	g_assert_cmpint(test_rdp(tm, 0)->cblist.len, ==, 4);
	/*
	 * Advancing both lists has asked for a grace period and labelled its own callback; the others came without a label.
	 * The kthread starts the grace period there and then, and labels them with the one after it (2.5 step 6).
	 */
	g_assert_cmpint(test_rdp(tm, 0)->cblist.seg[RCU_WAIT_TAIL].n, ==, 1);
	g_assert_cmpint(test_rdp(tm, 0)->cblist.seg[RCU_NEXT_READY_TAIL].n, ==, 3);
	g_assert_cmpint(test_rdp(tm, 0)->cblist.gp_seq[RCU_WAIT_TAIL] + 4, ==,
			test_rdp(tm, 0)->cblist.gp_seq[RCU_NEXT_READY_TAIL]);
	g_assert_cmpint(tm->rcu->stats.n_callbacks_migrated, ==, 3);
	test_run_until(tm, MS(100));
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
	g_assert_cmpint(tm->rcu->stats.n_invoked, ==, 4);
}

/* Offloaded callbacks do not move: rcuop, which may run anywhere, invokes them. */
static void test_offloaded_callbacks_stay(void)
{
	g_autoptr(TestMachine) tm =
		hotplug_machine("'cpus': 2,", "'rcu_nocbs': '1'", "5400us", "30ms");

	TEST_SCRIPT(tm, "dies", 1, true, MS(5) + US(100), STEPS(CALL_RCU, 100, 3));
	test_run_until(tm, MS(5) + US(400));
	g_assert_false(is_online(tm, 1));
	g_assert_cmpint(test_rdp(tm, 1)->cblist.len, ==, 3);
	test_run_until(tm, MS(30));
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
	g_assert_cmpint(tm->rcu->stats.n_callbacks_migrated, ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/hotplug/a-cpu-goes-and-comes-back", test_a_cpu_goes_and_comes_back);
	g_test_add_func("/hotplug/the-last-cpu-stays", test_the_last_cpu_stays);
	g_test_add_func("/hotplug/tasks-leave-at-their-reschedule-point",
			test_tasks_leave_at_their_reschedule_point);
	g_test_add_func("/hotplug/a-task-in-user-mode-leaves-at-once",
			test_a_task_in_user_mode_leaves_at_once);
	g_test_add_func("/hotplug/a-sleeper-wakes-elsewhere",
			test_a_sleeper_of_an_offline_cpu_wakes_elsewhere);
	g_test_add_func("/hotplug/timers-run-elsewhere", test_timers_of_a_dead_cpu_run_elsewhere);
	g_test_add_func("/hotplug/gp/a-dying-cpu-reports-at-once",
			test_a_dying_cpu_reports_at_once);
	g_test_add_func("/hotplug/gp/waits-for-online-cpus-only",
			test_grace_periods_wait_for_online_cpus_only);
	g_test_add_func("/hotplug/gp/a-preempted-reader-outlives-its-leafs-cpus",
			test_a_preempted_reader_outlives_its_leafs_cpus);
	g_test_add_func("/hotplug/gp/a-leaf-without-cpus-waits-for-its-readers",
			test_a_leaf_without_cpus_waits_for_its_readers);
	g_test_add_func("/hotplug/callbacks/move-to-who-takes-it-down",
			test_callbacks_move_to_who_takes_the_cpu_down);
	g_test_add_func("/hotplug/callbacks/offloaded-ones-stay", test_offloaded_callbacks_stay);
	return g_test_run();
}
