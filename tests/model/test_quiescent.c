/*
 * test_quiescent.c - what is a quiescent state, who reports it and when: rcu-behaviour.md 3, the rows of 3.9 that
 * are modelled, 2.7 and 2.10.
 *
 * HZ is 250 unless a test says otherwise: tick k is at k * 4 ms. A little after an instant means: within what
 * the kthreads need.
 */
#include <string.h>

#include <glib.h>

#include "model/machine.h"

#define LITTLE US(60)

static void assert_soon_after(int64_t t_ns, int64_t cause_ns)
{
	g_assert_cmpint(t_ns, >=, cause_ns);
	g_assert_cmpint(t_ns, <=, cause_ns + LITTLE);
}

/* Kthreads on CPU 0, all CPUs offloaded; one call_rcu() there at 1 ms. */
static TestMachine *calling_new(int cpus, const char *machine, const char *rcu)
{
	TestMachine *tm = test_machine_new(RCUSIM_FLAG_REFERENCE,
					   "'machine': {'cpus': %d, 'housekeeping': '0' %s},"
					   "'rcu': {'rcu_nocbs': 'all' %s}, 'duration': '10s'",
					   cpus, machine, rcu);

	test_machine_trace(tm);
	TEST_SCRIPT(tm, "caller", 0, false, MS(1), STEP(CALL_RCU, 100));
	return tm;
}

static int64_t start_ns(const TestMachine *tm)
{
	return test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, -1, "start");
}

static int64_t end_ns(const TestMachine *tm)
{
	return test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, -1, "end");
}

/* --- defaults of the scans: 2.7 --- */

static void test_scan_defaults(void)
{
	static const struct {
		int hz, cpus;
		int64_t d, to_sched_qs;
	} table[] = { { 100, 4, 1, 10 },   { 250, 4, 1, 25 },   { 300, 4, 2, 30 },
		      { 1000, 4, 3, 100 }, { 250, 256, 2, 26 }, { 1000, 512, 5, 102 } };

	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autoptr(TestMachine) tm =
			test_machine_new(RCUSIM_FLAG_NONE, "'machine': {'hz': %d, 'cpus': %d}",
					 table[i].hz, table[i].cpus);

		g_assert_cmpint(tm->rcu->jiffies_till_first_fqs, ==, table[i].d);
		g_assert_cmpint(tm->rcu->jiffies_till_next_fqs, ==, table[i].d);
		g_assert_cmpint(tm->rcu->jiffies_to_sched_qs, ==, table[i].to_sched_qs);
	}
}

/* With long intervals jiffies_to_sched_qs is first + 2 * next; given, it is taken as it is. */
static void test_sched_qs_follows_the_scans(void)
{
	g_autoptr(TestMachine) computed = test_machine_new(
		RCUSIM_FLAG_NONE,
		"'rcu': {'jiffies_till_first_fqs': 20, 'jiffies_till_next_fqs': 10}");
	g_autoptr(TestMachine) given =
		test_machine_new(RCUSIM_FLAG_NONE,
				 "'rcu': {'jiffies_till_first_fqs': 20, 'jiffies_till_sched_qs': 7,"
				 "'jiffies_till_next_fqs': 0}");

	g_assert_cmpint(computed->rcu->jiffies_to_sched_qs, ==, 40);
	g_assert_cmpint(given->rcu->jiffies_to_sched_qs, ==, 7);
	g_assert_cmpint(given->rcu->jiffies_till_next_fqs, ==, 1);
}

/* --- idle CPUs --- */

/* "A mostly idle machine has a GP length of first_fqs + up to one jiffy": the scan is at T(J + j + 1). */
static void test_idle_cpus_wait_for_the_scan(void)
{
	static const struct {
		int hz, j;
	} table[] = { { 100, 1 }, { 250, 1 }, { 1000, 3 } };

	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autofree char *hz = g_strdup_printf(", 'hz': %d", table[i].hz);
		g_autoptr(TestMachine) tm = calling_new(4, hz, "");
		const int64_t tick_ns = NSEC_PER_SEC / table[i].hz;
		int64_t scan_ns;

		test_run_until(tm, MS(100));
		scan_ns = (start_ns(tm) / tick_ns + table[i].j + 1) * tick_ns;
		assert_soon_after(test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, -1, "fqsstart"),
				  scan_ns);
		assert_soon_after(end_ns(tm), scan_ns);
		g_assert_cmpint(tm->rcu->n_force_qs, ==, 1);
		for (int cpu = 1; cpu < 4; cpu++)
			g_assert_cmpint(test_trace_count(tm, TRACE_RCU_FQS, cpu, "dti"), ==, 1);
	}
}

