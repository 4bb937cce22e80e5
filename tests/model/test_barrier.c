/*
 * test_barrier.c - rcu_barrier(): rcu-behaviour.md 8.2, 4.2 (entrain), V13.
 *
 * Machines without costs, J is jiffy 10 at HZ 250, so that T(J) is 40 ms; timelines are written as timeline.h says.
 */
#include "model/machine.h"
#include "model/timeline.h"

#define BARRIER(cpu, from, calls)                                                            \
	"'workload': [{'id': 'b', 'kind': 'synchronize', 'method': 'barrier', 'cpus': '" cpu \
	"', 'calls': " calls ", 'pause': '1ms', 'arrive': {'from': '" from "'}}]"

/* The lines of @tm's trace until 120 ms that begin with "J+n barrier" or are grace periods' ends must be @expected. */
static void check_barrier(TestMachine *tm, const char *expected)
{
	struct timeline line;
	g_auto(GStrv) lines = NULL;
	g_autoptr(GString) kept = g_string_new(NULL);

	test_machine_trace(tm);
	test_run_until(tm, MS(120));
	line = timeline_of(tm, 10, true);
	lines = g_strsplit(line.text->str, "\n", -1);
	for (int i = 0; lines[i] != NULL; i++)
		if (strstr(lines[i], " barrier ") != NULL || strstr(lines[i], " gp end ") != NULL ||
		    strstr(lines[i], "DoWake") != NULL)
			g_string_append_printf(kept, "%s\n", lines[i]);
	g_string_assign(line.text, kept->str);
	assert_timeline(&line, expected);
	timeline_clear(&line);
	test_machine_free(tm);
}

static void test_nothing_to_wait_for(void)
{
	check_barrier(test_machine_new_free(
			      RCUSIM_FLAG_REFERENCE,
			      "'machine': {'cpus': 2, 'hz': 250}, " BARRIER("0", "40100us", "1")),
		      "J+0 barrier Begin cpu -1 remaining 0 # 4\n"
		      "J+0 barrier Inc1 cpu -1 remaining 0 # 1\n"
		      "J+0 barrier NQ cpu 0 remaining 2 # 1\n"
		      "J+0 barrier NQ cpu 1 remaining 2 # 1\n"
		      "J+0 barrier Inc2 cpu -1 remaining 0 # 1\n");
}

/*
 * CPU 1 has three callbacks in NEXT. They are labelled at T(J+1), their grace period ends at T(J+3) and they are
 * invoked at T(J+4): the lab's "not offloaded, 2 CPUs, fourth tick". The barrier's rides behind them, and there
 * is no second grace period (trap 15).
 */
static void test_it_waits_behind_callbacks(void)
{
	TestMachine *tm = test_machine_new_free(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 2, 'hz': 250}, " BARRIER("0", "40200us", "1"));

	TEST_SCRIPT(tm, "caller", 1, false, MS(40) + US(100), STEPS(CALL_RCU, 0, 3));
	check_barrier(tm, "J+0 barrier Begin cpu -1 remaining 0 # 4\n"
			  "J+0 barrier Inc1 cpu -1 remaining 0 # 1\n"
			  "J+0 barrier NQ cpu 0 remaining 2 # 1\n"
			  "J+0 barrier IRQ cpu -1 remaining 2 # 1\n"
			  "J+0 barrier OnlineQ cpu 1 remaining 3 # 1\n"
			  "J+3 gp end 1\n"
			  "J+4 barrier LastCB cpu -1 remaining 0 # 1\n"
			  "J+4 barrier Inc2 cpu -1 remaining 0 # 1\n");
}

