/*
 * test_nohz_full.c - adaptive-tick CPUs: their tick, their user mode, and what a grace period does about them
 * (rcu-behaviour.md 0.4 items 3, 6, 7, 2.8 steps 3 to 5, 3.7 item 3, 3.9, 6.1, 6.7; V10, V15).
 *
 * HZ is 250: tick k is at k * 4 ms; jtsq is 25 jiffies unless a test says otherwise. CPU 1 is adaptive-tick, CPU 0 has
 * the kthreads and calls call_rcu() at 1 ms, so that a grace period starts in jiffy 0. Its scans are at 8, 16, 24 ms ...:
 * a timeout of one jiffy takes two. A little after an instant means: within what the kthreads need.
 */
#include <string.h>

#include <glib.h>

#include "model/machine.h"
#include "scenario/root.h"

#define LITTLE US(60)

static void assert_soon_after(int64_t t_ns, int64_t cause_ns)
{
	g_assert_cmpint(t_ns, >=, cause_ns);
	g_assert_cmpint(t_ns, <=, cause_ns + LITTLE);
}

/* Without the call. */
static TestMachine *quiet_new(const char *machine, const char *rcu)
{
	TestMachine *tm = test_machine_new(RCUSIM_FLAG_REFERENCE,
					   "'machine': {'cpus': 2, 'nohz_full': '1' %s},"
					   "'rcu': {'rcu_nocbs': '0' %s}, 'duration': '20s'",
					   machine, rcu);

	test_machine_trace(tm);
	return tm;
}

static TestMachine *calling_new(const char *machine, const char *rcu)
{
	TestMachine *tm = quiet_new(machine, rcu);

	TEST_SCRIPT(tm, "caller", 0, false, MS(1), STEP(CALL_RCU, 100));
	return tm;
}

static int64_t end_ns(const TestMachine *tm)
{
	return test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, -1, "end");
}

static int64_t gp_ns(const TestMachine *tm, int cpu, const char *text)
{
	return test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, cpu, text);
}

static int n_notices(const TestMachine *tm, int cpu)
{
	return test_trace_count(tm, TRACE_RCU_GRACE_PERIOD, cpu, "cpustart");
}

/* --- what nohz_full= brings with it --- */

static void test_housekeeping_keeps_off(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new(RCUSIM_FLAG_NONE, "'machine': {'cpus': 8, 'nohz_full': '2-5'}");
	g_autoptr(TestMachine) given = test_machine_new(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 8, 'nohz_full': '2-5', 'housekeeping': '0-2'}");
	g_autofree char *by_default = cpumask_format(&tm->m->config.housekeeping);
	g_autofree char *own = cpumask_format(&given->m->config.housekeeping);

	g_assert_cmpstr(by_default, ==, "0-1,6-7");
	g_assert_cmpstr(own, ==, "0-2");
}

/* "nohz_full=<list> CPUs are always added" to rcu_nocbs=. */
static void test_they_are_offloaded(void)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 8, 'nohz_full': '2-3'}, 'rcu': {'rcu_nocbs': '7'}");

	for (int cpu = 0; cpu < 8; cpu++)
		g_assert_cmpint(test_rdp(tm, cpu)->offloaded, ==, cpu == 2 || cpu == 3 || cpu == 7);
}

/* --- the tick --- */

/* One task, in user mode and then in the kernel, and another one for some time. */
static void test_the_tick_is_off_while_one_task_runs(void)
{
	g_autoptr(TestMachine) tm = quiet_new("", "");
	const struct sim_cpu *cpu = &tm->m->cpus[1];
	struct test_script *second;

	TEST_SCRIPT(tm, "app", 1, false, US(100), STEP(USER, MS(50)), STEP(KERNEL, MS(50)));
	second = TEST_SCRIPT(tm, "second", 1, false, MS(21), STEP(USER, MS(6)));
	test_run_until(tm, MS(20));
	g_assert_cmpint(cpu->n_ticks, ==, 0);
	g_assert_false(cpu->tick_on);
	test_run_until(tm, MS(22));
	g_assert_true(cpu->tick_on);
	g_assert_cmpint(cpu->n_ticks, ==, 0);
	test_run_until(tm, MS(25));
	g_assert_cmpint(cpu->n_ticks, ==, 1);
	test_run_until(tm, MS(60));
	/* the tick that finds one task left is the last */
	g_assert_cmpint(cpu->n_ticks, ==, test_end_ns(second, 0) / MS(4) - 4);
	test_run_until(tm, MS(100));
	g_assert_cmpint(cpu->n_ticks, ==, test_end_ns(second, 0) / MS(4) - 4);
}

