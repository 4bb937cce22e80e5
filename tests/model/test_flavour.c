/*
 * test_flavour.c - the two flavours of RCU under the preemption models: rcu-behaviour.md 3.3, 3.6, and the rows of the
 * table of 3.9 but those of nohz_full (test_nohz_full.c) and of offline CPUs.
 *
 * HZ is 250: tick k is at k * 4 ms, and jtsq is 25 jiffies. CPU 0 has the kthreads and calls call_rcu() at 1 ms: the
 * grace period starts in jiffy 0. CPU 1 is what a row is about. A little after an instant means: within what the
 * kthreads need. With LATE the first scan is at 24 ms, so that what a CPU reports by itself is seen.
 */
#include <string.h>

#include <glib.h>

#include "model/machine.h"

#define LITTLE US(60)
#define LATE   ", 'jiffies_till_first_fqs': 5"

#define PREEMPT_RCU ""
#define RCU_SCHED   ", 'preempt_dynamic': false"
#define COUNTED     ", 'preempt_dynamic': false, 'preempt_count': true"

static void assert_soon_after(int64_t t_ns, int64_t cause_ns)
{
	g_assert_cmpint(t_ns, >=, cause_ns);
	g_assert_cmpint(t_ns, <=, cause_ns + LITTLE);
}

static TestMachine *calling_new(const char *machine, const char *nocbs, const char *rcu)
{
	TestMachine *tm = test_machine_new(RCUSIM_FLAG_REFERENCE,
					   "'machine': {'cpus': 2, 'housekeeping': '0' %s},"
					   "'rcu': {'rcu_nocbs': '%s' %s}, 'duration': '10s'",
					   machine, nocbs, rcu);

	test_machine_trace(tm);
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

static bool gp_ended(const TestMachine *tm)
{
	return test_trace_find(tm, 0, TRACE_RCU_GRACE_PERIOD, -1, "end") >= 0;
}

static int n_qs(const TestMachine *tm, int cpu)
{
	return test_trace_count(tm, TRACE_RCU_GRACE_PERIOD, cpu, "cpuqs");
}

static int n_dti(const TestMachine *tm, int cpu)
{
	return test_trace_count(tm, TRACE_RCU_FQS, cpu, "dti");
}

static const char *const all_flavours[] = { PREEMPT_RCU, RCU_SCHED, COUNTED };

/* --- which flavour: PREEMPT_DYNAMIC builds have preemptible RCU in every model, static ones under full --- */

static const struct sim_task *task_named(const TestMachine *tm, const char *name)
{
	const struct sim_task *task = tm->m->tasks;

	while (task != NULL && strcmp(task->name, name) != 0)
		task = task->next;
	return task;
}

static void test_models_choose_the_flavour(void)
{
	static const struct {
		const char *preempt, *dynamic;
		bool preempt_rcu;
	} table[] = {
		{ "none", "true", true },  { "voluntary", "true", true },
		{ "full", "true", true },  { "none", "false", false },
		{ "full", "false", true }, { "voluntary", "false", false },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autoptr(TestMachine) tm =
			test_machine_new(RCUSIM_FLAG_NONE,
					 "'machine': {'preempt': '%s', 'preempt_dynamic': %s},"
					 "'rcu': {'rcu_nocbs': '3'}",
					 table[i].preempt, table[i].dynamic);
		const bool preempt_rcu = table[i].preempt_rcu;

		g_assert_cmpint(tm->rcu->preempt_rcu, ==, preempt_rcu);
		g_assert_cmpint(task_named(tm, "rcu_preempt") != NULL, ==, preempt_rcu);
		g_assert_cmpint(task_named(tm, "rcu_sched") != NULL, ==, !preempt_rcu);
		g_assert_cmpint(task_named(tm, "rcuop/3") != NULL, ==, preempt_rcu);
		g_assert_cmpint(task_named(tm, "rcuos/3") != NULL, ==, !preempt_rcu);
		g_assert_nonnull(task_named(tm, "rcuog/2"));
	}
}

/* --- the models: what takes the CPU from a kernel loop --- */

/* A loop on CPU 1 with cond_resched() at 3, 6, 9 ... ms, and a rival that arrives at 1 ms; slice 1.4 ms. */
static int64_t rival_starts(const char *preempt, enum test_act act)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 2, 'housekeeping': '0', 'preempt': '%s'}", preempt);
	const struct test_step steps[] = { { .act = act, .ns = MS(3), .n = 10 } };
	struct test_script *rival = TEST_SCRIPT(tm, "rival", 1, false, MS(1), STEP(KERNEL, 100));

	test_script_new(tm, "loop", 1, false, 0, steps, G_N_ELEMENTS(steps));
	test_run_until(tm, MS(100));
	return test_end_ns(rival, 0);
}

