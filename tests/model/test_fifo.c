/*
 * test_fifo.c - SCHED_FIFO tasks, and the kthreads that rcutree.kthread_prio makes such: rcu-behaviour.md 2.4, 13.1.
 *
 * Machines without costs: what happens, happens at the instant of its cause.
 */
#include <glib.h>

#include "model/machine.h"

/* A task of 10 us that somebody wakes, last on @prev_cpu, free to go elsewhere. */
static struct test_script *fifo_wakee_new(TestMachine *tm, int prev_cpu, int prio)
{
	struct test_script *wakee = TEST_SCRIPT(tm, "wakee", -1, true, -1, STEP(KERNEL, US(10)));

	wakee->task->cpu = &tm->m->cpus[prev_cpu];
	wakee->task->frame.cpu = wakee->task->cpu;
	task_set_fifo(wakee->task, prio);
	return wakee;
}

/* A bound task of 10 us that arrives at @t_ns. */
static struct test_script *fifo_arrival_new(TestMachine *tm, int cpu, int64_t t_ns, int prio)
{
	struct test_script *script =
		TEST_SCRIPT(tm, "arrival", cpu, false, t_ns, STEP(KERNEL, US(10)));

	task_set_fifo(script->task, prio);
	return script;
}

/* --- who leaves when --- */

static void check_arrival(const char *preempt, enum test_act act, int64_t each_ns,
			  int64_t expected_ns)
{
	/* no wakeup of a fair task preempts here: that of a FIFO task does not ask */
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 1, 'preempt': '%s', 'wakeup_preempt': 'never'}", preempt);
	const struct test_script *arrival;

	TEST_SCRIPT(tm, "loop", 0, false, MS(1),
		    { .act = act, .ns = each_ns, .n = MS(30) / each_ns });
	arrival = fifo_arrival_new(tm, 0, MS(1) + US(505), 1);
	test_run_until(tm, MS(60));
	g_assert_cmpint(test_end_ns(arrival, 0), ==, expected_ns);
}

/* Voluntary: at the loop's next cond_resched(), or not before it ends; full, and user mode: at once. */
static void test_a_fifo_task_takes_the_cpu(void)
{
	check_arrival("voluntary", TEST_RESCHED, US(10), MS(1) + US(520));
	check_arrival("voluntary", TEST_KERNEL, MS(30), MS(31) + US(10));
	check_arrival("voluntary", TEST_USER, MS(30), MS(1) + US(515));
	check_arrival("full", TEST_KERNEL, MS(30), MS(1) + US(515));
}

/* It keeps the CPU past its slice, whoever waits, and however many ticks come. */
static void test_a_fifo_task_has_no_slice(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_NONE, "'machine': {'cpus': 1}");
	struct test_script *loop =
		TEST_SCRIPT(tm, "loop", 0, false, MS(1), STEPS(RESCHED, US(100), 300));
	const struct test_script *fair = fifo_arrival_new(tm, 0, MS(2), 0);
	const struct test_script *equal = fifo_arrival_new(tm, 0, MS(3), 5);
	const struct test_script *lower = fifo_arrival_new(tm, 0, MS(2), 4);
	const struct test_script *higher = fifo_arrival_new(tm, 0, MS(4) + US(50), 6);

	task_set_fifo(loop->task, 5);
	test_run_until(tm, MS(60));
	/* the higher one at the cond_resched() after it came, the rest after 1 + 30 ms + its 10 us */
	g_assert_cmpint(test_end_ns(higher, 0), ==, MS(4) + US(110));
	g_assert_cmpint(test_end_ns(loop, 299), ==, MS(31) + US(10));
	g_assert_cmpint(test_end_ns(equal, 0), ==, MS(31) + US(20));
	g_assert_cmpint(test_end_ns(lower, 0), ==, MS(31) + US(30));
	g_assert_cmpint(test_end_ns(fair, 0), ==, MS(31) + US(40));
}

/* Higher priorities first, equal ones in the order of their wakeups, fair tasks last. */
static void test_the_queue_is_ordered_by_priority(void)
{
	static const int prio[] = { 0, 10, 50, 10, 50, 0 }, place[] = { 4, 2, 0, 3, 1, 5 };
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_NONE, "'machine': {'cpus': 1}");
	struct test_script *waiting[6];

	TEST_SCRIPT(tm, "first", 0, false, MS(1), STEP(KERNEL, MS(10)));
	for (int i = 0; i < 6; i++)
		waiting[i] = fifo_arrival_new(tm, 0, MS(2) + US(100) * i, prio[i]);
	test_run_until(tm, MS(50));
	for (int i = 0; i < 6; i++)
		g_assert_cmpint(test_end_ns(waiting[i], 0), ==, MS(11) + US(10) * (1 + place[i]));
}

