/*
 * Asking for a grace period: rcu_start_this_gp(), the labelling of callbacks (rcu_accelerate_cbs(),
 * rcu_advance_cbs() and their variants), waking the grace-period kthread, forcing quiescent states.
 */
#include "rcu/rcu.h"
#include "rcu/trace.h"

/* rcu-behaviour.md 2.2: mark the way from the leaf to the root; whether the caller must wake the kthread. */
bool rcu_start_this_gp(struct rcu_node *rnp_start, struct rcu_data *rdp, int64_t g)
{
	struct rcu_state *rcu = rdp->rcu;
	struct rcu_node *rnp = rnp_start;
	const char *outcome = NULL;
	bool wake = false;

	trace_rcu_future_grace_period(rdp, rnp, g, "Startleaf");
	for (;;) {
		if (rnp->gp_seq_needed >= g || rcu_seq_started(rnp->gp_seq, g) ||
		    (rnp != rnp_start && rcu_seq_state(rnp->gp_seq))) {
			outcome = "Prestarted";
			break;
		}
		rnp->gp_seq_needed = g;
		if (rcu_seq_state(rnp->gp_seq)) {
			outcome =
				"Startedleaf"; /* the cleanup of this grace period will see the mark */
			break;
		}
		if (rnp->parent == NULL)
			break;
		rnp = rnp->parent;
	}
	if (outcome == NULL && rcu_gp_in_progress(rcu))
		outcome = "Startedleafroot";
	if (outcome == NULL) {
		outcome = "Startedroot";
		rcu->gp_flags |= RCU_GP_FLAG_INIT;
		wake = true;
	}
	trace_rcu_future_grace_period(rdp, rnp, g, outcome);
	if (wake)
		trace_rcu_grace_period_acc(rdp, rcu->gp_seq, "newreq");
	if (rnp->gp_seq_needed > g) {
		rnp_start->gp_seq_needed = rnp->gp_seq_needed;
		rdp->gp_seq_needed = rnp->gp_seq_needed;
	}
	return wake;
}

void rcu_gp_kthread_wake(struct rcu_state *rcu, struct sim_frame *waker)
{
	if (rcu->gp_flags == 0 || (waker != NULL && waker->task == rcu->gp_kthread))
		return;
	task_wake(rcu->gp_kthread, waker);
}

/* I1: nothing that became ready was queued after its grace period had started. */
static void cbs_ready(void *ctx, int64_t gp_seq, const struct cb_list *cbs)
{
	struct rcu_state *rcu = ctx;
	struct probe *probe = rcu->m->probe;
	const int64_t in_progress = gp_seq - RCU_SEQ_STATE_MASK;
	const struct rcu_gp_history *h =
		&rcu->history[(in_progress >> RCU_SEQ_CTR_SHIFT) & (RCU_GP_HISTORY - 1)];

	if (h->gp_seq == in_progress)
		sim_assert(cb_list_newest_ns(cbs) <= h->start_ns);
	if (probe != NULL && probe->callbacks_ready != NULL)
		probe->callbacks_ready(probe->ctx, in_progress, cbs->n);
}

/* rcu-behaviour.md 4.5; the caller holds the leaf's lock and protects the list. */
bool rcu_accelerate_cbs(struct rcu_node *rnp, struct rcu_data *rdp)
{
	struct rcu_state *rcu = rdp->rcu;
	const int64_t g = rcu_seq_snap(rcu->gp_seq);
	bool wake = false;

	if (!rcu_segcblist_pend_cbs(&rdp->cblist))
		return false;
	trace_rcu_segcb_stats(rdp, "SegCbPreAcc");
	if (rcu_segcblist_accelerate(&rdp->cblist, g, machine_now_ns(rcu->m)))
		wake = rcu_start_this_gp(rnp, rdp, g);
	trace_rcu_grace_period_acc(
		rdp, g,
		rcu_segcblist_restempty(&rdp->cblist, RCU_WAIT_TAIL) ? "AccWaitCB" : "AccReadyCB");
	trace_rcu_segcb_stats(rdp, "SegCbPostAcc");
	return wake;
}

bool rcu_advance_cbs(struct rcu_node *rnp, struct rcu_data *rdp)
{
	if (!rcu_segcblist_pend_cbs(&rdp->cblist))
		return false;
	rcu_segcblist_advance(&rdp->cblist, rnp->gp_seq, cbs_ready, rdp->rcu);
	return rcu_accelerate_cbs(rnp, rdp);
}

void rcu_accelerate_cbs_unlocked(struct rcu_node *rnp, struct rcu_data *rdp,
				 struct sim_frame *waker)
{
	struct rcu_state *rcu = rdp->rcu;
	const int64_t g = rcu_seq_snap(rcu->gp_seq);

	if (rdp->gp_seq_needed >= g) {
		rcu_segcblist_accelerate(&rdp->cblist, g, machine_now_ns(rcu->m));
		return;
	}
	if (rcu_accelerate_cbs(rnp, rdp))
		rcu_gp_kthread_wake(rcu, waker);
}

/* Only while a grace period is in progress: then advancing cannot need a new one to be started. */
void rcu_advance_cbs_nowake(struct rcu_node *rnp, struct rcu_data *rdp)
{
	if (!rcu_seq_state(rnp->gp_seq) || !lock_is_free(&rnp->lock))
		return;
	sim_assert(!rcu_advance_cbs(rnp, rdp));
}

void rcu_force_quiescent_state(struct rcu_state *rcu, struct sim_frame *waker)
{
	if (rcu->version->fqs_needs_gp && !rcu_gp_in_progress(rcu))
		return;
	if (rcu->gp_flags & RCU_GP_FLAG_FQS)
		return;
	rcu->gp_flags |= RCU_GP_FLAG_FQS;
	rcu_gp_kthread_wake(rcu, waker);
}
