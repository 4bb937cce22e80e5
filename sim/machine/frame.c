/*
 * Operations in flight: start, suspend, resume, end; runs and their settling.
 *
 * The state of a frame:
 *
 *   no operation --frame_exec--> running --event at the end--> effect, no operation --frame_continue--> ...
 *                                 |    ^
 *                      interrupt  v    |  frame_resume
 *                                suspended
 *
 * A running frame owns its CPU's op slot, armed for the end of the last operation of the run, or for the
 * boundary of the operation in flight if a lock must be asked for there.
 */
#include "machine/frame.h"

#include "machine/lock.h"
#include "machine/nohz_full.h"
#include "machine/sched.h"
#include "machine/stream.h"

/* The length of a wait: longer than any run, and no overflow at whatever share of the instruction stream. */
#define FOREVER_NS (2 * INT64_C(1000000) * NSEC_PER_SEC)

static struct engine *frame_engine(const struct sim_frame *frame)
{
	return frame->cpu->m->engine;
}

/* How long @frame's CPU takes for @ns of work. */
static int64_t work_ns(const struct sim_frame *frame, int64_t ns)
{
	return time_mul(ns, frame->cpu->m->stream_share);
}

/* Work of the closed segment of the operation in flight. */
static int64_t op_closed_work_ns(const struct sim_frame *frame)
{
	const struct sim_op *op = &frame->op;

	return op->period > 1 && frame->phase == op->period - 1 ? op->long_closed_ns
								: op->closed_ns;
}

/* Its length. */
static int64_t op_closed_ns(const struct sim_frame *frame)
{
	return work_ns(frame, op_closed_work_ns(frame));
}

/* Whether the operation in flight takes the lock: of a pattern only the long one does. */
static bool op_takes_lock(const struct sim_frame *frame)
{
	return frame->op.period == 1 || frame->phase == frame->op.period - 1;
}

static int64_t op_length_ns(const struct sim_op *op, int64_t phase)
{
	if (op->period > 1 && phase == op->period - 1)
		return time_add(op->long_open_ns, op->long_closed_ns);
	return time_add(op->open_ns, op->closed_ns);
}

static struct op_times frame_times(const struct sim_frame *frame)
{
	const struct sim_op *op = &frame->op;
	const int64_t short_ns = work_ns(frame, op->open_ns + op->closed_ns);

	return (struct op_times){
		.first_end_ns = frame->end_ns,
		.short_ns = short_ns,
		.long_ns = op->period > 1 ? work_ns(frame, op->long_open_ns + op->long_closed_ns)
					  : short_ns,
		.period = op->period,
		.phase = frame->phase,
	};
}

/* Delta that an operation ending at @t_ns gets when it is armed now. */
static uint32_t end_delta(const struct sim_frame *frame, int64_t t_ns)
{
	const struct sim_key now = engine_now_key(frame_engine(frame));

	if (t_ns > engine_now_ns(frame_engine(frame)) || t_ns > now.t_ns)
		return 0;
	return now.rank < SIM_RANK_OP_END ? now.delta : now.delta + 1;
}

/* Arm the end of the last operation of the run. */
static void frame_arm_end(struct sim_frame *frame)
{
	const struct op_times times = frame_times(frame);
	const bool no_cost = op_times_period_ns(&times) == 0;
	const int64_t last = frame->n_left - 1;
	const int64_t t_ns = op_times_end(&times, last);
	uint32_t delta = last == 0 ? frame->end_delta : 0;

	if (frame->cpu->paused)
		return; /* frame_resume() does */
	if (no_cost)
		delta = frame->end_delta + (uint32_t)last;
	engine_arm_at(frame_engine(frame), frame->cpu->op_slot, t_ns, delta);
}

/*
 * Make the boundary of the operation in flight an event, at the key at which it would have been passed without
 * one: it is the end of an open segment, and orders as such.
 */
static void frame_arm_boundary(struct sim_frame *frame)
{
	const struct sim_key now = engine_now_key(frame_engine(frame));
	const int64_t boundary_ns = frame->end_ns - op_closed_ns(frame);
	const bool passed = now.rank > SIM_RANK_OP_END ||
			    (now.rank == SIM_RANK_OP_END && now.actor >= (uint32_t)frame->cpu->id);
	uint32_t delta = 0;

	if (boundary_ns == now.t_ns)
		delta = passed ? now.delta + 1 : now.delta;
	frame->lock_pending = true;
	if (frame->cpu->paused)
		return;
	engine_arm_at(frame_engine(frame), frame->cpu->op_slot, boundary_ns, delta);
}

/* Take the in-flight operation off the lock's lazy list and make its boundary an event. */
void frame_make_lock_explicit(struct sim_frame *frame)
{
	sim_assert(frame->running && frame->lock_lazy && frame->n_left == 1);
	frame->lock_lazy = false;
	frame->op.lock->lazy = NULL;
	if (op_takes_lock(frame))
		frame_arm_boundary(frame);
}

