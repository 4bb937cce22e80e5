/*
 * test_expedited.c - expedited grace periods: rcu-behaviour.md 8.3, 3.8 (exp_tasks), V16, V17.
 *
 * Machines without costs, J is jiffy 10 at HZ 250; timelines are written as timeline.h says.
 */
#include "model/machine.h"
#include "model/timeline.h"

#define EXPEDITED(from)                                                                        \
	"'workload': [{'id': 'e', 'kind': 'synchronize', 'method': 'expedited', 'cpus': '0', " \
	"'arrive': {'from': '" from "'}}]"

static void check_timeline(TestMachine *tm, const char *expected)
{
	struct timeline line;

	test_machine_trace(tm);
	test_run_until(tm, MS(120));
	line = timeline_of(tm, 10, true);
	assert_timeline(&line, expected);
	timeline_clear(&line);
	test_machine_free(tm);
}

#define ONE_GP               \
	"J+0 exp snap 4\n"   \
	"J+0 exp start 4\n"  \
	"J+0 exp reset 4\n"  \
	"J+0 exp select 4\n" \
	"J+0 exp startwait 4\n"

#define ONE_GP_END            \
	"J+0 exp end 4\n"     \
	"J+0 exp endwake 4\n" \
	"J+0 exp done 4\n"

static const char *const kernels[] = { "6.12", "6.1" };

/* Nobody to wait for: the caller's CPU is the worker's, or idle, and so is the other one. */
static void test_one_caller(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(kernels); i++)
		for (int cpus = 1; cpus <= 2; cpus++)
			check_timeline(test_machine_new_free(
					       RCUSIM_FLAG_REFERENCE,
					       "'machine': {'cpus': %d, 'hz': 250}, "
					       "'rcu': {'kernel': '%s'}, " EXPEDITED("40100us"),
					       cpus, kernels[i]),
				       ONE_GP ONE_GP_END);
}

/* V16: a kthread of its own, or a kworker of the caller's CPU. */
static void test_v16_worker(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(kernels); i++) {
		g_autoptr(TestMachine) tm = test_machine_new_free(
			RCUSIM_FLAG_NONE,
			"'machine': {'cpus': 2, 'hz': 250}, 'rcu': {'kernel': '%s'}, " EXPEDITED(
				"40100us"),
			kernels[i]);
		bool kthread = false, kworker = false;

		test_run_until(tm, MS(60));
		g_assert_cmpint(test_metric(tm, "expediteds"), ==, 1);
		for (const struct sim_task *task = tm->m->tasks; task != NULL; task = task->next) {
			kthread |= g_str_equal(task->name, "rcu_exp_gp_kthr");
			kworker |= g_str_equal(task->name, "kworker/0:0");
		}
		g_assert_true(kthread == (i == 0));
		g_assert_true(kworker == (i == 1));
	}
}

/* When the call returns, @steps being what CPU 1 does from 40 ms on; @machine: members of that object. */
static void check_returns(const char *machine, const struct test_step *steps, size_t n_steps,
			  int64_t expected_ns)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 2, 'hz': 250, 'housekeeping': '0'%s}, " EXPEDITED("40100us"),
		machine);

	test_script_new(tm, "other", 1, false, MS(40), steps, n_steps);
	test_run_until(tm, MS(120));
	g_assert_cmpint(test_metric(tm, "expediteds"), ==, 1);
	g_assert_cmpint(test_metric(tm, "expedited_latency_max_ns"), ==, expected_ns - US(40100));
}

#define CHECK_RETURNS(machine, ns, ...)                             \
	check_returns(                                              \
		machine, (const struct test_step[]){ __VA_ARGS__ }, \
		sizeof((const struct test_step[]){ __VA_ARGS__ }) / sizeof(struct test_step), ns)

/* The interrupt reports for a CPU that is in no section, wherever it is; a reader's CPU reports when it leaves. */
static void test_what_the_interrupt_finds(void)
{
	CHECK_RETURNS("", US(40100), STEP(USER, MS(10)));
	CHECK_RETURNS("", US(40100), STEP(KERNEL, MS(10)));
	CHECK_RETURNS("", US(40500), STEP(CLOSED, US(500)), STEP(KERNEL, MS(1)));
	CHECK_RETURNS("", MS(45), STEP(READ_LOCK, 0), STEP(READ_UNLOCK, MS(5)),
		      STEP(KERNEL, MS(10)));
	/* a section that began after the start, and that the interrupt still finds, is waited for, too */
	CHECK_RETURNS("", US(40100), STEP(KERNEL, US(200)), STEP(READ_LOCK, 0),
		      STEP(READ_UNLOCK, MS(5)));
}