/* The tick at 4 ms sets need_resched; full leaves there, the others at the cond_resched() at 6 ms, or at the end. */
static void test_only_full_preemption_interrupts_a_loop(void)
{
	assert_soon_after(rival_starts("full", TEST_RESCHED), MS(4));
	assert_soon_after(rival_starts("voluntary", TEST_RESCHED), MS(6));
	assert_soon_after(rival_starts("none", TEST_RESCHED), MS(6));
	assert_soon_after(rival_starts("full", TEST_KERNEL), MS(4));
	assert_soon_after(rival_starts("voluntary", TEST_KERNEL), MS(30));
	assert_soon_after(rival_starts("none", TEST_KERNEL), MS(30));
}

/* User mode is left at once by any of them. */
static void test_user_mode_is_left_under_every_model(void)
{
	assert_soon_after(rival_starts("full", TEST_USER), MS(4));
	assert_soon_after(rival_starts("voluntary", TEST_USER), MS(4));
	assert_soon_after(rival_starts("none", TEST_USER), MS(4));
}

/* --- rows of 3.9 --- */

/* "T0 + first_fqs timeout": armed in jiffy 0 for 1, it fires at T(2). */
static void test_row_idle_tick_stopped(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(all_flavours); i++) {
		g_autoptr(TestMachine) tm = calling_new(all_flavours[i], "all", "");

		test_run_until(tm, MS(20));
		assert_soon_after(end_ns(tm), MS(8));
		g_assert_cmpint(n_dti(tm, 1), ==, 1);
		g_assert_cmpint(n_qs(tm, 1), ==, 0);
	}
}

/* Out of idle from just before the first scan to just after it, between two ticks: the next scan, at T(4). */
static void test_row_goes_idle_after_scan_1(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(all_flavours); i++) {
		g_autoptr(TestMachine) tm = calling_new(all_flavours[i], "all", "");

		TEST_SCRIPT(tm, "short", 1, false, MS(8) + 100, STEP(KERNEL, US(100)));
		test_run_until(tm, MS(30));
		assert_soon_after(gp_ns(tm, -1, "fqsstart"), MS(8));
		assert_soon_after(test_trace_ns(tm, TRACE_RCU_FQS, 1, "dti"), MS(16));
		assert_soon_after(end_ns(tm), MS(16));
	}
}

/*
 * CPU 1 is not offloaded and has a callback: its tick stays. It notices at 4 ms. On PREEMPT_RCU no tick that follows is
 * a quiescent state, and the scan has to find it; rcu_sched takes the tick at 8 ms.
 */
static void test_row_idle_tick_still_on(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(all_flavours); i++) {
		g_autoptr(TestMachine) tm = calling_new(all_flavours[i], "0", LATE);
		const bool preempt_rcu = tm->rcu->preempt_rcu;

		TEST_SCRIPT(tm, "other", 1, false, US(1500), STEP(CALL_RCU, 100));
		test_run_until(tm, MS(23));
		g_assert_cmpint(tm->m->cpus[1].n_ticks, ==, 5);
		assert_soon_after(gp_ns(tm, 1, "cpustart"), MS(4));
		g_assert_cmpint(n_qs(tm, 1) > 0, ==, !preempt_rcu);
		test_run_until(tm, MS(30));
		if (!preempt_rcu)
			g_assert_cmpint(gp_ns(tm, 1, "cpuqs"), ==, MS(8));
		assert_soon_after(end_ns(tm), preempt_rcu ? MS(24) : MS(8));
	}
}

