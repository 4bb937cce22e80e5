/*
 * Invoking callbacks: rcu_do_batch().
 *
 * A softirq batch stops at the limit if somebody needs the CPU (or the interrupted task is not the idle
 * task), or at its time limit; rcuc's batch at its time limit only, rcuop's runs whatever was extracted
 * (rcu-behaviour.md 5.4). The callbacks that do the same are one run of operations.
 */
#include "rcu/rcu.h"
#include "rcu/trace.h"

#define TIME_CHECK_INTERVAL 32  /* callbacks between two looks at the clock */
#define TIME_LIMIT_MIN_BL   100 /* batches of at most this limit have no time limit */

static int64_t clamp_ns(int64_t ns, int64_t low_ns, int64_t high_ns)
{
	return ns < low_ns ? low_ns : ns > high_ns ? high_ns : ns;
}

void rcu_batch_begin(struct rcu_data *rdp, struct sim_frame *frame, const char *context)
{
	struct rcu_batch *batch = &rdp->batch;

	sim_assert(!batch->active); /* I18 */
	frame->bh_disabled = true;
	*batch = (struct rcu_batch){
		.active = true,
		.frame = frame,
		.context = context,
		.in_softirq = frame->kind == FRAME_SOFTIRQ || frame->task->kind == TASK_KSOFTIRQD,
	};
}

/* ->blimit, or a share of what waits: of the callbacks that are @ready, or of all. */
static int64_t batch_limit(struct rcu_data *rdp, int64_t ready)
{
	const struct rcu_state *rcu = rdp->rcu;
	int64_t pending = ready, share;

	if (rcu->version->batch_limit_counts_all) {
		cpu_settle(rdp_cpu(rdp)); /* which may be appending to its bypass */
		pending = rdp->cblist.len;
	}
	share = pending >> (rcu->config.rcu_divisor < 0 ? 7 : rcu->config.rcu_divisor);
	return share > rdp->blimit ? share : rdp->blimit;
}

/* CONFIG_RCU_DOUBLE_CHECK_CB_TIME, in a kernel that has it */
static bool double_checks(const struct rcu_state *rcu)
{
	return rcu->config.rcu_double_check_cb_time && rcu->version->double_check_cb_time;
}

/*
 * The batch looks at the clock: in a softirq, and in rcuc. It asks rcuc's status, not who it is: on a CPU whose rcuc is at work,
 * or lost its CPU in the middle of it, rcuop does so, too.
 */
static bool is_time_limited(const struct rcu_data *rdp)
{
	return rdp->batch.in_softirq || (rdp->rcu->version->rcuc_time_limit &&
					 rdp->rcu_cpu_kthread_status == RCU_KTHREAD_RUNNING);
}

static void set_time_limit(struct rcu_data *rdp)
{
	const struct rcu_state *rcu = rdp->rcu;
	struct rcu_batch *batch = &rdp->batch;
	const int64_t limit_ns = clamp_ns(rcu->config.rcu_resched_ns, NSEC_PER_MSEC, NSEC_PER_SEC);

	batch->tlimit_ns = time_add(batch->start_ns, limit_ns);
	batch->jlimit = rcu->m->jiffies + (limit_ns + rcu->m->tick_ns - 1) / rcu->m->tick_ns;
}

static void batch_extract_done(void *ctx)
{
	struct rcu_data *rdp = ctx;
	struct rcu_state *rcu = rdp->rcu;
	struct rcu_batch *batch = &rdp->batch;
	const int64_t ready = rdp->cblist.seg[RCU_DONE_TAIL].n;

	batch->extracted = true;
	batch->start_ns = machine_now_ns(rcu->m);
	batch->bl = ready == 0 ? 0 : batch_limit(rdp, ready);
	batch->finished = ready == 0;
	if (is_time_limited(rdp) && (batch->bl > TIME_LIMIT_MIN_BL || double_checks(rcu)))
		set_time_limit(rdp);
	trace_rcu_batch_start(rdp, rdp->cblist.len, batch->bl);
	rcu_segcblist_extract_done_cbs(&rdp->cblist, &batch->list);
	if (rdp->offloaded) {
		rcu->stats.n_nocb_lock++;
		cpu_settle(rdp_cpu(rdp));
		rdp->qlen_last_fqs_check = rdp->cblist.len;
		call_rcu_cut(rdp);
	}
	if (ready > 0)
		trace_rcu_segcb_stats(rdp, "SegCbDequeued");
	machine_observe(rcu->m);
}

