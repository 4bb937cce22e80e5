/*
 * test_scheduler.c - where a woken task goes, when it gets a CPU, and who is asked to leave: rcu-behaviour.md
 * 3.10.
 *
 * Most machines here are without costs, so that what happens, happens at the instant of its cause. HZ is 250
 * unless a test says otherwise.
 */
#include <glib.h>

#include "model/machine.h"

/* --- placement --- */

/* A free task that was last on @prev_cpu and sleeps until somebody wakes it. */
static struct test_script *wakee_new(TestMachine *tm, int prev_cpu)
{
	struct test_script *wakee = TEST_SCRIPT(tm, "wakee", -1, true, -1, STEP(KERNEL, US(10)));

	wakee->task->cpu = &tm->m->cpus[prev_cpu];
	wakee->task->frame.cpu = wakee->task->cpu;
	return wakee;
}

/* A task on CPU 0 that wakes @wakee at 1 ms and goes on for 1 ms. */
static void waker_new(TestMachine *tm, bool kthread, struct test_script *wakee)
{
	TEST_SCRIPT(tm, "waker", 0, kthread, MS(1), { .act = TEST_WAKE, .who = wakee },
		    STEP(RESCHED, MS(1)));
}

static void busy_new(TestMachine *tm, int cpu)
{
	TEST_SCRIPT(tm, "busy", cpu, false, US(500), STEP(KERNEL, MS(100)));
}

/* Stacking: the wakee of a per-CPU kthread stays on their common CPU, though another one is idle (item 1). */
static void test_a_per_cpu_kthread_keeps_its_wakee(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_NONE, "'machine': {'cpus': 2}");
	struct test_script *wakee = wakee_new(tm, 0);

	waker_new(tm, true, wakee);
	test_run_until(tm, MS(3));
	g_assert_cmpint(test_end_cpu(wakee, 0), ==, 0);
	g_assert_cmpint(test_end_ns(wakee, 0), ==, MS(2) + US(10)); /* when its waker has gone */
}

/* A real process in the same situation: the idle CPU, at once (7 of 7). */
static void test_the_wakee_of_a_process_goes_to_an_idle_cpu(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_NONE, "'machine': {'cpus': 2}");
	struct test_script *wakee = wakee_new(tm, 0);

	waker_new(tm, false, wakee);
	test_run_until(tm, MS(3));
	g_assert_cmpint(test_end_cpu(wakee, 0), ==, 1);
	g_assert_cmpint(test_end_ns(wakee, 0), ==, MS(1) + US(10));
}

/* "If that is the waker's CPU and nothing else is queued there." */
static void test_stacking_needs_an_empty_queue(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_NONE, "'machine': {'cpus': 2}");
	struct test_script *wakee = wakee_new(tm, 0);

	/* bound to CPU 0, in its queue when the wakeup comes */
	TEST_SCRIPT(tm, "waker", 0, true, MS(1), STEP(KERNEL, US(100)),
		    { .act = TEST_WAKE, .who = wakee }, STEP(KERNEL, MS(1)));
	TEST_SCRIPT(tm, "queued", 0, false, MS(1) + US(50), STEP(KERNEL, US(10)));
	test_run_until(tm, MS(5));
	g_assert_cmpint(test_end_cpu(wakee, 0), ==, 1);
	g_assert_cmpint(test_end_ns(wakee, 0), ==, MS(1) + US(110));
}

/* "If rcuog's previous CPU is the other, idle one, it runs there." */
static void test_the_previous_cpu_comes_first(void)
{
	for (int kthread = 0; kthread < 2; kthread++) {
		g_autoptr(TestMachine) tm =
			test_machine_new_free(RCUSIM_FLAG_NONE, "'machine': {'cpus': 4}");
		struct test_script *wakee = wakee_new(tm, 2);

		waker_new(tm, kthread, wakee);
		test_run_until(tm, MS(3));
		g_assert_cmpint(test_end_cpu(wakee, 0), ==, 2);
		g_assert_cmpint(test_end_ns(wakee, 0), ==, MS(1) + US(10));
	}
}

/* "Mostly its previous CPU if idle, else the other idle CPU" (item 8). */
static void test_a_busy_previous_cpu_gives_way_to_an_idle_one(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_NONE, "'machine': {'cpus': 4}");
	struct test_script *wakee = wakee_new(tm, 1);

	busy_new(tm, 1);
	busy_new(tm, 2);
	waker_new(tm, true, wakee);
	test_run_until(tm, MS(3));
	g_assert_cmpint(test_end_cpu(wakee, 0), ==, 3);
	g_assert_cmpint(test_end_ns(wakee, 0), ==, MS(1) + US(10));
}