/* jiffies_till_first_fqs = 0: "scan immediately". */
static void test_a_scan_may_be_immediate(void)
{
	g_autoptr(TestMachine) tm = calling_new(4, "", ", 'jiffies_till_first_fqs': 0");

	test_run_until(tm, MS(100));
	assert_soon_after(test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, -1, "fqsstart"), start_ns(tm));
	g_assert_cmpint(test_trace_count(tm, TRACE_RCU_FQS, 3, "dti"), ==, 1);
}

/* One CPU: noticed at init, quiescent by the kthread's sleep, reported at the next tick; never a scan (2.10). */
static void test_one_cpu_needs_no_scan(void)
{
	g_autoptr(TestMachine) tm = calling_new(1, "", "");

	test_run_until(tm, MS(100));
	g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, 0, "cpustart"), <,
			MS(1) + US(100));
	g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, 0, "cpuqs"), <, MS(1) + US(100));
	assert_soon_after(end_ns(tm), MS(4));
	g_assert_cmpint(test_metric(tm, "fqs_scans"), ==, 0);
}

/* One idle CPU and one that floods: two ticks (2.10). */
static void test_a_flood_takes_two_ticks(void)
{
	g_autoptr(TestMachine) tm = calling_new(2, "", "");

	TEST_SCRIPT(tm, "flood", 1, true, US(500), STEPS(CALL_RCU, US(10), 100000));
	test_run_until(tm, MS(9));
	assert_soon_after(end_ns(tm), MS(8));
}

/* --- busy CPUs --- */

/* "t1 notice; switch sets QS; next tick reports": the first tick after the first switch after t1. */
static void test_a_switch_is_a_quiescent_state(void)
{
	g_autoptr(TestMachine) tm = calling_new(2, "", "");

	/* in a reader from 0.1 to 9 ms, then asleep */
	TEST_SCRIPT(tm, "reader", 1, false, US(100), STEP(READ_LOCK, 100),
		    STEP(READ_UNLOCK, MS(9)));
	test_run_until(tm, MS(30));
	g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, 1, "cpustart"), <,
			MS(4) + US(10));
	assert_soon_after(test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, 1, "cpuqs"), MS(9) + US(100));
	/* the tick of the new idle period at 12 ms, before the scan at 16 */
	assert_soon_after(end_ns(tm), MS(12));
}

/* A switch before the CPU has noticed the grace period is lost for it (3.3). */
static void test_a_switch_before_the_notice_is_lost(void)
{
	g_autoptr(TestMachine) tm = calling_new(2, "", "");

	/* switches every 100 us until 3.9 ms; then a reader until 21 ms */
	TEST_SCRIPT(tm, "sleeper", 1, false, US(200), STEP(KERNEL, US(10)), STEP(SLEEP, US(1500)),
		    STEP(KERNEL, US(10)), STEP(SLEEP, US(1500)), STEP(READ_LOCK, US(10)),
		    STEP(READ_UNLOCK, MS(21)), STEP(KERNEL, MS(100)));
	test_run_until(tm, MS(50));
	g_assert_cmpint(start_ns(tm), <, MS(2));
	g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, 1, "cpuqs"), >, MS(21));
	/* ... unless a recheck scan finds that it was idle after the first: here there was no idle after it */
	g_assert_cmpint(end_ns(tm), >, MS(21));
}

/* Interrupts disabled over many ticks: one tick when they are enabled notices, the next reports. */
static void test_a_closed_section_holds_the_grace_period(void)
{
	g_autoptr(TestMachine) tm = calling_new(2, "", "");

	TEST_SCRIPT(tm, "closed", 1, false, US(500), STEP(CLOSED, MS(30)), STEP(KERNEL, MS(100)));
	test_run_until(tm, MS(50));
	assert_soon_after(test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, 1, "cpustart"),
			  MS(30) + US(500));
	g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, 1, "cpuqs"), ==, MS(32));
	assert_soon_after(end_ns(tm), MS(32));
}