static void restore_limits(struct rcu_data *rdp)
{
	const struct rcu_config *config = &rdp->rcu->config;
	const int64_t len = rdp->cblist.len;

	if (rdp->blimit >= RCU_MAX_BLIMIT && len <= config->qlowmark)
		rdp->blimit = config->blimit;
	if (len == 0)
		rdp->cblist.merged = false;
	if (len == 0 && rdp->qlen_last_fqs_check != 0) {
		rdp->qlen_last_fqs_check = 0;
		rdp->n_force_qs_snap = rdp->rcu->n_force_qs;
	} else if (len < rdp->qlen_last_fqs_check - config->qhimark) {
		rdp->qlen_last_fqs_check = len;
	}
	sim_assert(rdp->blimit == config->blimit || rdp->blimit == RCU_MAX_BLIMIT); /* I27 */
}

static void batch_report(struct rcu_data *rdp)
{
	struct rcu_state *rcu = rdp->rcu;
	const struct rcu_batch *batch = &rdp->batch;
	struct probe *probe = rcu->m->probe;

	rcu->stats.n_batches++;
	if (batch->n_done > rcu->stats.batch_callbacks_max)
		rcu->stats.batch_callbacks_max = batch->n_done;
	if (probe == NULL || probe->batch == NULL)
		return;
	probe->batch(probe->ctx, &(struct probe_batch){ .cpu = rdp->cpu,
							.context = batch->context,
							.start_ns = batch->start_ns,
							.end_ns = machine_now_ns(rcu->m),
							.n_callbacks = batch->n_done,
							.n_objects = batch->n_objects,
							.blimit = batch->bl });
}

/* rcu_do_batch_check_time(), after a callback. */
static bool time_is_over(const struct rcu_data *rdp)
{
	const struct rcu_batch *batch = &rdp->batch;

	if (batch->tlimit_ns == 0 || machine_now_ns(rdp->rcu->m) < batch->tlimit_ns)
		return false;
	return batch->n_done % TIME_CHECK_INTERVAL == 0 ||
	       (double_checks(rdp->rcu) && rdp->rcu->m->jiffies > batch->jlimit);
}

/* Whether a softirq batch stops after the callback just invoked. */
static bool softirq_must_stop(const struct rcu_data *rdp)
{
	const struct rcu_batch *batch = &rdp->batch;
	const struct sim_cpu *cpu = batch->frame->cpu;

	if (batch->n_done >= batch->bl && (cpu->need_resched || cpu->curr != NULL))
		return true;
	return time_is_over(rdp);
}

/* Whether a kthread's batch stops after the callback, and the cond_resched(), that are behind it. */
static bool kthread_must_stop(const struct rcu_data *rdp)
{
	return rdp->batch.n_done > 0 && is_time_limited(rdp) && time_is_over(rdp);
}

/* I26: what is left is left by the rule; a kthread drains what it extracted, but for its time limit. */
static void check_rest(const struct rcu_data *rdp)
{
	const struct rcu_batch *batch = &rdp->batch;
	const struct sim_frame *frame = batch->frame;
	const bool by_kthread = frame->kind == FRAME_TASK && frame->task->kind != TASK_KSOFTIRQD;

	if (batch->list.n > 0)
		sim_assert(by_kthread ? kthread_must_stop(rdp) : softirq_must_stop(rdp));
}

static void batch_finish(struct rcu_data *rdp)
{
	struct rcu_state *rcu = rdp->rcu;
	struct rcu_batch *batch = &rdp->batch;

	check_rest(rdp);
	trace_rcu_batch_end(rdp, batch->n_done, batch->list.n > 0, batch->frame->cpu->need_resched,
			    batch->frame->cpu->curr == NULL, !batch->in_softirq);
	cpu_settle(rdp_cpu(rdp));
	rcu_segcblist_insert_done_cbs(&rdp->cblist, &batch->list);
	rdp->cblist.len -= batch->n_done;
	rdp->n_retired += batch->n_done;
	sim_assert(rdp->cblist.len >= 0); /* I9 */
	if (rdp->offloaded)
		rcu->stats.n_nocb_lock++;
	restore_limits(rdp);
	call_rcu_cut(rdp);
	batch_report(rdp);
	batch->finished = true;
	machine_observe(rcu->m);
}

