/*
 * The freeing loop of exit_mmap() and munmap(), and the mechanisms that a policy chooses from.
 *
 * One iteration is an operation: remove_vma() and the loop's own work with interrupts enabled, then what the
 * policy does, call_rcu() with interrupts disabled. A cond_resched() ends it. The policy's plan says what the
 * next iteration costs and how many of its kind are a run.
 */
#include "mm/mm.h"
#include "mm/vma_hooks.h"

static struct rcu_data *freeing_rdp(struct freeing *f)
{
	return &f->w->rcu->rdp[f->task->frame.cpu->id];
}

static struct op_times now_times(const struct freeing *f)
{
	return (struct op_times){ .first_end_ns = machine_now_ns(f->w->m), .period = 1 };
}

void freeing_begin(struct freeing *f, struct mm_world *w, struct sim_task *task,
		   const struct vma_policy_hooks *hooks, struct mm_struct *mm, bool unreachable,
		   int64_t object_bytes, int64_t body_ns, int64_t n)
{
	*f = (struct freeing){
		.w = w,
		.task = task,
		.hooks = hooks,
		.mm = mm,
		.unreachable = unreachable,
		.one = &mm_cb_vma,
		.list = &mm_cb_vma_list,
		.object_bytes = object_bytes,
		.body_ns = body_ns,
		.n_left = n,
		.start_ns = machine_now_ns(w->m),
		.lock_wait_start_ns = task->frame.lock_wait_ns,
	};
	machine_observe(w->m);
}

static void free_one_done(void *ctx)
{
	struct freeing *f = ctx;
	const struct sim_op *op = &f->task->frame.op;
	const bool is_long = op->period > 1 && f->task->frame.phase == op->period - 1;

	f->call_rcu_closed_ns += is_long ? op->long_closed_ns : op->closed_ns;
	f->n_left--;
	f->hooks->free_vma(f);
}

static void free_run(void *ctx, int64_t n, const struct op_times *times)
{
	struct freeing *f = ctx;
	const struct sim_op *op = &f->task->frame.op;
	const int64_t n_long = times->period > 1 ? op_times_n_long(times, n) : 0;

	f->call_rcu_closed_ns += n_long * op->long_closed_ns + (n - n_long) * op->closed_ns;
	f->n_left -= n;
	f->hooks->free_vmas(f, n, times);
}

static void init_op(struct freeing *f, struct sim_op *op)
{
	*op = (struct sim_op){ .open_ns = f->body_ns,
			       .resched = true,
			       .done = free_one_done,
			       .apply = free_run,
			       .ctx = f,
			       .n = 1,
			       .period = 1 };
}

/* The wakeup by the last call_rcu() belongs to it, and so to the loop. */
static bool freeing_pay(struct freeing *f)
{
	if (f->task->frame.charge_ns == 0)
		return false;
	frame_exec_open(&f->task->frame, 0, false, NULL, NULL);
	return true;
}

bool freeing_step(struct freeing *f)
{
	struct sim_op op;

	if (f->n_left == 0)
		return freeing_pay(f);
	init_op(f, &op);
	f->hooks->plan(f, &op);
	sim_assert(op.n >= 1 && op.n <= f->n_left);
	frame_exec(&f->task->frame, &op);
	return true;
}

static void end_done(void *ctx)
{
	struct freeing *f = ctx;

	f->call_rcu_closed_ns += f->task->frame.op.closed_ns;
	f->hooks->end(f);
}

bool freeing_end_step(struct freeing *f, enum freeing_end end)
{
	struct sim_op op;

	f->end = end;
	init_op(f, &op);
	op.open_ns = 0;
	op.apply = NULL;
	op.done = end_done;
	if (f->hooks->end_plan == NULL || !f->hooks->end_plan(f, &op))
		return false;
	frame_exec(&f->task->frame, &op);
	return true;
}

void freeing_account(struct freeing *f)
{
	struct mm_stats *stats = &f->w->stats;
	const int64_t loop_ns = machine_now_ns(f->w->m) - f->start_ns;

	hist_add(&stats->freeing_loop, loop_ns);
	stats->freeing_loop_ns += loop_ns;
	stats->freeing_loop_call_rcu_ns +=
		f->call_rcu_closed_ns + f->task->frame.lock_wait_ns - f->lock_wait_start_ns;
	machine_observe(f->w->m);
}

/* --- mechanisms, one --- */

void freeing_now(struct freeing *f)
{
	const struct op_times now = now_times(f);

	unfreed_unlink(f->w, 1, f->object_bytes, &now);
	unfreed_free(f->w, 1, 1, f->object_bytes, &now);
}

void freeing_call_rcu(struct freeing *f)
{
	const struct op_times now = now_times(f);
	const struct rcu_cb cb = mm_cb(f->w, f->one, 1, f->object_bytes);

	unfreed_unlink(f->w, 1, f->object_bytes, &now);
	call_rcu(freeing_rdp(f), &cb, &f->task->frame, false);
}

void freeing_call_rcu_hurry(struct freeing *f)
{
	const struct op_times now = now_times(f);
	const struct rcu_cb cb = mm_cb(f->w, f->one, 1, f->object_bytes);

	unfreed_unlink(f->w, 1, f->object_bytes, &now);
	call_rcu_hurry(freeing_rdp(f), &cb, &f->task->frame, false);
}

