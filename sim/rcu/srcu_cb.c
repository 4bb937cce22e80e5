/*
 * Tree SRCU, callbacks: call_srcu(), srcu_gp_start_if_needed(), srcu_schedule_cbs_sdp(), srcu_invoke_callbacks(),
 * synchronize_srcu(), spin_lock_irqsave_sdp_contention().
 *
 * A callback is labelled with its grace period when it is queued. What is ready is invoked in a work item on the
 * list's CPU, all of it, whatever else wants the CPU (rcu-behaviour.md 11.4). A small domain has one list, the
 * boot CPU's.
 */
#include "rcu/srcu.h"

#define BOOT_CPU 0

static struct machine *srcu_machine(const struct srcu_struct *ssp)
{
	return ssp->rcu->m;
}

/* The list that a call on @cpu goes to. */
static struct srcu_data *list_of(struct srcu_struct *ssp, int cpu)
{
	return &ssp->sda[ssp->size_state < SRCU_SIZE_WAIT_CALL ? BOOT_CPU : cpu];
}

/* --- call_srcu() --- */

/* spin_lock_irqsave_check_contention(): too many waits for a list's lock in a jiffy make the domain a big one. */
static void check_contention(struct srcu_data *sdp)
{
	struct srcu_struct *ssp = sdp->ssp;
	const bool waited = sdp->lock.wait_ns > sdp->lock_wait_seen_ns;
	const int64_t j = srcu_machine(ssp)->jiffies;

	sdp->lock_wait_seen_ns = sdp->lock.wait_ns;
	if (!waited || !ssp->sizing_contend || ssp->size_state != SRCU_SIZE_SMALL)
		return;
	if (ssp->srcu_size_jiffies != j) {
		ssp->srcu_size_jiffies = j;
		ssp->srcu_n_lock_retries = 0;
	}
	if (++ssp->srcu_n_lock_retries <= ssp->rcu->config.small_contention_lim)
		return;
	srcu_cut_runs(ssp);
	ssp->size_state = SRCU_SIZE_ALLOC;
}

/* Label what has just been queued with the next whole grace period, which is @s. */
static void label(struct srcu_data *sdp, int64_t s)
{
	rcu_segcblist_advance(&sdp->srcu_cblist, sdp->ssp->srcu_gp_seq, NULL, NULL);
	rcu_segcblist_accelerate(&sdp->srcu_cblist, s, machine_now_ns(sdp->ssp->rcu->m));
	sim_assert(sdp->srcu_cblist.seg[RCU_NEXT_TAIL].n == 0);
}

static void enqueue(struct srcu_data *sdp, const struct rcu_cb *cb, int64_t n, int64_t first_ns,
		    int64_t stride_ns)
{
	struct srcu_struct *ssp = sdp->ssp;

	ssp->stats.n_callbacks += n;
	ssp->rcu->stats.n_callbacks += n;
	sdp->srcu_cblist.len += n;
	cb_list_append(&sdp->srcu_cblist.seg[RCU_NEXT_TAIL], &ssp->rcu->pool, cb, first_ns,
		       stride_ns, n);
	label(sdp, rcu_seq_snap(ssp->srcu_gp_seq));
}

/* srcu_gp_start_if_needed(). */
static void queue_one(struct srcu_struct *ssp, const struct rcu_cb *cb, struct sim_frame *frame,
		      bool do_norm)
{
	struct srcu_data *sdp = list_of(ssp, frame->cpu->id);
	const int64_t s = rcu_seq_snap(ssp->srcu_gp_seq);
	bool needed;

	check_contention(sdp);
	enqueue(sdp, cb, 1, machine_now_ns(srcu_machine(ssp)), 0);
	needed = sdp->srcu_gp_seq_needed < s || (!do_norm && sdp->srcu_gp_seq_needed_exp < s);
	if (sdp->srcu_gp_seq_needed < s)
		sdp->srcu_gp_seq_needed = s;
	if (!do_norm && sdp->srcu_gp_seq_needed_exp < s)
		sdp->srcu_gp_seq_needed_exp = s;
	if (needed)
		srcu_funnel_gp_start(ssp, s, do_norm, frame);
}

