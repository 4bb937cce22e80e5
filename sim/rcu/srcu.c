/*
 * Tree SRCU, grace periods: srcu_funnel_gp_start(), srcu_advance_state(), try_check_zero(), srcu_gp_end(),
 * srcu_get_delay(), process_srcu(), srcu_reschedule(); and its readers.
 *
 * A pass of process_srcu() is a work item on rcu_gp, a bound workqueue: on the CPU that asked, or whose timer it
 * was. The combining tree is not modelled: a request reaches the domain at once.
 */
#include "rcu/srcu.h"

#include <glib.h>

enum { SRCU_STATE_IDLE, SRCU_STATE_SCAN1, SRCU_STATE_SCAN2 };

#define SRCU_INTERVAL     1  /* jiffies */
#define SRCU_MAX_INTERVAL 10 /* jiffies */
#define SIZING_AUTO       3
#define SIZING_INIT       1
#define SIZING_CONTEND    0x10

enum { PASS_BEGIN, PASS_CHECK, PASS_RETRY, PASS_END };

static int64_t clamp64(int64_t v, int64_t low, int64_t high)
{
	return v < low ? low : v > high ? high : v;
}

static int seq_state(const struct srcu_struct *ssp)
{
	return (int)(ssp->srcu_gp_seq & RCU_SEQ_STATE_MASK);
}

static struct machine *srcu_machine(const struct srcu_struct *ssp)
{
	return ssp->rcu->m;
}

/* What runs of call_srcu() were planned on is about to change. */
void srcu_cut_runs(struct srcu_struct *ssp)
{
	struct machine *m = srcu_machine(ssp);

	for (int cpu = 0; cpu < m->n_cpus; cpu++)
		cpu_cut(&m->cpus[cpu]);
}

/* --- readers --- */

void srcu_read_lock(struct srcu_struct *ssp, struct srcu_reader *reader, int cpu)
{
	sim_assert(!reader->open);
	*reader = (struct srcu_reader){ .idx = ssp->srcu_idx & 1,
					.start_ns = machine_now_ns(srcu_machine(ssp)),
					.prev = ssp->readers_tail,
					.open = true };
	ssp->sda[cpu].srcu_lock_count[reader->idx]++;
	ssp->stats.n_readers++;
	/* a run of invocations was planned on the readers that there were: this one is younger than its callbacks */
	if (ssp->readers_tail != NULL)
		ssp->readers_tail->next = reader;
	else
		ssp->readers = reader;
	ssp->readers_tail = reader;
}

void srcu_read_unlock(struct srcu_struct *ssp, struct srcu_reader *reader, int cpu)
{
	sim_assert(reader->open);
	ssp->sda[cpu].srcu_unlock_count[reader->idx]++;
	reader->open = false;
	if (reader->prev != NULL)
		reader->prev->next = reader->next;
	else
		ssp->readers = reader->next;
	if (reader->next != NULL)
		reader->next->prev = reader->prev;
	else
		ssp->readers_tail = reader->prev;
}

/* srcu_readers_active_idx_check(): whether nobody holds @idx. */
static bool readers_are_gone(struct srcu_struct *ssp, int idx)
{
	int64_t locks = 0, unlocks = 0;

	ssp->stats.n_checks++;
	for (int cpu = 0; cpu < srcu_machine(ssp)->n_cpus; cpu++) {
		locks += ssp->sda[cpu].srcu_lock_count[idx];
		unlocks += ssp->sda[cpu].srcu_unlock_count[idx];
	}
	return locks == unlocks;
}

/* --- delays (11.3) --- */

static bool gp_is_expedited(const struct srcu_struct *ssp)
{
	return ssp->srcu_gp_seq < ssp->srcu_gp_seq_needed_exp;
}

