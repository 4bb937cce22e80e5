/*
 * kfree_rcu(): kvfree_call_rcu(), the page cache, schedule_delayed_monitor_work(), kvfree_rcu_queue_batch(),
 * kvfree_rcu_barrier(), the shrinker.
 *
 * A run of calls ends where a block is full, where the count first asks the monitor to hurry, and wherever the
 * monitor is not armed. A cookie is not a number here: a block's is over when a grace period that began after its
 * last pointer was put there has ended.
 */
#include "rcu/kvfree.h"

#include <glib.h>

/* KVFREE_BULK_MAX_ENTR: pointers of 8 bytes in a page of 4096, less a header of 16 or 40 */
#define CAPACITY       ((4096 - 40) / 8)
#define CAPACITY_SHORT ((4096 - 16) / 8)
#define DRAIN_S        5 /* KFREE_DRAIN_JIFFIES is so many HZ */

static struct machine *kv_machine(const struct kvfree *kv)
{
	return kv->rcu->m;
}

static int64_t min64(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

void kvfree_cut_runs(struct kfree_rcu_cpu *krcp)
{
	cpu_cut(&kv_machine(krcp->kv)->cpus[krcp->cpu]);
}

int64_t kvfree_count(const struct kfree_rcu_cpu *krcp)
{
	return krcp->bulk_count + krcp->head.n;
}

bool kvfree_has_objects(const struct kfree_rcu_cpu *krcp)
{
	return krcp->bulk.head != NULL || krcp->head.n > 0;
}

/* --- blocks and their pages --- */

void kvfree_blocks_push(struct kvfree_blocks *blocks, struct kvfree_block *block)
{
	block->next = NULL;
	if (blocks->tail != NULL)
		blocks->tail->next = block;
	else
		blocks->head = block;
	blocks->tail = block;
}

struct kvfree_block *kvfree_blocks_pop(struct kvfree_blocks *blocks)
{
	struct kvfree_block *block = blocks->head;

	blocks->head = block->next;
	if (blocks->head == NULL)
		blocks->tail = NULL;
	return block;
}

static bool has_room(const struct kfree_rcu_cpu *krcp)
{
	return krcp->bulk.tail != NULL && krcp->bulk.tail->n < krcp->kv->block_capacity;
}

/* A block on a page of the cache: get_cached_bnode(). */
static bool add_block(struct kfree_rcu_cpu *krcp)
{
	struct kvfree *kv = krcp->kv;
	struct kvfree_block *block = kv->free_blocks;

	if (krcp->nr_bkv_objs == 0)
		return false;
	krcp->nr_bkv_objs--;
	if (block != NULL)
		kv->free_blocks = block->next;
	else
		block = g_new0(struct kvfree_block, 1);
	*block = (struct kvfree_block){ 0 };
	kvfree_blocks_push(&krcp->bulk, block);
	kv->stats.n_blocks++;
	return true;
}

/* run_page_cache_worker(): by a timer of 0 ns, so to say at once; later if memory was short. */
static void fill_page_cache(struct kfree_rcu_cpu *krcp, struct sim_frame *frame)
{
	const struct rcu_config *config = &krcp->kv->rcu->config;
	const int64_t hz = kv_machine(krcp->kv)->config.hz;
	const int64_t later = (config->rcu_delay_page_cache_fill_msec * hz + 999) / 1000;

	if (config->rcu_min_cached_objs == 0 || krcp->work_in_progress)
		return;
	krcp->work_in_progress = true;
	queue_delayed_work_on(&krcp->page_cache_work, krcp->cpu,
			      krcp->backoff_page_cache_fill ? later : 0, frame);
}

/* --- the monitor's timer --- */

static int64_t monitor_delay(const struct kfree_rcu_cpu *krcp, int64_t count)
{
	return count >= krcp->kv->block_capacity ? 1 : DRAIN_S * kv_machine(krcp->kv)->config.hz;
}

/* Whether @count objects leave the monitor's work as it is: it is pending, and no later than they want it. */
static bool monitor_is_set(const struct kfree_rcu_cpu *krcp, int64_t count)
{
	const struct delayed_work *work = &krcp->monitor_work;

	return work->work.pending &&
	       monitor_delay(krcp, count) >= work->timer.nominal - kv_machine(krcp->kv)->jiffies;
}

void kvfree_schedule_monitor(struct kfree_rcu_cpu *krcp, int cpu, struct sim_frame *frame)
{
	const int64_t count = kvfree_count(krcp);

	if (!monitor_is_set(krcp, count))
		mod_delayed_work_on(&krcp->monitor_work, cpu, monitor_delay(krcp, count), frame);
}

/* --- kvfree_call_rcu() --- */

static void put_in_block(struct kfree_rcu_cpu *krcp, const struct rcu_cb *cb, int64_t n,
			 int64_t last_ns)
{
	struct kvfree_block *block = krcp->bulk.tail;

	block->type = cb->type;
	block->n += n;
	block->bytes += n * cb->bytes;
	block->newest_ns = last_ns;
	krcp->bulk_count += n;
	sim_assert(block->n <= krcp->kv->block_capacity);
}

void kvfree_call_rcu(struct kvfree *kv, const struct rcu_cb *cb, struct sim_frame *frame)
{
	struct kfree_rcu_cpu *krcp = &kv->krc[frame->cpu->id];
	const int64_t now_ns = machine_now_ns(kv_machine(kv));

	kv->stats.n_objects++;
	if (has_room(krcp) || add_block(krcp)) {
		put_in_block(krcp, cb, 1, now_ns);
	} else {
		fill_page_cache(krcp, frame);
		kv->stats.n_head++;
		cb_list_append(&krcp->head, &kv->rcu->pool, cb, now_ns, 0, 1);
	}
	kvfree_schedule_monitor(krcp, krcp->cpu, frame);
}

/* Calls that put a pointer where the last one did, and leave the monitor alone; or one that does not. */
struct call_rcu_plan kvfree_call_rcu_plan(struct kvfree *kv, int cpu, int64_t n_max)
{
	struct kfree_rcu_cpu *krcp = &kv->krc[cpu];
	const int64_t count = kvfree_count(krcp);
	const bool fills = has_room(krcp);
	const bool refill = kv->rcu->config.rcu_min_cached_objs > 0 && !krcp->work_in_progress;
	struct call_rcu_plan plan = { .n = 1,
				      .closed_ns = kv_machine(kv)->costs.kvfree_call_rcu,
				      .lock = &krcp->lock };

	sim_assert(n_max >= 1);
	if (!monitor_is_set(krcp, count + 1) || (!fills && (krcp->nr_bkv_objs > 0 || refill)))
		return plan;
	plan.n = n_max;
	if (fills)
		plan.n = min64(plan.n, kv->block_capacity - krcp->bulk.tail->n);
	if (count + 1 < kv->block_capacity)
		plan.n = min64(plan.n, kv->block_capacity - 1 - count);
	return plan;
}

void kvfree_call_rcu_run(struct kvfree *kv, int cpu, const struct rcu_cb *cb, int64_t n,
			 int64_t first_ns, int64_t stride_ns)
{
	struct kfree_rcu_cpu *krcp = &kv->krc[cpu];

	kv->stats.n_objects += n;
	if (has_room(krcp)) {
		put_in_block(krcp, cb, n, first_ns + (n - 1) * stride_ns);
		return;
	}
	kv->stats.n_head += n;
	cb_list_append(&krcp->head, &kv->rcu->pool, cb, first_ns, stride_ns, n);
}

/* --- batches --- */

static bool batch_is_empty(const struct kvfree_batch *batch)
{
	return batch->blocks.head == NULL && batch->head.n == 0;
}

/* need_wait_for_krwp_work(). */
static bool slot_is_busy(const struct kfree_rcu_cpu_work *krwp)
{
	return !batch_is_empty(&krwp->free);
}

/* The callback of a batch: rcu_work_rcufn(). */
static void batch_rcufn(void *owner, struct sim_frame *frame)
{
	struct kfree_rcu_cpu_work *krwp = owner;
	struct kvfree *kv = krwp->krcp->kv;

	krwp->rcu_pending = false;
	queue_work_on(machine_workqueue(kv_machine(kv), kv->wq), frame->cpu->id, &krwp->work,
		      frame);
}

static const struct rcu_cb_type batch_cb = { .name = "rcu_work_rcufn", .func = batch_rcufn };

/*
 * kvfree_rcu_queue_batch(): everything goes to the first free slot, and waits for a callback on the CPU that does
 * this, queued with interrupts disabled. False if there is nothing, or no slot.
 */
bool kvfree_queue_batch(struct kfree_rcu_cpu *krcp, struct sim_frame *frame)
{
	struct kvfree *kv = krcp->kv;

	kvfree_cut_runs(krcp);
	for (int i = 0; i < KFREE_N_BATCHES && kvfree_has_objects(krcp); i++) {
		struct kfree_rcu_cpu_work *krwp = &krcp->krw_arr[i];
		const struct rcu_cb cb = { .type = &batch_cb, .owner = krwp };

		if (slot_is_busy(krwp))
			continue;
		krwp->free.blocks = krcp->bulk;
		krcp->bulk = (struct kvfree_blocks){ 0 };
		cb_list_splice_tail(&krwp->free.head, &krcp->head);
		krcp->bulk_count = 0;
		krwp->n_queued++;
		kv->stats.n_batches++;
		sim_assert(!krwp->rcu_pending);
		krwp->rcu_pending = true;
		/* queue_rcu_work() is never lazy (6.11) */
		call_rcu_hurry(&kv->rcu->rdp[frame->cpu->id], &cb, frame, true);
		return true;
	}
	return false;
}

/* --- kvfree_rcu_barrier() --- */

enum { BARRIER_QUEUE, BARRIER_DRAIN_SLOTS, BARRIER_FLUSH, BARRIER_DONE };

void kvfree_rcu_barrier_begin(struct kvfree_barrier *barrier, struct kvfree *kv,
			      struct sim_task *task)
{
	*barrier = (struct kvfree_barrier){ .kv = kv, .task = task };
}

/* Sleep until what @krwp has taken on is freed; false if there is nothing. */
static bool barrier_wait(struct kvfree_barrier *barrier, struct kfree_rcu_cpu_work *krwp)
{
	if (krwp->n_queued == krwp->n_done)
		return false;
	barrier->wait_for = krwp;
	barrier->wait_seq = krwp->n_queued;
	barrier->next = barrier->kv->barriers;
	barrier->kv->barriers = barrier;
	task_block(barrier->task);
	return true;
}

/* A batch of @krwp is freed. */
void kvfree_batch_done(struct kfree_rcu_cpu_work *krwp, struct sim_frame *frame)
{
	struct kvfree_barrier **link = &krwp->krcp->kv->barriers;

	krwp->n_done++;
	while (*link != NULL) {
		struct kvfree_barrier *barrier = *link;

		if (barrier->wait_for != krwp || barrier->wait_seq > krwp->n_done) {
			link = &barrier->next;
			continue;
		}
		*link = barrier->next;
		barrier->wait_for = NULL;
		task_wake(barrier->task, frame);
	}
}

/* One CPU's objects are on their way, or both its slots have to be waited for. */
static void barrier_queue_done(void *ctx)
{
	struct kvfree_barrier *barrier = ctx;
	struct kfree_rcu_cpu *krcp = &barrier->kv->krc[barrier->cpu];

	kvfree_queue_batch(krcp, &barrier->task->frame);
	if (kvfree_has_objects(krcp)) {
		barrier->state = BARRIER_DRAIN_SLOTS;
		barrier->batch = 0;
	} else {
		barrier->cpu++;
	}
}

/* The monitor has nothing to do any more, and what is under way is waited for; true: the task sleeps. */
static bool barrier_flush(struct kvfree_barrier *barrier)
{
	struct kvfree *kv = barrier->kv;

	for (; barrier->cpu < kv_machine(kv)->n_cpus; barrier->cpu++, barrier->batch = 0) {
		struct kfree_rcu_cpu *krcp = &kv->krc[barrier->cpu];

		kvfree_cut_runs(krcp);
		if (!kvfree_has_objects(krcp))
			cancel_delayed_work(&krcp->monitor_work);
		while (barrier->batch < KFREE_N_BATCHES)
			if (barrier_wait(barrier, &krcp->krw_arr[barrier->batch++]))
				return true;
	}
	return false;
}

static void exec_queue(struct kvfree_barrier *barrier)
{
	struct kvfree *kv = barrier->kv;
	const int cpu = barrier->task->frame.cpu->id;
	const struct call_rcu_plan plan = call_rcu_hurry_plan(&kv->rcu->rdp[cpu], 1);

	frame_exec_locked(&barrier->task->frame, plan.closed_ns, &kv->krc[barrier->cpu].lock,
			  barrier_queue_done, barrier);
}

/* The first CPU from barrier->cpu on that has objects. */
static bool barrier_find_cpu(struct kvfree_barrier *barrier)
{
	struct kvfree *kv = barrier->kv;

	for (; barrier->cpu < kv_machine(kv)->n_cpus; barrier->cpu++) {
		kvfree_cut_runs(&kv->krc[barrier->cpu]);
		if (kvfree_has_objects(&kv->krc[barrier->cpu]))
			return true;
	}
	barrier->state = BARRIER_FLUSH;
	barrier->cpu = barrier->batch = 0;
	return false;
}

bool kvfree_rcu_barrier_step(struct kvfree_barrier *barrier)
{
	struct kvfree *kv = barrier->kv;

	if (barrier->state == BARRIER_DRAIN_SLOTS) {
		while (barrier->batch < KFREE_N_BATCHES)
			if (barrier_wait(barrier, &kv->krc[barrier->cpu].krw_arr[barrier->batch++]))
				return true;
		barrier->state = BARRIER_QUEUE;
	}
	if (barrier->state == BARRIER_QUEUE && barrier_find_cpu(barrier)) {
		exec_queue(barrier);
		return true;
	}
	if (barrier->state == BARRIER_FLUSH) {
		if (barrier_flush(barrier))
			return true;
		barrier->state = BARRIER_DONE;
		kv->stats.barrier_end_ns = machine_now_ns(kv_machine(kv));
	}
	return false;
}

/* --- the whole --- */

void kfree_rcu_shrink(struct kvfree *kv, struct sim_frame *frame)
{
	for (int cpu = 0; cpu < kv_machine(kv)->n_cpus; cpu++) {
		struct kfree_rcu_cpu *krcp = &kv->krc[cpu];

		kvfree_cut_runs(krcp);
		krcp->backoff_page_cache_fill = true;
		krcp->nr_bkv_objs = 0;
		if (kvfree_has_objects(krcp))
			mod_delayed_work_on(&krcp->monitor_work, frame->cpu->id, 0, frame);
	}
}

struct kvfree *kvfree_new(struct rcu_state *rcu)
{
	struct kvfree *kv = g_new0(struct kvfree, 1);

	kv->rcu = rcu;
	kv->block_capacity = rcu->version->kvfree_short_header ? CAPACITY_SHORT : CAPACITY;
	kv->cookies = rcu->version->kvfree_cookies;
	kv->wq = rcu->version->kvfree_own_workqueue ? WORKQUEUE_UNBOUND : WORKQUEUE_BOUND;
	kv->krc = g_new0(struct kfree_rcu_cpu, (gsize)rcu->m->n_cpus);
	for (int cpu = 0; cpu < rcu->m->n_cpus; cpu++) {
		kv->krc[cpu].kv = kv;
		kv->krc[cpu].cpu = cpu;
		kvfree_cpu_init(&kv->krc[cpu]);
	}
	return kv;
}

static void blocks_clear(struct kvfree_blocks *blocks)
{
	while (blocks->head != NULL)
		g_free(kvfree_blocks_pop(blocks));
}

static void batch_clear(struct kvfree *kv, struct kvfree_batch *batch)
{
	blocks_clear(&batch->blocks);
	cb_list_clear(&batch->head, &kv->rcu->pool);
}

void kvfree_free(struct kvfree *kv)
{
	if (kv == NULL)
		return;
	for (int cpu = 0; cpu < kv_machine(kv)->n_cpus; cpu++) {
		struct kfree_rcu_cpu *krcp = &kv->krc[cpu];

		blocks_clear(&krcp->bulk);
		cb_list_clear(&krcp->head, &kv->rcu->pool);
		batch_clear(kv, &krcp->ready);
		for (int i = 0; i < KFREE_N_BATCHES; i++) {
			batch_clear(kv, &krcp->krw_arr[i].free);
			batch_clear(kv, &krcp->krw_arr[i].now);
		}
	}
	while (kv->free_blocks != NULL) {
		struct kvfree_block *block = kv->free_blocks;

		kv->free_blocks = block->next;
		g_free(block);
	}
	g_free(kv->krc);
	g_free(kv);
}

int64_t kvfree_n_objects(const struct kvfree *kv)
{
	return kv->stats.n_objects - kv->stats.n_freed;
}

static int64_t blocks_count(const struct kvfree_blocks *blocks)
{
	int64_t n = 0;

	for (const struct kvfree_block *block = blocks->head; block != NULL; block = block->next)
		n += block->n;
	return n;
}

static int64_t batch_count(const struct kvfree_batch *batch)
{
	return blocks_count(&batch->blocks) + batch->head.n;
}

/* Nothing lost, nothing twice; and who has objects has a monitor on its way. */
void kvfree_check_invariants(struct kvfree *kv)
{
	int64_t n = 0;

	for (int cpu = 0; cpu < kv_machine(kv)->n_cpus; cpu++) {
		const struct kfree_rcu_cpu *krcp = &kv->krc[cpu];

		sim_assert(krcp->bulk_count == blocks_count(&krcp->bulk));
		if (kvfree_has_objects(krcp))
			sim_assert(work_busy(&krcp->monitor_work.work));
		n += kvfree_count(krcp) + batch_count(&krcp->ready);
		for (int i = 0; i < KFREE_N_BATCHES; i++) {
			const struct kfree_rcu_cpu_work *krwp = &krcp->krw_arr[i];

			if (slot_is_busy(krwp))
				sim_assert(krwp->rcu_pending || work_busy(&krwp->work));
			n += batch_count(&krwp->free) + batch_count(&krwp->now);
		}
	}
	sim_assert(n == kvfree_n_objects(kv));
}