/* "t1: notice. t2: rcu_qs in tick, report in softirq". */
static void check_two_ticks(const char *machine, enum test_act act)
{
	g_autoptr(TestMachine) tm = calling_new(machine, "all", LATE);
	const struct test_step steps[] = { { .act = act, .ns = MS(100) } };

	test_script_new(tm, "busy", 1, false, US(100), steps, G_N_ELEMENTS(steps));
	test_run_until(tm, MS(30));
	assert_soon_after(gp_ns(tm, 1, "cpustart"), MS(4));
	g_assert_cmpint(gp_ns(tm, 1, "cpuqs"), ==, MS(8));
	assert_soon_after(end_ns(tm), MS(8));
}

static void test_row_user_mode_tick_on(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(all_flavours); i++)
		check_two_ticks(all_flavours[i], TEST_USER);
}

/* On any kernel that counts preempt_disable(), whether it preempts or not. */
static void test_row_kernel_preemptible(void)
{
	check_two_ticks(PREEMPT_RCU, TEST_KERNEL);
	check_two_ticks(", 'preempt': 'full'", TEST_KERNEL);
	check_two_ticks(", 'preempt': 'none'", TEST_KERNEL);
	check_two_ticks(COUNTED, TEST_KERNEL);
}

/* ... unless the tick hits a reader: it ends at 50.1 ms, the tick at 52 ms is the quiescent state and reports it. */
static void test_row_kernel_preemptible_in_a_reader(void)
{
	static const char *const machines[] = { PREEMPT_RCU, COUNTED };

	for (size_t i = 0; i < G_N_ELEMENTS(machines); i++) {
		g_autoptr(TestMachine) tm = calling_new(machines[i], "all", LATE);

		TEST_SCRIPT(tm, "reader", 1, false, US(100), STEP(READ_LOCK, 100),
			    STEP(READ_UNLOCK, MS(50)), STEP(KERNEL, MS(50)));
		test_run_until(tm, MS(80));
		g_assert_cmpint(gp_ns(tm, 1, "cpuqs"), ==, MS(52));
		assert_soon_after(end_ns(tm), MS(52));
	}
}

/* "t1 notice; switch sets QS; next tick reports", in any flavour. */
static void test_row_kernel_with_context_switches(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(all_flavours); i++) {
		g_autoptr(TestMachine) tm = calling_new(all_flavours[i], "all", LATE);
		struct test_script *first = TEST_SCRIPT(tm, "first", 1, false, US(100),
							STEP(KERNEL, MS(5)), STEP(SLEEP, MS(500)));

		TEST_SCRIPT(tm, "then", 1, false, US(200), STEP(KERNEL, MS(100)));
		test_run_until(tm, MS(30));
		assert_soon_after(gp_ns(tm, 1, "cpuqs"), test_end_ns(first, 0));
		assert_soon_after(end_ns(tm), MS(8));
	}
}

/*
 * A loop of rcu_sched with a cond_resched() every 100 us: scans are in every second jiffy from 6 on (LATE); the
 * first that finds the grace period older than 25 jiffies is in jiffy 26, at 104 ms. It urges; the next
 * cond_resched() is a quiescent state without a switch; the next tick reports it.
 */