/* Whether the operation in flight is past its boundary at the event being executed. */
bool frame_in_closed(const struct sim_frame *frame)
{
	const struct sim_key now = engine_now_key(frame_engine(frame));
	const int64_t closed_ns = op_closed_ns(frame);
	const int64_t boundary_ns = frame->end_ns - closed_ns;

	if (frame->spinning || frame->locked)
		return true;
	if (!frame->running || frame->lock_pending || closed_ns == 0)
		return false;
	if (frame->cpu->paused || boundary_ns != now.t_ns)
		return boundary_ns < cpu_now_ns(frame->cpu);
	return now.rank > SIM_RANK_OP_END ||
	       (now.rank == SIM_RANK_OP_END && now.actor > (uint32_t)frame->cpu->id);
}

/* The closed segment begins: the lock is ours (or there is none). */
void frame_enter_closed(struct sim_frame *frame)
{
	const int64_t now_ns = engine_now_ns(frame_engine(frame));

	if (frame->spinning) {
		const int64_t wait_ns = now_ns - frame->spin_since_ns;

		frame->spinning = false;
		frame->op.lock->wait_ns += wait_ns;
		frame->cpu->m->lock_wait_ns += wait_ns;
		frame->lock_wait_ns += wait_ns;
		if (frame->task != NULL)
			frame->task->lock_wait_ns += wait_ns;
	}
	frame->lock_pending = false;
	frame->locked = true;
	frame->end_ns = time_add(cpu_now_ns(frame->cpu), op_closed_ns(frame));
	frame->end_delta = end_delta(frame, frame->end_ns);
	frame_arm_end(frame);
}

static void frame_begin_closed_locked(struct sim_frame *frame)
{
	engine_cancel(frame_engine(frame), frame->cpu->op_slot);
	frame->lock_pending = false;
	if (!lock_acquire(frame->op.lock, frame)) {
		frame->spinning = true;
		frame->spin_since_ns = engine_now_ns(frame_engine(frame));
	}
}

/* Somebody else uses the lock: the operation in flight asks for it at its boundary. */
static void frame_start_explicit(struct sim_frame *frame, int64_t start_ns)
{
	const int64_t closed_ns = op_closed_work_ns(frame);

	if (frame->remaining_ns == closed_ns && start_ns == engine_now_ns(frame_engine(frame)))
		frame_begin_closed_locked(frame);
	else
		frame_arm_boundary(frame);
}

/* Run the operation in flight, of which frame->remaining_ns are left, from @start_ns on. */
static void frame_start(struct sim_frame *frame, int64_t start_ns)
{
	struct sim_lock *lock = frame->op.lock;

	if (frame->op.user)
		cpu_user_enter(frame->cpu);
	frame->running = true;
	frame->end_ns = time_add(start_ns, work_ns(frame, frame->remaining_ns));
	frame->end_delta = end_delta(frame, frame->end_ns);
	if (lock != NULL && !lock_is_quiet(lock)) {
		frame->n_left = 1;
		if (op_takes_lock(frame)) {
			frame_start_explicit(frame, start_ns);
			return;
		}
	} else if (lock != NULL && (op_takes_lock(frame) || frame->n_left > 1)) {
		frame->lock_lazy = true;
		lock->lazy = frame;
	}
	frame_arm_end(frame);
}

void frame_exec(struct sim_frame *frame, const struct sim_op *op)
{
	struct sim_cpu *cpu = frame->cpu;
	struct machine *m = cpu->m;
	const int64_t now_ns = machine_now_ns(m);

	sim_assert(cpu_frame(cpu) == frame && !frame->has_op && !cpu->switching);
	sim_assert(op->open_ns >= 0 && op->closed_ns >= 0);
	sim_assert(!op->user || (op->n <= 1 && op->closed_ns == 0));
	if (frame->kind == FRAME_TASK && op->user != frame->op.user)
		cpu_account(cpu);
	frame->op = *op;
	if (frame->op.period == 0)
		frame->op.period = 1;
	if (frame->op.n == 0 || m->reference ||
	    (op->resched && (cpu->need_resched || cpu->wants_all_qs || cpu->inactive)))
		frame->op.n = 1;
	if (op->user)
		cpu_user_prepare(cpu);
	frame->has_op = true;
	frame->resched_point = false;
	frame->phase = frame->op.phase;
	frame->n_left = frame->op.n;
	frame->remaining_ns = time_add(op_length_ns(&frame->op, frame->phase), frame->charge_ns);
	frame->charge_ns = 0;
	if (op->user && (cpu->need_resched || sched_must_leave(cpu, frame->task)))
		sched_schedule(cpu, true); /* exit_to_user_mode_loop() */
	else
		frame_start(frame, now_ns > cpu->busy_until_ns ? now_ns : cpu->busy_until_ns);
}

