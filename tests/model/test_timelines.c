/*
 * The worked timelines of rcu-behaviour.md 16, event by event.
 *
 * Machines without costs, or with a cost only where a timeline needs time to pass: everything then happens in
 * the jiffy that the reference derives for it.
 *
 * The reference works them out for HZ 250 and 1000. Those for 100 and 300 were derived from its sections 2 to 6 in the
 * same way, and committed before they were run for the first time. What HZ changes (first scan and nobypass limit by 2.7
 * and 6.3; ticks by 0.4 items 2 and 4):
 *
 *   HZ     first_fqs   first scan of a GP started in J   direct calls per jiffy   time of a softirq loop
 *   100    1           T(J + 2)                          160                      1 jiffy
 *   250    1           T(J + 2)                          64                       1 jiffy
 *   300    2           T(J + 3)                          53                       1 jiffy
 *   1000   3           T(J + 4)                          16                       2 jiffies
 *
 * A bypass timer armed in J fires at T(J + 3) whatever HZ is: at 300 at the same tick as the first scan. Timers run in
 * softirqs, scans in a woken thread: the timer comes first (section 17).
 */
#include <inttypes.h>
#include <stdarg.h>

#include "machine/cpu.h"
#include "model/timeline.h"

/*
 * @template with each @X replaced: pairs of a name and its text, closed by NULL. What differs between HZ 250 and
 * 1000 is in which jiffy things happen, how many calls go directly, and what follows from that.
 */
static char *fill(const char *template, ...)
{
	GString *s = g_string_new(template);
	const char *name;
	va_list ap;

	va_start(ap, template);
	while ((name = va_arg(ap, const char *)) != NULL)
		g_string_replace(s, name, va_arg(ap, const char *), 0);
	va_end(ap);
	return g_string_free(s, false);
}

static void assert_filled(const struct timeline *line, char *expected)
{
	assert_timeline(line, expected);
	g_free(expected);
}

/* @calls of call_rcu() on CPU @cpu, from @offset_ns after tick 10 on. */
static TestMachine *machine(int hz, int cpus, const char *nocbs, int cpu, int calls,
			    int64_t offset_ns, const char *more)
{
	const int64_t tick_ns = NSEC_PER_SEC / hz;

	return test_machine_new_free(
		RCUSIM_FLAG_REFERENCE,
		"'duration': '%" PRId64
		"ns', 'machine': {'cpus': %d, 'hz': %d%s}, 'rcu': {'rcu_nocbs': '%s'}, "
		"'workload': [{'id': 'c', 'kind': 'call-rcu', 'cpus': '%d', 'calls': %d, "
		"'arrive': {'from': '%" PRId64 "ns'}}]",
		tick_ns * 60, cpus, hz, more, nocbs, cpu, calls, 10 * tick_ns + offset_ns);
}

static struct timeline run(TestMachine *tm, bool brief)
{
	test_machine_trace(tm);
	test_run_until(tm, tm->m->tick_ns * 60);
	return timeline_of(tm, 10, brief);
}

/* --- 16.1 --- */

#define ONE_CALL_START                                                  \
	"J+0 nocb FirstQ\n"                                             \
	"J+0 nocb DoWake\n"                                             \
	"J+0 nocb WakeEmpty\n"                                          \
	"J+0 nocb EndSleep\n"                                           \
	"J+0 nocb Check\n"                                              \
	"J+0 future Startleaf 4\n"                                      \
	"J+0 future Startedroot 4\n"                                    \
	"J+0 gp newreq 0\n"                                             \
	"J+0 gp AccWaitCB 4\n"                                          \
	"J+0 nocb NeedWaitGP\n"                                         \
	"J+0 future StartWait 4\n"                                      \
	"J+0 gp start 1\n"                                              \
	"J+0 gp cpustart 1 cpu1\n" /* the kthread's own CPU, at init */ \
	"J+0 gp fqswait 1\n"                                            \
	"J+0 gp cpuqs 1 cpu1\n"    /* its sleep */                      \
	"J+1 gp cpustart 1 cpu0\n" /* an idle CPU's tick notices, and is no quiescent state */

/* The first scan, @j, and the end; @j1 is the jiffy after it. */
#define ONE_CALL_END(j, j1)                                                                        \
	j " gp fqsstart 1\n" j " fqs dti cpu0\n" j " gp fqsend 1\n" j                              \
	  " gp fqswait 1\n" /* no sleep: the scan has cleared the last bit */                      \
		j " gp cpuend 1 cpu1\n" j " future Cleanup 4\n" j                                  \
	  " gp cpuqs 1 cpu0\n" /* CPU 0 leaves idle for rcuog */                                   \
		j " future EndWait 4\n" j " gp end 1\n" j " gp reqwait 4\n" j " nocb Check\n" j    \
	  " nocb Sleep\n" j " batch_start CBs=1 bl=10\n" j " batch_end 1\n" j " nocb CBSleep\n" j1 \
	  " gp cpuend 1 cpu0\n"

static void test_one_call_hz_250(void)
{
	g_autoptr(TestMachine) tm = machine(250, 2, "1", 1, 1, US(100), "");
	struct timeline line = run(tm, false);

	assert_timeline(&line, ONE_CALL_START ONE_CALL_END("J+2", "J+3"));
	g_assert_cmpint(line.n_callback, ==, 1);
	g_assert_cmpint(line.n_wake_not, ==, 0);
	timeline_clear(&line);
}

static void test_one_call_hz_1000(void)
{
	g_autoptr(TestMachine) tm = machine(1000, 2, "1", 1, 1, US(100), "");
	struct timeline line = run(tm, false);

	/* first_fqs is 3: the scan is at T(J + 4) */
	assert_timeline(&line, ONE_CALL_START ONE_CALL_END("J+4", "J+5"));
	timeline_clear(&line);
}

static void test_one_call_hz_100(void)
{
	g_autoptr(TestMachine) tm = machine(100, 2, "1", 1, 1, US(100), "");
	struct timeline line = run(tm, false);

	assert_timeline(&line, ONE_CALL_START ONE_CALL_END("J+2", "J+3"));
	timeline_clear(&line);
}

static void test_one_call_hz_300(void)
{
	g_autoptr(TestMachine) tm = machine(300, 2, "1", 1, 1, US(100), "");
	struct timeline line = run(tm, false);

	assert_timeline(&line, ONE_CALL_START ONE_CALL_END("J+3", "J+4"));
	timeline_clear(&line);
}

/*
 * From a hardirq on idle CPU c: the wakeup is put off, and done when the interrupt returns to the idle loop. A
 * script keeps the CPU out of tickless idle.
 */
static void call_from_hardirq(TestMachine *tm, void *ctx)
{
	struct sim_cpu *cpu = &tm->m->cpus[1];
	const struct rcu_cb cb = mm_cb(tm->mm, &mm_cb_object, 0, 0);

	cpu_irq_enter(cpu);
	call_rcu(&tm->rcu->rdp[1], &cb, NULL, true);
	cpu_irq_exit(cpu);
}