static void test_row_non_preemptible_cond_resched(void)
{
	g_autoptr(TestMachine) tm = calling_new(RCU_SCHED, "all", LATE);
	struct sim_cpu *cpu = &tm->m->cpus[1];
	uint64_t watching;

	TEST_SCRIPT(tm, "loop", 1, false, US(50), STEPS(RESCHED, US(100), 100000));
	test_run_until(tm, MS(104));
	g_assert_cmpint(n_qs(tm, 1), ==, 0);
	watching = cpu->watching_seq;
	test_run_until(tm, MS(120));
	g_assert_cmpint(gp_ns(tm, 1, "cpuqs"), >, MS(104));
	g_assert_cmpint(gp_ns(tm, 1, "cpuqs"), <=, MS(104) + US(150));
	assert_soon_after(end_ns(tm), MS(108));
	g_assert_cmpint(cpu->n_switches, ==, 1);
	g_assert_cmpint((int64_t)(cpu->watching_seq - watching), ==, 0); /* urgent, not heavy */
}

/* The same loop where the tick can tell who is preemptible, or under PREEMPT_RCU: nobody has to urge it. */
static void test_row_non_preemptible_cond_resched_otherwise(void)
{
	static const char *const machines[] = { PREEMPT_RCU, COUNTED };

	for (size_t i = 0; i < G_N_ELEMENTS(machines); i++) {
		g_autoptr(TestMachine) tm = calling_new(machines[i], "all", LATE);

		TEST_SCRIPT(tm, "loop", 1, false, US(50), STEPS(RESCHED, US(100), 100000));
		test_run_until(tm, MS(120));
		assert_soon_after(end_ns(tm), MS(8));
	}
}

/*
 * jtsq 1: the first recheck scan, in jiffy 4, finds it older than 2 jtsq: heavy. The cond_resched() goes through a
 * momentary extended quiescent state, too, and takes the request with it.
 */
static void test_row_non_preemptible_cond_resched_heavy(void)
{
	g_autoptr(TestMachine) tm = calling_new(RCU_SCHED, "all", ", 'jiffies_till_sched_qs': 1");
	struct sim_cpu *cpu = &tm->m->cpus[1];
	uint64_t watching;

	TEST_SCRIPT(tm, "loop", 1, false, US(50), STEPS(RESCHED, US(100), 100000));
	test_run_until(tm, MS(16));
	watching = cpu->watching_seq;
	g_assert_false(test_rdp(tm, 1)->rcu_need_heavy_qs);
	test_run_until(tm, MS(16) + US(40));
	g_assert_true(test_rdp(tm, 1)->rcu_need_heavy_qs);
	g_assert_true(test_rdp(tm, 1)->rcu_urgent_qs);
	test_run_until(tm, MS(17));
	g_assert_false(test_rdp(tm, 1)->rcu_need_heavy_qs);
	g_assert_false(test_rdp(tm, 1)->rcu_urgent_qs);
	g_assert_cmpint((int64_t)(cpu->watching_seq - watching), ==, 2);
	assert_soon_after(gp_ns(tm, 1, "cpuqs"), MS(16) + US(50));
	test_run_until(tm, MS(30));
	assert_soon_after(end_ns(tm), MS(20));
}

/* "need_resched cannot help; waits until it schedules": 400 ms, then idle; its tick reports. */
static void test_row_non_preemptible_no_cond_resched(void)
{
	g_autoptr(TestMachine) tm = calling_new(RCU_SCHED, "all", "");
	struct test_script *loop =
		TEST_SCRIPT(tm, "loop", 1, false, US(100), STEP(KERNEL, MS(401)));

	test_run_until(tm, MS(401));
	g_assert_true(tm->m->cpus[1].need_resched); /* since the tick at 108 ms */
	g_assert_false(gp_ended(tm));
	g_assert_cmpint(n_qs(tm, 1), ==, 0);
	test_run_until(tm, MS(420));
	assert_soon_after(gp_ns(tm, 1, "cpuqs"), test_end_ns(loop, 0));
	assert_soon_after(end_ns(tm), MS(404));
}

