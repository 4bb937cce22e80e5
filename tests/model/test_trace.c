/* test_trace.c - where trace events are executed, and what a kernel pays that traces those of callbacks. */
#include <string.h>

#include "model/machine.h"

#define LOOP(n)                                                                             \
	"'workload': [{'id': 'loop', 'kind': 'free-loop', 'cpus': '0', 'objects': " #n ", " \
	"'arrive': {'from': '8400us'}}]"

/* Length of the loop of @members with events of @cost_ns each. */
static int64_t loop_ns(const char *members, int cost_ns)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 1, 'hz': 250}, 'costs_ns': {'trace_event': %d}, %s", cost_ns,
		members);

	test_run_until(tm, MS(100));
	return test_metric(tm, "freeing_loop_mean_ns");
}

/* rcu_callback and rcu_segcb_stats; offloaded also what comes of waking rcuog; on the bypass nothing (14.4). */
static void test_calls_pay_for_their_events(void)
{
	const char *off = "'rcu': {'rcu_nocbs': ''}, " LOOP(100);
	const char *direct = "'rcu': {'rcu_nocbs': '0'}, " LOOP(64); /* 16 * 1000 / HZ of them */
	const char *bypass = "'rcu': {'rcu_nocbs': '0'}, " LOOP(100);
	const char *more = "'rcu': {'rcu_nocbs': '0'}, " LOOP(200);

	g_assert_cmpint(loop_ns(off, 600) - loop_ns(off, 0), ==, 100 * 2 * 600);
	g_assert_cmpint(loop_ns(direct, 600) - loop_ns(direct, 0), ==, 64 * 3 * 600);
	/* the bypass's first call looks and tells; none after it */
	g_assert_cmpint(loop_ns(bypass, 600) - loop_ns(bypass, 0), ==, 65 * 3 * 600);
	g_assert_cmpint(loop_ns(more, 600) - loop_ns(more, 0), ==, 65 * 3 * 600);
}

static const struct trace_record *first(const TestMachine *tm, enum trace_event event,
					const char *text)
{
	return test_trace_at(tm, test_trace_find(tm, 0, event, -1, text));
}

static void assert_context(const struct trace_record *r, const char *comm, bool irqs_off,
			   bool bh_off, char layer, int preempt_depth)
{
	g_assert_cmpstr(r->context.comm, ==, comm);
	g_assert_cmpint(r->context.pid != 0, ==, strcmp(comm, "<idle>") != 0);
	g_assert_cmpint(r->context.irqs_off, ==, irqs_off);
	g_assert_cmpint(r->context.bh_off, ==, bh_off);
	g_assert_cmpint(r->context.layer, ==, layer);
	g_assert_cmpint(r->context.preempt_depth, ==, preempt_depth);
}

/* As in the lab's i1_nocb_traces/b_pervma10k_full: d.h3 d..1 ..... d..2 d..1 d.s2 D..1 b.... */
static void test_contexts_are_those_of_the_lab(void)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 1, 'hz': 250}, 'rcu': {'rcu_nocbs': '0'}, %s", LOOP(100));

	test_machine_trace(tm);
	test_run_until(tm, MS(50));
	assert_context(first(tm, TRACE_SCHED_WAKING, NULL), "<idle>", true, false, 'h', 3);
	assert_context(first(tm, TRACE_RCU_CALLBACK, NULL), "loop/0", true, false, '.', 1);
	assert_context(first(tm, TRACE_RCU_NOCB_WAKE, "EndSleep"), "rcuog/0", false, false, '.', 0);
	assert_context(first(tm, TRACE_RCU_GRACE_PERIOD, "newreq"), "rcuog/0", true, false, '.', 2);
	assert_context(first(tm, TRACE_RCU_GRACE_PERIOD, "start"), "rcu_preempt", true, false, '.',
		       1);
	assert_context(first(tm, TRACE_RCU_QUIESCENT_STATE_REPORT, NULL), "<idle>", true, false,
		       's', 2);
	assert_context(first(tm, TRACE_RCU_BATCH_START, NULL), "rcuop/0", true, true, '.', 1);
	assert_context(first(tm, TRACE_RCU_INVOKE_CALLBACK, NULL), "rcuop/0", false, true, '.', 0);
}

/* Callbacks are invoked in the order in which they were queued: addresses say which is which. */
static void test_callbacks_have_addresses(void)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 1, 'hz': 250}, 'rcu': {'rcu_nocbs': ''}, %s", LOOP(50));
	int queued = -1, invoked = -1;

	test_machine_trace(tm);
	test_run_until(tm, MS(100));
	for (int i = 0; i < 50; i++) {
		queued = test_trace_find(tm, queued + 1, TRACE_RCU_CALLBACK, -1, NULL);
		invoked = test_trace_find(tm, invoked + 1, TRACE_RCU_INVOKE_CALLBACK, -1, NULL);
		g_assert_cmpint(test_trace_at(tm, queued)->arg[0], ==,
				test_trace_at(tm, invoked)->arg[0]);
		g_assert_cmpint(test_trace_at(tm, queued)->arg[1], ==, i + 1);
	}
	g_assert_cmpint(test_trace_count(tm, TRACE_RCU_INVOKE_CALLBACK, -1, NULL), ==, 50);
}

/* kthread_prio 2 is SCHED_FIFO 2: 97; the loop is SCHED_OTHER. */
static void test_priorities_are_the_kernels(void)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 1, 'hz': 250}, 'rcu': {'rcu_nocbs': '0', 'kthread_prio': 2}, %s",
		LOOP(50));
	int n_seen = 0;

	test_machine_trace(tm);
	test_run_until(tm, MS(50));
	for (int i = -1; (i = test_trace_find(tm, i + 1, TRACE_SCHED_WAKING, -1, NULL)) >= 0;) {
		const struct trace_record *r = test_trace_at(tm, i);

		if (strcmp(r->name, "rcu_preempt") == 0 || strcmp(r->name, "loop/0") == 0) {
			g_assert_cmpint(r->arg[1], ==, r->name[0] == 'l' ? 120 : 97);
			n_seen++;
		}
	}
	g_assert_cmpint(n_seen, >=, 2);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/trace/calls-pay-for-their-events", test_calls_pay_for_their_events);
	g_test_add_func("/trace/contexts-are-those-of-the-lab", test_contexts_are_those_of_the_lab);
	g_test_add_func("/trace/callbacks-have-addresses", test_callbacks_have_addresses);
	g_test_add_func("/trace/priorities-are-the-kernels", test_priorities_are_the_kernels);
	return g_test_run();
}