/* Readers of rcu_sched are not counted: the CPU is asked to switch, and does at its next cond_resched(). */
static void test_what_it_finds_without_preemption(void)
{
	const char *none = ", 'preempt': 'none', 'preempt_dynamic': false, 'preempt_count': false";

	CHECK_RETURNS(none, US(40100), STEP(USER, MS(10)));
	CHECK_RETURNS(none, US(40300), STEP(RESCHED, US(300)), STEP(KERNEL, MS(10)));
	CHECK_RETURNS(none, MS(50), STEP(KERNEL, MS(10)));
}

/* Bottom halves disabled, as around callbacks: reported at the switch that the interrupt asks for, after it. */
static void test_a_callback_is_finished(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 2, 'hz': 250, 'housekeeping': '0'}, " EXPEDITED("40100us"));
	struct test_script *callbacks =
		TEST_SCRIPT(tm, "callbacks", 1, true, MS(40), STEPS(RESCHED, US(300), 5));

	callbacks->task->frame.bh_disabled = true;
	test_run_until(tm, MS(120));
	g_assert_cmpint(test_metric(tm, "expediteds"), ==, 1);
	g_assert_cmpint(test_metric(tm, "expedited_latency_max_ns"), ==, US(200));
}

/* --- preempted readers --- */

/*
 * CPU 1 is preempted in a section from 40.5 ms on, by a task that keeps it for 10 ms: it is on blkd_tasks when the
 * grace period starts. A second reader of that CPU comes after the start and is preempted, too: it is queued before
 * the first, and not waited for.
 */
static void test_only_earlier_readers_are_waited_for(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 2, 'hz': 250, 'housekeeping': '0', 'preempt': 'full', "
		"'wakeup_preempt': 'always'}, " EXPEDITED("41000us"));
	struct rcu_node *rnp = test_rdp(tm, 1)->mynode;
	struct test_script *first;
	struct sim_task *reader;

	first = TEST_SCRIPT(tm, "first", 1, false, MS(40), STEP(READ_LOCK, 0),
			    STEP(READ_UNLOCK, MS(1)));
	reader = first->task;
	TEST_SCRIPT(tm, "second", 1, false, MS(40) + US(500), STEP(KERNEL, MS(1)),
		    STEP(READ_LOCK, 0), STEP(READ_UNLOCK, MS(30)));
	TEST_SCRIPT(tm, "third", 1, false, MS(43), STEP(KERNEL, MS(2)));
	test_run_until(tm, MS(42));
	g_assert_true(rnp->exp_tasks == reader);
	g_assert_cmpint(test_metric(tm, "expediteds"), ==, 0);
	test_run_until(tm, MS(43) + US(500));
	/* the second has been preempted: it stands before the first */
	g_assert_true(rnp->exp_tasks == reader || rnp->blkd_tasks != reader);
	test_run_until(tm, MS(120));
	g_assert_cmpint(test_metric(tm, "expediteds"), ==, 1);
	/* it returns as soon as the first has left its section, though the second is in its own for 30 ms */
	g_assert_cmpint(US(41000) + test_metric(tm, "expedited_latency_max_ns"), ==,
			test_end_ns(first, 1));
}

/* A reader that is preempted after the interrupt has found it: the list takes over from the CPU. */
static void test_a_reader_preempted_meanwhile(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 2, 'hz': 250, 'housekeeping': '0', 'preempt': 'full', "
		"'wakeup_preempt': 'always'}, " EXPEDITED("40200us"));
	struct rcu_node *rnp = test_rdp(tm, 1)->mynode;
	struct test_script *reader = TEST_SCRIPT(tm, "reader", 1, false, MS(40), STEP(READ_LOCK, 0),
						 STEP(READ_UNLOCK, MS(1)));

	TEST_SCRIPT(tm, "other", 1, false, MS(40) + US(500), STEP(KERNEL, MS(5)));
	test_run_until(tm, MS(40) + US(300));
	g_assert_true(test_rdp(tm, 1)->cpu_no_qs_exp);
	g_assert_cmpuint(rnp->expmask, ==, 2);
	test_run_until(tm, MS(40) + US(600));
	g_assert_false(test_rdp(tm, 1)->cpu_no_qs_exp);
	g_assert_cmpuint(rnp->expmask, ==, 0);
	g_assert_true(rnp->exp_tasks == reader->task);
	test_run_until(tm, MS(120));
	g_assert_cmpint(US(40200) + test_metric(tm, "expedited_latency_max_ns"), ==,
			test_end_ns(reader, 1));
}

/* --- the funnel --- */

/*
 * A's grace period waits for a reader until 45 ms. B and C come meanwhile, for the one after it, 8: B climbs to
 * ->exp_mutex, C finds B's number on the leaf and sleeps there. Both are served by one grace period.
 */