/* cond_resched() without need_resched is neither a switch nor a quiescent state (3.10 item 3). */
static void test_cond_resched_alone_is_nothing(void)
{
	g_autoptr(TestMachine) tm = calling_new(2, "", "");

	TEST_SCRIPT(tm, "loop", 1, false, US(100), STEPS(RESCHED, US(10), 100000));
	test_run_until(tm, MS(30));
	g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, 1, "cpuqs"), ==, MS(8));
	g_assert_cmpint(tm->m->cpus[1].n_switches, ==, 1);
}

/* --- readers --- */

/* A reader that began before the grace period and has not ended holds it (I6). */
static void test_a_long_reader_holds_the_grace_period(void)
{
	g_autoptr(TestMachine) tm = calling_new(2, "", "");

	TEST_SCRIPT(tm, "reader", 1, false, US(100), STEP(READ_LOCK, 100),
		    STEP(READ_UNLOCK, MS(50)), STEP(KERNEL, MS(100)));
	test_run_until(tm, MS(50));
	g_assert_cmpint(test_trace_find(tm, 0, TRACE_RCU_GRACE_PERIOD, -1, "end"), ==, -1);
	g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 1);
	test_run_until(tm, MS(80));
	assert_soon_after(end_ns(tm), MS(52));
}

/* A reader that began after the CPU's own report does not. */
static void test_a_later_reader_does_not(void)
{
	g_autoptr(TestMachine) tm = calling_new(3, "", "");

	/* CPU 2 holds the grace period until 50 ms; CPU 1 reports at 8 ms and reads from 10 ms on */
	TEST_SCRIPT(tm, "holder", 2, false, US(100), STEP(READ_LOCK, 100),
		    STEP(READ_UNLOCK, MS(50)), STEP(KERNEL, MS(500)));
	TEST_SCRIPT(tm, "later", 1, false, US(100), STEP(KERNEL, MS(10)), STEP(READ_LOCK, 100),
		    STEP(READ_UNLOCK, MS(300)), STEP(KERNEL, MS(100)));
	test_run_until(tm, MS(80));
	assert_soon_after(end_ns(tm), MS(52));
}

/* A section of more than a second is marked: its end is the quiescent state, not the tick after it (3.6). */
static void test_a_very_long_reader_reports_when_it_ends(void)
{
	g_autoptr(TestMachine) tm = calling_new(2, "", "");
	struct test_script *reader =
		TEST_SCRIPT(tm, "reader", 1, false, US(100), STEP(READ_LOCK, 100),
			    STEP(READ_UNLOCK, MS(1500)), STEP(KERNEL, MS(100)));

	test_run_until(tm, MS(1000));
	g_assert_false(reader->task->rcu_need_qs);
	test_run_until(tm, MS(1600));
	g_assert_cmpint(test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, 1, "cpuqs"), ==,
			test_end_ns(reader, 1));
	assert_soon_after(end_ns(tm), (test_end_ns(reader, 1) / MS(4) + 1) * MS(4));
}

/* --- preempted readers: 3.8 --- */

/* A reader of 10 ms on CPU 1 from 0.1 ms on, and a rival from 0.5 ms; HZ 250, slices of one tick. */
struct preempted {
	TestMachine *tm;
	struct test_script *reader, *rival;
};

static struct preempted preempted_new(int64_t hold_ns)
{
	TestMachine *tm = calling_new(2, ", 'preempt': 'full'", "");

	return (struct preempted){
		.tm = tm,
		.reader = TEST_SCRIPT(tm, "reader", 1, false, US(100), STEP(READ_LOCK, 100),
				      STEP(READ_UNLOCK, hold_ns), STEP(KERNEL, MS(100))),
		.rival = TEST_SCRIPT(tm, "rival", 1, false, US(500), STEP(KERNEL, MS(1000))),
	};
}