/* Both CPUs: the first callback to be invoked is not the last. */
static void test_the_last_callback_ends_it(void)
{
	TestMachine *tm = test_machine_new_free(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 2, 'hz': 250}, 'rcu': {'rcu_nocbs': '1'}, " BARRIER(
			"0", "40200us", "1"));

	TEST_SCRIPT(tm, "offloaded", 1, false, MS(40) + US(100), STEP(CALL_RCU, 0));
	TEST_SCRIPT(tm, "softirq", 0, false, MS(40) + US(150), STEP(CALL_RCU, 0));
	/*
	 * rcuog asks at once: the grace period of CPU 1's callback ends at T(J+2). That of CPU 0 is labelled with the
	 * next one, which ends two jiffies later, and is invoked at the tick after that.
	 */
	check_barrier(tm, "J+0 nocb DoWake\n"
			  "J+0 barrier Begin cpu -1 remaining 0 # 4\n"
			  "J+0 barrier Inc1 cpu -1 remaining 0 # 1\n"
			  "J+0 barrier IRQ cpu -1 remaining 2 # 1\n"
			  "J+0 barrier OnlineQ cpu 0 remaining 3 # 1\n"
			  "J+0 barrier IRQ cpu -1 remaining 3 # 1\n"
			  "J+0 barrier OnlineQ cpu 1 remaining 4 # 1\n"
			  "J+2 gp end 1\n"
			  "J+2 barrier CB cpu -1 remaining 1 # 1\n"
			  "J+4 gp end 5\n"
			  "J+5 barrier LastCB cpu -1 remaining 0 # 1\n"
			  "J+5 barrier Inc2 cpu -1 remaining 0 # 1\n");
}

/*
 * V13: the one callback is on the bypass, rcuog has seen it too young and sleeps, its timer runs at T(J+3). The
 * barrier flushes the bypass. 6.12 wakes rcuog for it: the grace period starts in J and ends at T(J+2). 6.1 leaves
 * it to the timer: it starts at T(J+3).
 */
static TestMachine *flush_new(const char *kernel)
{
	TestMachine *tm = test_machine_new_free(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 2, 'hz': 250}, 'rcu': {'kernel': '%s', 'rcu_nocbs': '1', "
		"'nocb_nobypass_lim_per_jiffy': 0}, " BARRIER("0", "40200us", "1"),
		kernel);

	TEST_SCRIPT(tm, "caller", 1, false, MS(40) + US(100), STEP(CALL_RCU, 0));
	return tm;
}

#define FLUSH_START                                  \
	"J+0 nocb DoWake\n"                          \
	"J+0 barrier Begin cpu -1 remaining 0 # 4\n" \
	"J+0 barrier Inc1 cpu -1 remaining 0 # 1\n"  \
	"J+0 barrier NQ cpu 0 remaining 2 # 1\n"     \
	"J+0 barrier IRQ cpu -1 remaining 2 # 1\n"

static void test_v13_wakes_rcuog(void)
{
	check_barrier(flush_new("6.12"), FLUSH_START "J+0 nocb DoWake\n"
						     "J+0 barrier OnlineQ cpu 1 remaining 3 # 1\n"
						     "J+2 gp end 1\n"
						     "J+2 barrier LastCB cpu -1 remaining 0 # 1\n"
						     "J+2 barrier Inc2 cpu -1 remaining 0 # 1\n");
	check_barrier(flush_new("6.1"), FLUSH_START "J+0 barrier OnlineQ cpu 1 remaining 3 # 1\n"
						    "J+3 nocb DoWake\n"
						    "J+5 gp end 1\n"
						    "J+5 barrier LastCB cpu -1 remaining 0 # 1\n"
						    "J+5 barrier Inc2 cpu -1 remaining 0 # 1\n");
}

/*
 * Three callers. The second and the third come while the first one's callback waits: they need a barrier of their
 * own, number 8; the second makes it, the third finds it made.
 */
static void test_one_barrier_serves_who_waited_for_it(void)
{
	TestMachine *tm = test_machine_new_free(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 2, 'hz': 250}, 'workload': ["
		"{'id': 'a', 'kind': 'synchronize', 'method': 'barrier', 'cpus': '0', 'arrive': {'from': '40200us'}},"
		"{'id': 'b', 'kind': 'synchronize', 'method': 'barrier', 'cpus': '0', 'arrive': {'from': '40300us'}},"
		"{'id': 'c', 'kind': 'synchronize', 'method': 'barrier', 'cpus': '0', 'arrive': {'from': '40400us'}}]");

	TEST_SCRIPT(tm, "caller", 1, false, MS(40) + US(100), STEP(CALL_RCU, 0));
	check_barrier(tm, "J+0 barrier Begin cpu -1 remaining 0 # 4\n"
			  "J+0 barrier Inc1 cpu -1 remaining 0 # 1\n"
			  "J+0 barrier NQ cpu 0 remaining 2 # 1\n"
			  "J+0 barrier IRQ cpu -1 remaining 2 # 1\n"
			  "J+0 barrier OnlineQ cpu 1 remaining 3 # 1\n"
			  "J+0 barrier Begin cpu -1 remaining 1 # 8\n"
			  "J+0 barrier Begin cpu -1 remaining 1 # 8\n"
			  "J+3 gp end 1\n"
			  "J+4 barrier LastCB cpu -1 remaining 0 # 1\n"
			  "J+4 barrier Inc2 cpu -1 remaining 0 # 1\n"
			  "J+4 barrier Inc1 cpu -1 remaining 0 # 5\n"
			  "J+4 barrier NQ cpu 0 remaining 2 # 5\n"
			  "J+4 barrier NQ cpu 1 remaining 2 # 5\n"
			  "J+4 barrier Inc2 cpu -1 remaining 0 # 5\n"
			  "J+4 barrier EarlyExit cpu -1 remaining 0 # 8\n");
}