/* srcu_get_delay(): jiffies to the next look at the readers; grows with the age of the grace period. */
static int64_t srcu_get_delay(struct srcu_struct *ssp)
{
	const int64_t j = srcu_machine(ssp)->jiffies - 1;
	int64_t delay = gp_is_expedited(ssp) ? 0 : SRCU_INTERVAL;

	if (seq_state(ssp) != SRCU_STATE_IDLE) {
		if (j > ssp->srcu_gp_start)
			delay += j - ssp->srcu_gp_start;
		if (delay == 0) {
			ssp->srcu_n_exp_nodelay++;
			if (ssp->srcu_n_exp_nodelay > ssp->max_nodelay_phase)
				delay = 1;
		}
	}
	return delay > SRCU_MAX_INTERVAL ? SRCU_MAX_INTERVAL : delay;
}

/* --- grace periods (11.2) --- */

static void gp_start(struct srcu_struct *ssp)
{
	sim_assert(ssp->srcu_gp_seq < ssp->srcu_gp_seq_needed);
	srcu_cut_runs(ssp);
	ssp->srcu_gp_start = srcu_machine(ssp)->jiffies;
	ssp->srcu_gp_start_ns = machine_now_ns(srcu_machine(ssp));
	ssp->srcu_n_exp_nodelay = 0;
	ssp->srcu_gp_seq++;
	sim_assert(seq_state(ssp) == SRCU_STATE_SCAN1);
}

static void queue_process(struct srcu_struct *ssp, int cpu, int64_t delay, struct sim_frame *frame)
{
	queue_delayed_work_on(&ssp->work, cpu, delay, frame);
}

void srcu_funnel_gp_start(struct srcu_struct *ssp, int64_t s, bool do_norm, struct sim_frame *frame)
{
	srcu_cut_runs(ssp);
	if (ssp->srcu_gp_seq_needed < s)
		ssp->srcu_gp_seq_needed = s;
	if (!do_norm && ssp->srcu_gp_seq_needed_exp < s)
		ssp->srcu_gp_seq_needed_exp = s;
	if (ssp->srcu_gp_seq >= s || seq_state(ssp) != SRCU_STATE_IDLE)
		return;
	gp_start(ssp);
	queue_process(ssp, frame->cpu->id, srcu_get_delay(ssp) != 0 ? 1 : 0, frame);
}

/* srcu_reschedule(): another pass if somebody needs it; the next grace period, if nobody started it. */
static void reschedule(struct srcu_struct *ssp, int64_t delay, struct sim_frame *frame)
{
	const bool idle = seq_state(ssp) == SRCU_STATE_IDLE;

	if (idle && ssp->srcu_gp_seq >= ssp->srcu_gp_seq_needed)
		return;
	if (idle)
		gp_start(ssp);
	queue_process(ssp, frame->cpu->id, delay, frame);
}

/* A step towards a big domain for each grace period, once it has begun to grow. */
static void grow(struct srcu_struct *ssp)
{
	if (ssp->size_state == SRCU_SIZE_SMALL || ssp->size_state == SRCU_SIZE_BIG)
		return;
	srcu_cut_runs(ssp);
	ssp->size_state++;
}

/* srcu_gp_end(). */
static void gp_end(struct srcu_struct *ssp, struct sim_frame *frame)
{
	const int64_t cbdelay = gp_is_expedited(ssp) ? 0 : 1;
	const int64_t gpseq = (ssp->srcu_gp_seq | RCU_SEQ_STATE_MASK) + 1;

	/* whoever was there when it started has left */
	sim_assert(ssp->readers == NULL || ssp->readers->start_ns >= ssp->srcu_gp_start_ns);
	srcu_cut_runs(ssp);
	ssp->srcu_last_gp_end_ns = machine_now_ns(srcu_machine(ssp));
	ssp->srcu_gp_seq = gpseq;
	if (ssp->srcu_gp_seq_needed_exp < gpseq)
		ssp->srcu_gp_seq_needed_exp = gpseq;
	ssp->stats.n_grace_periods++;
	srcu_schedule_cbs(ssp, cbdelay, frame);
	if (ssp->srcu_gp_seq < ssp->srcu_gp_seq_needed) {
		gp_start(ssp);
		reschedule(ssp, 0, frame);
	}
	grow(ssp);
}