static void check_call_from_hardirq(int hz, const char *scan)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 2, 'hz': %d}, 'rcu': {'rcu_nocbs': '1'}", hz);
	const int64_t tick_ns = tm->m->tick_ns;
	struct timeline line;

	TEST_SCRIPT(tm, "busy", 1, false, 10 * tick_ns, { .act = TEST_KERNEL, .ns = US(10) });
	test_at(tm, 10 * tick_ns + US(50), SIM_RANK_ARRIVAL, call_from_hardirq, NULL);
	line = run(tm, true);
	assert_filled(&line, fill("J+0 nocb FirstQ\n"
				  "J+0 nocb WakeEmptyIsDeferred\n"
				  "J+0 nocb DoWake\n"
				  "J+0 nocb DeferredWake\n"
				  "J+0 nocb EndSleep\n"
				  "J+0 nocb Check\n"
				  "J+0 gp newreq 0\n"
				  "J+0 nocb NeedWaitGP\n"
				  "J+0 gp start 1\n"
				  "@S gp fqsstart 1\n"
				  "@S gp end 1\n"
				  "@S nocb Check\n"
				  "@S nocb Sleep\n"
				  "@S batch_start CBs=1 bl=10\n"
				  "@S batch_end 1\n"
				  "@S nocb CBSleep\n",
				  "@S", scan, NULL));
	timeline_clear(&line);
}

static void test_call_from_hardirq_hz_250(void)
{
	check_call_from_hardirq(250, "J+2");
}

static void test_call_from_hardirq_hz_1000(void)
{
	check_call_from_hardirq(1000, "J+4");
}

static void test_call_from_hardirq_hz_100(void)
{
	check_call_from_hardirq(100, "J+2");
}

static void test_call_from_hardirq_hz_300(void)
{
	check_call_from_hardirq(300, "J+3");
}

/*
 * The sticky counter of an earlier flood: the first call long after it still goes to the bypass. The flood must be of 2 Lim + 1
 * calls at least: 321 at HZ 100.
 */
static void check_call_after_a_flood(int hz, const char *scan)
{
	g_autoptr(TestMachine) tm = test_machine_new_free(
		RCUSIM_FLAG_REFERENCE,
		"'machine': {'cpus': 2, 'hz': %d}, 'rcu': {'rcu_nocbs': '1'}, 'workload': ["
		"{'id': 'flood', 'kind': 'call-rcu', 'cpus': '1', 'calls': 400, 'arrive': {'from': '10ms'}}, "
		"{'id': 'one', 'kind': 'call-rcu', 'cpus': '1', 'calls': 1, 'arrive': {'from': '%" PRId64
		"ns'}}]",
		hz, 40 * (NSEC_PER_SEC / hz) + US(100));
	struct timeline line;

	test_machine_trace(tm);
	test_run_until(tm, tm->m->tick_ns * 60);
	line = timeline_of(tm, 40, true);
	assert_filled(&line, fill("J+0 nocb FirstBQ\n"
				  "J+0 nocb FirstBQwake\n"
				  "J+0 nocb DoWake\n"
				  "J+0 nocb WakeEmpty\n"
				  "J+0 nocb EndSleep\n"
				  "J+0 nocb Check\n"
				  "J+0 nocb Bypass\n" /* too young */
				  "J+0 nocb WakeBypassIsDeferred\n"
				  "J+0 nocb Sleep\n"
				  "J+3 nocb Timer\n"
				  "J+3 nocb DoWake\n"
				  "J+3 nocb DeferredWake\n"
				  "J+3 nocb EndSleep\n"
				  "J+3 nocb Check\n"
				  "J+3 gp newreq 8\n"
				  "J+3 nocb NeedWaitGP\n"
				  "J+3 gp start 9\n"
				  "@S gp fqsstart 9\n"
				  "@S gp end 9\n"
				  "@S nocb Check\n"
				  "@S nocb Sleep\n"
				  "@S batch_start CBs=1 bl=10\n"
				  "@S batch_end 1\n"
				  "@S nocb CBSleep\n",
				  "@S", scan, NULL));
	g_assert_cmpint(line.n_callback, ==, 0); /* the bypass emits no rcu_callback */
	timeline_clear(&line);
}

static void test_call_after_a_flood_hz_250(void)
{
	check_call_after_a_flood(250, "J+5");
}

static void test_call_after_a_flood_hz_1000(void)
{
	check_call_after_a_flood(1000, "J+7");
}

static void test_call_after_a_flood_hz_100(void)
{
	check_call_after_a_flood(100, "J+5");
}

static void test_call_after_a_flood_hz_300(void)
{
	check_call_after_a_flood(300, "J+6");
}

/*
 * Lazy: onto the bypass, and the timer for J + 10 * HZ. A distance of 1000 to 3000 jiffies is rounded up to the next
 * multiple of 64, one of 10000 to that of 512 (0.4 item 2): from J = 10 on HZ 100: 1010 -> 1024; HZ 250: 2510 -> 2560;
 * HZ 300: 3010 -> 3072; HZ 1000: 10010 -> 10240. That is after first + 10 * HZ: the pass flushes. The grace period starts in
 * the timer's jiffy, all CPUs are idle, and the first scan comes first_fqs + 1 jiffies later.
 */
static void check_lazy_call(int hz, const char *timer, const char *scan)
{
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_REFERENCE,
				      "'duration': '20s', 'machine': {'cpus': 2, 'hz': %d}, "
				      "'rcu': {'rcu_nocbs': '1', 'enable_rcu_lazy': true}, "
				      "'workload': [{'id': 'c', 'kind': 'call-rcu', 'cpus': '1', "
				      "'arrive': {'from': '%" PRId64 "ns'}}]",
				      hz, 10 * (NSEC_PER_SEC / hz) + US(100));
	struct timeline line;

	test_machine_trace(tm);
	test_run_until(tm, MS(20000));
	line = timeline_of(tm, 10, true);
	assert_filled(&line, fill("J+0 nocb FirstBQ\n"
				  "J+0 nocb FirstBQwake\n"
				  "J+0 nocb WakeLazy\n"
				  "@T nocb Timer\n"
				  "@T nocb DoWake\n"
				  "@T nocb DeferredWake\n"
				  "@T nocb EndSleep\n"
				  "@T nocb Check\n"
				  "@T gp newreq 0\n"
				  "@T nocb NeedWaitGP\n"
				  "@T gp start 1\n"
				  "@S gp fqsstart 1\n"
				  "@S gp end 1\n"
				  "@S nocb Check\n"
				  "@S nocb Sleep\n"
				  "@S batch_start CBs=1 bl=10\n"
				  "@S batch_end 1\n"
				  "@S nocb CBSleep\n",
				  "@T", timer, "@S", scan, NULL));
	g_assert_cmpint(line.n_callback, ==, 0); /* the bypass emits no rcu_callback */
	g_assert_cmpint(line.n_wake_not, ==, 0);
	timeline_clear(&line);
}

static void test_lazy_call_hz_100(void)
{
	check_lazy_call(100, "J+1014", "J+1016");
}

