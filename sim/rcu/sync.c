/*
 * synchronize_rcu(): synchronize_rcu_normal(), __wait_rcu_gp(), and what all calls that wait have in common.
 *
 * The caller queues a callback on its own CPU and sleeps until it is invoked, behind all older callbacks of that CPU;
 * or, with rcu_normal_wake_from_gp, puts itself on a list that the grace-period kthread completes
 * (rcu-behaviour.md 8.1). Model time begins after boot: the scheduler is up, and rcu_end_inkernel_boot() was called.
 */
#include "rcu/sync.h"

#include "rcu/rcu.h"
#include "rcu/trace.h"

enum { SYNC_ENTER, SYNC_CALL, SYNC_WAIT };

void rcu_sync_init(struct rcu_sync *sync, struct rcu_state *rcu, struct sim_task *task,
		   int64_t *n_queued)
{
	*sync = (struct rcu_sync){ .rcu = rcu, .task = task, .n_queued = n_queued };
}

void rcu_sync_begin(struct rcu_sync *sync, bool (*step)(struct rcu_sync *sync))
{
	sync->step = step;
	sync->state = 0;
	sync->start_ns = machine_now_ns(sync->rcu->m);
	sync->number = sync->rcu->n_syncs++;
	sync->completed = false;
	sync->expedited = false;
}

struct rcu_data *rcu_sync_rdp(const struct rcu_sync *sync)
{
	return &sync->rcu->rdp[sync->task->frame.cpu->id];
}

/* I20: a grace period that started after the call is over. */
static void check_return(const struct rcu_sync *sync)
{
	const struct rcu_state *rcu = sync->rcu;

	if (sync->step == rcu_barrier_step)
		return;
	sim_assert((sync->expedited ? rcu->exp_ended_start_ns : rcu->gp_ended_start_ns) >=
		   sync->start_ns);
}

bool rcu_sync_step(struct rcu_sync *sync)
{
	if (sync->step(sync))
		return true;
	check_return(sync);
	return false;
}

/* complete() */
void rcu_sync_complete(struct rcu_sync *sync, struct sim_frame *waker)
{
	sync->completed = true;
	task_wake(sync->task, waker);
}

/* --- by callback --- */

static void wakeme_after_rcu(void *owner, struct sim_frame *frame)
{
	rcu_sync_complete(owner, frame);
}

static const struct rcu_cb_type wakeme_cb = { .name = "wakeme_after_rcu",
					      .func = wakeme_after_rcu };

static void call_done(void *ctx)
{
	struct rcu_sync *sync = ctx;
	const struct rcu_cb cb = { .type = &wakeme_cb, .owner = sync };

	call_rcu_hurry(rcu_sync_rdp(sync), &cb, &sync->task->frame, false);
	sync->state = SYNC_WAIT;
}

static void exec_call(struct rcu_sync *sync)
{
	const struct call_rcu_plan plan = call_rcu_hurry_plan(rcu_sync_rdp(sync), 1);
	const struct sim_op op = {
		.closed_ns = plan.closed_ns, .lock = plan.lock, .done = call_done, .ctx = sync
	};

	frame_exec(&sync->task->frame, &op);
}

/* --- the call --- */

static void trace_sr_normal(const struct rcu_sync *sync, const char *text)
{
	if (sync->rcu->version->sr_normal)
		trace_rcu_sr_normal(sync->rcu, sync->task->frame.cpu->id, sync->number, text);
}

static void enter_done(void *ctx)
{
	struct rcu_sync *sync = ctx;
	struct rcu_state *rcu = sync->rcu;

	trace_sr_normal(sync, "request");
	if (!rcu->normal_wake_from_gp) {
		sync->state = SYNC_CALL;
		return;
	}
	rcu_sr_normal_add_req(sync);
	start_poll_synchronize_rcu(rcu_sync_rdp(sync), &sync->task->frame);
	sync->state = SYNC_WAIT;
}

bool rcu_synchronize_normal_step(struct rcu_sync *sync)
{
	switch (sync->state) {
	case SYNC_ENTER:
		frame_exec_open(&sync->task->frame, sync->rcu->m->costs.synchronize_rcu, false,
				enter_done, sync);
		return true;
	case SYNC_CALL:
		exec_call(sync);
		return true;
	case SYNC_WAIT:
	default:
		if (!sync->completed) {
			task_block(sync->task);
			return true;
		}
		trace_sr_normal(sync, "complete");
		return false;
	}
}

void synchronize_rcu_begin(struct rcu_sync *sync)
{
	const struct rcu_config *config = &sync->rcu->config;

	/* rcu_normal wins over rcu_expedited: the expedited call itself falls back on this one */
	if (config->rcu_expedited && !rcu_gp_is_normal(sync->rcu))
		synchronize_rcu_expedited_begin(sync);
	else
		rcu_sync_begin(sync, rcu_synchronize_normal_step);
}

bool rcu_gp_is_normal(const struct rcu_state *rcu)
{
	return rcu->config.rcu_normal || rcu->config.rcu_normal_after_boot;
}