/* A wheel timer of the CPU that is due within a tick keeps it; a later one is an interrupt of its own. */
static void timer_fired(void *ctx, struct sim_cpu *cpu)
{
	*(int64_t *)ctx = machine_now_ns(cpu->m);
}

static void arm_timer(TestMachine *tm, void *ctx)
{
	timer_mod(ctx, &tm->m->cpus[1], tm->m->jiffies + 4);
}

static void test_a_timer_is_an_interrupt(void)
{
	g_autoptr(TestMachine) tm = quiet_new("", "");
	int64_t fired_ns = 0;
	struct sim_timer timer = { .fn = timer_fired, .ctx = &fired_ns };

	TEST_SCRIPT(tm, "app", 1, false, US(100), STEP(USER, MS(100)));
	test_at(tm, MS(9), SIM_RANK_OBSERVER, arm_timer, &timer);
	test_run_until(tm, MS(50));
	/* armed in jiffy 2 for 6: T(7) */
	assert_soon_after(fired_ns, MS(28));
	g_assert_cmpint(tm->m->cpus[1].n_ticks, ==, 1);
	g_assert_false(tm->m->cpus[1].tick_on);
}

/* --- jiffies: 0.4 items 6 and 7 --- */

/* The first CPU that is not adaptive-tick keeps the time, and its tick, idle or not, from boot on. */
static void test_one_tick_always_runs(void)
{
	static const struct {
		const char *nohz_full;
		int timekeeper;
	} table[] = { { "1-3", 0 }, { "0-2", 3 }, { "0,2", 1 } };

	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autoptr(TestMachine) tm = test_machine_new(
			RCUSIM_FLAG_REFERENCE,
			"'machine': {'cpus': 4, 'skew_tick': %s, 'nohz_full': '%s'}",
			i == 1 ? "true" : "false", table[i].nohz_full);

		for (int k = 0; k < 4; k++)
			TEST_SCRIPT(tm, "app", k, false, MS(20) + MS(k), STEP(USER, MS(20)));
		for (int j = 1; j < 25; j++) {
			test_run_until(tm, MS(4) * j + MS(3));
			g_assert_cmpint(tm->m->timekeeper, ==, table[i].timekeeper);
			g_assert_true(tm->m->cpus[table[i].timekeeper].tick_on);
			g_assert_cmpint(tm->m->jiffies, ==, j);
		}
		/* a skewed CPU has a tick 0, too */
		g_assert_cmpint(tm->m->cpus[table[i].timekeeper].n_ticks, ==, i == 1 ? 25 : 24);
	}
}

/* ... nor does it go offline: CPU 0 stays, CPU 3 goes. */
static void test_the_timekeeper_stays_online(void)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 4, 'nohz_full': '1-2'}, 'workload': ["
		"{'id': 'h', 'kind': 'cpu-hotplug', 'cpus': '0,3', 'arrive': {'from': '5ms'},"
		"'offline_for': '500ms'}]");

	test_run_until(tm, MS(100));
	g_assert_false(tm->m->cpus[0].offline);
	g_assert_true(tm->m->cpus[3].offline);
	g_assert_cmpint(tm->m->jiffies, ==, 25);
}

/* Without them an idle machine has no tick at all. */
static void test_otherwise_no_tick_need_run(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new(RCUSIM_FLAG_REFERENCE, "'machine': {'cpus': 4}");

	test_run_until(tm, MS(100));
	g_assert_cmpint(tm->m->timekeeper, ==, -1);
	g_assert_cmpint(tm->m->cpus[0].n_ticks, ==, 0);
}

/* --- rows of 3.9 --- */