void call_srcu(struct srcu_struct *ssp, const struct rcu_cb *cb, struct sim_frame *frame)
{
	queue_one(ssp, cb, frame, true);
}

/* A call is silent if its grace period is asked for already. */
struct call_rcu_plan call_srcu_plan(struct srcu_struct *ssp, int cpu, int64_t n_max)
{
	struct srcu_data *sdp = list_of(ssp, cpu);
	const bool asked = sdp->srcu_gp_seq_needed >= rcu_seq_snap(ssp->srcu_gp_seq);

	sim_assert(n_max >= 1);
	return (struct call_rcu_plan){ .n = asked ? n_max : 1,
				       .closed_ns = srcu_machine(ssp)->costs.call_srcu,
				       .lock = &sdp->lock };
}

void call_srcu_run(struct srcu_struct *ssp, int cpu, const struct rcu_cb *cb, int64_t n,
		   int64_t first_ns, int64_t stride_ns)
{
	struct srcu_data *sdp = list_of(ssp, cpu);

	sim_assert(sdp->srcu_gp_seq_needed >= rcu_seq_snap(ssp->srcu_gp_seq));
	enqueue(sdp, cb, n, first_ns, stride_ns);
}

/* srcu_might_be_idle(). */
static bool might_be_idle(struct srcu_struct *ssp, int cpu)
{
	const int64_t holdoff_ns = ssp->rcu->config.exp_holdoff;
	const int64_t since_ns = machine_now_ns(srcu_machine(ssp)) - ssp->srcu_last_gp_end_ns;

	srcu_cut_runs(ssp); /* one may be queueing */
	if (rcu_segcblist_pend_cbs(&ssp->sda[cpu].srcu_cblist))
		return false;
	if (holdoff_ns == 0 || since_ns < holdoff_ns)
		return false;
	return ssp->srcu_gp_seq >= ssp->srcu_gp_seq_needed;
}

void synchronize_srcu_enqueue(struct srcu_struct *ssp, const struct rcu_cb *cb,
			      struct sim_frame *frame)
{
	queue_one(ssp, cb, frame, !might_be_idle(ssp, frame->cpu->id));
}

void synchronize_srcu_expedited_enqueue(struct srcu_struct *ssp, const struct rcu_cb *cb,
					struct sim_frame *frame)
{
	queue_one(ssp, cb, frame, false);
}

/* --- srcu_barrier() --- */

static void barrier_put(struct srcu_barrier *barrier, struct sim_frame *frame)
{
	if (--barrier->n_left == 0)
		barrier->done(barrier->ctx, frame);
}

static void barrier_cb(void *owner, struct sim_frame *frame)
{
	barrier_put(owner, frame);
}

static const struct rcu_cb_type srcu_barrier_cb = { .name = "srcu_barrier_cb",
						    .func = barrier_cb,
						    .entrained = true };

void srcu_barrier(struct srcu_struct *ssp, struct srcu_barrier *barrier, struct sim_frame *frame)
{
	const int n_lists =
		ssp->size_state < SRCU_SIZE_WAIT_BARRIER ? 1 : srcu_machine(ssp)->n_cpus;
	const struct rcu_cb cb = { .type = &srcu_barrier_cb, .owner = barrier };

	srcu_cut_runs(ssp);
	barrier->n_left = 1; /* the caller's own */
	for (int cpu = 0; cpu < n_lists; cpu++)
		if (rcu_segcblist_entrain(&ssp->sda[cpu].srcu_cblist, &ssp->rcu->pool, &cb,
					  machine_now_ns(srcu_machine(ssp))))
			barrier->n_left++;
	barrier_put(barrier, frame);
}

/* --- invoking --- */

/* srcu_schedule_cbs_sdp(): the work item now, or after a timer that is only ever shortened. */
static void schedule_cbs_sdp(struct srcu_data *sdp, int64_t delay, struct sim_frame *frame)
{
	struct machine *m = srcu_machine(sdp->ssp);

	if (delay == 0)
		queue_work_on(machine_workqueue(m, WORKQUEUE_BOUND), sdp->cpu, &sdp->work, frame);
	else if (!timer_is_pending(&sdp->delay_work) ||
		 sdp->delay_work.nominal > m->jiffies + delay)
		timer_mod(&sdp->delay_work, frame->cpu, m->jiffies + delay);
}

