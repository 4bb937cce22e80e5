/*
 * rcuop, the callback kthread of an offloaded CPU: nocb_cb_wait().
 *
 * It invokes whatever is ready, without batch or time limit, and may start the next batch, or even ask for the
 * next grace period, without rcuog (rcu-behaviour.md 6.10).
 */
#include "rcu/rcu.h"
#include "rcu/trace.h"

enum { NOCB_CB_WAIT, NOCB_CB_BATCH, NOCB_CB_AFTER };

static void after_batch_done(void *ctx)
{
	struct rcu_data *rdp = ctx;
	struct sim_frame *frame = &rdp->nocb_cb_kthread->frame;
	bool wake_gp = false;

	cpu_settle(rdp_cpu(rdp));
	rdp->rcu->stats.n_nocb_lock++;
	if (rcu_wait_label_done(rdp) && lock_is_free(&rdp->mynode->lock))
		wake_gp = rcu_advance_cbs(rdp->mynode, rdp);
	call_rcu_cut(rdp);
	if (!rcu_segcblist_ready_cbs(&rdp->cblist)) {
		rdp->nocb_cb_sleep = true;
		trace_rcu_nocb_wake(rdp, "CBSleep");
	}
	if (wake_gp)
		rcu_gp_kthread_wake(rdp->rcu, frame);
	rdp->nocb_cb_state = NOCB_CB_WAIT;
}

static void batch_or_after(struct rcu_data *rdp)
{
	const struct cost_profile *costs = &rdp->rcu->m->costs;
	const struct sim_op op = { .closed_ns = costs->nocb_cb,
				   .lock = &rdp->nocb_lock,
				   .resched = true,
				   .done = after_batch_done,
				   .ctx = rdp };

	if (rcu_batch_step(rdp))
		return;
	rdp->nocb_cb_state = NOCB_CB_AFTER;
	frame_exec(&rdp->nocb_cb_kthread->frame, &op);
}

void rcu_nocb_cb_step(void *ctx)
{
	struct rcu_data *rdp = ctx;
	struct sim_frame *frame = &rdp->nocb_cb_kthread->frame;

	if (rdp->nocb_cb_state == NOCB_CB_WAIT) {
		if (rdp->nocb_cb_sleep) {
			task_block(rdp->nocb_cb_kthread);
			if (rdp->nocb_park_waiter != NULL)
				task_wake(rdp->nocb_park_waiter, frame);
			rdp->nocb_park_waiter = NULL;
			return;
		}
		/* on the CPU it runs on: the next recheck scan sees it */
		rcu_momentary_eqs(&rdp->rcu->rdp[frame->cpu->id]);
		rcu_batch_begin(rdp, frame, "rcuop");
		rdp->nocb_cb_state = NOCB_CB_BATCH;
	}
	batch_or_after(rdp);
}