/* One that had to leave for a higher one goes before its equals when it is back. */
static void test_a_preempted_fifo_task_keeps_its_place(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_NONE, "'machine': {'cpus': 1, 'preempt': 'full'}");
	struct test_script *loop = TEST_SCRIPT(tm, "loop", 0, false, MS(1), STEP(KERNEL, MS(1)));
	const struct test_script *equal = fifo_arrival_new(tm, 0, MS(1) + US(100), 5);
	const struct test_script *higher = fifo_arrival_new(tm, 0, MS(1) + US(200), 6);

	task_set_fifo(loop->task, 5);
	test_run_until(tm, MS(10));
	g_assert_cmpint(test_end_ns(higher, 0), ==, MS(1) + US(210));
	g_assert_cmpint(test_end_ns(loop, 0), ==, MS(2) + US(10));
	g_assert_cmpint(test_end_ns(equal, 0), ==, MS(2) + US(20));
}

/* --- where --- */

/* The previous CPU, though a fair task runs there and another CPU is idle: select_task_rq_rt(). */
static void test_it_stays_on_its_cpu(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_NONE, "'machine': {'cpus': 2}");
	struct test_script *wakee = fifo_wakee_new(tm, 0, 1);

	TEST_SCRIPT(tm, "waker", 0, false, MS(1), { .act = TEST_WAKE, .who = wakee },
		    STEPS(RESCHED, US(10), 1000));
	test_run_until(tm, MS(5));
	g_assert_cmpint(test_end_cpu(wakee, 0), ==, 0);
	g_assert_cmpint(test_end_ns(wakee, 0), ==, MS(1) + US(20)); /* after one turn of the loop */
}

/* Not if one runs there that is not below it: then where the lowest priority is. */
static void test_it_avoids_a_cpu_of_its_priority(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_NONE, "'machine': {'cpus': 3}");
	struct test_script *wakee = fifo_wakee_new(tm, 0, 3);

	task_set_fifo(TEST_SCRIPT(tm, "equal", 0, false, US(500), STEP(KERNEL, MS(20)))->task, 3);
	task_set_fifo(TEST_SCRIPT(tm, "lower", 1, false, US(500), STEP(KERNEL, MS(20)))->task, 2);
	TEST_SCRIPT(tm, "waker", 2, false, MS(1), { .act = TEST_WAKE, .who = wakee });
	test_run_until(tm, MS(5));
	g_assert_cmpint(test_end_cpu(wakee, 0), ==, 2);
	g_assert_cmpint(test_end_ns(wakee, 0), ==, MS(1) + US(10));
}

/* push_rt_tasks(): who must leave for a higher one goes to a CPU where nothing of its priority runs. */
static void test_a_preempted_one_is_pushed(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_NONE, "'machine': {'cpus': 2, 'preempt': 'full'}");
	struct test_script *loop = fifo_wakee_new(tm, 0, 5);
	const struct test_script *higher =
		TEST_SCRIPT(tm, "higher", 0, false, MS(2), STEP(KERNEL, MS(3)));

	loop->steps[0].ns = MS(2);
	loop->task->kind = TASK_KSOFTIRQD; /* a kthread: may be moved in mid-operation */
	task_set_fifo(higher->task, 6);
	TEST_SCRIPT(tm, "waker", 1, false, MS(1), { .act = TEST_WAKE, .who = loop });
	test_run_until(tm, MS(10));
	g_assert_cmpint(test_end_cpu(loop, 0), ==, 1);
	g_assert_cmpint(test_end_ns(loop, 0), ==, MS(3));
	g_assert_cmpint(test_end_ns(higher, 0), ==, MS(5));
}

/* pull_rt_task(): a CPU that has nothing of that priority fetches one that waits elsewhere. */
static void test_a_waiting_one_is_pulled(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_NONE, "'machine': {'cpus': 2}");
	struct test_script *wakee = fifo_wakee_new(tm, 0, 3);

	for (int cpu = 0; cpu < 2; cpu++)
		task_set_fifo(TEST_SCRIPT(tm, "equal", cpu, false, US(500),
					  STEP(KERNEL, cpu == 0 ? MS(20) : MS(6)),
					  STEP(KERNEL, US(1)))
				      ->task,
			      3);
	TEST_SCRIPT(tm, "waker", 0, false, US(400),
		    { .act = TEST_WAKE, .ns = US(200), .who = wakee });
	test_run_until(tm, MS(30));
	g_assert_cmpint(test_end_cpu(wakee, 0), ==, 1);
	g_assert_cmpint(test_end_ns(wakee, 0), ==, MS(6) + US(511));
}

/* --- changes while it runs, waits or sleeps --- */

static void raise_to_5(TestMachine *tm, void *ctx)
{
	const struct test_script *script = ctx;

	(void)tm;
	task_set_fifo(script->task, 5);
}

static void lower_to_0(TestMachine *tm, void *ctx)
{
	const struct test_script *script = ctx;

	(void)tm;
	task_set_fifo(script->task, 0);
}