/* "EQS: FQS scan 1, as idle": no tick, no interrupt. */
static void test_row_nohz_full_user(void)
{
	g_autoptr(TestMachine) tm = calling_new("", "");

	TEST_SCRIPT(tm, "app", 1, false, US(100), STEP(USER, MS(100)));
	test_run_until(tm, MS(5));
	g_assert_cmpint((int64_t)tm->m->cpus[1].watching_seq & 1, ==, 0);
	test_run_until(tm, MS(50));
	assert_soon_after(test_trace_ns(tm, TRACE_RCU_FQS, 1, "dti"), MS(8));
	assert_soon_after(end_ns(tm), MS(8));
	g_assert_cmpint(n_notices(tm, 1), ==, 0);
	g_assert_cmpint(tm->m->cpus[1].n_ticks, ==, 0);
}

/* In the kernel at scan 1, in user mode since: scan 2 finds the counter moved, or the CPU in user mode. */
static void test_row_nohz_full_user_after_scan_1(void)
{
	g_autoptr(TestMachine) tm = calling_new("", "");

	TEST_SCRIPT(tm, "app", 1, false, US(100), STEP(USER, MS(7)), STEP(KERNEL, MS(2)),
		    STEP(USER, MS(2)), STEP(KERNEL, MS(200)));
	test_run_until(tm, MS(50));
	assert_soon_after(test_trace_ns(tm, TRACE_RCU_FQS, 1, "dti"), MS(16));
	assert_soon_after(end_ns(tm), MS(16));
	g_assert_cmpint(tm->m->cpus[1].n_ticks, ==, 0);
}

/*
 * "urgent + resched IPI (2.8 rule 4); the IPI entry turns the tick on until a QS is reported": never noticed a grace period,
 * so the first recheck scan, at 16 ms, asks. The tick at 20 ms notices, that at 24 ms is quiescent and reports,
 * and the tick is off again.
 */
static void test_row_nohz_full_kernel_no_tick(void)
{
	g_autoptr(TestMachine) tm = calling_new("", "");
	const struct sim_cpu *cpu = &tm->m->cpus[1];

	TEST_SCRIPT(tm, "app", 1, false, US(100), STEP(KERNEL, MS(500)));
	test_run_until(tm, MS(16));
	g_assert_false(cpu->tick_on);
	g_assert_false(cpu->need_resched);
	test_run_until(tm, MS(16) + US(100));
	g_assert_true(cpu->tick_on);
	g_assert_true(cpu->need_resched);
	g_assert_true(test_rdp(tm, 1)->rcu_forced_tick);
	g_assert_cmpint((int64_t)cpu->tick_dep, ==, 1 << TICK_DEP_BIT_RCU);
	g_assert_cmpint(test_rdp(tm, 1)->last_fqs_resched, ==, 4);
	test_run_until(tm, MS(50));
	assert_soon_after(gp_ns(tm, 1, "cpustart"), MS(20));
	g_assert_cmpint(gp_ns(tm, 1, "cpuqs"), ==, MS(24));
	assert_soon_after(end_ns(tm), MS(24));
	g_assert_cmpint(cpu->n_ticks, ==, 2);
	g_assert_false(cpu->tick_on);
	g_assert_cmpint((int64_t)cpu->tick_dep, ==, 0);
	g_assert_false(test_rdp(tm, 1)->rcu_forced_tick);
}

/* The interrupt waits for interrupts to be enabled, at 30.1 ms: the tick on from there, 32 notices, 36 reports. */
static void test_row_nohz_full_kernel_interrupts_disabled(void)
{
	g_autoptr(TestMachine) tm = calling_new("", "");

	TEST_SCRIPT(tm, "app", 1, false, US(100), STEP(CLOSED, MS(30)), STEP(KERNEL, MS(500)));
	test_run_until(tm, MS(30));
	g_assert_false(test_rdp(tm, 1)->rcu_forced_tick);
	test_run_until(tm, MS(50));
	assert_soon_after(gp_ns(tm, 1, "cpustart"), MS(32));
	assert_soon_after(end_ns(tm), MS(36));
}

/*
 * A loop of rcu_sched: the interrupt brings the tick and a switch, which comes before the CPU has noticed, and is lost.
 * The rest is the row of such loops: urged at 104 ms, quiescent at its next cond_resched(), reported at 108.
 */