/* The CPU itself becomes quiescent; the reader blocks by being on the leaf's list; its unlock ends the GP. */
static void test_a_preempted_reader_ends_the_grace_period_itself(void)
{
	const struct preempted p = preempted_new(MS(10));
	g_autoptr(TestMachine) tm = p.tm;
	const struct rcu_node *leaf = test_rdp(tm, 1)->mynode;
	int64_t unlock_ns;

	test_run_until(tm, MS(4) + US(100));
	g_assert_true(leaf->blkd_tasks == p.reader->task);
	g_assert_true(leaf->gp_tasks == p.reader->task);
	g_assert_true(p.reader->task->rcu_blocked);
	assert_soon_after(test_trace_ns(tm, TRACE_RCU_GRACE_PERIOD, 1, "cpuqs"), MS(4));
	test_run_until(tm, MS(16));
	/* all CPUs are accounted for, the reader is not */
	g_assert_cmpint((int64_t)leaf->qsmask, ==, 0);
	g_assert_cmpint(test_trace_find(tm, 0, TRACE_RCU_GRACE_PERIOD, -1, "end"), ==, -1);
	test_run_until(tm, MS(60));
	unlock_ns = test_end_ns(p.reader, 1);
	g_assert_cmpint(unlock_ns % MS(4), >, LITTLE); /* not at a tick */
	assert_soon_after(end_ns(tm), unlock_ns);
	g_assert_null(leaf->blkd_tasks);
	g_assert_null(leaf->gp_tasks);
	g_assert_false(p.reader->task->rcu_blocked);
}

/* Preempted before the start: the new grace period waits for whoever is on the list at its init (2.5). */
static void test_a_reader_preempted_before_the_start_blocks(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new(RCUSIM_FLAG_REFERENCE,
				 "'machine': {'cpus': 2, 'housekeeping': '0', 'preempt': 'full',"
				 "'wakeup_preempt': 'always'}, 'rcu': {'rcu_nocbs': 'all'}");
	const struct rcu_node *leaf = test_rdp(tm, 1)->mynode;
	struct test_script *reader =
		TEST_SCRIPT(tm, "reader", 1, false, US(100), STEP(READ_LOCK, 100),
			    STEP(READ_UNLOCK, MS(2)), STEP(KERNEL, MS(100)));

	test_machine_trace(tm);
	/* takes the CPU at once, and keeps it for 30 ms */
	TEST_SCRIPT(tm, "rival", 1, false, US(500), STEP(CLOSED, MS(30)));
	TEST_SCRIPT(tm, "caller", 0, false, MS(1), STEP(CALL_RCU, 100));
	test_run_until(tm, US(900));
	g_assert_true(leaf->blkd_tasks == reader->task);
	g_assert_null(leaf->gp_tasks);
	test_run_until(tm, MS(2));
	g_assert_true(leaf->gp_tasks == reader->task);
	test_run_until(tm, MS(100));
	g_assert_cmpint(end_ns(tm), >=, test_end_ns(reader, 1));
}

/* Preempted after its CPU had reported: on the list, in front, and nobody waits for it. */
static void test_a_reader_preempted_after_the_report_does_not(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new(RCUSIM_FLAG_REFERENCE,
				 "'machine': {'cpus': 3, 'housekeeping': '0', 'preempt': 'full',"
				 "'wakeup_preempt': 'always'}, 'rcu': {'rcu_nocbs': 'all'}");
	const struct rcu_node *leaf = test_rdp(tm, 1)->mynode;
	struct test_script *later;

	test_machine_trace(tm);
	TEST_SCRIPT(tm, "holder", 2, false, US(100), STEP(READ_LOCK, 100),
		    STEP(READ_UNLOCK, MS(50)), STEP(KERNEL, MS(500)));
	later = TEST_SCRIPT(tm, "later", 1, false, US(100), STEP(KERNEL, MS(10)),
			    STEP(READ_LOCK, 100), STEP(READ_UNLOCK, MS(2)));
	TEST_SCRIPT(tm, "rival", 1, false, MS(11), STEP(CLOSED, MS(100)));
	TEST_SCRIPT(tm, "caller", 0, false, MS(1), STEP(CALL_RCU, 100));
	test_run_until(tm, MS(20));
	g_assert_true(leaf->blkd_tasks == later->task);
	g_assert_null(leaf->gp_tasks);
	test_run_until(tm, MS(80));
	assert_soon_after(end_ns(tm), MS(52));
	g_assert_true(later->task->rcu_blocked); /* all the while */
}