/* Nobody idle: it waits where it was. */
static void test_without_an_idle_cpu_it_waits_where_it_was(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_NONE, "'machine': {'cpus': 2}");
	struct test_script *wakee = wakee_new(tm, 1);

	busy_new(tm, 1);
	waker_new(tm, false, wakee);
	test_run_until(tm, MS(1) + US(500));
	g_assert_cmpint(wakee->task->state, ==, TASK_QUEUED);
	g_assert_cmpint(wakee->task->cpu->id, ==, 1);
}

/* Unbound kthreads stay on housekeeping CPUs. */
static void test_housekeeping_is_kept(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_NONE, "'machine': {'cpus': 4, 'housekeeping': '0-1'}");
	struct test_script *wakee = wakee_new(tm, 1);

	busy_new(tm, 1);
	TEST_SCRIPT(tm, "waker", 0, false, MS(1), STEP(WAKE, 0), STEP(RESCHED, MS(8)));
	((struct test_script *)tm->scripts->pdata[2])->steps[0].who = wakee;
	test_run_until(tm, MS(90));
	g_assert_cmpint(test_n_ends(wakee), ==, 1);
	/* pulled from CPU 1 at the first tick that finds CPU 0 idle */
	g_assert_cmpint(test_end_cpu(wakee, 0), ==, 0);
	g_assert_cmpint(test_end_ns(wakee, 0), ==, MS(12) + US(10));
}

/* A wakeup from an interrupt or softirq is no per-CPU kthread's: the previous CPU only if it is idle. */
static void test_an_interrupt_does_not_stack(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_NONE, "'machine': {'cpus': 2}");
	struct test_script *wakee = TEST_SCRIPT(tm, "wakee", -1, true, MS(1), STEP(KERNEL, US(10)));

	TEST_SCRIPT(tm, "loop", 0, true, US(500), STEP(KERNEL, MS(100)));
	test_run_until(tm, MS(3));
	g_assert_cmpint(test_end_cpu(wakee, 0), ==, 1);
	g_assert_cmpint(test_end_ns(wakee, 0), ==, MS(1) + US(10));
}

/* --- an idle CPU pulls --- */

/* Item 2: "with another CPU idle: pulled over at that CPU's next tick". */
static void test_a_waiting_task_is_pulled_at_the_tick(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_NONE, "'machine': {'cpus': 2}");
	struct test_script *wakee = wakee_new(tm, 0);
	struct test_script *bound = TEST_SCRIPT(tm, "bound", 0, true, MS(2), STEP(KERNEL, US(10)));

	TEST_SCRIPT(tm, "waker", 0, true, MS(1), { .act = TEST_WAKE, .who = wakee },
		    STEP(KERNEL, MS(50)));
	test_run_until(tm, MS(100));
	g_assert_cmpint(test_end_cpu(wakee, 0), ==, 1);
	g_assert_cmpint(test_end_ns(wakee, 0), ==, MS(4) + US(10));
	/* who may run on one CPU only waits for it */
	g_assert_cmpint(test_end_ns(bound, 0), ==, MS(51) + US(10));
}

/* --- who leaves when --- */

/* A task on CPU 0 from 1 ms on, and another one that arrives there at @t_ns. */
struct two {
	struct test_script *first, *second;
};

static struct two two_new(TestMachine *tm, enum test_act act, int64_t each_ns, int64_t n,
			  int64_t t_ns)
{
	return (struct two){
		.first = TEST_SCRIPT(tm, "first", 0, false, MS(1),
				     { .act = act, .ns = each_ns, .n = n }),
		.second = TEST_SCRIPT(tm, "second", 0, false, t_ns, STEP(KERNEL, US(10))),
	};
}

/* Voluntary preemption: nothing takes the CPU from a kernel loop but its own cond_resched(). */
static void test_a_kernel_loop_is_not_preempted(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_NONE, "'machine': {'cpus': 1}");
	const struct two two = two_new(tm, TEST_KERNEL, MS(10), 3, MS(2));

	test_run_until(tm, MS(50));
	g_assert_cmpint(test_end_ns(two.first, 2), ==, MS(31));
	g_assert_cmpint(test_end_ns(two.second, 0), ==, MS(31) + US(10));
}