static void test_row_nohz_full_kernel_of_rcu_sched(void)
{
	g_autoptr(TestMachine) tm = calling_new(", 'preempt_dynamic': false", "");

	TEST_SCRIPT(tm, "loop", 1, false, US(50), STEPS(RESCHED, US(100), 100000));
	test_run_until(tm, MS(104));
	assert_soon_after(gp_ns(tm, 1, "cpustart"), MS(20));
	g_assert_cmpint(tm->m->cpus[1].n_ticks, ==, 22); /* since 20 ms, the one at 104 included */
	test_run_until(tm, MS(150));
	assert_soon_after(end_ns(tm), MS(108));
	g_assert_cmpint(tm->m->cpus[1].n_ticks, ==, 23);
}

/*
 * "one that noticed this GP [or another] gets it only when that is more than 3*jtsq ago": jtsq 2. The first grace period
 * is noticed in jiffy 5. The second is asked for at 30 ms, in jiffy 7; its scans are in 9, 11 (not past 5 + 6) and 13.
 * Ticks at 56 and 60 ms.
 */
static void test_a_notice_puts_the_interrupt_off(void)
{
	g_autoptr(TestMachine) tm = calling_new("", ", 'jiffies_till_sched_qs': 2");
	int i;

	TEST_SCRIPT(tm, "app", 1, false, US(100), STEP(KERNEL, MS(500)));
	TEST_SCRIPT(tm, "again", 0, false, MS(30), STEP(CALL_RCU, 100));
	test_run_until(tm, MS(30));
	assert_soon_after(end_ns(tm), MS(24));
	g_assert_cmpint(test_rdp(tm, 1)->last_fqs_resched, ==, 5);
	test_run_until(tm, MS(51));
	g_assert_cmpint(tm->m->cpus[1].n_ticks, ==, 2);
	g_assert_true(test_rdp(tm, 1)->rcu_urgent_qs); /* a flag that nobody looks at */
	test_run_until(tm, MS(90));
	i = test_trace_find(tm, 0, TRACE_RCU_GRACE_PERIOD, -1, "end");
	i = test_trace_find(tm, i + 1, TRACE_RCU_GRACE_PERIOD, -1, "end");
	assert_soon_after(test_trace_at(tm, i)->t_ns, MS(60));
	g_assert_cmpint(tm->m->cpus[1].n_ticks, ==, 4);
}

/* --- step 5: past half the stall timeout every holdout is interrupted, each jtsq --- */

static void test_old_grace_periods_interrupt_every_holdout(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new(RCUSIM_FLAG_REFERENCE,
				 "'machine': {'cpus': 2, 'housekeeping': '0'}, 'duration': '20s',"
				 "'rcu': {'rcu_nocbs': 'all'}");
	const struct rcu_data *rdp = test_rdp(tm, 1);

	TEST_SCRIPT(tm, "reader", 1, false, US(100), STEP(READ_LOCK, 100),
		    STEP(READ_UNLOCK, MS(15000)));
	TEST_SCRIPT(tm, "caller", 0, false, MS(1), STEP(CALL_RCU, 100));
	test_run_until(tm, MS(10500));                 /* jiffy 2625 */
	g_assert_cmpint(rdp->last_fqs_resched, ==, 1); /* cpustart */
	test_run_until(tm, MS(10508));
	g_assert_cmpint(rdp->last_fqs_resched, ==, 2626);
	test_run_until(tm, MS(10607));
	g_assert_cmpint(rdp->last_fqs_resched, ==, 2626);
	test_run_until(tm, MS(10609)); /* 2626 + 25 is not past, 2652 is */
	g_assert_cmpint(rdp->last_fqs_resched, ==, 2652);
}

/* --- 3.7 item 3 --- */

