/*
 * The bench of the kernel lab: a kthread bound to a CPU frees N objects, one after the other, with
 * cond_resched() after each. Its methods are those of the bench, not policies: a batch is exactly `batch` long,
 * and the last object of the loop drains what there is. It may wait before each object, ndelay(), or sleep
 * after it, usleep_range(), and every now and then it looks how many objects are pending.
 */
#include <glib.h>

#include "machine/tick.h"
#include "mm/mm.h"
#include "mm/vma_hooks.h"

struct free_loop_task {
	struct mm_world *w;
	struct sim_task *task;
	struct free_loop_task_config config;
	struct mm_struct mm;
	struct freeing freeing;
	struct typesafe_cache *cache; /* method typesafe, else NULL */
	struct sim_slot timer;        /* its arrival, then the end of a sleep */
	int64_t soft_ns, hard_ns;     /* of a sleep: its first possible end, and the last one */
	bool started, to_sleep;
};

static struct free_loop_task *loop_of(struct freeing *f)
{
	return f->task->body;
}

/*
 * What ndelay() of a run-time argument waits for on x86, from __udelay() and __const_udelay(): 5/2^32 s for 1 ns is
 * 16 % too much, and HZ/4 is rounded down.
 */
static int64_t ndelay_wait_ns(int64_t ns, int64_t hz)
{
	return (int64_t)(((__int128)ns * 5 * 4 * (hz / 4) * NSEC_PER_SEC / hz) >> 32);
}

/* Everybody's frees up to now count: an observation instant. */
static void note_pending(struct mm_world *w)
{
	machine_observe(w->m);
	if (w->unfreed.objects > w->stats.free_loop.pending_peak)
		w->stats.free_loop.pending_peak = w->unfreed.objects;
}

static void object_done(struct freeing *f)
{
	struct free_loop_task *t = loop_of(f);
	const int64_t look_every = t->config.look_every;

	t->to_sleep = t->config.usleep_ns > 0;
	if (look_every > 0 && (t->config.objects - f->n_left) % look_every == 0)
		note_pending(f->w);
}

/* A run ends where the loop looks, or sleeps. */
static void plan_stop(struct freeing *f, struct sim_op *op)
{
	const struct free_loop_task *t = loop_of(f);
	const int64_t look_every = t->config.look_every;

	if (t->config.usleep_ns > 0) {
		op->n = 1;
		op->resched = false;
	} else if (look_every > 0) {
		const int64_t n = look_every - (t->config.objects - f->n_left) % look_every;

		op->n = op->n < n ? op->n : n;
	}
}

/* What a timestamp adds to an object's call, where it has one of its own. */
static int64_t stamp_ns(struct freeing *f)
{
	return loop_of(f)->config.timestamps ? f->w->m->costs.clock_read : 0;
}

static void per_object_plan(struct freeing *f, struct sim_op *op)
{
	freeing_plan_call_rcu(f, op);
	op->open_ns += stamp_ns(f);
	plan_stop(f, op);
}

static void per_object_free(struct freeing *f)
{
	freeing_call_rcu(f);
	object_done(f);
}

static void hurry_plan(struct freeing *f, struct sim_op *op)
{
	freeing_plan_call_rcu_hurry(f, op);
	plan_stop(f, op);
}

static void hurry_free(struct freeing *f)
{
	freeing_call_rcu_hurry(f);
	object_done(f);
}

static void direct_plan(struct freeing *f, struct sim_op *op)
{
	const struct free_loop_task_config *config = &loop_of(f)->config;

	op->open_ns += slab_free_ns(&config->slab, &f->w->m->costs, f->object_bytes,
				    config->objects, config->objects - f->n_left, &op->n);
	plan_stop(f, op);
}

static void direct_free(struct freeing *f)
{
	freeing_now(f);
	object_done(f);
}

/* Length at which the list being filled is drained: the batch, or what is left of the loop. */
static int64_t list_full(struct freeing *f, int64_t n_left)
{
	const int64_t batch = loop_of(f)->config.batch;
	const int64_t rest = f->mm->n_list + n_left;

	return rest < batch ? rest : batch;
}

static void list_plan(struct freeing *f, struct sim_op *op)
{
	const int64_t full = list_full(f, f->n_left);

	freeing_plan_list(f, op, full);
	if (op->period > 1)
		op->long_open_ns += stamp_ns(f);
	else if (f->mm->n_list + 1 == full)
		op->open_ns += stamp_ns(f);
	plan_stop(f, op);
}