static void test_lazy_call_hz_250(void)
{
	check_lazy_call(250, "J+2550", "J+2552");
}

static void test_lazy_call_hz_300(void)
{
	check_lazy_call(300, "J+3062", "J+3065"); /* first_fqs is 2 */
}

static void test_lazy_call_hz_1000(void)
{
	check_lazy_call(1000, "J+10230", "J+10234");
}

/*
 * Polling: nobody is woken; rcuog looks in even jiffies. What it finds in J + 2 has a grace period from then on, whose first
 * scan is in J + 2 + first_fqs + 1 (CPU 1 is idle; CPU 0, where all kthreads are, reports in its tick of J + 3). The end is
 * seen by the next pass, and rcuop woken then.
 */
static void check_polling_call(int hz, const char *rest)
{
	const int64_t tick_ns = NSEC_PER_SEC / hz;
	g_autoptr(TestMachine) tm =
		test_machine_new_free(RCUSIM_FLAG_REFERENCE,
				      "'machine': {'cpus': 2, 'hz': %d, 'housekeeping': '0'}, "
				      "'rcu': {'rcu_nocbs': '1', 'rcu_nocb_poll': true}, "
				      "'workload': [{'id': 'c', 'kind': 'call-rcu', 'cpus': '1', "
				      "'arrive': {'from': '%" PRId64 "ns'}}]",
				      hz, 10 * tick_ns + US(100));
	struct timeline line;

	test_machine_trace(tm);
	test_run_until(tm, 21 * tick_ns);
	line = timeline_of(tm, 10, true);
	assert_filled(&line, fill("J+0 nocb Check\n"
				  "J+0 nocb FirstQ\n"
				  "J+0 nocb WakeNotPoll\n"
				  "J+2 nocb Check\n"
				  "J+2 gp newreq 0\n"
				  "J+2 nocb NeedWaitGP\n"
				  "J+2 gp start 1\n"
				  "@R",
				  "@R", rest, NULL));
	g_assert_cmpint(line.n_callback, ==, 1);
	timeline_clear(&line);
}

#define POLL_INVOKES(j)                                                                        \
	j " nocb Check\n" j " nocb Poll\n" j " batch_start CBs=1 bl=10\n" j " batch_end 1\n" j \
	  " nocb CBSleep\n"

/*
 * HZ 100 and 250: the scan's timer and that of the next pass fire in one tick, J + 4. The pass armed its own first (at its
 * end, before the kthread ran), so the kthread is woken last, and runs first on the idle CPU
 * (machine.idle_wakeup_order): the pass sees the end.
 */
#define POLL_SHORT_SCAN                                         \
	"J+4 gp fqsstart 1\n"                                   \
	"J+4 gp end 1\n" POLL_INVOKES("J+4") "J+6 nocb Check\n" \
					     "J+8 nocb Check\n" \
					     "J+10 nocb Check\n"

static void test_polling_call_hz_100(void)
{
	check_polling_call(100, POLL_SHORT_SCAN);
}

static void test_polling_call_hz_250(void)
{
	check_polling_call(250, POLL_SHORT_SCAN);
}

/* HZ 300: first_fqs is 2, the scan in J + 5, between two passes. */
static void test_polling_call_hz_300(void)
{
	check_polling_call(300, "J+4 nocb Check\n"
				"J+4 nocb NeedWaitGP\n"
				"J+5 gp fqsstart 1\n"
				"J+5 gp end 1\n" POLL_INVOKES("J+6") "J+8 nocb Check\n"
								     "J+10 nocb Check\n");
}

/*
 * HZ 1000: first_fqs is 3, the scan in J + 6, in one tick with a pass again; its timer was armed in J + 2 and the pass's in
 * J + 4, so that here rcuog is woken last, runs first, and sees the end two jiffies later.
 */
static void test_polling_call_hz_1000(void)
{
	check_polling_call(1000, "J+4 nocb Check\n"
				 "J+4 nocb NeedWaitGP\n"
				 "J+6 nocb Check\n"
				 "J+6 nocb NeedWaitGP\n"
				 "J+6 gp fqsstart 1\n"
				 "J+6 gp end 1\n" POLL_INVOKES("J+8") "J+10 nocb Check\n");
}

/* --- 16.2 --- */

/*
 * 10000 calls, 50 ns apart; an idle CPU takes 20 us to wake. rcuog wakes rcuop and then the kthread on one idle CPU:
 * the kthread runs first there, as "in most wakes" (3.10 item 6, machine.idle_wakeup_order).
 */
static TestMachine *flood(int hz, int cpus, const char *nocbs, int cpu, int64_t offset_ns,
			  const char *more)
{
	TestMachine *tm = machine(hz, cpus, nocbs, cpu, 10000, offset_ns, more);

	tm->m->costs.call_rcu = 50;
	tm->m->costs.call_rcu_direct = 50;
	tm->m->costs.call_rcu_bypass = 50;
	tm->m->costs.idle_wake = US(20);
	return tm;
}

#define FLOOD_START                       \
	"J+0 nocb FirstQ\n"               \
	"J+0 nocb DoWake\n"               \
	"J+0 nocb WakeEmpty\n"            \
	"J+0 nocb FirstBQ\n"              \
	"J+0 nocb FirstBQnoWake\n"        \
	"J+0 nocb EndSleep\n"             \
	"J+0 nocb Check\n"                \
	"J+0 nocb Bypass\n"               \
	"J+0 gp newreq 0\n"               \
	"J+0 nocb NeedWaitGP\n"           \
	"J+0 nocb WakeBypassIsDeferred\n" \
	"J+0 gp start 1\n"

/* Case A: all calls in jiffy J. The 64 direct ones ride on g1, the bypass is flushed at its end. */
static void test_flood_hz_250(void)
{
	g_autoptr(TestMachine) tm = flood(250, 2, "1", 1, US(100), "");
	struct timeline line = run(tm, true);

	assert_timeline(&line, FLOOD_START "J+2 gp fqsstart 1\n"
					   "J+2 gp end 1\n"
					   "J+2 nocb Check\n" /* j = J + 2: flush */
					   "J+2 gp newreq 4\n"
					   "J+2 nocb NeedWaitGP\n"
					   "J+2 gp start 5\n"
					   "J+2 batch_start CBs=10000 bl=10\n"
					   "J+2 batch_end 64\n"
					   "J+2 nocb CBSleep\n"
					   "J+4 gp fqsstart 5\n"
					   "J+4 gp end 5\n"
					   "J+4 nocb Check\n"
					   "J+4 nocb Sleep\n"
					   "J+4 batch_start CBs=9936 bl=77\n"
					   "J+4 batch_end 9936\n" /* one batch, no limit */
					   "J+4 nocb CBSleep\n");
	g_assert_cmpint(line.n_callback, ==, 64);
	g_assert_cmpint(line.n_wake_not, ==, 63);
	timeline_clear(&line);
}