/* Two tasks in user mode keep the tick; it ignores the grace period, which a scan ends. */
static void test_ticks_in_user_mode_ignore_a_young_grace_period(void)
{
	g_autoptr(TestMachine) tm = calling_new("", ", 'jiffies_till_first_fqs': 5");

	TEST_SCRIPT(tm, "app", 1, false, US(100), STEP(USER, MS(100)));
	TEST_SCRIPT(tm, "other", 1, false, US(200), STEP(USER, MS(100)));
	test_run_until(tm, MS(23));
	g_assert_cmpint(tm->m->cpus[1].n_ticks, ==, 5);
	g_assert_cmpint(n_notices(tm, 1), ==, 0);
	test_run_until(tm, MS(30));
	assert_soon_after(end_ns(tm), MS(24));
}

/* In the kernel they do not ... */
static int64_t kernel_pair_ends(const char *rcu)
{
	g_autofree char *members = g_strconcat(", 'jiffies_till_first_fqs': 20", rcu, NULL);
	g_autoptr(TestMachine) tm = calling_new("", members);

	TEST_SCRIPT(tm, "app", 1, false, US(100), STEP(KERNEL, MS(200)));
	TEST_SCRIPT(tm, "other", 1, false, US(200), STEP(KERNEL, MS(200)));
	test_run_until(tm, MS(80));
	return end_ns(tm);
}

/*
 * ... unless it is younger than nohz_full_patience_delay, rounded up to 5 jiffies: the tick at 20 ms notices, that at 24 ms
 * reports. V15: 6.1 has no such parameter.
 */
static void test_patience(void)
{
	assert_soon_after(kernel_pair_ends(""), MS(8));
	assert_soon_after(kernel_pair_ends(", 'nohz_full_patience_delay': 17"), MS(24));
	assert_soon_after(kernel_pair_ends(", 'kernel': '6.1', 'nohz_full_patience_delay': 17"),
			  MS(8));
}

/* --- 6.7: deferred wakeups on the way to user mode --- */

/* Where CPU 1 runs "app" and calls call_rcu() with interrupts disabled at 1 ms, before it returns to user mode. */
static int64_t deferred_wake_ns(const char *nohz_full)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 2, 'nohz_full': '%s', 'housekeeping': '0'}, 'rcu': {'rcu_nocbs': '1'}",
		nohz_full);
	struct test_script *app =
		TEST_SCRIPT(tm, "app", 1, false, MS(1), STEP(CALL_OFF, 100), STEP(USER, MS(100)));

	test_machine_trace(tm);
	test_run_until(tm, MS(50));
	g_assert_cmpint(test_trace_count(tm, TRACE_RCU_NOCB_WAKE, 1, "WakeEmptyIsDeferred"), ==, 1);
	return test_trace_ns(tm, TRACE_RCU_NOCB_WAKE, -1, "DeferredWake") - test_end_ns(app, 0);
}

static void test_deferred_wakeups_go_before_user_mode(void)
{
	g_assert_cmpint(deferred_wake_ns("1"), ==, 0);
	g_assert_cmpint(deferred_wake_ns(""), >, MS(2)); /* the next tick's rcu_core() */
}

/* --- V10 --- */

/* Somebody else wants the leaf's lock all the time while the scan at 16 ms interrupts CPU 1, which takes 100 us. */
static int64_t leaf_wait_ns(const char *kernel)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 3, 'nohz_full': '1', 'housekeeping': '0'},"
		"'rcu': {'kernel': '%s', 'rcu_nocbs': '0'}, 'costs_ns': {'wakeup': 100000}",
		kernel);
	struct sim_lock *lock = &test_rdp(tm, 1)->mynode->lock;
	const struct test_step steps[] = {
		{ .act = TEST_LOCKED, .ns = US(1), .n = 1000, .lock = lock },
	};

	TEST_SCRIPT(tm, "app", 1, false, US(100), STEP(KERNEL, MS(500)));
	TEST_SCRIPT(tm, "caller", 0, false, MS(1), STEP(CALL_RCU, 100));
	test_script_new(tm, "rival", 2, false, MS(15) + US(500), steps, G_N_ELEMENTS(steps));
	test_run_until(tm, MS(17));
	g_assert_true(test_rdp(tm, 1)->rcu_forced_tick);
	return lock->wait_ns;
}

static void test_v10_interrupts_under_the_leafs_lock(void)
{
	const int64_t after_ns = leaf_wait_ns("6.12"), under_ns = leaf_wait_ns("6.1");

	g_assert_cmpint(after_ns, <, US(10));
	g_assert_cmpint(under_ns, >, US(100));
	g_assert_cmpint(under_ns, <, US(110));
}

