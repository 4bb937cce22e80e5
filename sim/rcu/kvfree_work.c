/*
 * kfree_rcu(), the work items: kfree_rcu_monitor(), kvfree_rcu_drain_ready(), kfree_rcu_work(), kvfree_rcu_bulk(),
 * kvfree_rcu_list(), fill_page_cache_func().
 */
#include "rcu/kvfree.h"
#include "rcu/trace.h"

static struct machine *krc_machine(const struct kfree_rcu_cpu *krcp)
{
	return krcp->kv->rcu->m;
}

/* --- freeing a batch: a block is an operation, what hangs on rcu_heads is one each --- */

static void check_readers(struct rcu_state *rcu, int64_t enqueued_ns)
{
	if (rcu->readers != NULL && rcu->readers->rcu_section_start_ns < enqueued_ns &&
	    rcu->violation != NULL)
		rcu->violation(rcu->violation_ctx, rcu->readers->rcu_section_start_ns, enqueued_ns);
}

/* put_cached_bnode(), or the page goes. */
static void release_block(struct kfree_rcu_cpu *krcp, struct kvfree_block *block)
{
	struct kvfree *kv = krcp->kv;

	if (krcp->nr_bkv_objs < kv->rcu->config.rcu_min_cached_objs) {
		kvfree_cut_runs(krcp);
		krcp->nr_bkv_objs++;
	}
	block->next = kv->free_blocks;
	kv->free_blocks = block;
}

static void free_block(struct kfree_rcu_cpu *krcp, struct kvfree_batch *batch)
{
	struct kvfree *kv = krcp->kv;
	struct rcu_state *rcu = kv->rcu;
	struct kvfree_block *block = kvfree_blocks_pop(&batch->blocks);
	const struct op_times now = { .first_end_ns = machine_now_ns(rcu->m), .period = 1 };

	check_readers(rcu, block->newest_ns);
	trace_rcu_invoke_kfree_bulk_callback(rcu, krcp->cpu, kv->stats.n_freed, block->n);
	kv->stats.n_freed += block->n;
	block->type->freed(rcu->free_ctx, block->type, block->n, block->bytes, 1, &now);
	release_block(krcp, block);
}

static void free_heads(struct kfree_rcu_cpu *krcp, struct kvfree_batch *batch, int64_t n,
		       const struct op_times *times)
{
	struct rcu_state *rcu = krcp->kv->rcu;
	const struct rcu_cb cb = batch->head.head->cb;

	krcp->kv->stats.n_freed += n;
	for (int64_t done = 0, k; done < n; done += k) {
		k = batch->head.head->n < n - done ? batch->head.head->n : n - done;
		cb_list_drop(&batch->head, &rcu->pool, k);
	}
	cb.type->freed(rcu->free_ctx, cb.type, cb.n_objects, cb.bytes, n, times);
}

static void free_head(struct kfree_rcu_cpu *krcp, struct kvfree_batch *batch)
{
	struct rcu_state *rcu = krcp->kv->rcu;
	const struct op_times now = { .first_end_ns = machine_now_ns(rcu->m), .period = 1 };

	check_readers(rcu, batch->head.head->first_ns);
	trace_rcu_invoke_kvfree_callback(rcu, krcp->cpu, krcp->kv->stats.n_freed, 0);
	free_heads(krcp, batch, 1, &now);
}

/* The operation that frees the next of @batch; its effects are the caller's. False: nothing left. */
static bool plan_free(const struct kfree_rcu_cpu *krcp, const struct kvfree_batch *batch,
		      struct sim_op *op)
{
	const struct cost_profile *costs = &krc_machine(krcp)->costs;
	const struct sim_task *oldest = krcp->kv->rcu->readers;

