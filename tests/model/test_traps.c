/*
 * test_traps.c - what naive models get wrong (rcu-behaviour.md 15.2): a test per trap, by its number. Traps that another test
 * shows already are not here.
 *
 * HZ is 250: tick k is at k * 4 ms. A little after an instant means: within what the kthreads need.
 */
#include <glib.h>

#include "model/machine.h"

/*
 * 23: "kfree_rcu is not call_rcu per object: 5 s or 507 objects batches". 506 objects wait for 5 s, and then
 * for one callback; a flood needs one per batch that a grace period takes.
 */
static TestMachine *loop_new(const char *method, int objects)
{
	return test_machine_new(
		RCUSIM_FLAG_NONE,
		"'duration': '20s', 'machine': {'cpus': 2}, 'workload': [{'id': 'f', 'kind': 'free-loop', "
		"'method': '%s', 'objects': %d, 'cpus': '0', 'arrive': {'from': '41ms'}}]",
		method, objects);
}

static void test_trap_23(void)
{
	g_autoptr(TestMachine) each = loop_new("per-object", 506);
	g_autoptr(TestMachine) few = loop_new("kfree-rcu", 506);
	g_autoptr(TestMachine) many = loop_new("kfree-rcu", 100000);

	test_run_until(each, MS(19000));
	g_assert_cmpint(test_metric(each, "callbacks"), ==, 506);
	g_assert_cmpint(test_metric(each, "free_last_ns"), <, MS(80));
	test_run_until(few, MS(5000));
	g_assert_cmpint(test_metric(few, "objects_freed"), ==, 0);
	test_run_until(few, MS(19000));
	g_assert_cmpint(test_metric(few, "callbacks"), ==, 1);
	g_assert_cmpint(test_metric(few, "objects_freed"), ==, 506);
	test_run_until(many, MS(19000));
	g_assert_cmpint(test_metric(many, "objects_freed"), ==, 100000);
	g_assert_cmpint(test_metric(many, "callbacks"), <=, 4);
	g_assert_cmpint(test_metric(many, "kfree_rcu_blocks"), >=, 100000 / 507);
	g_assert_cmpint(test_metric(many, "free_last_ns"), <, MS(200));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/trap/23/kfree-rcu-is-not-call-rcu-per-object", test_trap_23);
	return g_test_run();
}