/* --- the workload --- */

/* "isolated CPUs run their application": no tick there, and grace periods as short as on an idle machine. */
static void test_an_application_on_isolated_cpus(void)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 4, 'nohz_full': '1-3'}, 'workload': ["
		"{'id': 'app', 'kind': 'spin', 'cpus': '1-3', 'count': 3, 'run': '900ms'},"
		"{'id': 'c', 'kind': 'call-rcu', 'cpus': '0', 'calls': 20, 'pause': '30ms'}]");

	test_run_until(tm, MS(800));
	for (int cpu = 1; cpu < 4; cpu++) {
		cpu_account(&tm->m->cpus[cpu]);
		g_assert_cmpint(tm->m->cpus[cpu].n_ticks, ==, 0);
		g_assert_cmpint(tm->m->cpus[cpu].time_ns[CPU_TIME_USER], >, MS(799));
	}
	g_assert_cmpint(test_metric(tm, "callbacks"), ==, 20);
	g_assert_cmpint(test_metric(tm, "grace_period_max_ns"), <, MS(13));
}

/* The modes of spin: what they are to RCU, by the length of the one grace period. */
static int64_t spin_ends(const char *mode)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 2, 'housekeeping': '0', 'preempt_dynamic': false}, 'workload': ["
		"{'id': 's', 'kind': 'spin', 'cpus': '1', 'mode': '%s', 'run': '300ms', 'step': '7us'},"
		"{'id': 'c', 'kind': 'call-rcu', 'cpus': '0', 'arrive': {'from': '1ms'}}],"
		"'rcu': {'rcu_nocbs': 'all', 'jiffies_till_first_fqs': 5}",
		mode);

	test_run_until(tm, MS(900));
	cpu_account(&tm->m->cpus[1]);
	g_assert_cmpint(tm->m->cpus[1].time_ns[CPU_TIME_USER], ==,
			strcmp(mode, "user") == 0 ? MS(300) : 0);
	g_assert_cmpint(test_metric(tm, "grace_periods"), ==, 1);
	return test_metric(tm, "grace_period_max_ns");
}

static void test_spin_in_each_mode(void)
{
	const int64_t user = spin_ends("user"), kernel = spin_ends("kernel"),
		      hard = spin_ends("kernel-no-resched");

	/* from about 1 ms: two ticks; urged at 104 ms; the tick after its end at 300 ms */
	assert_soon_after(user, MS(7) - LITTLE / 2);
	assert_soon_after(kernel, MS(107) - LITTLE / 2);
	assert_soon_after(hard, MS(303) - LITTLE / 2);
}

/* With preemptible RCU a kernel loop's section says what its ticks are. */
static int64_t section_ends(const char *section)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_NONE,
		"'machine': {'cpus': 2, 'housekeeping': '0'}, 'workload': ["
		"{'id': 's', 'kind': 'spin', 'cpus': '1', 'mode': 'kernel-no-resched', 'section': '%s', "
		"'run': '300ms'},"
		"{'id': 'c', 'kind': 'call-rcu', 'cpus': '0', 'arrive': {'from': '1ms'}}],"
		"'rcu': {'rcu_nocbs': 'all', 'jiffies_till_first_fqs': 5}",
		section);

	test_run_until(tm, MS(900));
	g_assert_cmpint(test_metric(tm, "grace_periods"), ==, 1);
	return test_metric(tm, "grace_period_max_ns");
}

static void test_spin_in_each_section(void)
{
	/* from about 1 ms: the second tick reports what the first has noted; else the tick after the end at 300 ms */
	assert_soon_after(section_ends("none"), MS(7) - LITTLE / 2);
	assert_soon_after(section_ends("rcu"), MS(303) - LITTLE / 2);
	assert_soon_after(section_ends("preempt-off"), MS(303) - LITTLE / 2);
}

/* --- what must not be --- */

static void flip_and_run(TestMachine *tm)
{
	tm->m->cpus[1].watching_seq++;
	test_run_until(tm, MS(10));
}