/* Its cond_resched() does, once a tick has found its slice used up. */
static void test_cond_resched_switches_after_the_slice(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_NONE, "'machine': {'cpus': 1}");
	const struct two two = two_new(tm, TEST_RESCHED, US(700), 10, MS(1) + US(500));

	test_run_until(tm, MS(50));
	/* the tick at 4 ms; the operation under way ends at 1 + 5 * 0.7 ms */
	g_assert_cmpint(test_end_ns(two.first, 4), ==, MS(4) + US(500));
	g_assert_cmpint(test_end_ns(two.second, 0), ==, MS(4) + US(510));
	g_assert_cmpint(test_end_ns(two.first, 9), ==, MS(8) + US(10));
}

/* preempt=full: the interrupt itself takes the CPU. */
static void test_full_preemption_takes_a_kernel_loop(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_NONE, "'machine': {'cpus': 1, 'preempt': 'full'}");
	const struct two two = two_new(tm, TEST_KERNEL, MS(10), 3, MS(1) + US(500));

	test_run_until(tm, MS(50));
	g_assert_cmpint(test_end_ns(two.second, 0), ==, MS(4) + US(10));
	g_assert_cmpint(test_end_ns(two.first, 0), ==, MS(11) + US(10));
	g_assert_cmpint(test_end_ns(two.first, 2), ==, MS(31) + US(10));
}

/* In user mode every preemption model does. */
static void test_user_mode_is_preempted(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_NONE, "'machine': {'cpus': 1}");
	const struct two two = two_new(tm, TEST_USER, MS(10), 1, MS(1) + US(500));

	test_run_until(tm, MS(50));
	g_assert_cmpint(test_end_ns(two.second, 0), ==, MS(4) + US(10));
	g_assert_cmpint(test_end_ns(two.first, 0), ==, MS(11) + US(10));
}

/* A section with interrupts disabled is never left, whatever the preemption model. */
static void test_closed_sections_are_not_preempted(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 1, 'preempt': 'full', 'wakeup_preempt': 'always'}");
	const struct two two = two_new(tm, TEST_CLOSED, MS(10), 1, MS(2));

	test_run_until(tm, MS(50));
	g_assert_cmpint(test_end_ns(two.first, 0), ==, MS(11));
	g_assert_cmpint(test_end_ns(two.second, 0), ==, MS(11) + US(10));
}

/* preempt_disable(): neither is a kernel loop that asked for it; who waits has the CPU when it is through. */
static void test_preemption_disabled_is_not_preempted(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 1, 'preempt': 'full', 'wakeup_preempt': 'always'}");
	const struct two two = two_new(tm, TEST_KERNEL, MS(10), 1, MS(2));

	two.first->task->preempt_disabled = true;
	test_run_until(tm, MS(50));
	g_assert_cmpint(test_end_ns(two.first, 0), ==, MS(11));
	g_assert_cmpint(test_end_ns(two.second, 0), ==, MS(11) + US(10));
}

/* The second one's first end for each rule about wakeups. */
static void check_wakeup(const char *rule, const char *preempt, enum test_act act, int64_t each_ns,
			 int64_t arrives_ns, int64_t expected_ns)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_NONE, "'machine': {'cpus': 1, 'preempt': '%s', 'wakeup_preempt': '%s'}",
		preempt, rule);
	const struct two two = two_new(tm, act, each_ns, MS(30) / each_ns, arrives_ns);

	test_run_until(tm, MS(60));
	g_assert_cmpint(test_end_ns(two.second, 0), ==, expected_ns);
}

static void test_wakeups_preempt_as_configured(void)
{
	const int64_t early_ns = MS(1) + US(505), late_ns = MS(2) + US(5);

	/* at the end of the operation under way, and of its own 10 us */
	check_wakeup("always", "voluntary", TEST_RESCHED, US(10), early_ns, early_ns + US(15));
	check_wakeup("never", "voluntary", TEST_RESCHED, US(10), early_ns, MS(4) + US(20));
	check_wakeup("never", "voluntary", TEST_RESCHED, US(10), late_ns, MS(4) + US(20));
	/* slice 0.7 ms: not used up at 1.5 ms, used up at 2 ms */
	check_wakeup("slice", "voluntary", TEST_RESCHED, US(10), early_ns, MS(4) + US(20));
	check_wakeup("slice", "voluntary", TEST_RESCHED, US(10), late_ns, late_ns + US(15));
	/* a preemptible kernel, or user mode: at once */
	check_wakeup("always", "full", TEST_KERNEL, MS(30), early_ns, early_ns + US(10));
	check_wakeup("slice", "full", TEST_KERNEL, MS(30), early_ns, MS(4) + US(10));
	check_wakeup("slice", "full", TEST_KERNEL, MS(30), late_ns, late_ns + US(10));
	check_wakeup("always", "voluntary", TEST_USER, MS(30), early_ns, early_ns + US(10));
	check_wakeup("always", "voluntary", TEST_KERNEL, MS(30), early_ns, MS(31) + US(10));
}