/* Several on the list: the grace period waits for those it found there, and they may leave in any order. */
static void test_readers_leave_the_list_in_any_order(void)
{
	g_autoptr(TestMachine) tm =
		test_machine_new(RCUSIM_FLAG_REFERENCE,
				 "'machine': {'cpus': 4, 'housekeeping': '0', 'preempt': 'full',"
				 "'wakeup_preempt': 'always'}, 'rcu': {'rcu_nocbs': 'all'}");
	static const int away_ms[] = { 0, 60, 20, 40 };
	struct test_script *readers[4];
	int64_t last_ns = 0;

	test_machine_trace(tm);
	for (int cpu = 1; cpu < 4; cpu++) {
		readers[cpu] = TEST_SCRIPT(tm, "reader", cpu, false, US(100), STEP(READ_LOCK, 100),
					   STEP(READ_UNLOCK, MS(2)), STEP(KERNEL, MS(200)));
		TEST_SCRIPT(tm, "rival", cpu, false, US(500) + US(cpu),
			    STEP(CLOSED, MS(away_ms[cpu])));
	}
	TEST_SCRIPT(tm, "caller", 0, false, MS(1), STEP(CALL_RCU, 100));
	test_run_until(tm, MS(200));
	for (int cpu = 1; cpu < 4; cpu++)
		last_ns = MAX(last_ns, test_end_ns(readers[cpu], 1));
	g_assert_cmpint(last_ns, ==, test_end_ns(readers[1], 1));
	g_assert_cmpint(end_ns(tm), >=, last_ns);
	g_assert_cmpint(end_ns(tm), <, last_ns + MS(9));
}

/* Without preemption a section is left only by its own end: nobody is ever on a list. */
static void test_voluntary_preemption_blocks_nobody(void)
{
	g_autoptr(TestMachine) tm = calling_new(2, "", "");
	struct test_script *reader =
		TEST_SCRIPT(tm, "reader", 1, false, US(100), STEP(READ_LOCK, 100),
			    STEP(READ_UNLOCK, MS(10)), STEP(KERNEL, MS(100)));

	TEST_SCRIPT(tm, "rival", 1, false, US(500), STEP(KERNEL, MS(100)));
	test_run_until(tm, MS(9));
	g_assert_null(test_rdp(tm, 1)->mynode->blkd_tasks);
	test_run_until(tm, MS(100));
	g_assert_cmpint(test_end_ns(reader, 1), <, MS(11));
}

/* --- long batches, and urging --- */

/*
 * 300 callbacks of CPU 0 of 1 ms each, run by rcuop/0: 24 of them, which rcuog finds at once, after the first
 * grace period, the others as one batch after the second. A call on CPU 3 needs a third, which runs meanwhile.
 */
static TestMachine *long_batch_new(const char *rcu)
{
	TestMachine *tm = test_machine_new(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 8, 'housekeeping': '1-2,4-7'}, 'duration': '10s',"
		"'rcu': {'rcu_nocbs': '0,3', 'rcu_nocb_gp_stride': 1 %s},"
		"'costs_ns': {'kmem_cache_free': 1000000}",
		rcu);

	test_machine_trace(tm);
	TEST_SCRIPT(tm, "caller", 0, false, MS(1), STEPS(CALL_RCU, 100, 300));
	TEST_SCRIPT(tm, "second", 3, false, MS(14), STEP(CALL_RCU, 100));
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

/* The CPU that rcuop/0 runs on at 60 ms, in the middle of the batch. */
static int batch_cpu(TestMachine *tm)
{
	const struct sim_task *rcuop = test_rdp(tm, 0)->nocb_cb_kthread;

	test_run_until(tm, MS(60));
	g_assert_cmpint(test_rdp(tm, 0)->batch.list.n, >, 200);
	g_assert_cmpint(rcuop->state, ==, TASK_RUNNING);
	return rcuop->cpu->id;
}

