/*
 * test_ticks.c - the tick, jiffies and timers on a machine: rcu-behaviour.md 0.4, 3.5, 3.9.
 *
 * HZ is 250 unless a test says otherwise: tick k is at k * 4 ms.
 */
#include <glib.h>

#include "machine/tick.h"
#include "model/machine.h"

#define TICK_NS MS(4)

/* --- what a tick does for RCU --- */

/* A grace period asked for on CPU 0 at 1 ms, with CPU 1 doing @act for good. */
static TestMachine *busy_cpu_new(enum test_act act)
{
	TestMachine *tm = test_machine_new(RCUSIM_FLAG_REFERENCE,
					   "'machine': {'cpus': 2, 'housekeeping': '0'},"
					   "'rcu': {'rcu_nocbs': 'all'}");

	test_machine_trace(tm);
	TEST_SCRIPT(tm, "busy", 1, false, US(100), { .act = act, .ns = MS(500) });
	TEST_SCRIPT(tm, "caller", 0, false, MS(1), STEP(CALL_RCU, 100));
	return tm;
}

/* "user mode, tick on: t1 notice, t2 rcu_qs in the tick, report in softirq"; kernel mode alike. */
static void check_first_notices_second_reports(enum test_act act)
{
	g_autoptr(TestMachine) tm = busy_cpu_new(act);
	int64_t start_ns, noticed_ns, qs_ns, report_ns, end_ns;

	test_run_until(tm, MS(20));
	start_ns = test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, -1, "start");
	noticed_ns = test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, 1, "cpustart");
	qs_ns = test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, 1, "cpuqs");
	end_ns = test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, -1, "end");
	report_ns = test_trace_at(tm, test_trace_find(tm,
						      test_trace_find(tm, 0, TRACE_RCU_GRACE_PERIOD,
								      1, "cpuqs"),
						      TRACE_RCU_QUIESCENT_STATE_REPORT, -1, NULL))
			    ->t_ns;
	g_assert_cmpint(start_ns, <, TICK_NS);
	g_assert_cmpint(noticed_ns, >=, TICK_NS);
	g_assert_cmpint(noticed_ns, <, TICK_NS + US(10));
	g_assert_cmpint(qs_ns, ==, 2 * TICK_NS);
	g_assert_cmpint(report_ns, >=, 2 * TICK_NS);
	g_assert_cmpint(report_ns, <, 2 * TICK_NS + US(10));
	g_assert_cmpint(end_ns, >=, report_ns);
	g_assert_cmpint(end_ns, <, 2 * TICK_NS + US(50));
}

static void test_first_tick_notices_second_reports(void)
{
	check_first_notices_second_reports(TEST_USER);
	check_first_notices_second_reports(TEST_KERNEL);
}

/* A tick with preemption disabled in effect (here: in a reader) notices, and is no quiescent state. */
static void test_a_tick_in_a_reader_is_no_quiescent_state(void)
{
	g_autoptr(TestMachine) tm =
		busy_cpu_new(TEST_READ_LOCK); /* 500 ms before it locks: not yet */
	g_autoptr(TestMachine) in = test_machine_new(RCUSIM_FLAG_REFERENCE,
						     "'machine': {'cpus': 2, 'housekeeping': '0'},"
						     "'rcu': {'rcu_nocbs': 'all'}");

	test_machine_trace(in);
	TEST_SCRIPT(in, "reader", 1, false, US(100), STEP(READ_LOCK, 100),
		    STEP(READ_UNLOCK, MS(50)), STEP(KERNEL, MS(100)));
	TEST_SCRIPT(in, "caller", 0, false, MS(1), STEP(CALL_RCU, 100));
	test_run_until(in, MS(100));
	g_assert_cmpint(test_trace_ns(in, TRACE_RCU_GRACE_PERIOD, 1, "cpustart"), <,
			TICK_NS + US(10));
	/* the first tick after the section's end */
	g_assert_cmpint(test_trace_ns(in, TRACE_RCU_GRACE_PERIOD, 1, "cpuqs"), ==, MS(52));
	test_run_until(tm, MS(100));
	g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, 1, "cpuqs"), ==, 2 * TICK_NS);
}