	op->resched = true; /* cond_resched_tasks_rcu_qs() */
	if (batch->blocks.head != NULL) {
		op->open_ns = time_mul(batch->blocks.head->n, costs->kfree_bulk);
		return true;
	}
	if (batch->head.n == 0)
		return false;
	op->open_ns = batch->head.head->cb.cost_ns + costs->cond_resched;
	/* each free under an older reader is a violation with a time of its own */
	op->n = oldest != NULL && oldest->rcu_section_start_ns < cb_list_newest_ns(&batch->head)
			? 1
			: cb_list_n_equal(&batch->head);
	return true;
}

static void free_next(struct kfree_rcu_cpu *krcp, struct kvfree_batch *batch)
{
	if (batch->blocks.head != NULL)
		free_block(krcp, batch);
	else
		free_head(krcp, batch);
}

/* --- kfree_rcu_work() --- */

static void work_detach_done(void *ctx)
{
	struct kfree_rcu_cpu_work *krwp = ctx;

	krwp->now = krwp->free; /* the slot is free again */
	krwp->free = (struct kvfree_batch){ 0 };
	krwp->freeing = true;
	machine_observe(krc_machine(krwp->krcp));
}

static void work_free_done(void *ctx)
{
	struct kfree_rcu_cpu_work *krwp = ctx;

	free_next(krwp->krcp, &krwp->now);
}

static void work_free_run(void *ctx, int64_t n, const struct op_times *times)
{
	struct kfree_rcu_cpu_work *krwp = ctx;

	free_heads(krwp->krcp, &krwp->now, n, times);
}

static bool kfree_rcu_work(void *ctx, struct sim_frame *frame)
{
	struct kfree_rcu_cpu_work *krwp = ctx;
	struct sim_op op = { .done = work_free_done, .apply = work_free_run, .ctx = krwp };

	if (!krwp->freeing) {
		frame_exec_locked(frame, krc_machine(krwp->krcp)->costs.batch, &krwp->krcp->lock,
				  work_detach_done, krwp);
		return true;
	}
	if (plan_free(krwp->krcp, &krwp->now, &op)) {
		frame_exec(frame, &op);
		return true;
	}
	krwp->freeing = false;
	machine_observe(krc_machine(krwp->krcp));
	kvfree_batch_done(krwp, frame);
	return false;
}

/* --- kfree_rcu_monitor() --- */

enum { MONITOR_BEGIN, MONITOR_FREE, MONITOR_QUEUED };

/* poll_state_synchronize_rcu(): a grace period that began after @t_ns has ended. */
static bool gp_since(const struct rcu_state *rcu, int64_t t_ns)
{
	return rcu->gp_done_start_ns > t_ns;
}

/* kvfree_rcu_drain_ready(): take what needs no grace period of its own any more. */
static void drain_ready_done(void *ctx)
{
	struct kfree_rcu_cpu *krcp = ctx;
	struct kvfree *kv = krcp->kv;

	kvfree_cut_runs(krcp);
	while (krcp->bulk.head != NULL && gp_since(kv->rcu, krcp->bulk.head->newest_ns)) {
		struct kvfree_block *block = kvfree_blocks_pop(&krcp->bulk);

		krcp->bulk_count -= block->n;
		kv->stats.n_ready += block->n;
		kvfree_blocks_push(&krcp->ready.blocks, block);
	}
	if (krcp->head.n > 0 && gp_since(kv->rcu, cb_list_newest_ns(&krcp->head))) {
		kv->stats.n_ready += krcp->head.n;
		cb_list_splice_tail(&krcp->ready.head, &krcp->head);
	}
	krcp->monitor_state = MONITOR_FREE;
}

static void monitor_free_done(void *ctx)
{
	struct kfree_rcu_cpu *krcp = ctx;

	free_next(krcp, &krcp->ready);
}

static void monitor_free_run(void *ctx, int64_t n, const struct op_times *times)
{
	struct kfree_rcu_cpu *krcp = ctx;

	free_heads(krcp, &krcp->ready, n, times);
}