/* "Its ticks see BH off: they notice the GP but give no QS"; age over jtsq: urged, and one tick forces a switch. */
static void check_urging(const char *rcu, int64_t jtsq)
{
	g_autoptr(TestMachine) tm = long_batch_new(rcu);
	const int cpu = batch_cpu(tm);
	const int third = n_th(tm, "start", 3);
	const int64_t started_ns = test_trace_at(tm, third)->t_ns;
	int i = test_trace_find(tm, third, TRACE_RCU_GRACE_PERIOD, cpu, "cpustart");
	int64_t qs_ns;

	test_run_until(tm, MS(400));
	g_assert_cmpint(test_trace_at(tm, i)->t_ns, <, started_ns + MS(5));
	i = test_trace_find(tm, i, TRACE_RCU_GRACE_PERIOD, cpu, "cpuqs");
	g_assert_cmpint(i, >=, 0);
	qs_ns = test_trace_at(tm, i)->t_ns;
	/* a scan every second jiffy finds it too old; the next tick; the callback under way */
	g_assert_cmpint(qs_ns, >, started_ns + MS(4) * jtsq);
	g_assert_cmpint(qs_ns, <, started_ns + MS(4) * (jtsq + 4));
	g_assert_cmpint(qs_ns % MS(4), <, MS(1) + LITTLE);
	assert_soon_after(test_trace_at(tm, n_th(tm, "end", 3))->t_ns, (qs_ns / MS(4) + 1) * MS(4));
	/* the batch went on all the same: rcuop drains what it extracted (I26) */
	g_assert_cmpint(
		test_trace_at(tm, test_trace_find(tm, i, TRACE_RCU_BATCH_END, 0, NULL))->arg[0], ==,
		276);
}

static void test_a_long_batch_is_urged(void)
{
	check_urging("", 25);
	check_urging(", 'jiffies_till_sched_qs': 5", 5);
}

/* While it is young nobody urges, and the grace period waits. */
static void test_a_long_batch_holds_the_grace_period(void)
{
	g_autoptr(TestMachine) tm = long_batch_new("");
	const int cpu = batch_cpu(tm);

	test_run_until(tm, MS(130));
	g_assert_cmpint(test_trace_count(tm, TRACE_RCU_GRACE_PERIOD, -1, "start"), ==, 3);
	g_assert_cmpint(test_trace_count(tm, TRACE_RCU_GRACE_PERIOD, -1, "end"), ==, 2);
	g_assert_cmpint((int64_t)tm->rcu->nodes[0].qsmask, ==, 1 << cpu);
	g_assert_false(test_rdp(tm, cpu)->rcu_urgent_qs);
}

/* --- an oracle over all quiescent states --- */

struct watch {
	TestMachine *tm;
	int n_qs, n_bad;
};

static bool runs_a_callback(const struct rcu_batch *batch, const struct sim_cpu *cpu)
{
	return batch->active && !batch->finished && cpu->curr != NULL &&
	       batch->frame == &cpu->curr->frame;
}

/* A tick that hits bottom halves disabled (softirq, ksoftirqd's, a batch of rcuop) or a reader is none (3.3). */
static void watch_qs(void *ctx, const struct trace_record *record)
{
	struct watch *watch = ctx;
	const struct sim_cpu *cpu = &watch->tm->m->cpus[record->cpu];
	bool bad;

	if (record->event != TRACE_RCU_GRACE_PERIOD || strcmp(record->text, "cpuqs") != 0)
		return;
	watch->n_qs++;
	bad = cpu->in_softirq || cpu->softirq_runner != NULL || cpu->curr == NULL;
	for (int i = 0; i < watch->tm->m->n_cpus; i++)
		bad |= runs_a_callback(&watch->tm->rcu->rdp[i].batch, cpu);
	if (cpu->curr != NULL)
		bad |= cpu->curr->rcu_read_lock_nesting > 0;
	/* otherwise it is a context switch's */
	watch->n_bad += cpu->in_irq && bad;
}