/* --- process_srcu(), one pass --- */

/* try_check_zero() begins: @trycount looks, and one more if there is no delay to the next pass. */
static void begin_check(struct srcu_struct *ssp, int64_t trycount)
{
	ssp->trycount = trycount + (srcu_get_delay(ssp) == 0 ? 1 : 0);
	ssp->state = PASS_CHECK;
}

/* srcu_advance_state() finds out where the grace period is. */
static void begin_done(void *ctx)
{
	struct srcu_struct *ssp = ctx;

	if (seq_state(ssp) == SRCU_STATE_IDLE) {
		if (ssp->srcu_gp_seq >= ssp->srcu_gp_seq_needed) {
			ssp->state = PASS_END;
			return;
		}
		gp_start(ssp);
	}
	begin_check(ssp, seq_state(ssp) == SRCU_STATE_SCAN1 ? 1 : 2);
}

/* Nobody holds the inactive index: flip, or the end. */
static void check_passed(struct srcu_struct *ssp)
{
	if (seq_state(ssp) == SRCU_STATE_SCAN1) {
		ssp->srcu_idx++; /* srcu_flip() */
		ssp->srcu_gp_seq++;
		ssp->srcu_n_exp_nodelay = 0;
		begin_check(ssp, 2);
		return;
	}
	ssp->srcu_n_exp_nodelay = 0;
	gp_end(ssp, ssp->frame);
	ssp->state = PASS_END;
}

static void check_done(void *ctx)
{
	struct srcu_struct *ssp = ctx;

	if (readers_are_gone(ssp, 1 ^ (ssp->srcu_idx & 1)))
		check_passed(ssp);
	else
		ssp->state = --ssp->trycount > 0 ? PASS_RETRY : PASS_END;
}

/* One look at a counter of each CPU, @wait_ns after the last one. */
static void exec_check(struct srcu_struct *ssp, int64_t wait_ns)
{
	const struct machine *m = srcu_machine(ssp);

	frame_exec_open(ssp->frame, wait_ns + time_mul(m->n_cpus, m->costs.srcu_cpu), false,
			check_done, ssp);
}

/* What process_srcu() does once it can do no more: the delay to its next pass. */
static void pass_end(struct srcu_struct *ssp)
{
	const int64_t j = srcu_machine(ssp)->jiffies;
	int64_t delay = srcu_get_delay(ssp);

	if (delay != 0) {
		ssp->reschedule_count = 0;
	} else if (ssp->reschedule_jiffies == j) {
		ssp->reschedule_count++;
		if (ssp->reschedule_count > ssp->max_nodelay)
			delay = 1;
	} else {
		ssp->reschedule_count = 1;
		ssp->reschedule_jiffies = j;
	}
	reschedule(ssp, delay, ssp->frame);
}

static bool process_srcu(void *ctx, struct sim_frame *frame)
{
	struct srcu_struct *ssp = ctx;
	const struct rcu_config *config = &ssp->rcu->config;

	ssp->frame = frame;
	switch (ssp->state) {
	case PASS_BEGIN:
		frame_exec_open(frame, srcu_machine(ssp)->costs.srcu_gp, false, begin_done, ssp);
		return true;
	case PASS_CHECK:
		exec_check(ssp, 0);
		return true;
	case PASS_RETRY:
		exec_check(ssp, time_mul(config->srcu_retry_check_delay, NSEC_PER_USEC));
		return true;
	case PASS_END:
	default:
		pass_end(ssp);
		ssp->state = PASS_BEGIN;
		return false;
	}
}

/* --- the domain --- */

/* srcu_init(): the sizes' decision (11.4). */
static void init_size(struct srcu_struct *ssp)
{
	const struct rcu_config *config = &ssp->rcu->config;
	int64_t convert = config->convert_to_big;

	if ((convert & ~SIZING_CONTEND) == SIZING_AUTO)
		convert = srcu_machine(ssp)->n_cpus >= config->big_cpu_lim ? SIZING_INIT
									   : SIZING_CONTEND;
	ssp->sizing_contend = (convert & SIZING_CONTEND) != 0;
	ssp->size_state =
		(convert & ~SIZING_CONTEND) == SIZING_INIT ? SRCU_SIZE_BIG : SRCU_SIZE_SMALL;
}