void freeing_list_push(struct freeing *f)
{
	const struct op_times now = now_times(f);

	unfreed_unlink(f->w, 1, f->object_bytes, &now);
	f->mm->n_list++;
	f->w->stats.residue++;
}

void freeing_list_drain(struct freeing *f)
{
	const struct rcu_cb cb = mm_cb(f->w, f->list, f->mm->n_list, f->object_bytes);

	f->w->stats.residue -= f->mm->n_list;
	f->mm->n_list = 0;
	call_rcu(freeing_rdp(f), &cb, &f->task->frame, false);
}

/* --- mechanisms, n in closed form --- */

void freeing_now_run(struct freeing *f, int64_t n, const struct op_times *times)
{
	unfreed_unlink(f->w, n, f->object_bytes, times);
	unfreed_free(f->w, n, 1, f->object_bytes, times);
}

void freeing_call_rcu_run(struct freeing *f, int64_t n, const struct op_times *times)
{
	const struct rcu_cb cb = mm_cb(f->w, f->one, 1, f->object_bytes);

	unfreed_unlink(f->w, n, f->object_bytes, times);
	call_rcu_run(freeing_rdp(f), &cb, n, times->first_end_ns, times->short_ns);
}

void freeing_call_rcu_hurry_run(struct freeing *f, int64_t n, const struct op_times *times)
{
	const struct rcu_cb cb = mm_cb(f->w, f->one, 1, f->object_bytes);

	unfreed_unlink(f->w, n, f->object_bytes, times);
	call_rcu_hurry_run(freeing_rdp(f), &cb, n, times->first_end_ns, times->short_ns);
}

void freeing_list_run(struct freeing *f, int64_t n, int64_t full, const struct op_times *times)
{
	const int64_t n_drains = times->period > 1 ? op_times_n_long(times, n)
						   : (full == 1 ? n : (f->mm->n_list + n) / full);
	struct mm_struct *mm = f->mm;

	unfreed_unlink(f->w, n, f->object_bytes, times);
	if (n_drains > 0) {
		const struct rcu_cb cb = mm_cb(f->w, f->list, full, f->object_bytes);
		const int64_t first = full == 1 ? 0 : op_times_first_long(times);

		call_rcu_run(freeing_rdp(f), &cb, n_drains, op_times_end(times, first),
			     op_times_period_ns(times));
	}
	f->w->stats.residue += n - n_drains * full;
	mm->n_list += n - n_drains * full;
	sim_assert(mm->n_list >= 0 && mm->n_list < full);
}

/* --- plans --- */

void freeing_plan_now(struct freeing *f, struct sim_op *op)
{
	op->open_ns += mm_free_cost_ns(f->w, f->one);
	op->n = f->n_left;
}

static void use_plan(struct sim_op *op, const struct call_rcu_plan *plan)
{
	op->closed_ns = plan->closed_ns;
	op->lock = plan->lock;
	op->jiffy_bound = plan->jiffy_bound;
	op->n = plan->n;
}

void freeing_plan_call_rcu(struct freeing *f, struct sim_op *op)
{
	const struct call_rcu_plan plan = call_rcu_plan(freeing_rdp(f), f->n_left);

	use_plan(op, &plan);
}

void freeing_plan_call_rcu_hurry(struct freeing *f, struct sim_op *op)
{
	const struct call_rcu_plan plan = call_rcu_hurry_plan(freeing_rdp(f), f->n_left);

	use_plan(op, &plan);
}

void freeing_plan_drain(struct freeing *f, struct sim_op *op)
{
	const struct call_rcu_plan plan = call_rcu_plan(freeing_rdp(f), 1);

	op->open_ns += f->w->m->costs.list_drain;
	op->closed_ns = plan.closed_ns;
	op->lock = plan.lock;
}

/* The next iteration fills the list: push, drain, call_rcu(). */
static void plan_push_and_drain(struct freeing *f, struct sim_op *op)
{
	op->open_ns += f->w->m->costs.list_push;
	freeing_plan_drain(f, op);
}

/*
 * @full - 1 pushes and a push with a drain are a pattern. It is a run as far as its call_rcu()s are one, and
 * the rest of the loop goes; a pattern whose pushes cost nothing is left to single operations.
 */
void freeing_plan_list(struct freeing *f, struct sim_op *op, int64_t full)
{
	const struct cost_profile *costs = &f->w->m->costs;
	const int64_t to_drain = full - f->mm->n_list;
	const int64_t n_drains = f->n_left >= to_drain ? 1 + (f->n_left - to_drain) / full : 0;
	struct call_rcu_plan plan;

	sim_assert(to_drain >= 1);
	if (n_drains == 0) {
		op->open_ns += costs->list_push;
		op->n = f->n_left;
		return;
	}
	plan = call_rcu_plan(freeing_rdp(f), n_drains);
	if (full == 1 || op->open_ns + costs->list_push == 0) {
		if (to_drain == 1)
			plan_push_and_drain(f, op);
		else
			op->open_ns += costs->list_push;
		return;
	}
	op->period = full;
	op->phase = f->mm->n_list;
	op->long_open_ns = op->open_ns + costs->list_push + costs->list_drain;
	op->long_closed_ns = plan.closed_ns;
	op->open_ns += costs->list_push;
	op->closed_ns = 0;
	op->lock = plan.lock;
	op->jiffy_bound = plan.jiffy_bound;
	op->n = to_drain + (plan.n - 1) * full;
}