/* "its ticks only notice the GP; no QS from them": the idle task runs with preemption disabled. */
static void test_a_tick_in_idle_notices_only(void)
{
	g_autoptr(TestMachine) tm = test_machine_new(RCUSIM_FLAG_REFERENCE,
						     "'machine': {'cpus': 2, 'housekeeping': '0'},"
						     "'rcu': {'rcu_nocbs': 'all'}");

	test_machine_trace(tm);
	/* idle from 3.5 ms on, with the tick still on until 4 ms */
	TEST_SCRIPT(tm, "short", 1, false, MS(3), STEP(KERNEL, US(500)));
	TEST_SCRIPT(tm, "caller", 0, false, MS(3) + US(600), STEP(CALL_RCU, 100));
	test_run_until(tm, MS(30));
	g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, -1, "start"), <, TICK_NS);
	g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, 1, "cpustart"), <,
			TICK_NS + US(10));
	g_assert_cmpint(test_trace_find(tm, 0, TRACE_RCU_GRACE_PERIOD, 1, "cpuqs"), ==, -1);
	g_assert_cmpint(test_trace_count(tm, TRACE_RCU_FQS, 1, "dti"), ==, 1);
}

/* --- when a CPU ticks --- */

static void test_a_busy_cpu_ticks_always(void)
{
	g_autoptr(TestMachine) tm = test_machine_new(RCUSIM_FLAG_NONE, "'machine': {'cpus': 2}");

	TEST_SCRIPT(tm, "busy", 1, false, 0, STEP(USER, MS(1000)));
	test_run_until(tm, MS(401));
	g_assert_cmpint(tm->m->cpus[1].n_ticks, ==, 100);
	g_assert_cmpint(tm->m->jiffies, ==, 100);
}

/* Each idle period gets one more tick, at the next tick instant; then the tick stops (0.4 item 7). */
static void test_each_idle_period_has_one_tick(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_NONE, "'machine': {'cpus': 2}");

	const struct test_script *script =
		TEST_SCRIPT(tm, "sleeper", 1, false, MS(1), STEP(KERNEL, US(100)),
			    STEP(SLEEP, MS(14) - US(100)), STEP(LOOP, 0));

	g_assert_false(tm->m->cpus[1].tick_on);
	for (int period = 0; period < 30; period++) {
		int64_t tick_ns;

		while (test_n_ends(script) == period)
			test_run_until(tm, rcusim_now_ns(tm->sim) + US(10));
		tick_ns = (test_end_ns(script, period) / TICK_NS + 1) * TICK_NS;
		test_run_until(tm, tick_ns - US(50));
		g_assert_true(tm->m->cpus[1].tick_on);
		g_assert_cmpint(tm->m->cpus[1].n_ticks, ==, period);
		test_run_until(tm, tick_ns + US(50));
		g_assert_false(tm->m->cpus[1].tick_on);
		g_assert_cmpint(tm->m->cpus[1].n_ticks, ==, period + 1);
	}
	/* a CPU that was never busy never ticked */
	g_assert_cmpint(tm->m->cpus[0].n_ticks, ==, 0);
}

/* "or is re-armed if a timer of the CPU is due within one tick period": woken every ms, it keeps its ticks. */
static void test_a_cpu_woken_often_keeps_its_ticks(void)
{
	g_autoptr(TestMachine) tm = test_machine_new(RCUSIM_FLAG_NONE, "'machine': {'cpus': 1}");

	TEST_SCRIPT(tm, "sleeper", 0, false, US(500), STEP(KERNEL, US(10)), STEP(SLEEP, MS(1)),
		    STEP(LOOP, 0));
	test_run_until(tm, MS(401));
	g_assert_cmpint(tm->m->cpus[0].n_ticks, ==, 100);
}

/* rcu_needs_cpu(): own callbacks keep the tick; those of an offloaded CPU do not (5.6). */
static void test_own_callbacks_keep_the_tick(void)
{
	for (int offloaded = 0; offloaded < 2; offloaded++) {
		g_autoptr(TestMachine) tm = test_machine_new(
			RCUSIM_FLAG_NONE,
			"'machine': {'cpus': 2, 'housekeeping': '0'}, 'rcu': {'rcu_nocbs': '%s'}",
			offloaded ? "1" : "");

		/* a reader that keeps the callback waiting */
		TEST_SCRIPT(tm, "reader", 0, false, 0, STEP(READ_LOCK, 100),
			    STEP(READ_UNLOCK, MS(100)));
		TEST_SCRIPT(tm, "caller", 1, false, MS(1), STEP(CALL_RCU, 100));
		test_run_until(tm, MS(95));
		g_assert_true(tm->m->cpus[1].tick_on == !offloaded);
		g_assert_cmpint(tm->m->cpus[1].n_ticks, ==, offloaded ? 1 : 23);
		test_run_until(tm, MS(200));
		g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
		g_assert_false(tm->m->cpus[1].tick_on);
	}
}