/* Much of each batch is its fixed part, where interrupts are disabled and ticks arrive late. */
static void check_watched(const char *machine, const char *nocbs, int batch_us)
{
	g_autoptr(TestMachine) tm = test_machine_new(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 3, 'hz': 1000 %s}, 'rcu': {'rcu_nocbs': '%s'}, 'duration': '300ms',"
		"'costs_ns': {'batch': %d000, 'kmem_cache_free': 3000}, 'workload': ["
		"{'id': 'x', 'kind': 'exit', 'count': 30, 'vmas': 300, 'arrive': {'spread': '150ms'}},"
		"{'id': 'l', 'kind': 'free-loop', 'cpus': '1', 'objects': 5000},"
		"{'id': 'c', 'kind': 'call-rcu', 'cpus': '2', 'calls': 3000, 'pause': '40us'},"
		"{'id': 'r', 'kind': 'reader', 'rate_per_s': 300, 'hold': '700us'}]",
		machine, nocbs, batch_us);
	struct watch watch = { .tm = tm };

	sim_attach_trace(tm->sim, TRACE_ALL_EVENTS, watch_qs, &watch);
	test_run_until(tm, MS(300));
	g_assert_cmpint(watch.n_qs, >, 1);
	g_assert_cmpint(watch.n_bad, ==, 0);
}

static void test_no_tick_counts_with_bottom_halves_disabled(void)
{
	static const struct {
		const char *machine, *nocbs;
	} machines[] = { { "", "" },
			 { "", "all" },
			 { ", 'preempt': 'full'", "" },
			 { ", 'preempt': 'full'", "all" },
			 { ", 'wakeup_preempt': 'always'", "1" } };

	for (size_t i = 0; i < G_N_ELEMENTS(machines); i++) {
		check_watched(machines[i].machine, machines[i].nocbs, 400);
		check_watched(machines[i].machine, machines[i].nocbs, 1500);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/fqs/defaults", test_scan_defaults);
	g_test_add_func("/fqs/sched-qs-follows-the-scans", test_sched_qs_follows_the_scans);
	g_test_add_func("/fqs/may-be-immediate", test_a_scan_may_be_immediate);
	g_test_add_func("/idle/waits-for-the-scan", test_idle_cpus_wait_for_the_scan);
	g_test_add_func("/idle/one-cpu-needs-no-scan", test_one_cpu_needs_no_scan);
	g_test_add_func("/busy/a-flood-takes-two-ticks", test_a_flood_takes_two_ticks);
	g_test_add_func("/trap/4/a-switch-is-a-quiescent-state-and-no-report",
			test_a_switch_is_a_quiescent_state);
	g_test_add_func("/busy/a-switch-before-the-notice-is-lost",
			test_a_switch_before_the_notice_is_lost);
	g_test_add_func("/busy/a-closed-section-holds-the-grace-period",
			test_a_closed_section_holds_the_grace_period);
	g_test_add_func("/busy/cond-resched-alone-is-nothing", test_cond_resched_alone_is_nothing);
	g_test_add_func("/reader/a-long-one-holds-the-grace-period",
			test_a_long_reader_holds_the_grace_period);
	g_test_add_func("/reader/a-later-one-does-not", test_a_later_reader_does_not);
	g_test_add_func("/reader/a-very-long-one-reports-when-it-ends",
			test_a_very_long_reader_reports_when_it_ends);
	g_test_add_func("/preempted/ends-the-grace-period-itself",
			test_a_preempted_reader_ends_the_grace_period_itself);
	g_test_add_func("/preempted/before-the-start-blocks",
			test_a_reader_preempted_before_the_start_blocks);
	g_test_add_func("/preempted/after-the-report-does-not",
			test_a_reader_preempted_after_the_report_does_not);
	g_test_add_func("/preempted/leave-in-any-order", test_readers_leave_the_list_in_any_order);
	g_test_add_func("/preempted/none-with-voluntary-preemption",
			test_voluntary_preemption_blocks_nobody);
	g_test_add_func("/batch/a-long-one-is-urged", test_a_long_batch_is_urged);
	g_test_add_func("/trap/30/a-long-batch-holds-the-grace-period",
			test_a_long_batch_holds_the_grace_period);
	g_test_add_func("/oracle/no-tick-counts-with-bottom-halves-disabled",
			test_no_tick_counts_with_bottom_halves_disabled);
	return g_test_run();
}
