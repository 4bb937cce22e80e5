/*
 * Forcing quiescent states: force_qs_rnp() and what it asks of each CPU.
 *
 * The first scan of a grace period notes each CPU's watching counter and reports those in an extended quiescent
 * state; later scans report those whose counter has moved, and urge the others once the grace period is old
 * (rcu-behaviour.md 2.8). Stall warnings, offline and adaptive-tick CPUs are not modelled.
 */
#include "rcu/rcu.h"
#include "rcu/trace.h"

/* rcu_watching_snap_save() */
static bool snap_save(struct rcu_data *rdp)
{
	const struct sim_cpu *cpu = rdp_cpu(rdp);

	rdp->watching_snap = cpu->watching_seq;
	if (!cpu_is_in_eqs(cpu))
		return false;
	trace_rcu_fqs(rdp, "dti");
	return true;
}

/* rcu_watching_snap_recheck() */
static bool snap_recheck(struct rcu_data *rdp)
{
	struct rcu_state *rcu = rdp->rcu;
	const int64_t jiffies = rcu->m->jiffies;
	const int64_t jtsq = rcu->jiffies_to_sched_qs;

	if (rdp->watching_snap != rdp_cpu(rdp)->watching_seq || cpu_is_in_eqs(rdp_cpu(rdp))) {
		trace_rcu_fqs(rdp, "dti");
		return true;
	}
	if (!rdp->rcu_need_heavy_qs && (jiffies > rcu->gp_start_jiffy + 2 * jtsq ||
					jiffies > rcu->jiffies_resched || rcu->cbovld)) {
		rdp->rcu_need_heavy_qs = true;
		rcu_set_urgent_qs(rdp, true);
	} else if (jiffies > rcu->gp_start_jiffy + jtsq) {
		rcu_set_urgent_qs(rdp, true);
	}
	return false;
}

int64_t rcu_fqs_leaf_n_cpus(const struct rcu_node *rnp)
{
	return __builtin_popcountll(rnp->qsmask);
}

void rcu_fqs_leaf(struct rcu_state *rcu, struct rcu_node *rnp)
{
	uint64_t mask = 0;

	rcu->cbovldnext |= rnp->cbovldmask != 0;
	for (int cpu = rnp->grplo; cpu <= rnp->grphi; cpu++) {
		struct rcu_data *rdp = &rcu->rdp[cpu];

		if ((rnp->qsmask & rdp->grpmask) == 0)
			continue;
		if (rcu->gp_first_fqs ? snap_save(rdp) : snap_recheck(rdp)) {
			mask |= rdp->grpmask;
			rcu_disable_urgency_upon_qs(rdp);
		}
	}
	if (mask != 0)
		rcu_report_qs_rnp(rcu, mask, rnp, rnp->gp_seq, &rcu->gp_kthread->frame);
}