/* An interrupt waits for the end of a section with interrupts disabled. */
static void test_a_tick_waits_for_interrupts(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_NONE, "'machine': {'cpus': 1}");

	TEST_SCRIPT(tm, "closed", 0, false, MS(3), STEP(CLOSED, MS(2)), STEP(USER, MS(100)));
	test_run_until(tm, MS(5) - 1);
	g_assert_cmpint(tm->m->cpus[0].n_ticks, ==, 0);
	g_assert_cmpint(tm->m->jiffies, ==, 0);
	test_run_until(tm, MS(5));
	g_assert_cmpint(tm->m->cpus[0].n_ticks, ==, 1);
	g_assert_cmpint(tm->m->jiffies, ==, 1);
	/* the next one is on time */
	test_run_until(tm, MS(8));
	g_assert_cmpint(tm->m->cpus[0].n_ticks, ==, 2);
}

/* What a tick interrupts goes on with its exact remainder. */
static void test_ticks_take_time_from_what_they_interrupt(void)
{
	for (int reference = 0; reference < 2; reference++) {
		g_autoptr(TestMachine) tm = test_machine_new(
			reference ? RCUSIM_FLAG_REFERENCE : RCUSIM_FLAG_NONE,
			"'machine': {'cpus': 1}, 'costs_ns': {'idle_wake': 2000, 'context_switch': 1200,"
			"                                     'tick': 1000}");
		const struct test_script *script =
			TEST_SCRIPT(tm, "kernel", 0, false, MS(1), STEP(KERNEL, MS(10)));

		test_run_until(tm, MS(20));
		/* ticks at 4 and 8 ms */
		g_assert_cmpint(test_end_ns(script, 0), ==,
				MS(1) + 2000 + 1200 + MS(10) + 2 * 1000);
	}
}

/* --- jiffies --- */

/* Only the timekeeper, the first CPU to tick, advances jiffies; here it ticks 1 ms after CPU 0. */
static void test_only_the_timekeeper_advances_jiffies(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_NONE, "'machine': {'cpus': 2, 'skew_tick': true}");

	TEST_SCRIPT(tm, "first", 1, false, US(500), STEP(USER, MS(50)));
	TEST_SCRIPT(tm, "second", 0, false, MS(2), STEP(USER, MS(200)));
	for (int k = 1; k < 12; k++) {
		test_run_until(tm, k * TICK_NS); /* CPU 0 has ticked, and saw the old value */
		g_assert_cmpint(tm->m->cpus[0].n_ticks, ==, k);
		g_assert_cmpint(tm->m->jiffies, ==, k - 1);
		test_run_until(tm, k * TICK_NS + MS(1) - 1);
		g_assert_cmpint(tm->m->jiffies, ==, k - 1);
		test_run_until(tm, k * TICK_NS + MS(1));
		g_assert_cmpint(tm->m->jiffies, ==, k);
		g_assert_cmpint(tm->m->timekeeper, ==, 1);
	}
	/* the duty stays with its holder until it stops its tick; the next one to tick picks it up */
	test_run_until(tm, 13 * TICK_NS + MS(1));
	g_assert_cmpint(tm->m->timekeeper, ==, -1);
	test_run_until(tm, 14 * TICK_NS);
	g_assert_cmpint(tm->m->timekeeper, ==, 0);
	g_assert_cmpint(tm->m->jiffies, ==, 14);
}

static void test_skew_is_half_a_tick_over_all_cpus(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_NONE, "'machine': {'cpus': 8, 'skew_tick': true}");

	for (int cpu = 0; cpu < 8; cpu++)
		test_script_new(tm, "busy", cpu, false, 0,
				&(const struct test_step)STEP(USER, MS(50)), 1);
	for (int cpu = 0; cpu < 8; cpu++) {
		const int64_t first_ns = TICK_NS + TICK_NS / 2 / 8 * cpu;

		test_run_until(tm, first_ns - 1);
		/* a skewed CPU has a tick at its skew, before tick 1 */
		g_assert_cmpint(tm->m->cpus[cpu].n_ticks, ==, cpu > 0);
		test_run_until(tm, first_ns);
		g_assert_cmpint(tm->m->cpus[cpu].n_ticks, ==, 1 + (cpu > 0));
	}
}