static void test_the_funnel(void)
{
	TestMachine *tm = test_machine_new_free(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 2, 'hz': 250, 'housekeeping': '0'}, 'workload': ["
		"{'id': 'a', 'kind': 'synchronize', 'method': 'expedited', 'cpus': '0', 'arrive': {'from': '40100us'}},"
		"{'id': 'b', 'kind': 'synchronize', 'method': 'expedited', 'cpus': '0', 'arrive': {'from': '40200us'}},"
		"{'id': 'c', 'kind': 'synchronize', 'method': 'expedited', 'cpus': '0', 'arrive': {'from': '40300us'}}]");

	TEST_SCRIPT(tm, "reader", 1, false, MS(40), STEP(READ_LOCK, 0), STEP(READ_UNLOCK, MS(5)));
	check_timeline(tm, ONE_GP "J+0 exp snap 8\n"
				  "J+0 funnel nxtlvl 0 0-1\n"
				  "J+0 exp snap 8\n"
				  "J+0 funnel wait 0 0-1\n"
				  "J+1 exp end 4\n"
				  "J+1 exp endwake 4\n"
				  "J+1 exp done 4\n"
				  "J+1 exp start 8\n"
				  "J+1 exp reset 8\n"
				  "J+1 exp select 8\n"
				  "J+1 exp startwait 8\n"
				  "J+1 exp end 8\n"
				  "J+1 exp endwake 8\n"
				  "J+1 exp done 8\n"
				  "J+1 exp done 8\n");
}

/* Two leaves: a caller of the second one has a way up. */
static void test_the_funnel_has_levels(void)
{
	TestMachine *tm = test_machine_new_free(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 4, 'hz': 250, 'housekeeping': '0'}, "
		"'rcu': {'rcu_fanout_leaf': 2}, 'workload': ["
		"{'id': 'a', 'kind': 'synchronize', 'method': 'expedited', 'cpus': '0', 'arrive': {'from': '40100us'}},"
		"{'id': 'b', 'kind': 'synchronize', 'method': 'expedited', 'cpus': '0', 'arrive': {'from': '40200us'}},"
		"{'id': 'c', 'kind': 'synchronize', 'method': 'expedited', 'cpus': '2', 'arrive': {'from': '40300us'}}]");
	struct timeline line;

	TEST_SCRIPT(tm, "reader", 1, false, MS(40), STEP(READ_LOCK, 0), STEP(READ_UNLOCK, MS(5)));
	test_machine_trace(tm);
	test_run_until(tm, MS(44) - 1);
	line = timeline_of(tm, 10, true);
	assert_timeline(&line, ONE_GP "J+0 exp snap 8\n"
				      "J+0 funnel nxtlvl 1 0-1\n"
				      "J+0 funnel nxtlvl 0 0-3\n"
				      "J+0 exp snap 8\n"
				      "J+0 funnel nxtlvl 1 2-3\n"
				      "J+0 funnel wait 0 0-3\n");
	timeline_clear(&line);
	test_run_until(tm, MS(120));
	g_assert_cmpint(test_metric(tm, "expediteds"), ==, 3);
	g_assert_cmpint(test_metric(tm, "expedited_grace_periods"), ==, 2);
	test_machine_free(tm);
}

/* --- figures of the lab --- */

/* micro.csv, i1_off: 5102 instructions: two wakeups, two switches and the figure that is left. */
static void test_expedited_of_the_lab(void)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 1, 'hz': 250}, 'costs_ns': {'profile': 'icount-6.12'}, " EXPEDITED(
			"40100us"));

	test_run_until(tm, MS(60));
	g_assert_cmpint(test_metric(tm, "expedited_latency_max_ns"), ==, 5102);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/expedited/one-caller", test_one_caller);
	g_test_add_func("/expedited/v16/worker", test_v16_worker);
	g_test_add_func("/expedited/what-the-interrupt-finds", test_what_the_interrupt_finds);
	g_test_add_func("/expedited/what-it-finds-without-preemption",
			test_what_it_finds_without_preemption);
	g_test_add_func("/expedited/a-callback-is-finished", test_a_callback_is_finished);
	g_test_add_func("/expedited/readers/only-earlier-ones",
			test_only_earlier_readers_are_waited_for);
	g_test_add_func("/expedited/readers/preempted-meanwhile",
			test_a_reader_preempted_meanwhile);
	g_test_add_func("/expedited/funnel/one-leaf", test_the_funnel);
	g_test_add_func("/expedited/funnel/levels", test_the_funnel_has_levels);
	g_test_add_func("/expedited/lab/one-cpu", test_expedited_of_the_lab);
	return g_test_run();
}