/* A callback ends now: no reader that was there when it was queued may still be. */
static void check_readers(struct rcu_data *rdp, int64_t enqueued_ns)
{
	struct rcu_state *rcu = rdp->rcu;

	if (rcu->readers != NULL && rcu->readers->rcu_section_start_ns < enqueued_ns &&
	    rcu->violation != NULL)
		rcu->violation(rcu->violation_ctx, rcu->readers->rcu_section_start_ns, enqueued_ns);
}

/*
 * I13: callbacks enqueued at @first_ns ... @last_ns are invoked in the order of their calls; those that were there when the
 * callbacks of an offline CPU came in have lost it.
 */
static void check_fifo(struct rcu_data *rdp, int64_t first_ns, int64_t last_ns)
{
	if (first_ns > rdp->merged_ns)
		sim_assert(first_ns >= rdp->invoked_enqueue_ns);
	if (last_ns > rdp->invoked_enqueue_ns)
		rdp->invoked_enqueue_ns = last_ns;
}

/* Invoke the first callback: it ends now. */
static void batch_invoke(struct rcu_data *rdp)
{
	struct rcu_state *rcu = rdp->rcu;
	struct rcu_batch *batch = &rdp->batch;
	const struct cb_run *run = batch->list.head;
	const struct rcu_cb cb = run->cb;
	const int64_t enqueued_ns = run->first_ns;
	const int64_t now_ns = machine_now_ns(rcu->m);
	const struct op_times times = { .first_end_ns = now_ns, .period = 1 };

	check_fifo(rdp, enqueued_ns, enqueued_ns);
	batch->n_done++;
	batch->n_objects += cb.n_objects;
	cb_list_drop(&batch->list, &rcu->pool, 1);
	if (cb.type->entrained) {
		rcu->n_held--;
		cb.type->func(cb.owner, batch->frame);
		return;
	}
	rcu_note_invoked(rcu, 1, enqueued_ns, 0);
	if (rcu->stats.n_invoked++ == 0)
		rcu->stats.callback_first_ns = now_ns;
	else if (now_ns < rcu->stats.callback_first_ns)
		rcu->stats.callback_first_ns = now_ns;
	hist_add(&rcu->stats.callback_latency, now_ns - enqueued_ns);
	if (cb.type->func != NULL) {
		cb.type->func(cb.owner, batch->frame);
		return;
	}
	check_readers(rdp, enqueued_ns);
	cb.type->freed(rcu->free_ctx, cb.type, cb.n_objects, cb.bytes, 1, &times);
}

/* The first @n callbacks of the list's first run end at @first_end_ns, and @stride_ns apart. */
static void note_invoked(struct rcu_data *rdp, int64_t n, int64_t first_end_ns, int64_t stride_ns)
{
	struct rcu_state *rcu = rdp->rcu;
	const struct cb_run *run = rdp->batch.list.head;
	const int64_t gap_ns = run->n > 1 ? run->stride_ns : 0;
	const int64_t last_enqueued_ns = run->first_ns + (n - 1) * gap_ns;

	check_fifo(rdp, run->first_ns, last_enqueued_ns);
	rcu_note_invoked(rcu, n, run->first_ns, gap_ns);
	hist_add_progression(&rcu->stats.callback_latency, first_end_ns - run->first_ns,
			     stride_ns - gap_ns, (uint64_t)n);
	cb_list_drop(&rdp->batch.list, &rcu->pool, n);
}

/* Invoke the first @n callbacks, which all do the same, at @times. */
static void batch_invoke_run(void *ctx, int64_t n, const struct op_times *times)
{
	struct rcu_data *rdp = ctx;
	struct rcu_state *rcu = rdp->rcu;
	struct rcu_batch *batch = &rdp->batch;
	const struct rcu_cb cb = batch->list.head->cb;

	sim_assert(times->period == 1);
	if (rcu->stats.n_invoked == 0 || times->first_end_ns < rcu->stats.callback_first_ns)
		rcu->stats.callback_first_ns = times->first_end_ns;
	rcu->stats.n_invoked += n;
	batch->n_done += n;
	batch->n_objects += n * cb.n_objects;
	for (int64_t done = 0, k; done < n; done += k) {
		k = batch->list.head->n < n - done ? batch->list.head->n : n - done;
		note_invoked(rdp, k, op_times_end(times, done), times->short_ns);
	}
	cb.type->freed(rcu->free_ctx, cb.type, cb.n_objects, cb.bytes, n, times);
}

