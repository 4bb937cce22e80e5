/*
 * Quiescent states: noticing grace periods, recording, reporting up the tree.
 *
 * A quiescent state counts only after its CPU has noticed the grace period (cpustart), and recording one reports
 * nothing: that takes a later rcu_core() on the CPU, or a force-quiescent-state scan (rcu-behaviour.md 3).
 */
#include "rcu/rcu.h"
#include "rcu/trace.h"

void rcu_qs(struct rcu_data *rdp)
{
	if (rdp->cpu_no_qs) {
		trace_rcu_grace_period(rdp->rcu, rdp->cpu, rdp->gp_seq, "cpuqs");
		rdp->cpu_no_qs = false;
	}
	if (!rdp->rcu->preempt_rcu)
		rcu_deferred_exp(rdp, NULL); /* preemptible RCU does it where it knows more */
}

static bool completed_gp(int64_t old, int64_t new)
{
	return old < (new & ~(int64_t)RCU_SEQ_STATE_MASK);
}

static bool new_gp(int64_t old, int64_t new)
{
	return ((old + RCU_SEQ_STATE_MASK) & ~(int64_t)RCU_SEQ_STATE_MASK) < new;
}

/* __note_gp_changes(): the caller holds the leaf's lock. Whether the grace-period kthread must be woken. */
bool note_gp_changes_locked(struct rcu_node *rnp, struct rcu_data *rdp)
{
	bool wake = false;

	if (rdp->gp_seq == rnp->gp_seq)
		return false;
	if (completed_gp(rdp->gp_seq, rnp->gp_seq)) {
		if (!rdp->offloaded)
			wake = rcu_advance_cbs(rnp, rdp);
		rdp->core_needs_qs = false;
		trace_rcu_grace_period(rdp->rcu, rdp->cpu, rdp->gp_seq, "cpuend");
	} else {
		if (!rdp->offloaded)
			wake = rcu_accelerate_cbs(rnp, rdp);
		if (rdp->core_needs_qs)
			rdp->core_needs_qs = (rnp->qsmask & rdp->grpmask) != 0;
	}
	if (new_gp(rdp->gp_seq, rnp->gp_seq)) {
		const bool need = (rnp->qsmask & rdp->grpmask) != 0;

		trace_rcu_grace_period(rdp->rcu, rdp->cpu, rnp->gp_seq, "cpustart");
		rdp->cpu_no_qs = need;
		rdp->core_needs_qs = need;
		rdp->ticks_this_gp = 0;
		rdp->softirq_snap = rdp->n_core;
		rdp->last_fqs_resched = rdp->rcu->m->jiffies;
	}
	rdp->gp_seq = rnp->gp_seq;
	if (rnp->gp_seq_needed > rdp->gp_seq_needed)
		rdp->gp_seq_needed = rnp->gp_seq_needed;
	return wake;
}

void note_gp_changes(struct rcu_data *rdp, struct sim_frame *waker)
{
	struct rcu_node *rnp = rdp->mynode;

	if (rdp->gp_seq == rnp->gp_seq || !lock_is_free(&rnp->lock))
		return; /* a try-lock: the next tick tries again */
	if (note_gp_changes_locked(rnp, rdp))
		rcu_gp_kthread_wake(rdp->rcu, waker);
}

/* The last quiescent state of a grace period: its kthread ends it. */
static void rcu_report_qs_rsp(struct rcu_state *rcu, struct sim_frame *waker)
{
	rcu->gp_flags |= RCU_GP_FLAG_FQS;
	rcu_gp_kthread_wake(rcu, waker);
}

void rcu_report_qs_rnp(struct rcu_state *rcu, uint64_t mask, struct rcu_node *rnp, int64_t gps,
		       struct sim_frame *waker)
{
	for (;;) {
		if ((mask != 0 && (rnp->qsmask & mask) == 0) || rnp->gp_seq != gps)
			return; /* late or repeated; without a mask: a leaf that has lost its CPUs */
		rnp->qsmask &= ~mask;
		trace_rcu_quiescent_state_report(rcu, rnp, mask);
		if (rnp->qsmask != 0 || rcu_preempt_blocked_readers_cgp(rnp))
			return;
		if (rnp->parent == NULL)
			break;
		mask = UINT64_C(1) << rnp->grpnum;
		rnp = rnp->parent;
	}
	rcu_report_qs_rsp(rcu, waker);
}

void rcu_report_qs_rdp(struct rcu_data *rdp, struct sim_frame *waker)
{
	struct rcu_node *rnp = rdp->mynode;
	bool wake = false;

	if (rdp->cpu_no_qs || rdp->gp_seq != rnp->gp_seq) {
		rdp->cpu_no_qs =
			true; /* another grace period: it needs a quiescent state of its own */
		return;
	}
	rdp->core_needs_qs = false;
	if ((rnp->qsmask & rdp->grpmask) == 0)
		return;
	if (!rdp->offloaded)
		wake = rcu_accelerate_cbs(rnp, rdp);
	rcu_disable_urgency_upon_qs(rdp);
	rcu_report_qs_rnp(rdp->rcu, rdp->grpmask, rnp, rnp->gp_seq, waker);
	if (wake)
		rcu_gp_kthread_wake(rdp->rcu, waker);
}