/* Boosted while it waits, it takes the CPU; back to normal while it runs, it goes on as a fair task does. */
static void test_a_waiting_task_is_raised(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 1, 'preempt': 'full', 'wakeup_preempt': 'never'}");
	struct test_script *waiting;

	TEST_SCRIPT(tm, "loop", 0, false, MS(1), STEP(KERNEL, MS(30)));
	waiting = fifo_arrival_new(tm, 0, MS(1) + US(100), 0);
	test_at(tm, MS(1) + US(300), SIM_RANK_ARRIVAL, raise_to_5, waiting);
	test_run_until(tm, MS(40));
	g_assert_cmpint(test_end_ns(waiting, 0), ==, MS(1) + US(310));
}

/* Lowered while it runs it leaves for a waiting FIFO task of a lower priority than it had. */
static void test_a_running_task_is_lowered(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_NONE, "'machine': {'cpus': 1, 'preempt': 'full'}");
	struct test_script *loop = TEST_SCRIPT(tm, "loop", 0, false, MS(1), STEP(KERNEL, MS(30)));
	const struct test_script *waiting = fifo_arrival_new(tm, 0, MS(2), 4);

	task_set_fifo(loop->task, 5);
	test_at(tm, MS(3), SIM_RANK_ARRIVAL, lower_to_0, loop);
	test_run_until(tm, MS(40));
	g_assert_cmpint(test_end_ns(waiting, 0), ==, MS(3) + US(10));
	g_assert_cmpint(test_end_ns(loop, 0), ==, MS(31) + US(10));
}

/* --- kthread_prio --- */

static void check_kthreads(const char *rcu, int gp, int rcuog, int rcuop)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_NONE, "'machine': {'cpus': 2}, 'rcu': {'rcu_nocbs': '1'%s}", rcu);

	g_assert_cmpint(tm->rcu->gp_kthread->fifo_prio, ==, gp);
	g_assert_cmpint(tm->rcu->groups[0].nocb_gp_kthread->fifo_prio, ==, rcuog);
	g_assert_cmpint(test_rdp(tm, 1)->nocb_cb_kthread->fifo_prio, ==, rcuop);
}

/* 0: SCHED_OTHER; else rcu_preempt and rcuog, and rcuop only if the kernel was built for it. */
static void test_kthread_prio_makes_kthreads_fifo(void)
{
	check_kthreads("", 0, 0, 0);
	check_kthreads(", 'rcu_nocb_cpu_cb_boost': true", 0, 0, 0);
	check_kthreads(", 'kthread_prio': 7", 7, 7, 0);
	check_kthreads(", 'kthread_prio': 7, 'rcu_nocb_cpu_cb_boost': true", 7, 7, 7);
}

/* Start of the first grace period of a flood of 100 calls from 1 ms on, 50 us apart, on the only CPU. */
static int64_t first_start_ns(int prio)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 1, 'wakeup_preempt': 'never'}, 'rcu': {'kthread_prio': %d}",
		prio);

	test_machine_trace(tm);
	TEST_SCRIPT(tm, "flood", 0, true, MS(1), STEPS(CALL_RCU, US(50), 400));
	test_run_until(tm, MS(40));
	return test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, -1, "start");
}

/*
 * Not offloaded: the tick at 4 ms asks for a grace period. As SCHED_OTHER the kthread waits for the tick at 8 ms,
 * which ends the loop's slice (rcu-behaviour.md 3.10 item 4); as SCHED_FIFO for the end of the call under way: the
 * 60th from 1 ms on ends with the tick, the 61st at 4.05 ms.
 */
static void test_a_fifo_gp_kthread_starts_at_once(void)
{
	g_assert_cmpint(first_start_ns(0), ==, MS(8) + US(50));
	g_assert_cmpint(first_start_ns(1), ==, MS(4) + US(50));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/fifo/takes-the-cpu", test_a_fifo_task_takes_the_cpu);
	g_test_add_func("/fifo/has-no-slice", test_a_fifo_task_has_no_slice);
	g_test_add_func("/fifo/queue-is-ordered-by-priority",
			test_the_queue_is_ordered_by_priority);
	g_test_add_func("/fifo/preempted-keeps-its-place",
			test_a_preempted_fifo_task_keeps_its_place);
	g_test_add_func("/fifo/stays-on-its-cpu", test_it_stays_on_its_cpu);
	g_test_add_func("/fifo/avoids-a-cpu-of-its-priority", test_it_avoids_a_cpu_of_its_priority);
	g_test_add_func("/fifo/preempted-is-pushed", test_a_preempted_one_is_pushed);
	g_test_add_func("/fifo/waiting-is-pulled", test_a_waiting_one_is_pulled);
	g_test_add_func("/fifo/waiting-is-raised", test_a_waiting_task_is_raised);
	g_test_add_func("/fifo/running-is-lowered", test_a_running_task_is_lowered);
	g_test_add_func("/fifo/kthread-prio", test_kthread_prio_makes_kthreads_fifo);
	g_test_add_func("/fifo/gp-kthread-starts-at-once", test_a_fifo_gp_kthread_starts_at_once);
	return g_test_run();
}
