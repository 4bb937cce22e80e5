/*
 * test_offload.c - callbacks are offloaded, or no longer, at run time (rcu-behaviour.md 6.12, V14): of offline CPUs, by the
 * rcuog of their group.
 *
 * Machines without costs, HZ 1000. CPU 1 goes at 5 ms, and is back 10 ms later.
 */
#include <glib.h>

#include "model/machine.h"

static TestMachine *offload_machine(int cpus, const char *nocbs, const char *cpu, const char *nocb,
				    int cycles)
{
	return test_machine_new_free(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': %d, 'hz': 1000}, 'rcu': {'rcu_nocbs': '%s', 'rcu_nocb_gp_stride': 4}, "
		"'workload': [{'id': 'h', 'kind': 'cpu-hotplug', 'cpus': '%s', 'arrive': {'from': '5ms'}, "
		"'offline_for': '10ms', 'nocb': '%s', 'cycles': %d}]",
		cpus, nocbs, cpu, nocb, cycles);
}

static void test_a_deoffloaded_cpu_invokes_its_own(void)
{
	g_autoptr(TestMachine) tm = offload_machine(2, "1", "1", "deoffload", 1);

	test_machine_trace(tm);
	TEST_SCRIPT(tm, "caller", 1, true, MS(20) + US(100), STEP(CALL_RCU, 100));
	test_run_until(tm, MS(5) - 1);
	g_assert_true(test_rdp(tm, 1)->offloaded);
	test_run_until(tm, MS(5));
	g_assert_false(test_rdp(tm, 1)->offloaded);
	g_assert_null(test_rdp(tm, 1)->group->head);
	test_run_until(tm, MS(60));
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
	g_assert_cmpint(test_trace_count(tm, TRACE_RCU_NOCB_WAKE, 1, "DoWake"), ==, 0);
	g_assert_cmpint(test_rdp(tm, 1)->nocb_cb_kthread->n_wakeups, ==, 0);
}

/* The kernel was booted without an offloaded CPU: rcuog and rcuop were prepared all the same. */
static void test_an_offloaded_cpu_leaves_it_to_rcuop(void)
{
	g_autoptr(TestMachine) tm = offload_machine(2, "", "1", "offload", 1);

	test_machine_trace(tm);
	TEST_SCRIPT(tm, "caller", 1, true, MS(20) + US(100), STEP(CALL_RCU, 100));
	test_run_until(tm, MS(5));
	g_assert_true(test_rdp(tm, 1)->offloaded);
	test_run_until(tm, MS(60));
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
	g_assert_cmpint(test_trace_count(tm, TRACE_RCU_NOCB_WAKE, 1, "DoWake"), ==, 1);
	g_assert_cmpint(test_rdp(tm, 1)->nocb_cb_kthread->n_wakeups, ==, 1);
}

/* rcuog looks at its CPUs in the order of their numbers; who comes back comes last. */
static void test_who_comes_back_is_looked_at_last(void)
{
	static const int order[] = { 0, 2, 3, 1 };
	g_autoptr(TestMachine) tm = offload_machine(4, "all", "1", "toggle", 2);
	const struct rcu_data *rdp;

	test_run_until(tm, MS(100));
	rdp = test_rdp(tm, 0)->group->head;
	for (size_t i = 0; i < G_N_ELEMENTS(order); i++, rdp = rdp->nocb_next)
		g_assert_cmpint(rdp->cpu, ==, order[i]);
	g_assert_null(rdp);
}

/*
 * What is queued when the CPU goes is waited for: rcu_barrier() first. A reader on CPU 0 holds the grace period until 9 ms; its CPU,
 * the only one left for the kthreads, too, reports at the tick after that.
 */
static void test_callbacks_are_waited_for(void)
{
	g_autoptr(TestMachine) tm = offload_machine(2, "1", "1", "deoffload", 1);

	TEST_SCRIPT(tm, "reader", 0, false, MS(1), STEP(READ_LOCK, 100), STEP(READ_UNLOCK, MS(8)));
	TEST_SCRIPT(tm, "caller", 1, true, MS(5) - US(100), STEP(CALL_RCU, 100));
	test_run_until(tm, MS(10) - 1);
	g_assert_false(rcu_rdp_cpu_online(test_rdp(tm, 1)));
	g_assert_true(test_rdp(tm, 1)->offloaded);
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 1);
	test_run_until(tm, MS(10));
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
	g_assert_false(test_rdp(tm, 1)->offloaded);
}

/*
 * rcuog waits for a grace period that a reader on CPU 3 holds for 50 ms, for a callback of CPU 2. The wakeup for CPU 1's sake is
 * a real one: it reads its note there and then, and waits on. (Offloading needs no rcu_barrier(), which would wait, too.)
 */
static void test_a_note_ends_the_wait_for_a_grace_period(void)
{
	g_autoptr(TestMachine) tm = offload_machine(4, "2", "1", "offload", 1);

	TEST_SCRIPT(tm, "reader", 3, false, MS(1), STEP(READ_LOCK, 100), STEP(READ_UNLOCK, MS(50)));
	TEST_SCRIPT(tm, "caller", 2, true, MS(2), STEP(CALL_RCU, 100));
	test_run_until(tm, MS(5) - 1);
	g_assert_true(test_rdp(tm, 1)->group->waiting_gp);
	g_assert_false(test_rdp(tm, 1)->offloaded);
	test_run_until(tm, MS(5));
	g_assert_true(test_rdp(tm, 1)->offloaded);
	g_assert_true(test_rdp(tm, 1)->group->waiting_gp);
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 1);
	test_run_until(tm, MS(100));
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
}

/* A callback that was left over would be nobody's. */
static void leave_a_callback(TestMachine *tm)
{
	const struct rcu_cb cb = mm_cb(tm->mm, &mm_cb_object, 1, 100);
	struct rcu_data *rdp = test_rdp(tm, 1);

	test_run_until(tm, MS(4));
	cb_list_append(&rdp->nocb_bypass, &tm->rcu->pool, &cb, MS(4), 0, 1);
	rdp->group->toggle = rdp;
	rdp->cblist.len++;
	rcu_nocb_gp_toggle(rdp->group);
}

static void test_no_callback_is_left_behind(void)
{
	g_autoptr(TestMachine) tm = offload_machine(2, "1", "1", "keep", 1);

	test_breaks(leave_a_callback, tm, "rdp->cblist.len == 0 && rdp->nocb_bypass.n == 0");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/offload/a-deoffloaded-cpu-invokes-its-own",
			test_a_deoffloaded_cpu_invokes_its_own);
	g_test_add_func("/offload/an-offloaded-cpu-leaves-it-to-rcuop",
			test_an_offloaded_cpu_leaves_it_to_rcuop);
	g_test_add_func("/offload/who-comes-back-is-looked-at-last",
			test_who_comes_back_is_looked_at_last);
	g_test_add_func("/offload/callbacks-are-waited-for", test_callbacks_are_waited_for);
	g_test_add_func("/offload/a-note-ends-the-wait-for-a-grace-period",
			test_a_note_ends_the_wait_for_a_grace_period);
	g_test_add_func("/offload/no-callback-is-left-behind", test_no_callback_is_left_behind);
	return g_test_run();
}
