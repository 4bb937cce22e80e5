/*
 * synchronize_rcu_expedited(): its callers, and exp_funnel_lock(), by which many of them share a grace period.
 *
 * A caller climbs from its CPU's leaf to the root and leaves its number at each node. Who finds it there already sleeps
 * on that node until that grace period is over; who gets through takes ->exp_mutex and has it done by the worker
 * (rcu-behaviour.md 8.3).
 */
#include "rcu/rcu.h"
#include "rcu/sync.h"
#include "rcu/trace.h"

enum { EXP_CALL_ENTER, EXP_CALL_FUNNEL, EXP_CALL_SHARE, EXP_CALL_MUTEX, EXP_CALL_WAIT };

/* sync_exp_work_done() */
static bool work_done(struct rcu_sync *sync)
{
	struct rcu_state *rcu = sync->rcu;

	if (rcu->expedited_sequence < sync->seq)
		return false;
	trace_rcu_exp_grace_period(rcu, sync->task->frame.cpu->id, sync->seq, "done");
	return true;
}

static void sleep_on(struct rcu_sync *sync, struct rcu_node *rnp)
{
	wait_queue_add(&rnp->exp_wq[rcu_exp_wq(sync->seq)], sync->task);
	task_block(sync->task);
}

static void enter_done(void *ctx)
{
	struct rcu_sync *sync = ctx;
	struct rcu_state *rcu = sync->rcu;
	struct rcu_node *root = rcu_get_root(rcu);

	sync->seq = rcu_seq_snap(rcu->expedited_sequence);
	sync->rnp = rcu_sync_rdp(sync)->mynode;
	trace_rcu_exp_grace_period(rcu, sync->task->frame.cpu->id, sync->seq, "snap");
	/* nobody else about: straight through */
	if (sync->rnp->exp_seq_rq < sync->seq && root->exp_seq_rq < sync->seq &&
	    mutex_trylock(&rcu->exp_mutex, sync->task))
		sync->state = EXP_CALL_MUTEX;
	else
		sync->state = EXP_CALL_FUNNEL;
}

/* From node to node; false: the call is over. Else ->state says how it goes on. */
static bool climb(struct rcu_sync *sync)
{
	struct rcu_state *rcu = sync->rcu;
	const int cpu = sync->task->frame.cpu->id;

	for (; sync->rnp != NULL; sync->rnp = sync->rnp->parent) {
		if (work_done(sync))
			return false;
		if (sync->rnp->exp_seq_rq >= sync->seq) {
			trace_rcu_exp_funnel_lock(rcu, sync->rnp, cpu, "wait");
			sync->state = EXP_CALL_SHARE;
			return true;
		}
		sync->rnp->exp_seq_rq = sync->seq;
		trace_rcu_exp_funnel_lock(rcu, sync->rnp, cpu, "nxtlvl");
	}
	mutex_lock(&rcu->exp_mutex, sync->task);
	sync->state = EXP_CALL_MUTEX;
	return true;
}

/* ->exp_mutex is ours: start the grace period, unless it has been done meanwhile. */
static bool start(struct rcu_sync *sync)
{
	struct rcu_state *rcu = sync->rcu;

	if (work_done(sync)) {
		mutex_unlock(&rcu->exp_mutex, sync->task);
		return false;
	}
	rcu_exp_gp_seq_start(rcu);
	trace_rcu_exp_grace_period(rcu, sync->task->frame.cpu->id, sync->seq, "start");
	rcu_exp_queue_work(rcu, sync->seq, &sync->task->frame);
	frame_exec_open(&sync->task->frame, 0, false, NULL,
			NULL); /* the wakeup is paid for first */
	sync->state = EXP_CALL_WAIT;
	return true;
}

/* The caller that got through; whoever shares its grace period is on other queues. */
static bool step_wait(struct rcu_sync *sync)
{
	struct rcu_state *rcu = sync->rcu;

	if (!work_done(sync)) {
		sleep_on(sync, rcu_get_root(rcu));
		return true;
	}
	mutex_unlock(&rcu->exp_mutex, sync->task);
	return false;
}

static bool step_mutex(struct rcu_sync *sync)
{
	if (sync->rcu->exp_mutex.owner != sync->task) {
		task_block(sync->task);
		return true;
	}
	return start(sync);
}

static bool step_share(struct rcu_sync *sync)
{
	if (work_done(sync))
		return false;
	sleep_on(sync, sync->rnp);
	return true;
}

static bool expedited_step(struct rcu_sync *sync)
{
	if (sync->state == EXP_CALL_ENTER) {
		frame_exec_open(&sync->task->frame, sync->rcu->m->costs.synchronize_rcu, false,
				enter_done, sync);
		return true;
	}
	if (sync->state == EXP_CALL_FUNNEL && !climb(sync))
		return false;
	if (sync->state == EXP_CALL_SHARE)
		return step_share(sync);
	return sync->state == EXP_CALL_MUTEX ? step_mutex(sync) : step_wait(sync);
}

void synchronize_rcu_expedited_begin(struct rcu_sync *sync)
{
	if (rcu_gp_is_normal(sync->rcu)) {
		rcu_sync_begin(sync, rcu_synchronize_normal_step);
		return;
	}
	rcu_sync_begin(sync, expedited_step);
	sync->expedited = true;
}