static void list_free(struct freeing *f)
{
	/* n_left has been counted down for this object already */
	const int64_t full = list_full(f, f->n_left + 1);

	freeing_list_push(f);
	if (f->mm->n_list == full)
		freeing_list_drain(f);
	object_done(f);
}

static void list_free_run(struct freeing *f, int64_t n, const struct op_times *times)
{
	freeing_list_run(f, n, list_full(f, f->n_left + n), times);
}

/* --- call_srcu(), and kfree_rcu(), per object --- */

static int loop_cpu(const struct freeing *f)
{
	return f->task->frame.cpu->id;
}

static void use_plan(struct freeing *f, struct sim_op *op, struct call_rcu_plan plan)
{
	op->closed_ns = plan.closed_ns;
	op->lock = plan.lock;
	op->n = plan.n;
	plan_stop(f, op);
}

/* One object is given up; the callback, or what stands for one, that frees it. */
static struct rcu_cb unlink_one(struct freeing *f)
{
	const struct op_times now = { .first_end_ns = machine_now_ns(f->w->m), .period = 1 };

	unfreed_unlink(f->w, 1, f->object_bytes, &now);
	return mm_cb(f->w, f->one, 1, f->object_bytes);
}

static void srcu_plan(struct freeing *f, struct sim_op *op)
{
	use_plan(f, op, call_srcu_plan(f->w->srcu, loop_cpu(f), f->n_left));
	op->open_ns += stamp_ns(f);
}

static void srcu_free_one(struct freeing *f)
{
	const struct rcu_cb cb = unlink_one(f);

	call_srcu(f->w->srcu, &cb, &f->task->frame);
	object_done(f);
}

static void srcu_free_run(struct freeing *f, int64_t n, const struct op_times *times)
{
	const struct rcu_cb cb = mm_cb(f->w, f->one, 1, f->object_bytes);

	unfreed_unlink(f->w, n, f->object_bytes, times);
	call_srcu_run(f->w->srcu, loop_cpu(f), &cb, n, times->first_end_ns, times->short_ns);
}

static void kfree_rcu_plan(struct freeing *f, struct sim_op *op)
{
	use_plan(f, op, kvfree_call_rcu_plan(f->w->kvfree, loop_cpu(f), f->n_left));
}

static void kfree_rcu_free_one(struct freeing *f)
{
	const struct rcu_cb cb = unlink_one(f);

	kvfree_call_rcu(f->w->kvfree, &cb, &f->task->frame);
	object_done(f);
}

static void kfree_rcu_free_run(struct freeing *f, int64_t n, const struct op_times *times)
{
	const struct rcu_cb cb = mm_cb(f->w, f->one, 1, f->object_bytes);

	unfreed_unlink(f->w, n, f->object_bytes, times);
	kvfree_call_rcu_run(f->w->kvfree, loop_cpu(f), &cb, n, times->first_end_ns,
			    times->short_ns);
}

/* --- kmem_cache_free() of a type-safe cache --- */

static void typesafe_loop_plan(struct freeing *f, struct sim_op *op)
{
	typesafe_plan(f, loop_of(f)->cache, op);
	plan_stop(f, op);
}

static void typesafe_loop_free(struct freeing *f)
{
	typesafe_free(f, loop_of(f)->cache);
	object_done(f);
}

static void typesafe_loop_free_run(struct freeing *f, int64_t n, const struct op_times *times)
{
	typesafe_free_run(f, loop_of(f)->cache, n, times);
}

static const struct vma_policy_hooks free_loop_hooks[] = {
	[FREE_LOOP_KIND_PER_OBJECT] = { .plan = per_object_plan,
					.free_vma = per_object_free,
					.free_vmas = freeing_call_rcu_run },
	[FREE_LOOP_KIND_BATCH] = { .plan = list_plan,
				   .free_vma = list_free,
				   .free_vmas = list_free_run },
	[FREE_LOOP_KIND_WHOLE_LIST] = { .plan = list_plan,
					.free_vma = list_free,
					.free_vmas = list_free_run },
	[FREE_LOOP_KIND_DIRECT] = { .plan = direct_plan,
				    .free_vma = direct_free,
				    .free_vmas = freeing_now_run },
	[FREE_LOOP_KIND_SRCU] = { .plan = srcu_plan,
				  .free_vma = srcu_free_one,
				  .free_vmas = srcu_free_run },
	[FREE_LOOP_KIND_KFREE_RCU] = { .plan = kfree_rcu_plan,
				       .free_vma = kfree_rcu_free_one,
				       .free_vmas = kfree_rcu_free_run },
	[FREE_LOOP_KIND_TYPESAFE] = { .plan = typesafe_loop_plan,
				      .free_vma = typesafe_loop_free,
				      .free_vmas = typesafe_loop_free_run },
	[FREE_LOOP_KIND_HURRY] = { .plan = hurry_plan,
				   .free_vma = hurry_free,
				   .free_vmas = freeing_call_rcu_hurry_run },
};