void frame_exec_open(struct sim_frame *frame, int64_t open_ns, bool resched, void (*done)(void *),
		     void *ctx)
{
	const struct sim_op op = {
		.open_ns = open_ns, .resched = resched, .done = done, .ctx = ctx
	};

	frame_exec(frame, &op);
}

void frame_exec_locked(struct sim_frame *frame, int64_t closed_ns, struct sim_lock *lock,
		       void (*done)(void *), void *ctx)
{
	const struct sim_op op = { .closed_ns = closed_ns, .lock = lock, .done = done, .ctx = ctx };

	frame_exec(frame, &op);
}

void frame_exec_wait(struct sim_frame *frame, void (*done)(void *), void *ctx)
{
	const struct sim_op op = { .open_ns = FOREVER_NS, .done = done, .ctx = ctx };

	const int64_t charge_ns = frame->charge_ns;

	sim_assert(!frame->bh_disabled);
	frame->bh_disabled = true;
	frame->charge_ns = 0; /* paid after it */
	frame_exec(frame, &op);
	frame->charge_ns = charge_ns;
}

void frame_end_wait(struct sim_frame *frame)
{
	const int64_t now_ns = cpu_now_ns(frame->cpu);

	sim_assert(frame->has_op && frame->op.open_ns == FOREVER_NS);
	frame->bh_disabled = false;
	frame->remaining_ns = 0;
	if (!frame->running)
		return; /* an interrupt is being handled over it */
	frame->end_ns = now_ns > frame->cpu->busy_until_ns ? now_ns : frame->cpu->busy_until_ns;
	frame->end_delta = end_delta(frame, frame->end_ns);
	frame_arm_end(frame);
}

void frame_charge(struct sim_frame *frame, int64_t ns)
{
	if (frame->has_op &&
	    !frame->running) /* by an interrupt over it: its run goes on after that */
		frame->remaining_ns = time_add(frame->remaining_ns, ns);
	else
		frame->charge_ns = time_add(frame->charge_ns, ns);
}

/* A cond_resched() that did not switch: RCU may have asked for it (rcu_all_qs()). */
static void frame_all_qs(struct sim_frame *frame)
{
	struct sim_cpu *cpu = frame->cpu;

	if (cpu->wants_all_qs)
		cpu->m->hooks.all_qs(cpu->m->hooks.ctx, cpu);
}

bool frame_cond_resched(struct sim_frame *frame)
{
	if (frame->cpu->need_resched || sched_must_leave(frame->cpu, frame->task)) {
		sched_schedule(frame->cpu, true);
		return true;
	}
	frame_all_qs(frame);
	frame_charge(frame, frame->cpu->m->costs.cond_resched);
	return false;
}

/* Apply @n operations that are behind us. */
static void frame_apply(struct sim_frame *frame, int64_t n)
{
	const struct op_times times = frame_times(frame);

	if (frame->op.apply != NULL)
		frame->op.apply(frame->op.ctx, n, &times);
	frame->cpu->m->n_ops += n;
	frame->end_ns = op_times_end(&times, n);
	frame->end_delta = op_times_period_ns(&times) == 0 ? frame->end_delta + (uint32_t)n : 0;
	frame->phase = (frame->phase + n) % frame->op.period;
	frame->n_left -= n;
}

/* Operations of the run, the last one excluded, whose end has a key below @key. */
static int64_t frame_n_ended(const struct sim_frame *frame, const struct sim_key *key)
{
	const struct op_times times = frame_times(frame);
	const int64_t n_max = frame->n_left - 1;
	const bool first_at_t =
		key->rank > SIM_RANK_OP_END ||
		(key->rank == SIM_RANK_OP_END && key->actor > (uint32_t)frame->cpu->id);
	int64_t n;

	if (op_times_period_ns(&times) == 0) {
		if (frame->end_ns != key->t_ns)
			return frame->end_ns < key->t_ns ? n_max : 0;
		n = (int64_t)key->delta - (int64_t)frame->end_delta + (first_at_t ? 1 : 0);
		return n < 0 ? 0 : n < n_max ? n : n_max;
	}
	n = op_times_n_ends_before(&times, key->t_ns);
	if (n >= n_max)
		return n_max;
	if (op_times_end(&times, n) == key->t_ns) {
		const uint32_t delta = n == 0 ? frame->end_delta : 0;

		frame->cpu->m->n_coincident_ends++;
		if (delta < key->delta || (delta == key->delta && first_at_t))
			n++;
	}
	return n;
}