/* "until it runs again and unlocks": 50 ms of its own, every second slice. */
static void test_row_preempted_reader(void)
{
	g_autoptr(TestMachine) tm = calling_new(", 'preempt': 'full'", "all", "");
	struct test_script *reader =
		TEST_SCRIPT(tm, "reader", 1, false, US(100), STEP(READ_LOCK, 100),
			    STEP(READ_UNLOCK, MS(50)), STEP(KERNEL, MS(50)));

	TEST_SCRIPT(tm, "rival", 1, false, US(500), STEP(KERNEL, MS(1000)));
	test_run_until(tm, MS(90));
	g_assert_true(reader->task->rcu_blocked);
	g_assert_cmpint((int64_t)test_rdp(tm, 1)->mynode->qsmask, ==, 0);
	g_assert_false(gp_ended(tm));
	test_run_until(tm, MS(300));
	g_assert_cmpint(test_end_ns(reader, 1), >, MS(95));
	assert_soon_after(end_ns(tm), test_end_ns(reader, 1));
}

/* A reader of rcu_sched is never on a list: nothing takes the CPU from it. */
static void test_row_preempted_reader_never_of_rcu_sched(void)
{
	g_autoptr(TestMachine) tm = calling_new(COUNTED, "all", "");
	struct test_script *reader =
		TEST_SCRIPT(tm, "reader", 1, false, US(100), STEP(READ_LOCK, 100),
			    STEP(READ_UNLOCK, MS(50)), STEP(KERNEL, MS(50)));

	TEST_SCRIPT(tm, "rival", 1, false, US(500), STEP(KERNEL, MS(200)));
	test_run_until(tm, MS(49));
	g_assert_null(test_rdp(tm, 1)->mynode->blkd_tasks);
	g_assert_false(gp_ended(tm));
	test_run_until(tm, MS(300));
	assert_soon_after(test_end_ns(reader, 1), MS(50) + US(100));
}

/* "notices at GP init; the kthread's sleep is a context switch; next tick reports". */
static void test_row_gp_kthreads_own_cpu(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(all_flavours); i++) {
		g_autoptr(TestMachine) tm = calling_new(all_flavours[i], "all", LATE);
		int place;

		test_run_until(tm, MS(30));
		assert_soon_after(gp_ns(tm, 0, "cpustart"), MS(1));
		assert_soon_after(gp_ns(tm, 0, "cpuqs"), MS(1));
		place = test_trace_find(tm, 0, TRACE_RCU_QUIESCENT_STATE_REPORT, -1, NULL);
		assert_soon_after(test_trace_at(tm, place)->t_ns, MS(4));
		g_assert_cmpint(test_trace_at(tm, place)->arg[2], ==, 2); /* CPU 1 is left */
	}
}

/* --- rows about rcuop --- */

/*
 * Batches on CPU 1, where rcuop/0 has to run: a callback of 1 ms each. A call of CPU 0 in jiffy 20 starts the grace
 * period that is looked at, after rcuop has begun a batch of 300 callbacks.
 */
static TestMachine *batch_new(const char *machine, int n)
{
	TestMachine *tm = test_machine_new(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 3, 'housekeeping': '1-2' %s}, 'duration': '10s',"
		"'rcu': {'rcu_nocbs': '0', 'nocb_nobypass_lim_per_jiffy': 1000},"
		"'costs_ns': {'kmem_cache_free': 1000000}",
		machine);

	test_machine_trace(tm);
	TEST_SCRIPT(tm, "caller", 0, false, MS(1), STEPS(CALL_RCU, 10, n));
	return tm;
}

static int n_th(const TestMachine *tm, const char *text, int n)
{
	int i = -1;

	while (n-- > 0) {
		i = test_trace_find(tm, i + 1, TRACE_RCU_GRACE_PERIOD, -1, text);
		g_assert_cmpint(i, >=, 0);
	}
	return i;
}

/* The CPU of rcuop/0 in the middle of a batch at @t_ns. */
static int batch_cpu(TestMachine *tm, int64_t t_ns)
{
	const struct sim_task *rcuop = test_rdp(tm, 0)->nocb_cb_kthread;

	test_run_until(tm, t_ns);
	g_assert_true(test_rdp(tm, 0)->batch.active);
	g_assert_cmpint(rcuop->state, ==, TASK_RUNNING);
	return rcuop->cpu->id;
}