/* A wakeup that lands while its CPU switches to somebody else asks that one to leave, as any other does. */
static void test_a_wakeup_during_a_switch_preempts(void)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_NONE, "'machine': {'cpus': 1, 'wakeup_preempt': 'always'},"
				  "'costs_ns': {'context_switch': 10000, 'idle_wake': 0}");
	struct test_script *second;

	TEST_SCRIPT(tm, "first", 0, false, MS(1), STEPS(RESCHED, US(10), 2000));
	second = TEST_SCRIPT(tm, "second", 0, false, MS(1) + US(5), STEP(KERNEL, US(10)));
	test_run_until(tm, MS(30));
	/* the switch until 1.01 ms, the first operation until 1.02, a switch, its own 10 us */
	g_assert_cmpint(test_end_ns(second, 0), ==, MS(1) + US(40));
}

/* 0.7 ms * (1 + floor(log2(min(CPUs, 8)))) */
static void test_the_slice_grows_with_the_machine(void)
{
	static const struct {
		int cpus;
		int64_t slice_us;
	} table[] = { { 1, 700 },  { 2, 1400 }, { 3, 1400 }, { 4, 2100 },
		      { 7, 2100 }, { 8, 2800 }, { 9, 2800 }, { 64, 2800 } };

	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autoptr(TestMachine) tm = test_machine_new(
			RCUSIM_FLAG_NONE, "'machine': {'cpus': %d}", table[i].cpus);

		g_assert_cmpint(tm->m->slice_ns, ==, US(table[i].slice_us));
	}
}

/* Turns of 30 operations, 6 ms apart; the first one sees its tick with the end of an operation. */
static void check_turns(const struct test_script *loop)
{
	int n = 1, n_turns = 0;

	for (int i = 1; i < test_n_ends(loop); i++) {
		const int64_t gap_ns = test_end_ns(loop, i) - test_end_ns(loop, i - 1);

		if (gap_ns == US(100)) {
			n++;
			continue;
		}
		g_assert_cmpint(gap_ns, ==, MS(6) + US(100));
		g_assert_cmpint(n, ==, test_end_ns(loop, 0) == US(100) && n_turns == 0 ? 31 : 30);
		n = 1;
		n_turns++;
	}
	g_assert_cmpint(n_turns, >=, 98);
	g_assert_cmpint(loop->task->cpu_ns, >=, MS(300) - MS(4));
	g_assert_cmpint(loop->task->cpu_ns, <=, MS(300) + MS(4));
}

/* With a slice of 2.5 ms and a tick of 1 ms, each of three loops has the CPU for 3 ms at a time. */
static void test_loops_take_turns(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_NONE, "'machine': {'cpus': 1, 'hz': 1000, 'base_slice_ns': '2500us'}");
	struct test_script *loops[3];

	for (int i = 0; i < 3; i++)
		loops[i] =
			TEST_SCRIPT(tm, "loop", 0, false, 0, STEP(RESCHED, US(100)), STEP(LOOP, 0));
	test_run_until(tm, MS(900));
	for (int i = 0; i < 3; i++)
		check_turns(loops[i]);
}

/* Tasks that arrive while the CPU is taken get it in the order of their wakeups. */
static void test_waiting_tasks_run_in_the_order_of_their_wakeups(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_NONE, "'machine': {'cpus': 1}");
	struct test_script *waiting[5];

	TEST_SCRIPT(tm, "first", 0, false, MS(1), STEP(KERNEL, MS(10)));
	for (int i = 0; i < 5; i++)
		waiting[i] = TEST_SCRIPT(tm, "waiting", 0, false, MS(2) + US(100) * ((i * 3) % 5),
					 STEP(KERNEL, US(10)));
	test_run_until(tm, MS(50));
	for (int i = 0; i < 5; i++)
		g_assert_cmpint(test_end_ns(waiting[i], 0), ==,
				MS(11) + US(10) * (1 + (i * 3) % 5));
}

/* --- what it costs --- */