/* At HZ 1000 the bypass timer fires during the wait for g1, to no effect on it (V4). */
static void test_flood_hz_1000(void)
{
	g_autoptr(TestMachine) tm = flood(1000, 2, "1", 1, US(100), "");
	struct timeline line = run(tm, true);

	assert_timeline(&line, FLOOD_START "J+3 nocb Timer\n"
					   "J+3 nocb DoWake\n"
					   "J+3 nocb DeferredWake\n"
					   "J+4 gp fqsstart 1\n"
					   "J+4 gp end 1\n"
					   "J+4 nocb Check\n"
					   "J+4 gp newreq 4\n"
					   "J+4 nocb NeedWaitGP\n"
					   "J+4 gp start 5\n"
					   "J+4 batch_start CBs=10000 bl=10\n"
					   "J+4 batch_end 16\n"
					   "J+4 nocb CBSleep\n"
					   "J+8 gp fqsstart 5\n"
					   "J+8 gp end 5\n"
					   "J+8 nocb Check\n"
					   "J+8 nocb Sleep\n"
					   "J+8 batch_start CBs=9984 bl=78\n"
					   "J+8 batch_end 9984\n"
					   "J+8 nocb CBSleep\n");
	g_assert_cmpint(line.n_callback, ==, 16);
	g_assert_cmpint(line.n_wake_not, ==, 15);
	timeline_clear(&line);
}

/* As at HZ 250, with 160 direct calls. */
static void test_flood_hz_100(void)
{
	g_autoptr(TestMachine) tm = flood(100, 2, "1", 1, US(100), "");
	struct timeline line = run(tm, true);

	assert_timeline(&line, FLOOD_START "J+2 gp fqsstart 1\n"
					   "J+2 gp end 1\n"
					   "J+2 nocb Check\n"
					   "J+2 gp newreq 4\n"
					   "J+2 nocb NeedWaitGP\n"
					   "J+2 gp start 5\n"
					   "J+2 batch_start CBs=10000 bl=10\n"
					   "J+2 batch_end 160\n"
					   "J+2 nocb CBSleep\n"
					   "J+4 gp fqsstart 5\n"
					   "J+4 gp end 5\n"
					   "J+4 nocb Check\n"
					   "J+4 nocb Sleep\n"
					   "J+4 batch_start CBs=9840 bl=76\n"
					   "J+4 batch_end 9840\n"
					   "J+4 nocb CBSleep\n");
	g_assert_cmpint(line.n_callback, ==, 160);
	g_assert_cmpint(line.n_wake_not, ==, 159);
	timeline_clear(&line);
}

/* At HZ 300 the bypass timer and the first scan are due at the same tick, T(J + 3). */
static void test_flood_hz_300(void)
{
	g_autoptr(TestMachine) tm = flood(300, 2, "1", 1, US(100), "");
	struct timeline line = run(tm, true);

	assert_timeline(&line, FLOOD_START "J+3 nocb Timer\n"
					   "J+3 nocb DoWake\n"
					   "J+3 nocb DeferredWake\n"
					   "J+3 gp fqsstart 1\n"
					   "J+3 gp end 1\n"
					   "J+3 nocb Check\n" /* j = J + 3: flush */
					   "J+3 gp newreq 4\n"
					   "J+3 nocb NeedWaitGP\n"
					   "J+3 gp start 5\n"
					   "J+3 batch_start CBs=10000 bl=10\n"
					   "J+3 batch_end 53\n"
					   "J+3 nocb CBSleep\n"
					   "J+6 gp fqsstart 5\n"
					   "J+6 gp end 5\n"
					   "J+6 nocb Check\n"
					   "J+6 nocb Sleep\n"
					   "J+6 batch_start CBs=9947 bl=77\n"
					   "J+6 batch_end 9947\n"
					   "J+6 nocb CBSleep\n");
	g_assert_cmpint(line.n_callback, ==, 53);
	g_assert_cmpint(line.n_wake_not, ==, 52);
	timeline_clear(&line);
}

/*
 * Linux 6.1, the last column of the table of 16.2. A batch's limit counts all callbacks of the CPU (V8): 10000 >> 7 is 78 for
 * the first. At HZ 100 and 250 nothing else differs: the first grace period ends before the bypass timer.
 *
 * At HZ 1000 the timer of T(J + 3) wakes rcuog in its wait (V4): EndWait, a pass that flushes (J + 3 is after J + 1) and labels
 * with g2. So the cleanup at T(J + 4) restarts at once, before rcuog, moved to the other, idle CPU, is there 20 us later.
 */
#define NOCBS_6_1 "1', 'kernel': '6.1"

static void check_flood_6_1(int hz, const char *direct, const char *bulk, const char *bulk_bl)
{
	g_autoptr(TestMachine) tm = flood(hz, 2, NOCBS_6_1, 1, US(100), "");
	struct timeline line = run(tm, true);

	assert_filled(&line, fill(FLOOD_START "J+2 gp fqsstart 1\n"
					      "J+2 gp end 1\n"
					      "J+2 nocb Check\n"
					      "J+2 gp newreq 4\n"
					      "J+2 nocb NeedWaitGP\n"
					      "J+2 gp start 5\n"
					      "J+2 batch_start CBs=10000 bl=78\n"
					      "J+2 batch_end @D\n"
					      "J+2 nocb CBSleep\n"
					      "J+4 gp fqsstart 5\n"
					      "J+4 gp end 5\n"
					      "J+4 nocb Check\n"
					      "J+4 nocb Sleep\n"
					      "J+4 batch_start CBs=@B bl=@L\n"
					      "J+4 batch_end @B\n"
					      "J+4 nocb CBSleep\n",
				  "@D", direct, "@B", bulk, "@L", bulk_bl, NULL));
	timeline_clear(&line);
}

static void test_flood_6_1_hz_100(void)
{
	check_flood_6_1(100, "160", "9840", "76");
}

static void test_flood_6_1_hz_250(void)
{
	check_flood_6_1(250, "64", "9936", "77");
}

static void test_flood_6_1_hz_1000(void)
{
	g_autoptr(TestMachine) tm = flood(1000, 2, NOCBS_6_1, 1, US(100), "");
	struct timeline line = run(tm, true);

	assert_timeline(&line, FLOOD_START "J+3 nocb Timer\n"
					   "J+3 nocb DoWake\n"
					   "J+3 nocb DeferredWake\n"
					   "J+3 nocb Check\n"
					   "J+3 nocb NeedWaitGP\n"
					   "J+4 gp fqsstart 1\n"
					   "J+4 gp end 1\n"
					   "J+4 gp newreq 4\n"
					   "J+4 gp start 5\n"
					   "J+4 nocb Check\n"
					   "J+4 nocb NeedWaitGP\n"
					   "J+4 batch_start CBs=10000 bl=78\n"
					   "J+4 batch_end 16\n"
					   "J+4 nocb CBSleep\n"
					   "J+8 gp fqsstart 5\n"
					   "J+8 gp end 5\n"
					   "J+8 nocb Check\n"
					   "J+8 nocb Sleep\n"
					   "J+8 batch_start CBs=9984 bl=78\n"
					   "J+8 batch_end 9984\n"
					   "J+8 nocb CBSleep\n");
	timeline_clear(&line);
}