/* "each batch start is a momentary EQS": the counter of the CPU that rcuop runs on, not of the one it serves. */
static void test_row_rcuop_between_batches(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(all_flavours); i++) {
		g_autoptr(TestMachine) tm = calling_new(all_flavours[i], "all", "");
		const struct sim_task *rcuop = test_rdp(tm, 0)->nocb_cb_kthread;
		const struct sim_cpu *cpu = &tm->m->cpus[0];
		uint64_t before;

		while (cpu->curr != rcuop)
			test_run_until(tm, machine_now_ns(tm->m) + 100);
		before = cpu->watching_seq;
		test_rdp(tm, 0)->rcu_need_heavy_qs = true;
		while (!test_rdp(tm, 0)->batch.active)
			test_run_until(tm, machine_now_ns(tm->m) + 100);
		g_assert_cmpint((int64_t)(cpu->watching_seq - before), ==, 2);
		g_assert_false(test_rdp(tm, 0)->rcu_need_heavy_qs);
	}
}

/*
 * "its ticks see BH off: they notice the GP but give no QS". Scans are in every second jiffy; one urges. Then the next tick
 * sets need_resched on PREEMPT_RCU, and the cond_resched() after the callback under way is a switch; for rcu_sched
 * the cond_resched() after the callback under way is enough.
 */
static void check_long_batch(const char *machine, int64_t after_scan_ns)
{
	g_autoptr(TestMachine) tm = batch_new(machine, 300);
	const int cpu = batch_cpu(tm, MS(40));
	const int n_starts = test_trace_count(tm, TRACE_RCU_GRACE_PERIOD, -1, "start");
	int64_t qs_ns, started_ns, scan_ns = 0;
	int i, qs;

	TEST_SCRIPT(tm, "second", 0, false, MS(41), STEP(CALL_RCU, 10));
	test_run_until(tm, MS(600));
	i = n_th(tm, "start", n_starts + 1);
	started_ns = test_trace_at(tm, i)->t_ns;
	qs = test_trace_find(tm, i, TRACE_RCU_GRACE_PERIOD, cpu, "cpuqs");
	g_assert_cmpint(qs, >=, 0);
	qs_ns = test_trace_at(tm, qs)->t_ns;
	for (; i >= 0 && i < qs;
	     i = test_trace_find(tm, i + 1, TRACE_RCU_GRACE_PERIOD, -1, "fqsstart"))
		scan_ns = test_trace_at(tm, i)->t_ns;
	g_assert_cmpint(scan_ns, >, started_ns + MS(100));
	g_assert_cmpint(scan_ns, <, started_ns + MS(112));
	g_assert_cmpint(qs_ns - scan_ns, >, after_scan_ns - LITTLE);
	g_assert_cmpint(qs_ns - scan_ns, <, after_scan_ns + MS(1) + LITTLE);
	/* it goes on all the same */
	i = test_trace_find(tm, qs, TRACE_RCU_BATCH_END, 0, NULL);
	g_assert_cmpint(i, >=, 0);
	g_assert_cmpint(test_trace_at(tm, i)->t_ns, >, qs_ns + MS(20));
}

static void test_row_inside_a_long_rcuop_batch(void)
{
	check_long_batch(RCU_SCHED, 0);
	check_long_batch(PREEMPT_RCU, MS(4));
}

/* --- the row of softirq batches: CPU 1 is not offloaded --- */

/* What a model would do that took a tick for a quiescent state wherever it hits. */
static void take_for_qs(TestMachine *tm, void *ctx)
{
	(void)ctx;
	rcu_qs(test_rdp(tm, 1));
}

/*
 * 100 callbacks of 1 ms each at 1.5 ms on CPU 1, which then is in user mode. Its tick at 4 ms asks for a grace period, the
 * one at 8 ms notices it, and the one at 12 ms is the quiescent state that ends it; CPU 0 has called at 6 ms, so that the next
 * one follows at once. At 16 ms CPU 1 learns of the end and of the start, in the softirq that invokes 10 of them
 * (blimit): it needs a quiescent state from then on. Returns how many there were in the softirq.
 */