void frame_settle(struct sim_frame *frame, const struct sim_key *key)
{
	int64_t n;

	if (!frame->running || frame->n_left <= 1)
		return;
	frame->cpu->m->n_settles_in_run++;
	n = frame_n_ended(frame, key);
	if (n > 0)
		frame_apply(frame, n);
}

/* Forget the rest of the run; the operation in flight stays. */
void frame_cut(struct sim_frame *frame)
{
	const struct sim_key now = engine_now_key(frame_engine(frame));

	if (!frame->has_op || frame->n_left <= 1)
		return;
	frame_settle(frame, &now);
	if (frame->n_left <= 1)
		return;
	frame->n_left = 1;
	if (frame->running)
		frame_arm_end(frame);
}

/* An interrupt in the open segment: keep the exact remainder, and the run. */
void frame_suspend(struct sim_frame *frame)
{
	const struct sim_cpu *cpu = frame->cpu;
	const int64_t now_ns = machine_now_ns(cpu->m);

	if (!frame->running)
		return;
	sim_assert(!cpu->paused);
	cpu_settle(frame->cpu);
	sim_assert(!frame->locked && !frame->spinning);
	if (frame->op.clock_bound)
		frame->n_left = 1;
	frame->running = false;
	cpu_user_exit(frame->cpu);
	frame->lock_pending = false;
	if (frame->lock_lazy) {
		frame->lock_lazy = false;
		frame->op.lock->lazy = NULL;
	}
	frame->remaining_ns = stream_work_ns(
		cpu->m,
		frame->end_ns - (now_ns > cpu->busy_until_ns ? now_ns : cpu->busy_until_ns));
	engine_cancel(frame_engine(frame), frame->cpu->op_slot);
}

void frame_resume(struct sim_frame *frame, int64_t ns)
{
	if (!frame->running || frame->spinning)
		return;
	sim_assert(frame->n_left == 1);
	frame->end_ns = time_add(frame->end_ns, ns);
	frame->end_delta = end_delta(frame, frame->end_ns);
	if (frame->lock_pending)
		frame_arm_boundary(frame);
	else
		frame_arm_end(frame);
}

/* The share of the instruction stream was @old_share when @frame, cut to its operation in flight, was armed. */
void frame_rescale(struct sim_frame *frame, int64_t old_share)
{
	if (!frame->running || frame->spinning || frame->op.open_ns == FOREVER_NS)
		return;
	sim_assert(frame->n_left == 1);
	frame->end_ns = stream_rescale(frame->cpu->m, frame->end_ns, old_share);
	if (frame->lock_pending)
		frame_arm_boundary(frame);
	else
		frame_arm_end(frame);
}

/* What comes next on @frame's CPU once nothing lies over it: resume, reschedule, or ask for an operation. */
void frame_continue(struct sim_frame *frame)
{
	struct sim_cpu *cpu = frame->cpu;
	const int64_t now_ns = machine_now_ns(cpu->m);

	if (frame->running)
		return;
	if (cpu->nohz_full && frame->has_op && frame->op.user) {
		cpu_user_prepare(cpu);
		frame->remaining_ns = time_add(frame->remaining_ns, frame->charge_ns);
		frame->charge_ns = 0;
	}
	if (frame->kind == FRAME_TASK &&
	    (cpu->need_resched || sched_must_leave(cpu, frame->task)) &&
	    (frame->resched_point || sched_can_preempt(cpu))) {
		frame->resched_point = false;
		sched_schedule(cpu, true);
	} else if (frame->has_op) {
		frame_start(frame, now_ns > cpu->busy_until_ns ? now_ns : cpu->busy_until_ns);
	} else {
		if (frame->kind == FRAME_TASK && frame->resched_point)
			frame_all_qs(frame);
		frame->step(frame->step_ctx);
	}
}

/* The op slot's event while a frame runs: a boundary or the end of a run. */
void frame_event(struct sim_frame *frame)
{
	struct sim_cpu *cpu = frame->cpu;
	struct sim_lock *lock = frame->op.lock;

	sim_assert(frame->running);
	if (frame->lock_pending) {
		frame_begin_closed_locked(frame);
		if (!frame->locked || op_closed_ns(frame) > 0)
			return;
		engine_cancel(frame_engine(frame), cpu->op_slot); /* boundary and end are one */
	}
	if (frame->n_left > 1)
		frame_apply(frame, frame->n_left - 1);
	sim_assert(frame->end_ns == machine_now_ns(cpu->m));
	cpu->m->n_ops++;
	frame->has_op = false;
	frame->running = false;
	cpu_user_exit(cpu);
	frame->resched_point = frame->op.resched;
	if (frame->lock_lazy) {
		frame->lock_lazy = false;
		lock->lazy = NULL;
	}
	if (frame->op.done != NULL)
		frame->op.done(frame->op.ctx);
	if (frame->locked) {
		frame->locked = false;
		lock_release(lock, frame);
	}
}