/* srcu_delay_timer(). */
static void delay_timer(void *ctx, struct sim_cpu *cpu)
{
	schedule_cbs_sdp(ctx, 0, cpu->softirq_runner);
}

/* Whether @sdp has callbacks of grace periods that are over. */
static bool has_cbs(const struct srcu_data *sdp)
{
	int64_t s;

	return rcu_segcblist_ready_cbs(&sdp->srcu_cblist) ||
	       (rcu_segcblist_nextgp(&sdp->srcu_cblist, &s) && s <= sdp->ssp->srcu_gp_seq);
}

void srcu_schedule_cbs(struct srcu_struct *ssp, int64_t delay, struct sim_frame *frame)
{
	if (ssp->size_state < SRCU_SIZE_WAIT_BARRIER) {
		schedule_cbs_sdp(&ssp->sda[BOOT_CPU], delay, frame);
		return;
	}
	/* while the domain grows: all CPUs */
	for (int cpu = 0; cpu < srcu_machine(ssp)->n_cpus; cpu++)
		if (ssp->size_state < SRCU_SIZE_BIG || has_cbs(&ssp->sda[cpu]))
			schedule_cbs_sdp(&ssp->sda[cpu], delay, frame);
}

static void check_readers(struct srcu_struct *ssp, int64_t enqueued_ns)
{
	struct rcu_state *rcu = ssp->rcu;

	if (ssp->readers != NULL && ssp->readers->start_ns < enqueued_ns && rcu->violation != NULL)
		rcu->violation(rcu->violation_ctx, ssp->readers->start_ns, enqueued_ns);
}

static void note_first(struct rcu_state *rcu, int64_t t_ns)
{
	if (rcu->stats.n_invoked == 0 || t_ns < rcu->stats.callback_first_ns)
		rcu->stats.callback_first_ns = t_ns;
}

/* @n callbacks of the list's first run have ended at @first_end_ns, @stride_ns apart. */
static void note_invoked(struct srcu_data *sdp, int64_t n, int64_t first_end_ns, int64_t stride_ns)
{
	struct rcu_state *rcu = sdp->ssp->rcu;
	const struct cb_run *run = sdp->ready.head;
	const int64_t gap_ns = run->n > 1 ? run->stride_ns : 0;

	sim_assert(run->first_ns >= sdp->invoked_enqueue_ns); /* FIFO */
	sdp->invoked_enqueue_ns = run->first_ns + (n - 1) * gap_ns;
	hist_add_progression(&rcu->stats.callback_latency, first_end_ns - run->first_ns,
			     stride_ns - gap_ns, (uint64_t)n);
	cb_list_drop(&sdp->ready, &rcu->pool, n);
}

static void invoke_run(void *ctx, int64_t n, const struct op_times *times)
{
	struct srcu_data *sdp = ctx;
	struct rcu_state *rcu = sdp->ssp->rcu;
	const struct rcu_cb cb = sdp->ready.head->cb;

	note_first(rcu, times->first_end_ns);
	rcu->stats.n_invoked += n;
	sdp->ssp->stats.n_invoked += n;
	sdp->n_invoked += n;
	for (int64_t done = 0, k; done < n; done += k) {
		k = sdp->ready.head->n < n - done ? sdp->ready.head->n : n - done;
		note_invoked(sdp, k, op_times_end(times, done), times->short_ns);
	}
	cb.type->freed(rcu->free_ctx, cb.type, cb.n_objects, cb.bytes, n, times);
}