static int qs_in_softirq_batch(const char *flavour, bool fault)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 2, 'housekeeping': '0' %s}, 'rcu': {'rcu_nocbs': '0'},"
		"'costs_ns': {'kmem_cache_free': 1000000}",
		flavour);
	const struct sim_cpu *cpu = &tm->m->cpus[1];
	const struct rcu_data *rdp = test_rdp(tm, 1);
	int before;

	test_machine_trace(tm);
	TEST_SCRIPT(tm, "caller", 1, false, US(1500), STEPS(CALL_RCU, 10, 100),
		    STEP(USER, MS(900)));
	TEST_SCRIPT(tm, "second", 0, false, MS(6), STEP(CALL_RCU, 10));
	test_run_until(tm, MS(17));
	g_assert_true(cpu->in_softirq && rdp->batch.active);
	assert_soon_after(rdp->batch.start_ns, MS(16));
	g_assert_true(rdp->cpu_no_qs && rdp->core_needs_qs);
	before = n_qs(tm, 1);
	if (fault)
		test_at(tm, MS(20), SIM_RANK_ARRIVAL, take_for_qs, NULL);
	test_run_until(tm, MS(25));
	g_assert_true(cpu->in_softirq && rdp->batch.active);
	g_assert_cmpint(cpu->n_ticks, ==, 6); /* at 4, 8 ... 24 ms */
	return n_qs(tm, 1) - before;
}

/* "ticks do not give QS", in any flavour. */
static void test_row_inside_a_softirq_batch(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(all_flavours); i++) {
		g_assert_cmpint(qs_in_softirq_batch(all_flavours[i], false), ==, 0);
		g_assert_cmpint(qs_in_softirq_batch(all_flavours[i], true), ==, 1);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/flavour/models-choose-it", test_models_choose_the_flavour);
	g_test_add_func("/model/only-full-interrupts-a-loop",
			test_only_full_preemption_interrupts_a_loop);
	g_test_add_func("/model/user-mode-is-left", test_user_mode_is_left_under_every_model);
	g_test_add_func("/row/idle-tick-stopped", test_row_idle_tick_stopped);
	g_test_add_func("/row/goes-idle-after-scan-1", test_row_goes_idle_after_scan_1);
	g_test_add_func("/row/idle-tick-still-on", test_row_idle_tick_still_on);
	g_test_add_func("/row/user-mode-tick-on", test_row_user_mode_tick_on);
	g_test_add_func("/row/kernel-preemptible", test_row_kernel_preemptible);
	g_test_add_func("/row/kernel-preemptible/in-a-reader",
			test_row_kernel_preemptible_in_a_reader);
	g_test_add_func("/row/kernel-with-context-switches", test_row_kernel_with_context_switches);
	g_test_add_func("/row/non-preemptible-cond-resched", test_row_non_preemptible_cond_resched);
	g_test_add_func("/row/non-preemptible-cond-resched/otherwise",
			test_row_non_preemptible_cond_resched_otherwise);
	g_test_add_func("/row/non-preemptible-cond-resched/heavy",
			test_row_non_preemptible_cond_resched_heavy);
	g_test_add_func("/row/non-preemptible-no-cond-resched",
			test_row_non_preemptible_no_cond_resched);
	g_test_add_func("/row/preempted-reader", test_row_preempted_reader);
	g_test_add_func("/row/preempted-reader/never-of-rcu-sched",
			test_row_preempted_reader_never_of_rcu_sched);
	g_test_add_func("/row/gp-kthreads-own-cpu", test_row_gp_kthreads_own_cpu);
	g_test_add_func("/row/rcuop-between-batches", test_row_rcuop_between_batches);
	g_test_add_func("/row/inside-a-long-rcuop-batch", test_row_inside_a_long_rcuop_batch);
	g_test_add_func("/row/inside-a-softirq-batch", test_row_inside_a_softirq_batch);
	return g_test_run();
}