/*
 * At HZ 300 timer and scan are due at one tick of CPU 0, T(J + 3). The timer's rcuog is queued there first, so the kthread goes
 * to idle CPU 1, 20 us later, when rcuog has flushed and labelled with g2. CPU 1 has left idle for the kthread, and is not in an
 * extended quiescent state when the scan looks at it; but that switch was a quiescent state, as CPU 1 had noticed g1 at
 * T(J + 1): its tick of J + 4 reports it, and the kthread restarts at once.
 */
static void test_flood_6_1_hz_300(void)
{
	g_autoptr(TestMachine) tm = flood(300, 2, NOCBS_6_1, 1, US(100), "");
	struct timeline line = run(tm, true);

	assert_timeline(&line, FLOOD_START "J+3 nocb Timer\n"
					   "J+3 nocb DoWake\n"
					   "J+3 nocb DeferredWake\n"
					   "J+3 nocb Check\n"
					   "J+3 nocb NeedWaitGP\n"
					   "J+3 gp fqsstart 1\n"
					   "J+4 gp end 1\n"
					   "J+4 gp newreq 4\n"
					   "J+4 gp start 5\n"
					   "J+4 nocb Check\n"
					   "J+4 nocb NeedWaitGP\n"
					   "J+4 batch_start CBs=10000 bl=78\n"
					   "J+4 batch_end 53\n"
					   "J+4 nocb CBSleep\n"
					   "J+7 gp fqsstart 5\n"
					   "J+7 gp end 5\n"
					   "J+7 nocb Check\n"
					   "J+7 nocb Sleep\n"
					   "J+7 batch_start CBs=9947 bl=77\n"
					   "J+7 batch_end 9947\n"
					   "J+7 nocb CBSleep\n");
	timeline_clear(&line);
}

/*
 * Case B: the flood crosses into J + 1 after m = 2000 calls (the tick falls into the 2000th, with interrupts
 * disabled). The first call there flushes m - 64; what follows
 * is too young for the pass at J + 2, and takes a third grace period. CPU 1 reports by itself at T(J + 2), before
 * the kthread's scan.
 */
static void test_flood_across_a_tick_hz_250(void)
{
	g_autoptr(TestMachine) tm = flood(250, 2, "1", 1, US(3880) + 25, "");
	struct timeline line = run(tm, true);

	assert_timeline(&line, FLOOD_START "J+2 gp end 1\n"
					   "J+2 nocb Check\n"
					   "J+2 nocb Bypass\n"
					   "J+2 gp newreq 4\n"
					   "J+2 nocb NeedWaitGP\n"
					   "J+2 nocb WakeBypassIsDeferred\n"
					   "J+2 gp start 5\n"
					   "J+2 batch_start CBs=10000 bl=10\n"
					   "J+2 batch_end 64\n"
					   "J+2 nocb CBSleep\n"
					   "J+4 gp fqsstart 5\n"
					   "J+4 gp end 5\n"
					   "J+4 nocb Check\n"
					   "J+4 gp newreq 8\n"
					   "J+4 nocb NeedWaitGP\n"
					   "J+4 gp start 9\n"
					   "J+4 batch_start CBs=9936 bl=15\n"
					   "J+4 batch_end 1936\n"
					   "J+4 nocb CBSleep\n"
					   "J+6 gp fqsstart 9\n"
					   "J+6 gp end 9\n"
					   "J+6 nocb Check\n"
					   "J+6 nocb Sleep\n"
					   "J+6 batch_start CBs=8000 bl=62\n"
					   "J+6 batch_end 8000\n"
					   "J+6 nocb CBSleep\n");
	timeline_clear(&line);
}

/*
 * At HZ 1000 both CPUs have reported g1 by T(J + 2), before any scan; g2 and g3 find them idle, and wait for
 * their first scans. The bypass timer, armed in J + 2, fires in between, to no effect.
 */
static void test_flood_across_a_tick_hz_1000(void)
{
	g_autoptr(TestMachine) tm = flood(1000, 2, "1", 1, US(880) + 25, "");
	struct timeline line = run(tm, true);

	assert_timeline(&line, FLOOD_START "J+2 gp end 1\n"
					   "J+2 nocb Check\n"
					   "J+2 nocb Bypass\n"
					   "J+2 gp newreq 4\n"
					   "J+2 nocb NeedWaitGP\n"
					   "J+2 nocb WakeBypassIsDeferred\n"
					   "J+2 gp start 5\n"
					   "J+2 batch_start CBs=10000 bl=10\n"
					   "J+2 batch_end 16\n"
					   "J+2 nocb CBSleep\n"
					   "J+5 nocb Timer\n"
					   "J+5 nocb DoWake\n"
					   "J+5 nocb DeferredWake\n"
					   "J+6 gp fqsstart 5\n"
					   "J+6 gp end 5\n"
					   "J+6 nocb Check\n"
					   "J+6 gp newreq 8\n"
					   "J+6 nocb NeedWaitGP\n"
					   "J+6 gp start 9\n"
					   "J+6 batch_start CBs=9984 bl=15\n"
					   "J+6 batch_end 1984\n"
					   "J+6 nocb CBSleep\n"
					   "J+10 gp fqsstart 9\n"
					   "J+10 gp end 9\n"
					   "J+10 nocb Check\n"
					   "J+10 nocb Sleep\n"
					   "J+10 batch_start CBs=8000 bl=62\n"
					   "J+10 batch_end 8000\n"
					   "J+10 nocb CBSleep\n");
	timeline_clear(&line);
}

/* As at HZ 250: 160 direct, 1840 flushed by the first call of J + 1, 8000 after it. */
static void test_flood_across_a_tick_hz_100(void)
{
	g_autoptr(TestMachine) tm = flood(100, 2, "1", 1, US(9880) + 25, "");
	struct timeline line = run(tm, true);

	assert_timeline(&line, FLOOD_START "J+2 gp end 1\n"
					   "J+2 nocb Check\n"
					   "J+2 nocb Bypass\n"
					   "J+2 gp newreq 4\n"
					   "J+2 nocb NeedWaitGP\n"
					   "J+2 nocb WakeBypassIsDeferred\n"
					   "J+2 gp start 5\n"
					   "J+2 batch_start CBs=10000 bl=10\n"
					   "J+2 batch_end 160\n"
					   "J+2 nocb CBSleep\n"
					   "J+4 gp fqsstart 5\n"
					   "J+4 gp end 5\n"
					   "J+4 nocb Check\n"
					   "J+4 gp newreq 8\n"
					   "J+4 nocb NeedWaitGP\n"
					   "J+4 gp start 9\n"
					   "J+4 batch_start CBs=9840 bl=14\n"
					   "J+4 batch_end 1840\n"
					   "J+4 nocb CBSleep\n"
					   "J+6 gp fqsstart 9\n"
					   "J+6 gp end 9\n"
					   "J+6 nocb Check\n"
					   "J+6 nocb Sleep\n"
					   "J+6 batch_start CBs=8000 bl=62\n"
					   "J+6 batch_end 8000\n"
					   "J+6 nocb CBSleep\n");
	timeline_clear(&line);
}