/* Nobody ticks: jiffies stand still, and are brought up to date by whoever leaves idle. */
static void test_leaving_idle_updates_jiffies(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_NONE, "'machine': {'cpus': 2}");

	TEST_SCRIPT(tm, "sleeper", 1, false, MS(1), STEP(KERNEL, US(10)), STEP(SLEEP, MS(101)),
		    STEP(KERNEL, US(10)));
	test_run_until(tm, MS(100));
	g_assert_cmpint(tm->m->jiffies, ==, 1); /* of the one tick of its idle period */
	test_run_until(tm, MS(102) + US(20));
	g_assert_cmpint(tm->m->jiffies, ==, 25);
}

/* --- timers --- */

struct timed {
	struct sim_timer timer;
	int cpu;
	int64_t n, armed_ns, armed_jiffy, fired_ns;
};

static void timer_fired(void *ctx, struct sim_cpu *cpu)
{
	struct timed *timed = ctx;

	g_assert_cmpint(timed->fired_ns, ==, -1);
	timed->fired_ns = machine_now_ns(cpu->m);
}

static void arm(TestMachine *tm, void *ctx)
{
	struct timed *timed = ctx;

	timed->armed_ns = machine_now_ns(tm->m);
	timed->armed_jiffy = tm->m->jiffies;
	timed->fired_ns = -1;
	timed->timer = (struct sim_timer){ .fn = timer_fired, .ctx = timed };
	timer_mod(&timed->timer, &tm->m->cpus[timed->cpu], tm->m->jiffies + timed->n);
}

#define N_TIMERS 200

/* Armed at any time of a jiffy, a timer of n < 63 jiffies fires after more than n and at most n + 1 of them. */
static void test_timers_take_n_to_n_plus_1_jiffies(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_NONE, "'machine': {'cpus': 2}");
	struct timed timed[N_TIMERS] = { 0 };

	TEST_SCRIPT(tm, "busy", 0, false, 0, STEP(USER, MS(2000)));
	TEST_SCRIPT(tm, "busy", 1, false, 0, STEP(USER, MS(2000)));
	for (int i = 0; i < N_TIMERS; i++) {
		timed[i].cpu = i % 2;
		timed[i].n = 1 + i % 62;
		test_at(tm, g_test_rand_int_range((gint32)MS(1), (gint32)MS(900)), SIM_RANK_ARRIVAL,
			arm, &timed[i]);
	}
	test_run_until(tm, MS(1900));
	for (int i = 0; i < N_TIMERS; i++) {
		const int64_t delay_ns = timed[i].fired_ns - timed[i].armed_ns;

		g_assert_cmpint(delay_ns, >, timed[i].n * TICK_NS);
		g_assert_cmpint(delay_ns, <=, (timed[i].n + 1) * TICK_NS);
		g_assert_cmpint(timed[i].fired_ns, ==,
				(timed[i].armed_jiffy + timed[i].n + 1) * TICK_NS);
	}
}

/* A CPU that ticks before the timekeeper sees the old jiffy: up to n + 2 (0.4 item 6). */
static void test_a_cpu_ahead_of_the_timekeeper_is_a_tick_late(void)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_NONE, "'machine': {'cpus': 2, 'skew_tick': true}");
	struct timed timed[2] = { { .cpu = 0, .n = 1 }, { .cpu = 1, .n = 1 } };

	TEST_SCRIPT(tm, "first", 1, false, US(500), STEP(USER, MS(500)));
	TEST_SCRIPT(tm, "second", 0, false, MS(2), STEP(USER, MS(500)));
	for (int i = 0; i < 2; i++)
		test_at(tm, MS(42), SIM_RANK_ARRIVAL, arm, &timed[i]);
	test_run_until(tm, MS(100));
	/* both armed in jiffy 10 for jiffy 12; CPU 0's tick at 48 ms still sees 11 */
	g_assert_cmpint(timed[0].armed_jiffy, ==, 10);
	g_assert_cmpint(timed[0].fired_ns, ==, MS(52));
	g_assert_cmpint(timed[1].fired_ns, ==, MS(49));
}

/* A CPU without tick wakes at the tick instant of its first timer, for that one only. */
static void test_an_idle_cpu_wakes_for_its_timer(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_NONE, "'machine': {'cpus': 2}");
	struct timed timed[2] = { { .cpu = 1, .n = 10 }, { .cpu = 1, .n = 20 } };

	TEST_SCRIPT(tm, "short", 1, false, MS(1), STEP(KERNEL, MS(1)));
	for (int i = 0; i < 2; i++)
		test_at(tm, MS(1) + US(500), SIM_RANK_ARRIVAL, arm, &timed[i]);
	test_run_until(tm, MS(43));
	g_assert_false(tm->m->cpus[1].tick_on);
	g_assert_cmpint(tm->m->cpus[1].n_ticks, ==, 1);
	test_run_until(tm, MS(45));
	g_assert_cmpint(timed[0].fired_ns, ==, MS(44));
	g_assert_cmpint(tm->m->cpus[1].n_ticks, ==, 2);
	g_assert_false(tm->m->cpus[1].tick_on);
	test_run_until(tm, MS(200));
	g_assert_cmpint(timed[1].fired_ns, ==, MS(84));
	g_assert_cmpint(tm->m->cpus[1].n_ticks, ==, 3);
}