static void invoke_done(void *ctx)
{
	struct srcu_data *sdp = ctx;
	struct rcu_state *rcu = sdp->ssp->rcu;
	const struct rcu_cb cb = sdp->ready.head->cb;
	const int64_t enqueued_ns = sdp->ready.head->first_ns;
	const int64_t now_ns = machine_now_ns(rcu->m);
	const struct op_times now = { .first_end_ns = now_ns, .period = 1 };

	sim_assert(enqueued_ns >= sdp->invoked_enqueue_ns);
	sdp->invoked_enqueue_ns = enqueued_ns;
	sdp->n_invoked++;
	if (cb.type->entrained) {
		cb_list_drop(&sdp->ready, &rcu->pool, 1);
		cb.type->func(cb.owner, sdp->frame);
		return;
	}
	note_first(rcu, now_ns);
	rcu->stats.n_invoked++;
	sdp->ssp->stats.n_invoked++;
	hist_add(&rcu->stats.callback_latency, now_ns - enqueued_ns);
	check_readers(sdp->ssp, enqueued_ns);
	cb_list_drop(&sdp->ready, &rcu->pool, 1);
	if (cb.type->func != NULL)
		cb.type->func(cb.owner, sdp->frame);
	else
		cb.type->freed(rcu->free_ctx, cb.type, cb.n_objects, cb.bytes, 1, &now);
}

static void extract_done(void *ctx)
{
	struct srcu_data *sdp = ctx;

	srcu_cut_runs(sdp->ssp);
	sdp->lock_wait_seen_ns = sdp->lock.wait_ns;
	rcu_segcblist_advance(&sdp->srcu_cblist, sdp->ssp->srcu_gp_seq, NULL, NULL);
	rcu_segcblist_extract_done_cbs(&sdp->srcu_cblist, &sdp->ready);
	sdp->n_invoked = 0;
	sdp->invoking = true;
	machine_observe(srcu_machine(sdp->ssp));
}

/* Callbacks that can be invoked as one run: under an older reader each is a violation with a time of its own. */
static int64_t plan_invocation(const struct srcu_data *sdp)
{
	const struct srcu_reader *oldest = sdp->ssp->readers;

	if (sdp->ready.head->cb.type->func != NULL)
		return 1;
	if (oldest != NULL && oldest->start_ns < cb_list_newest_ns(&sdp->ready))
		return 1;
	return cb_list_n_equal(&sdp->ready);
}

static void exec_callbacks(struct srcu_data *sdp, struct sim_frame *frame)
{
	const struct machine *m = srcu_machine(sdp->ssp);
	const struct sim_op op = {
		.open_ns = m->costs.callback_invoke + sdp->ready.head->cb.cost_ns,
		/* local_bh_enable() after each is where a preemptible kworker leaves */
		.resched = m->config.preempt == MACHINE_PREEMPT_FULL,
		.done = invoke_done,
		.apply = invoke_run,
		.ctx = sdp,
		.n = plan_invocation(sdp),
	};

	frame->bh_disabled = true;
	frame_exec(frame, &op);
}

/* The end of srcu_invoke_callbacks(): what has become ready meanwhile gets a work item of its own. */
static void invocation_end(struct srcu_data *sdp, struct sim_frame *frame)
{
	frame->bh_disabled = false;
	srcu_cut_runs(sdp->ssp);
	sdp->invoking = false;
	sdp->srcu_cblist.len -= sdp->n_invoked;
	sim_assert(sdp->srcu_cblist.len >= 0);
	machine_observe(srcu_machine(sdp->ssp));
	if (rcu_segcblist_ready_cbs(&sdp->srcu_cblist))
		schedule_cbs_sdp(sdp, 0, frame);
}

/* srcu_invoke_callbacks(). */
static bool invoke_callbacks(void *ctx, struct sim_frame *frame)
{
	struct srcu_data *sdp = ctx;

	sdp->frame = frame;
	if (!sdp->invoking) {
		frame_exec_locked(frame, srcu_machine(sdp->ssp)->costs.batch, &sdp->lock,
				  extract_done, sdp);
		return true;
	}
	if (sdp->ready.n > 0) {
		exec_callbacks(sdp, frame);
		return true;
	}
	invocation_end(sdp, frame);
	return false;
}

void srcu_data_init(struct srcu_data *sdp)
{
	sdp->srcu_gp_seq_needed = sdp->srcu_gp_seq_needed_exp = sdp->ssp->srcu_gp_seq;
	sdp->lock.name = "srcu_data lock";
	sdp->delay_work = (struct sim_timer){ .fn = delay_timer, .ctx = sdp };
	work_init(&sdp->work, "srcu_invoke_callbacks", invoke_callbacks, sdp);
}