/*
 * As at HZ 1000 both CPUs have reported g1 by T(J + 2), before the scan at T(J + 3); g2 starts in J + 2, and its scan and
 * the bypass timer armed in J + 2 are due at T(J + 5) together.
 */
static void test_flood_across_a_tick_hz_300(void)
{
	/* a tick is 3333333 ns */
	g_autoptr(TestMachine) tm = flood(300, 2, "1", 1, 3333333 - US(120) + 25, "");
	struct timeline line = run(tm, true);

	assert_timeline(&line, FLOOD_START "J+2 gp end 1\n"
					   "J+2 nocb Check\n"
					   "J+2 nocb Bypass\n"
					   "J+2 gp newreq 4\n"
					   "J+2 nocb NeedWaitGP\n"
					   "J+2 nocb WakeBypassIsDeferred\n"
					   "J+2 gp start 5\n"
					   "J+2 batch_start CBs=10000 bl=10\n"
					   "J+2 batch_end 53\n"
					   "J+2 nocb CBSleep\n"
					   "J+5 nocb Timer\n"
					   "J+5 nocb DoWake\n"
					   "J+5 nocb DeferredWake\n"
					   "J+5 gp fqsstart 5\n"
					   "J+5 gp end 5\n"
					   "J+5 nocb Check\n"
					   "J+5 gp newreq 8\n"
					   "J+5 nocb NeedWaitGP\n"
					   "J+5 gp start 9\n"
					   "J+5 batch_start CBs=9947 bl=15\n"
					   "J+5 batch_end 1947\n"
					   "J+5 nocb CBSleep\n"
					   "J+8 gp fqsstart 9\n"
					   "J+8 gp end 9\n"
					   "J+8 nocb Check\n"
					   "J+8 nocb Sleep\n"
					   "J+8 batch_start CBs=8000 bl=62\n"
					   "J+8 batch_end 8000\n"
					   "J+8 nocb CBSleep\n");
	timeline_clear(&line);
}

/* Case C, one CPU: rcuog runs after the loop. RCU is idle for three jiffies, until the bypass timer. */
static void check_flood_on_one_cpu_rcuog_waits(int hz, const char *direct, const char *later,
					       const char *bypass, const char *bl)
{
	g_autoptr(TestMachine) tm = flood(hz, 1, "0", 0, US(100), ", 'wakeup_preempt': 'never'");
	struct timeline line = run(tm, true);

	assert_filled(&line, fill(FLOOD_START "J+1 gp end 1\n"
					      "J+1 nocb Check\n"
					      "J+1 nocb Bypass\n"
					      "J+1 nocb WakeBypassIsDeferred\n"
					      "J+1 nocb Sleep\n"
					      "J+1 batch_start CBs=10000 bl=10\n"
					      "J+1 batch_end @D\n"
					      "J+1 nocb CBSleep\n"
					      "J+4 nocb Timer\n"
					      "J+4 nocb DoWake\n"
					      "J+4 nocb DeferredWake\n"
					      "J+4 nocb EndSleep\n"
					      "J+4 nocb Check\n"
					      "J+4 gp newreq 4\n"
					      "J+4 nocb NeedWaitGP\n"
					      "J+4 gp start 5\n"
					      "J+5 gp end 5\n"
					      "J+5 nocb Check\n"
					      "J+5 nocb Sleep\n"
					      "J+5 batch_start CBs=@B bl=@M\n"
					      "J+5 batch_end @B\n"
					      "J+5 nocb CBSleep\n",
				  "@D", direct, "@L", later, "@B", bypass, "@M", bl, NULL));
	timeline_clear(&line);
}

static void test_flood_on_one_cpu_rcuog_waits_hz_250(void)
{
	check_flood_on_one_cpu_rcuog_waits(250, "64", "63", "9936", "77");
}

static void test_flood_on_one_cpu_rcuog_waits_hz_1000(void)
{
	check_flood_on_one_cpu_rcuog_waits(1000, "16", "15", "9984", "78");
}

static void test_flood_on_one_cpu_rcuog_waits_hz_100(void)
{
	check_flood_on_one_cpu_rcuog_waits(100, "160", "159", "9840", "76");
}

static void test_flood_on_one_cpu_rcuog_waits_hz_300(void)
{
	check_flood_on_one_cpu_rcuog_waits(300, "53", "52", "9947", "77");
}

/*
 * The other choice: wakeups preempt. rcuog runs after the first call: g1 carries 1, g2 the 63 other direct ones,
 * g3 the bypass. At each end rcuog gets the CPU at the kthread's cond_resched(), before `end` (case (b) of 2.9):
 * it finds the grace period still in progress, and the kthread restarts without a wakeup.
 */
static void check_flood_on_one_cpu_rcuog_preempts(int hz, const char *direct, const char *later,
						  const char *bypass, const char *bl)
{
	g_autoptr(TestMachine) tm = flood(hz, 1, "0", 0, US(100), ", 'wakeup_preempt': 'always'");
	struct timeline line = run(tm, true);

	assert_filled(&line, fill("J+0 nocb FirstQ\n"
				  "J+0 nocb DoWake\n"
				  "J+0 nocb WakeEmpty\n"
				  "J+0 nocb EndSleep\n"
				  "J+0 nocb Check\n"
				  "J+0 gp newreq 0\n"
				  "J+0 nocb NeedWaitGP\n"
				  "J+0 gp start 1\n" /* before the second call */
				  "J+0 nocb FirstBQ\n"
				  "J+0 nocb FirstBQnoWake\n"
				  "J+1 nocb Check\n"
				  "J+1 nocb Bypass\n"
				  "J+1 nocb NeedWaitGP\n"
				  "J+1 nocb WakeBypassIsDeferred\n"
				  "J+1 batch_start CBs=10000 bl=10\n"
				  "J+1 batch_end 1\n"
				  "J+1 nocb CBSleep\n"
				  "J+1 gp end 1\n"
				  "J+1 gp newreq 4\n"
				  "J+1 gp start 5\n"
				  "J+2 nocb Check\n" /* j = J + 2: flush */
				  "J+2 nocb NeedWaitGP\n"
				  "J+2 batch_start CBs=9999 bl=10\n"
				  "J+2 batch_end @L\n"
				  "J+2 nocb CBSleep\n"
				  "J+2 gp end 5\n"
				  "J+2 gp newreq 8\n"
				  "J+2 gp start 9\n"
				  "J+3 nocb Check\n"
				  "J+3 nocb Sleep\n"
				  "J+3 batch_start CBs=@B bl=@M\n"
				  "J+3 batch_end @B\n"
				  "J+3 nocb CBSleep\n"
				  "J+3 gp end 9\n",
				  "@D", direct, "@L", later, "@B", bypass, "@M", bl, NULL));
	timeline_clear(&line);
}

static void test_flood_on_one_cpu_rcuog_preempts_hz_250(void)
{
	check_flood_on_one_cpu_rcuog_preempts(250, "64", "63", "9936", "77");
}