static void monitor_queue_done(void *ctx)
{
	struct kfree_rcu_cpu *krcp = ctx;

	kvfree_queue_batch(krcp, krcp->monitor_frame);
	krcp->monitor_state = MONITOR_QUEUED;
}

static void exec_queue_batch(struct kfree_rcu_cpu *krcp, struct sim_frame *frame)
{
	const struct call_rcu_plan plan =
		call_rcu_hurry_plan(&krcp->kv->rcu->rdp[frame->cpu->id], 1);

	frame_exec_locked(frame, plan.closed_ns, &krcp->lock, monitor_queue_done, krcp);
}

static bool kfree_rcu_monitor(void *ctx, struct sim_frame *frame)
{
	struct kfree_rcu_cpu *krcp = ctx;
	struct sim_op op = { .done = monitor_free_done, .apply = monitor_free_run, .ctx = krcp };

	krcp->monitor_frame = frame;
	if (krcp->monitor_state == MONITOR_BEGIN) {
		kvfree_cut_runs(krcp); /* planned with the work pending */
		if (krcp->kv->cookies) {
			frame_exec_locked(frame, krc_machine(krcp)->costs.batch, &krcp->lock,
					  drain_ready_done, krcp);
			return true;
		}
		krcp->monitor_state = MONITOR_FREE;
	}
	if (krcp->monitor_state == MONITOR_FREE) {
		if (plan_free(krcp, &krcp->ready, &op))
			frame_exec(frame, &op);
		else
			exec_queue_batch(krcp, frame);
		return true;
	}
	krcp->monitor_state = MONITOR_BEGIN;
	kvfree_cut_runs(krcp);
	if (kvfree_has_objects(krcp))
		kvfree_schedule_monitor(krcp, frame->cpu->id, frame);
	return false;
}

/* --- fill_page_cache_func() --- */

static int64_t pages_missing(const struct kfree_rcu_cpu *krcp)
{
	const int64_t n =
		krcp->backoff_page_cache_fill ? 1 : krcp->kv->rcu->config.rcu_min_cached_objs;

	return n - krcp->nr_bkv_objs;
}

static void fill_done(void *ctx)
{
	struct kfree_rcu_cpu *krcp = ctx;
	const int64_t n = pages_missing(krcp);

	kvfree_cut_runs(krcp);
	if (n > 0)
		krcp->nr_bkv_objs += n;
	krcp->work_in_progress = false;
	krcp->backoff_page_cache_fill = false;
	krcp->page_done = true;
}

static bool fill_page_cache_func(void *ctx, struct sim_frame *frame)
{
	struct kfree_rcu_cpu *krcp = ctx;
	const int64_t n = pages_missing(krcp);

	if (krcp->page_done) {
		krcp->page_done = false;
		return false;
	}
	frame_exec_open(frame, time_mul(n > 0 ? n : 0, krc_machine(krcp)->costs.page_alloc), false,
			fill_done, krcp);
	return true;
}

void kvfree_cpu_init(struct kfree_rcu_cpu *krcp)
{
	struct machine *m = krc_machine(krcp);

	krcp->lock.name = "krc lock";
	/* a kernel that has booted has used it */
	krcp->nr_bkv_objs = krcp->kv->rcu->config.rcu_min_cached_objs;
	delayed_work_init(&krcp->monitor_work, machine_workqueue(m, krcp->kv->wq),
			  "kfree_rcu_monitor", kfree_rcu_monitor, krcp);
	delayed_work_init(&krcp->page_cache_work, machine_workqueue(m, WORKQUEUE_HIGHPRI),
			  "fill_page_cache_func", fill_page_cache_func, krcp);
	for (int i = 0; i < KFREE_N_BATCHES; i++) {
		krcp->krw_arr[i].krcp = krcp;
		work_init(&krcp->krw_arr[i].work, "kfree_rcu_work", kfree_rcu_work,
			  &krcp->krw_arr[i]);
	}
}