static void loop_begin(struct free_loop_task *t)
{
	const struct cost_profile *costs = &t->w->m->costs;
	struct free_loop_stats *stats = &t->w->stats.free_loop;
	const int64_t body_ns = costs->free_loop_body + costs->cond_resched +
				(t->config.samples ? costs->probe_check : 0) +
				ndelay_wait_ns(t->config.ndelay_ns, t->w->m->config.hz);

	t->started = true;
	freeing_begin(&t->freeing, t->w, t->task, &free_loop_hooks[t->config.kind], &t->mm, false,
		      t->config.object_bytes, body_ns, t->config.objects);
	t->freeing.one = t->config.timestamps ? &mm_cb_object_timed
			 : t->config.samples  ? &mm_cb_object_sampled
					      : &mm_cb_object;
	t->freeing.list = t->freeing.one;
	if (stats->n_started++ == 0)
		stats->start_ns = t->freeing.start_ns;
}

static void loop_end(struct free_loop_task *t)
{
	struct free_loop_stats *stats = &t->w->stats.free_loop;
	const int64_t loop_ns = machine_now_ns(t->w->m) - t->freeing.start_ns;

	freeing_account(&t->freeing);
	if (t->config.look_every > 0)
		note_pending(t->w);
	if (stats->n_ended++ == 0 || loop_ns < stats->shortest_ns)
		stats->shortest_ns = loop_ns;
	stats->end_ns = machine_now_ns(t->w->m);
	barrier_task_loop_ended(t->config.barrier);
	task_exit(t->task);
}

/*
 * usleep_range(us, us + us / 16 + 1), as the bench has it: the timer may expire from its soft time on, and is programmed
 * for the hard one. The first timer interrupt of the CPU in between, its tick, ends the sleep.
 */
static void loop_sleep(struct free_loop_task *t)
{
	t->to_sleep = false;
	t->soft_ns = time_add(machine_now_ns(t->w->m), t->config.usleep_ns);
	t->hard_ns = time_add(
		t->soft_ns, time_mul(t->config.usleep_ns / NSEC_PER_USEC / 16 + 1, NSEC_PER_USEC));
	engine_arm(t->w->m->engine, t->timer, t->soft_ns);
	task_block(t->task);
}

static void loop_timer(void *ctx)
{
	struct free_loop_task *t = ctx;
	const int64_t now_ns = machine_now_ns(t->w->m);
	const int64_t tick_ns = tick_next_ns(t->task->cpu);

	if (t->started && now_ns < t->hard_ns && now_ns == t->soft_ns)
		engine_arm(t->w->m->engine, t->timer, tick_ns < t->hard_ns ? tick_ns : t->hard_ns);
	else
		task_wake(t->task, NULL);
}

static void free_loop_step(void *ctx)
{
	struct free_loop_task *t = ctx;

	if (!t->started)
		loop_begin(t);
	if (t->to_sleep)
		loop_sleep(t);
	else if (!freeing_step(&t->freeing))
		loop_end(t);
}

void free_loop_task_new(struct mm_world *w, const char *name,
			const struct free_loop_task_config *config)
{
	struct free_loop_task *t = g_new0(struct free_loop_task, 1);

	t->w = w;
	t->config = *config;
	if (config->kind == FREE_LOOP_KIND_WHOLE_LIST)
		t->config.batch = config->objects;
	if (config->kind == FREE_LOOP_KIND_SRCU)
		mm_srcu(w);
	if (config->kind == FREE_LOOP_KIND_TYPESAFE)
		t->cache = typesafe_cache_new(w, &config->slab, config->object_bytes);
	if (config->kind == FREE_LOOP_KIND_KFREE_RCU)
		mm_kvfree(w);
	t->task = task_new(w->m, name, TASK_WORKLOAD, config->cpu, config->cpu, free_loop_step, t);
	t->task->body = t;
	if (t->cache != NULL)
		typesafe_cache_set_user(t->cache, t->task);
	t->task->kthread = true;
	t->timer = engine_slot_new(w->m->engine, SIM_RANK_ARRIVAL, t->task->id, loop_timer, t);
	engine_arm(w->m->engine, t->timer, config->arrive_ns);
}