static void init_limits(struct srcu_struct *ssp)
{
	const struct rcu_config *config = &ssp->rcu->config;
	const int64_t by_hz = 2 * (NSEC_PER_SEC / NSEC_PER_USEC) / srcu_machine(ssp)->config.hz / 5;

	ssp->max_nodelay_phase = config->srcu_max_nodelay_phase >= 0
					 ? config->srcu_max_nodelay_phase
					 : clamp64(by_hz, 3, 1000);
	ssp->max_nodelay = config->srcu_max_nodelay >= 0  ? config->srcu_max_nodelay
			   : ssp->max_nodelay_phase > 100 ? ssp->max_nodelay_phase
							  : 100;
}

struct srcu_struct *srcu_new(struct rcu_state *rcu)
{
	struct srcu_struct *ssp = g_new0(struct srcu_struct, 1);

	ssp->rcu = rcu;
	ssp->srcu_gp_seq = -100 * (1 << RCU_SEQ_CTR_SHIFT);
	ssp->srcu_gp_seq_needed = ssp->srcu_gp_seq_needed_exp = ssp->srcu_gp_seq;
	ssp->reschedule_jiffies = -1;
	init_size(ssp);
	init_limits(ssp);
	delayed_work_init(&ssp->work, machine_workqueue(rcu->m, WORKQUEUE_BOUND), "process_srcu",
			  process_srcu, ssp);
	ssp->sda = g_new0(struct srcu_data, (gsize)rcu->m->n_cpus);
	for (int cpu = 0; cpu < rcu->m->n_cpus; cpu++) {
		ssp->sda[cpu].ssp = ssp;
		ssp->sda[cpu].cpu = cpu;
		srcu_data_init(&ssp->sda[cpu]);
	}
	return ssp;
}

void srcu_free(struct srcu_struct *ssp)
{
	if (ssp == NULL)
		return;
	for (int cpu = 0; cpu < srcu_machine(ssp)->n_cpus; cpu++) {
		struct srcu_data *sdp = &ssp->sda[cpu];

		for (int i = 0; i < RCU_CBLIST_NSEGS; i++)
			cb_list_clear(&sdp->srcu_cblist.seg[i], &ssp->rcu->pool);
		cb_list_clear(&sdp->ready, &ssp->rcu->pool);
	}
	g_free(ssp->sda);
	g_free(ssp);
}

static void check_list(const struct srcu_data *sdp)
{
	int64_t n = sdp->ready.n + (sdp->invoking ? sdp->n_invoked : 0);

	for (int i = 0; i < RCU_CBLIST_NSEGS; i++)
		n += sdp->srcu_cblist.seg[i].n;
	sim_assert(sdp->srcu_cblist.len == n); /* nothing lost, nothing twice */
	/* each is labelled when it is queued */
	sim_assert(sdp->srcu_cblist.seg[RCU_NEXT_TAIL].n == 0);
	sim_assert_slow(rcu_segcblist_is_sane(&sdp->srcu_cblist));
}

void srcu_check_invariants(struct srcu_struct *ssp)
{
	/* what somebody waits for is under way, and somebody will look after it */
	if (ssp->srcu_gp_seq_needed > ssp->srcu_gp_seq) {
		sim_assert(seq_state(ssp) != SRCU_STATE_IDLE);
		sim_assert(work_busy(&ssp->work.work));
	}
	for (int cpu = 0; cpu < srcu_machine(ssp)->n_cpus; cpu++) {
		sim_assert(ssp->sda[cpu].srcu_gp_seq_needed <= ssp->srcu_gp_seq_needed);
		check_list(&ssp->sda[cpu]);
	}
}