static void test_flood_on_one_cpu_rcuog_preempts_hz_1000(void)
{
	check_flood_on_one_cpu_rcuog_preempts(1000, "16", "15", "9984", "78");
}

static void test_flood_on_one_cpu_rcuog_preempts_hz_100(void)
{
	check_flood_on_one_cpu_rcuog_preempts(100, "160", "159", "9840", "76");
}

static void test_flood_on_one_cpu_rcuog_preempts_hz_300(void)
{
	check_flood_on_one_cpu_rcuog_preempts(300, "53", "52", "9947", "77");
}

/* --- 16.3 --- */

/* Not offloaded, the CPU idle after the flood: its tick asks, a scan finds it idle, its next tick drains all. */
static void check_flood_not_offloaded(int hz, const char *scan_jiffy, const char *drain_jiffy)
{
	g_autoptr(TestMachine) tm = flood(hz, 2, "", 1, US(100), "");
	struct timeline line = run(tm, true);
	g_autofree char *expected =
		g_strdup_printf("J+1 gp newreq 0\n"
				"J+1 gp start 1\n"
				"%s gp fqsstart 1\n"
				"%s gp end 1\n"
				"%s batch_start CBs=10000 bl=78\n"
				"%s batch_end 10000\n",
				scan_jiffy, scan_jiffy, drain_jiffy, drain_jiffy);

	assert_timeline(&line, expected);
	g_assert_cmpint(line.n_callback, ==,
			10000); /* each is traced: exactly qhimark triggers nothing */
	timeline_clear(&line);
}

static void test_flood_not_offloaded_hz_250(void)
{
	check_flood_not_offloaded(250, "J+3", "J+4");
}

static void test_flood_not_offloaded_hz_1000(void)
{
	check_flood_not_offloaded(1000, "J+5", "J+6");
}

static void test_flood_not_offloaded_hz_100(void)
{
	check_flood_not_offloaded(100, "J+3", "J+4");
}

static void test_flood_not_offloaded_hz_300(void)
{
	check_flood_not_offloaded(300, "J+4", "J+5");
}

/* One CPU only: noticed at init, reported at the tick after, invoked at the tick after that. */
static void check_flood_not_offloaded_one_cpu(int hz)
{
	g_autoptr(TestMachine) tm = flood(hz, 1, "", 0, US(100), "");
	struct timeline line = run(tm, true);

	assert_timeline(&line, "J+1 gp newreq 0\n"
			       "J+1 gp start 1\n"
			       "J+2 gp end 1\n"
			       "J+3 batch_start CBs=10000 bl=78\n"
			       "J+3 batch_end 10000\n");
	timeline_clear(&line);
}

static void test_flood_not_offloaded_one_cpu_hz_250(void)
{
	check_flood_not_offloaded_one_cpu(250);
}

static void test_flood_not_offloaded_one_cpu_hz_1000(void)
{
	check_flood_not_offloaded_one_cpu(1000);
}

static void test_flood_not_offloaded_one_cpu_hz_100(void)
{
	check_flood_not_offloaded_one_cpu(100);
}

static void test_flood_not_offloaded_one_cpu_hz_300(void)
{
	check_flood_not_offloaded_one_cpu(300);
}

/*
 * The CPU busy in user mode: batches of max(10, ready >> 7), 10 rounds of softirq, then ksoftirqd: 396 in all. Both CPUs report
 * by themselves, the one the kthread ran on at T(J + 2), the busy one at T(J + 3): no scan, and at every HZ the first
 * batch is in the tick after that.
 */
static void check_flood_not_offloaded_busy(int hz)
{
	static const int first[] = { 78, 77, 76, 76, 75 };
	g_autoptr(TestMachine) tm = flood(hz, 2, "", 1, US(100), "");
	int64_t n_batches = 0, n_in_softirq = 0, ready = 10000;

	TEST_SCRIPT(tm, "busy", 1, false, 10 * tm->m->tick_ns + US(200),
		    { .act = TEST_USER, .ns = 40 * tm->m->tick_ns });
	test_machine_trace(tm);
	test_run_until(tm, tm->m->tick_ns * 60);
	for (int i = 0; (i = test_trace_find(tm, i, TRACE_RCU_BATCH_END, 1, NULL)) >= 0; i++) {
		const int64_t n = test_trace_at(tm, i)->arg[0];

		if (n_batches == 0)
			g_assert_cmpint(test_trace_at(tm, i)->t_ns / tm->m->tick_ns - 10, ==, 4);
		g_assert_cmpint(n, ==, ready < 10 ? ready : MAX(10, ready >> 7));
		if (n_batches < 5)
			g_assert_cmpint(n, ==, first[n_batches]);
		if (n_batches < 10)
			n_in_softirq += n;
		ready -= n;
		n_batches++;
	}
	g_assert_cmpint(n_batches, ==, 396);
	g_assert_cmpint(n_in_softirq, ==, 749);
	g_assert_cmpint(ready, ==, 0);
	g_assert_cmpint(tm->m->cpus[1].ksoftirqd->n_wakeups, >=, 1);
}

static void test_flood_not_offloaded_busy_hz_250(void)
{
	check_flood_not_offloaded_busy(250);
}

static void test_flood_not_offloaded_busy_hz_1000(void)
{
	check_flood_not_offloaded_busy(1000);
}

static void test_flood_not_offloaded_busy_hz_100(void)
{
	check_flood_not_offloaded_busy(100);
}

static void test_flood_not_offloaded_busy_hz_300(void)
{
	check_flood_not_offloaded_busy(300);
}

/* --- 16.4 --- */

/* A leftover on the bypass leaves it at most 3 jiffies after the last pass, whatever the phase of the flood. */
static void check_leftover(int hz)
{
	const int64_t tick_ns = NSEC_PER_SEC / hz;

	for (int64_t offset_ns = US(50); offset_ns < tick_ns; offset_ns += tick_ns / 11) {
		g_autoptr(TestMachine) tm =
			machine(hz, 1, "0", 0, 300, offset_ns, ", 'wakeup_preempt': 'never'");
		int64_t last_pass = -1;

		test_machine_trace(tm);
		test_run_until(tm, tick_ns * 60);
		g_assert_cmpint(test_metric(tm, "callbacks_left"), ==, 0);
		for (int i = 0; (i = test_trace_find(tm, i, TRACE_RCU_NOCB_WAKE, 0, "Check")) >= 0;
		     i++) {
			const int64_t pass = test_trace_at(tm, i)->t_ns / tick_ns;

			if (last_pass >= 0)
				g_assert_cmpint(pass - last_pass, <=, 3);
			last_pass = pass;
		}
	}
}

static void test_leftover_hz_250(void)
{
	check_leftover(250);
}

static void test_leftover_hz_1000(void)
{
	check_leftover(1000);
}

static void test_leftover_hz_100(void)
{
	check_leftover(100);
}