/* The interrupt waits for the end of a section with interrupts disabled, and the caller for the interrupt. */
static void test_the_interrupt_waits_for_irqs(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 2, 'hz': 250}, 'workload': [{'id': 'b', 'kind': 'synchronize', 'method': 'barrier', 'cpus': '0', "
		"'arrive': {'from': '40200us'}}]");
	const struct trace_record *r;

	tm->m->costs.ipi = US(7);
	TEST_SCRIPT(tm, "closed", 1, false, MS(40) + US(100), STEP(CALL_RCU, 0),
		    STEP(CLOSED, US(500)), STEP(KERNEL, US(100)));
	test_machine_trace(tm);
	test_run_until(tm, MS(41));
	r = test_trace_at(tm, test_trace_find(tm, 0, TRACE_RCU_BARRIER, -1, "IRQ"));
	g_assert_cmpint(r->t_ns, ==, MS(40) + US(600));
	r = test_trace_at(tm, test_trace_find(tm, 0, TRACE_RCU_BARRIER, -1, "OnlineQ"));
	g_assert_cmpint(r->t_ns, ==, MS(40) + US(600));
}

/* Else it takes what an interrupt takes. */
static void test_the_interrupt_takes_its_time(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 2, 'hz': 250}, 'workload': [{'id': 'b', 'kind': 'synchronize', 'method': 'barrier', 'cpus': '0', "
		"'arrive': {'from': '40200us'}}]");
	struct test_script *busy = TEST_SCRIPT(tm, "busy", 1, false, MS(40) + US(100),
					       STEP(CALL_RCU, 0), STEP(KERNEL, US(500)));

	tm->m->costs.ipi = US(7);
	tm->m->costs.ipi_handler = US(2);
	test_machine_trace(tm);
	test_run_until(tm, MS(41));
	g_assert_cmpint(
		test_trace_at(tm, test_trace_find(tm, 0, TRACE_RCU_BARRIER, -1, "IRQ"))->t_ns, ==,
		MS(40) + US(207));
	g_assert_cmpint(test_end_ns(busy, 1), ==, MS(40) + US(602));
}

/* micro.csv: rcu_barrier of an idle machine, 393 instructions with one CPU and 470 with two. */
static void test_idle_barrier_of_the_lab(void)
{
	for (int cpus = 1; cpus <= 2; cpus++) {
		g_autoptr(TestMachine) tm = test_machine_new(
			RCUSIM_FLAG_NONE,
			"'machine': {'cpus': %d, 'hz': 250}, 'costs_ns': {'profile': 'icount-6.12'}, " BARRIER(
				"0", "41ms", "15"),
			cpus);

		test_run_until(tm, MS(80));
		g_assert_cmpint(test_metric(tm, "barriers"), ==, 15);
		g_assert_cmpint(test_metric(tm, "barrier_latency_p50_ns"), ==, 316 + 77 * cpus);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/barrier/nothing-to-wait-for", test_nothing_to_wait_for);
	g_test_add_func("/barrier/it-waits-behind-callbacks", test_it_waits_behind_callbacks);
	g_test_add_func("/barrier/the-last-callback-ends-it", test_the_last_callback_ends_it);
	g_test_add_func("/barrier/v13/wakes-rcuog", test_v13_wakes_rcuog);
	g_test_add_func("/barrier/one-serves-who-waited-for-it",
			test_one_barrier_serves_who_waited_for_it);
	g_test_add_func("/barrier/ipi/waits-for-irqs", test_the_interrupt_waits_for_irqs);
	g_test_add_func("/barrier/ipi/takes-its-time", test_the_interrupt_takes_its_time);
	g_test_add_func("/barrier/lab/idle", test_idle_barrier_of_the_lab);
	return g_test_run();
}