static void test_watching_is_odd_in_the_kernel(void)
{
	g_autoptr(TestMachine) tm = quiet_new("", "");

	TEST_SCRIPT(tm, "app", 1, false, US(100), STEP(USER, MS(1)), STEP(KERNEL, MS(1)));
	test_breaks(flip_and_run, tm, "cpu->watching_seq & 1");
}

static void keep_time_and_run(TestMachine *tm)
{
	tm->m->timekeeper = 1;
	test_run_until(tm, MS(10));
}

static void test_no_duty_without_a_tick(void)
{
	g_autoptr(TestMachine) tm = quiet_new("", "");

	TEST_SCRIPT(tm, "app", 1, false, US(100), STEP(USER, MS(1)), STEP(KERNEL, MS(1)));
	test_breaks(keep_time_and_run, tm, "cpu->m->timekeeper != cpu->id");
}

static void call_from_user_mode(TestMachine *tm, void *ctx)
{
	const struct rcu_cb cb = mm_cb(tm->mm, &mm_cb_object, 1, 100);

	call_rcu(test_rdp(tm, 1), &cb, NULL, true);
}

static void run_to_the_end(TestMachine *tm)
{
	test_run_until(tm, MS(10));
}

static void test_no_call_from_user_mode(void)
{
	g_autoptr(TestMachine) tm = quiet_new("", "");

	TEST_SCRIPT(tm, "app", 1, false, US(100), STEP(USER, MS(10)));
	test_at(tm, MS(2), SIM_RANK_OBSERVER, call_from_user_mode, NULL);
	test_breaks(run_to_the_end, tm, "!rdp_cpu(rdp)->in_user");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/mask/housekeeping-keeps-off", test_housekeeping_keeps_off);
	g_test_add_func("/mask/offloaded", test_they_are_offloaded);
	g_test_add_func("/tick/off-while-one-task-runs", test_the_tick_is_off_while_one_task_runs);
	g_test_add_func("/tick/a-timer-is-an-interrupt", test_a_timer_is_an_interrupt);
	g_test_add_func("/jiffies/one-tick-always-runs", test_one_tick_always_runs);
	g_test_add_func("/jiffies/the-timekeeper-stays-online", test_the_timekeeper_stays_online);
	g_test_add_func("/jiffies/otherwise-no-tick-need-run", test_otherwise_no_tick_need_run);
	g_test_add_func("/row/nohz-full-user", test_row_nohz_full_user);
	g_test_add_func("/row/nohz-full-user/after-scan-1", test_row_nohz_full_user_after_scan_1);
	g_test_add_func("/row/nohz-full-kernel-no-tick", test_row_nohz_full_kernel_no_tick);
	g_test_add_func("/row/nohz-full-kernel-no-tick/interrupts-disabled",
			test_row_nohz_full_kernel_interrupts_disabled);
	g_test_add_func("/row/nohz-full-kernel-no-tick/rcu-sched",
			test_row_nohz_full_kernel_of_rcu_sched);
	g_test_add_func("/resched/a-notice-puts-it-off", test_a_notice_puts_the_interrupt_off);
	g_test_add_func("/resched/old-grace-periods",
			test_old_grace_periods_interrupt_every_holdout);
	g_test_add_func("/pending/user-mode-ignores-a-young-one",
			test_ticks_in_user_mode_ignore_a_young_grace_period);
	g_test_add_func("/pending/patience/v15", test_patience);
	g_test_add_func("/wake/deferred-ones-go-before-user-mode",
			test_deferred_wakeups_go_before_user_mode);
	g_test_add_func("/version/v10", test_v10_interrupts_under_the_leafs_lock);
	g_test_add_func("/spin/isolated-cpus", test_an_application_on_isolated_cpus);
	g_test_add_func("/spin/modes", test_spin_in_each_mode);
	g_test_add_func("/spin/sections", test_spin_in_each_section);
	g_test_add_func("/breaks/watching", test_watching_is_odd_in_the_kernel);
	g_test_add_func("/breaks/duty", test_no_duty_without_a_tick);
	g_test_add_func("/breaks/call-from-user-mode", test_no_call_from_user_mode);
	return g_test_run();
}