static void test_leftover_hz_300(void)
{
	check_leftover(300);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/timeline/16.1/one-call-hz-250", test_one_call_hz_250);
	g_test_add_func("/timeline/16.1/one-call-hz-1000", test_one_call_hz_1000);
	g_test_add_func("/timeline/16.1/call-from-hardirq-hz-250", test_call_from_hardirq_hz_250);
	g_test_add_func("/timeline/16.1/call-from-hardirq-hz-1000", test_call_from_hardirq_hz_1000);
	g_test_add_func("/timeline/16.1/lazy-call-hz-100", test_lazy_call_hz_100);
	g_test_add_func("/timeline/16.1/lazy-call-hz-250", test_lazy_call_hz_250);
	g_test_add_func("/timeline/16.1/lazy-call-hz-300", test_lazy_call_hz_300);
	g_test_add_func("/timeline/16.1/lazy-call-hz-1000", test_lazy_call_hz_1000);
	g_test_add_func("/timeline/16.1/polling-call-hz-100", test_polling_call_hz_100);
	g_test_add_func("/timeline/16.1/polling-call-hz-250", test_polling_call_hz_250);
	g_test_add_func("/timeline/16.1/polling-call-hz-300", test_polling_call_hz_300);
	g_test_add_func("/timeline/16.1/polling-call-hz-1000", test_polling_call_hz_1000);
	g_test_add_func("/timeline/16.1/call-after-a-flood-hz-250", test_call_after_a_flood_hz_250);
	g_test_add_func("/timeline/16.1/call-after-a-flood-hz-1000",
			test_call_after_a_flood_hz_1000);
	g_test_add_func("/timeline/16.2/flood-hz-250", test_flood_hz_250);
	g_test_add_func("/timeline/16.2/flood-hz-1000", test_flood_hz_1000);
	g_test_add_func("/timeline/16.2/flood-6.1-hz-100", test_flood_6_1_hz_100);
	g_test_add_func("/timeline/16.2/flood-6.1-hz-250", test_flood_6_1_hz_250);
	g_test_add_func("/timeline/16.2/flood-6.1-hz-300", test_flood_6_1_hz_300);
	g_test_add_func("/timeline/16.2/flood-6.1-hz-1000", test_flood_6_1_hz_1000);
	g_test_add_func("/timeline/16.2/flood-across-a-tick-hz-250",
			test_flood_across_a_tick_hz_250);
	g_test_add_func("/timeline/16.2/flood-across-a-tick-hz-1000",
			test_flood_across_a_tick_hz_1000);
	g_test_add_func("/timeline/16.2/flood-on-one-cpu-rcuog-waits-hz-250",
			test_flood_on_one_cpu_rcuog_waits_hz_250);
	g_test_add_func("/timeline/16.2/flood-on-one-cpu-rcuog-waits-hz-1000",
			test_flood_on_one_cpu_rcuog_waits_hz_1000);
	g_test_add_func("/timeline/16.2/flood-on-one-cpu-rcuog-preempts-hz-250",
			test_flood_on_one_cpu_rcuog_preempts_hz_250);
	g_test_add_func("/timeline/16.2/flood-on-one-cpu-rcuog-preempts-hz-1000",
			test_flood_on_one_cpu_rcuog_preempts_hz_1000);
	g_test_add_func("/timeline/16.3/flood-not-offloaded-hz-250",
			test_flood_not_offloaded_hz_250);
	g_test_add_func("/timeline/16.3/flood-not-offloaded-hz-1000",
			test_flood_not_offloaded_hz_1000);
	g_test_add_func("/timeline/16.3/flood-not-offloaded-one-cpu-hz-250",
			test_flood_not_offloaded_one_cpu_hz_250);
	g_test_add_func("/timeline/16.3/flood-not-offloaded-one-cpu-hz-1000",
			test_flood_not_offloaded_one_cpu_hz_1000);
	g_test_add_func("/timeline/16.3/flood-not-offloaded-busy-hz-250",
			test_flood_not_offloaded_busy_hz_250);
	g_test_add_func("/timeline/16.3/flood-not-offloaded-busy-hz-1000",
			test_flood_not_offloaded_busy_hz_1000);
	g_test_add_func("/timeline/16.4/leftover-hz-250", test_leftover_hz_250);
	g_test_add_func("/timeline/16.4/leftover-hz-1000", test_leftover_hz_1000);
	g_test_add_func("/timeline/16.1/one-call-hz-100", test_one_call_hz_100);
	g_test_add_func("/timeline/16.1/one-call-hz-300", test_one_call_hz_300);
	g_test_add_func("/timeline/16.1/call-from-hardirq-hz-100", test_call_from_hardirq_hz_100);
	g_test_add_func("/timeline/16.1/call-from-hardirq-hz-300", test_call_from_hardirq_hz_300);
	g_test_add_func("/timeline/16.1/call-after-a-flood-hz-100", test_call_after_a_flood_hz_100);
	g_test_add_func("/timeline/16.1/call-after-a-flood-hz-300", test_call_after_a_flood_hz_300);
	g_test_add_func("/timeline/16.2/flood-hz-100", test_flood_hz_100);
	g_test_add_func("/timeline/16.2/flood-hz-300", test_flood_hz_300);
	g_test_add_func("/timeline/16.2/flood-across-a-tick-hz-100",
			test_flood_across_a_tick_hz_100);
	g_test_add_func("/timeline/16.2/flood-across-a-tick-hz-300",
			test_flood_across_a_tick_hz_300);
	g_test_add_func("/timeline/16.2/flood-on-one-cpu-rcuog-waits-hz-100",
			test_flood_on_one_cpu_rcuog_waits_hz_100);
	g_test_add_func("/timeline/16.2/flood-on-one-cpu-rcuog-waits-hz-300",
			test_flood_on_one_cpu_rcuog_waits_hz_300);
	g_test_add_func("/timeline/16.2/flood-on-one-cpu-rcuog-preempts-hz-100",
			test_flood_on_one_cpu_rcuog_preempts_hz_100);
	g_test_add_func("/timeline/16.2/flood-on-one-cpu-rcuog-preempts-hz-300",
			test_flood_on_one_cpu_rcuog_preempts_hz_300);
	g_test_add_func("/timeline/16.3/flood-not-offloaded-hz-100",
			test_flood_not_offloaded_hz_100);
	g_test_add_func("/timeline/16.3/flood-not-offloaded-hz-300",
			test_flood_not_offloaded_hz_300);
	g_test_add_func("/timeline/16.3/flood-not-offloaded-one-cpu-hz-100",
			test_flood_not_offloaded_one_cpu_hz_100);
	g_test_add_func("/timeline/16.3/flood-not-offloaded-one-cpu-hz-300",
			test_flood_not_offloaded_one_cpu_hz_300);
	g_test_add_func("/timeline/16.3/flood-not-offloaded-busy-hz-100",
			test_flood_not_offloaded_busy_hz_100);
	g_test_add_func("/timeline/16.3/flood-not-offloaded-busy-hz-300",
			test_flood_not_offloaded_busy_hz_300);
	g_test_add_func("/timeline/16.4/leftover-hz-100", test_leftover_hz_100);
	g_test_add_func("/timeline/16.4/leftover-hz-300", test_leftover_hz_300);
	return g_test_run();
}