static void test_wakeups_and_switches_cost(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new(RCUSIM_FLAG_NONE,
				 "'machine': {'cpus': 2, 'hz': 24}, 'costs_ns': {'idle_wake': 2000,"
				 "'context_switch': 1200, 'wakeup': 1500}");
	struct test_script *far = TEST_SCRIPT(tm, "far", 1, false, -1, STEP(KERNEL, US(10)));
	struct test_script *near = TEST_SCRIPT(tm, "near", 0, false, -1, STEP(KERNEL, US(10)));
	struct test_script *waker =
		TEST_SCRIPT(tm, "waker", 0, false, MS(1),
			    { .act = TEST_WAKE, .ns = US(5), .who = far }, STEP(KERNEL, US(5)),
			    { .act = TEST_WAKE, .ns = US(5), .who = near }, STEP(KERNEL, US(5)));

	test_run_until(tm, MS(10));
	g_assert_cmpint(test_end_ns(waker, 0), ==, MS(1) + 2000 + 1200 + US(5));
	/* the waker pays for the wakeup with its next operation */
	g_assert_cmpint(test_end_ns(waker, 1), ==, test_end_ns(waker, 0) + 1500 + US(5));
	g_assert_cmpint(test_end_ns(far, 0), ==, test_end_ns(waker, 0) + 2000 + 1200 + US(10));
	g_assert_cmpint(test_end_ns(waker, 3), ==, test_end_ns(waker, 1) + US(5) + 1500 + US(5));
	g_assert_cmpint(test_end_ns(near, 0), ==, test_end_ns(waker, 3) + 1200 + US(10));
}

/* One task more, one CPU for each: nobody is ever asked to leave. */
static void test_alone_on_its_cpu_nobody_is_switched(void)
{
	g_autoptr(TestMachine) tm = test_machine_new(RCUSIM_FLAG_NONE, "'machine': {'cpus': 2}");
	struct test_script *loops[2];

	for (int i = 0; i < 2; i++)
		loops[i] =
			TEST_SCRIPT(tm, "loop", i, false, 0, STEP(RESCHED, US(100)), STEP(LOOP, 0));
	test_run_until(tm, MS(500));
	for (int i = 0; i < 2; i++)
		g_assert_cmpint(loops[i]->task->n_switches, ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/placement/a-per-cpu-kthread-keeps-its-wakee",
			test_a_per_cpu_kthread_keeps_its_wakee);
	g_test_add_func("/placement/the-wakee-of-a-process-goes-to-an-idle-cpu",
			test_the_wakee_of_a_process_goes_to_an_idle_cpu);
	g_test_add_func("/placement/stacking-needs-an-empty-queue",
			test_stacking_needs_an_empty_queue);
	g_test_add_func("/placement/the-previous-cpu-comes-first",
			test_the_previous_cpu_comes_first);
	g_test_add_func("/placement/a-busy-previous-cpu-gives-way-to-an-idle-one",
			test_a_busy_previous_cpu_gives_way_to_an_idle_one);
	g_test_add_func("/placement/without-an-idle-cpu-it-waits-where-it-was",
			test_without_an_idle_cpu_it_waits_where_it_was);
	g_test_add_func("/placement/housekeeping-is-kept", test_housekeeping_is_kept);
	g_test_add_func("/placement/an-interrupt-does-not-stack", test_an_interrupt_does_not_stack);
	g_test_add_func("/placement/a-waiting-task-is-pulled-at-the-tick",
			test_a_waiting_task_is_pulled_at_the_tick);
	g_test_add_func("/preemption/a-kernel-loop-is-not-preempted",
			test_a_kernel_loop_is_not_preempted);
	g_test_add_func("/preemption/cond-resched-switches-after-the-slice",
			test_cond_resched_switches_after_the_slice);
	g_test_add_func("/preemption/full-takes-a-kernel-loop",
			test_full_preemption_takes_a_kernel_loop);
	g_test_add_func("/preemption/user-mode-is-preempted", test_user_mode_is_preempted);
	g_test_add_func("/preemption/closed-sections-are-not",
			test_closed_sections_are_not_preempted);
	g_test_add_func("/preemption/preemption-disabled-is-not",
			test_preemption_disabled_is_not_preempted);
	g_test_add_func("/preemption/wakeups-preempt-as-configured",
			test_wakeups_preempt_as_configured);
	g_test_add_func("/preemption/a-wakeup-during-a-switch-preempts",
			test_a_wakeup_during_a_switch_preempts);
	g_test_add_func("/slice/grows-with-the-machine", test_the_slice_grows_with_the_machine);
	g_test_add_func("/slice/loops-take-turns", test_loops_take_turns);
	g_test_add_func("/queue/waiting-tasks-run-in-the-order-of-their-wakeups",
			test_waiting_tasks_run_in_the_order_of_their_wakeups);
	g_test_add_func("/switch/wakeups-and-switches-cost", test_wakeups_and_switches_cost);
	g_test_add_func("/switch/alone-on-its-cpu-nobody-is-switched",
			test_alone_on_its_cpu_nobody_is_switched);
	return g_test_run();
}