static void batch_invoke_done(void *ctx)
{
	struct rcu_data *rdp = ctx;
	struct rcu_batch *batch = &rdp->batch;

	batch_invoke(rdp);
	if (batch->list.n == 0 || (batch->in_softirq && softirq_must_stop(rdp)))
		batch_finish(rdp);
}

/* Callbacks of @cost_ns each until the clock is looked at with the time limit over, at the earliest. */
static int64_t n_until_time_limit(const struct rcu_batch *batch, int64_t cost_ns)
{
	const struct sim_cpu *cpu = batch->frame->cpu;
	const int64_t now_ns = machine_now_ns(cpu->m);
	const int64_t share = cpu->m->stream_share;
	const int64_t length_ns = time_mul(cost_ns, share);
	const int64_t start_ns = (now_ns > cpu->busy_until_ns ? now_ns : cpu->busy_until_ns) +
				 time_mul(batch->frame->charge_ns, share);
	const int64_t to_check = TIME_CHECK_INTERVAL - batch->n_done % TIME_CHECK_INTERVAL;
	const int64_t left_ns = batch->tlimit_ns - start_ns;
	int64_t n = to_check;

	if (left_ns > to_check * length_ns) {
		if (length_ns == 0)
			return INT64_MAX;
		n = (left_ns + length_ns - 1) / length_ns - to_check;
		n = to_check +
		    (n + TIME_CHECK_INTERVAL - 1) / TIME_CHECK_INTERVAL * TIME_CHECK_INTERVAL;
	}
	return n;
}

/* How many equal callbacks can be invoked before the batch may have to stop. */
static int64_t batch_plan(const struct rcu_data *rdp, int64_t cost_ns)
{
	const struct rcu_batch *batch = &rdp->batch;
	const struct sim_cpu *cpu = batch->frame->cpu;
	const struct sim_task *oldest = rdp->rcu->readers;
	int64_t n = cb_list_n_equal(&batch->list);

	if (batch->list.head->cb.type->func != NULL)
		return 1;
	/* each free under such a reader is a violation with a time of its own; later readers are no matter */
	if (oldest != NULL &&
	    (rdp->cblist.merged || oldest->rcu_section_start_ns < cb_list_newest_ns(&batch->list)))
		return 1;
	if (!batch->in_softirq && batch->tlimit_ns == 0)
		return n;
	if (double_checks(rdp->rcu))
		return 1;
	if (batch->in_softirq && (cpu->need_resched || cpu->curr != NULL)) {
		const int64_t to_limit = batch->bl - batch->n_done;

		n = to_limit < n ? (to_limit > 1 ? to_limit : 1) : n;
	}
	if (batch->tlimit_ns != 0) {
		const int64_t to_time = n_until_time_limit(batch, cost_ns);

		n = to_time < n ? to_time : n;
	}
	return n;
}

/* The next operation of the batch; false when it is over. */
bool rcu_batch_step(struct rcu_data *rdp)
{
	struct rcu_batch *batch = &rdp->batch;
	const struct cost_profile *costs = &rdp->rcu->m->costs;

	if (!batch->extracted) {
		/* traced: rcu_batch_start, rcu_segcb_stats, rcu_batch_end */
		frame_exec_locked(batch->frame, costs->batch + 3 * costs->trace_event,
				  rdp->offloaded ? &rdp->nocb_lock : NULL, batch_extract_done, rdp);
		return true;
	}
	if (!batch->in_softirq && !batch->finished && kthread_must_stop(rdp)) {
		rdp->rcu_cpu_has_work = true;
		batch_finish(rdp);
	}
	if (batch->finished) {
		batch->active = false;
		if (!batch->in_softirq)
			batch->frame->bh_disabled = false;
		return false;
	}
	const int64_t cost_ns = costs->callback_invoke + costs->trace_event +
				(batch->in_softirq ? 0 : costs->callback_bh) +
				batch->list.head->cb.cost_ns;
	const struct sim_op op = {
		.open_ns = cost_ns,
		.resched = !batch->in_softirq,
		.clock_bound = batch->tlimit_ns != 0,
		.done = batch_invoke_done,
		.apply = batch_invoke_run,
		.ctx = rdp,
		.n = batch_plan(rdp, cost_ns),
	};
	trace_rcu_invoke_callback(rdp, &batch->list.head->cb);
	frame_exec(batch->frame, &op);
	return true;
}