/* "A tick is not stopped if a timer of the CPU is due within one tick period." */
static void test_a_near_timer_keeps_the_tick(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_NONE, "'machine': {'cpus': 1}");
	struct timed timed = { .cpu = 0, .n = 1 };

	TEST_SCRIPT(tm, "short", 0, false, MS(1), STEP(KERNEL, MS(1)));
	test_at(tm, MS(1) + US(500), SIM_RANK_ARRIVAL, arm, &timed);
	test_run_until(tm, MS(5)); /* the tick at 4 ms hit idle, the timer is due at 8 ms */
	g_assert_true(tm->m->cpus[0].tick_on);
	test_run_until(tm, MS(9));
	g_assert_cmpint(timed.fired_ns, ==, MS(8));
	g_assert_false(tm->m->cpus[0].tick_on);
	g_assert_cmpint(tm->m->cpus[0].n_ticks, ==, 2);
}

/* --- softirqs at the tick: 0.4 item 4 --- */

/* A timer function runs in the softirq of the tick: after the tick's own time, the round's, and its own. */
static void test_timers_run_in_the_softirq(void)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 1}, 'costs_ns': {'tick': 1000, 'softirq': 100, 'timer': 200}");
	struct timed timed[3] = { { .n = 2 }, { .n = 2 }, { .n = 2 } };

	TEST_SCRIPT(tm, "busy", 0, false, 0, STEP(USER, MS(100)));
	for (int i = 0; i < 3; i++)
		test_at(tm, MS(1) + US(i), SIM_RANK_ARRIVAL, arm, &timed[i]);
	test_run_until(tm, MS(50));
	for (int i = 0; i < 3; i++)
		g_assert_cmpint(timed[i].fired_ns, ==, MS(12) + 1000 + 100 + 200 * (i + 1));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/trap/4/first-tick-notices-second-reports",
			test_first_tick_notices_second_reports);
	g_test_add_func("/ticks/a-tick-in-a-reader-is-no-quiescent-state",
			test_a_tick_in_a_reader_is_no_quiescent_state);
	g_test_add_func("/ticks/a-tick-in-idle-notices-only", test_a_tick_in_idle_notices_only);
	g_test_add_func("/ticks/a-busy-cpu-ticks-always", test_a_busy_cpu_ticks_always);
	g_test_add_func("/ticks/each-idle-period-has-one-tick", test_each_idle_period_has_one_tick);
	g_test_add_func("/ticks/a-cpu-woken-often-keeps-its-ticks",
			test_a_cpu_woken_often_keeps_its_ticks);
	g_test_add_func("/ticks/own-callbacks-keep-the-tick", test_own_callbacks_keep_the_tick);
	g_test_add_func("/ticks/a-tick-waits-for-interrupts", test_a_tick_waits_for_interrupts);
	g_test_add_func("/ticks/ticks-take-time-from-what-they-interrupt",
			test_ticks_take_time_from_what_they_interrupt);
	g_test_add_func("/jiffies/only-the-timekeeper-advances-them",
			test_only_the_timekeeper_advances_jiffies);
	g_test_add_func("/jiffies/skew-is-half-a-tick-over-all-cpus",
			test_skew_is_half_a_tick_over_all_cpus);
	g_test_add_func("/jiffies/leaving-idle-updates-them", test_leaving_idle_updates_jiffies);
	g_test_add_func("/trap/6/timers-take-n-to-n-plus-1-jiffies",
			test_timers_take_n_to_n_plus_1_jiffies);
	g_test_add_func("/trap/29/a-cpu-ahead-of-the-timekeeper-is-a-tick-late",
			test_a_cpu_ahead_of_the_timekeeper_is_a_tick_late);
	g_test_add_func("/timers/an-idle-cpu-wakes-for-its-timer",
			test_an_idle_cpu_wakes_for_its_timer);
	g_test_add_func("/timers/a-near-timer-keeps-the-tick", test_a_near_timer_keeps_the_tick);
	g_test_add_func("/timers/run-in-the-softirq", test_timers_run_in_the_softirq);
	return g_test_run();
}
