/*
 * Forcing quiescent states: force_qs_rnp() and what it asks of each CPU.
 *
 * The first scan of a grace period notes each CPU's watching counter and reports those in an extended quiescent
 * state; later scans report those whose counter has moved, and urge the others once the grace period is old: flags
 * that their ticks and cond_resched() look at, and interrupts to CPUs without a tick (rcu-behaviour.md 2.8). Stall
 * warnings and offline CPUs are not modelled.
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

static bool snap_has_moved(struct rcu_data *rdp)
{
	const struct sim_cpu *cpu = rdp_cpu(rdp);

	return rdp->watching_snap != cpu->watching_seq || cpu_is_in_eqs(cpu);
}

/* The grace period is old: flags. */
static void urge(struct rcu_data *rdp)
{
	const struct rcu_state *rcu = rdp->rcu;
	const int64_t jiffies = rcu->m->jiffies;
	const int64_t jtsq = rcu->jiffies_to_sched_qs;

	if (!rdp->rcu_need_heavy_qs && (jiffies > rcu->gp_start_jiffy + 2 * jtsq ||
					jiffies > rcu->jiffies_resched || rcu->cbovld)) {
		rdp->rcu_need_heavy_qs = true;
		rcu_set_urgent_qs(rdp, true);
	} else if (jiffies > rcu->gp_start_jiffy + jtsq) {
		rcu_set_urgent_qs(rdp, true);
	}
}

/* An adaptive-tick CPU that has neither noticed a grace period nor been interrupted for a while, or under overload. */
static bool wants_tick(const struct rcu_data *rdp)
{
	const struct rcu_state *rcu = rdp->rcu;

	return rdp_cpu((struct rcu_data *)rdp)->nohz_full &&
	       (rcu->m->jiffies > rdp->last_fqs_resched + 3 * rcu->jiffies_to_sched_qs ||
		rcu->cbovld);
}

/* Whether the scan has to interrupt the CPU: steps 4 and 5. */
static bool wants_resched(const struct rcu_data *rdp)
{
	const struct rcu_state *rcu = rdp->rcu;
	const int64_t jiffies = rcu->m->jiffies;

	return wants_tick(rdp) || (jiffies > rcu->jiffies_resched &&
				   jiffies > rdp->last_fqs_resched + rcu->jiffies_to_sched_qs);
}

/* rcu_watching_snap_recheck(): 1 quiescent, -1 to be interrupted, 0 neither. */
static int snap_recheck(struct rcu_data *rdp)
{
	if (snap_has_moved(rdp)) {
		trace_rcu_fqs(rdp, "dti");
		return 1;
	}
	urge(rdp);
	if (!wants_resched(rdp))
		return 0;
	if (wants_tick(rdp))
		rcu_set_urgent_qs(rdp, true);
	rdp->last_fqs_resched = rdp->rcu->m->jiffies;
	return -1;
}

/* Interrupts that the scan of @rnp would send now. */
static int64_t n_resched(const struct rcu_state *rcu, const struct rcu_node *rnp)
{
	int64_t n = 0;

	for (int cpu = rnp->grplo; cpu <= rnp->grphi && !rcu->gp_first_fqs; cpu++) {
		struct rcu_data *rdp = &rcu->rdp[cpu];

		n += (rnp->qsmask & rdp->grpmask) != 0 && wants_resched(rdp) &&
		     !snap_has_moved(rdp);
	}
	return n;
}

int64_t rcu_fqs_leaf_ns(const struct rcu_state *rcu, const struct rcu_node *rnp)
{
	const struct cost_profile *costs = &rcu->m->costs;
	const int64_t scan_ns = time_mul(costs->fqs_cpu, __builtin_popcountll(rnp->qsmask));

	if (!rcu->version->fqs_resched_under_lock)
		return scan_ns;
	return time_add(scan_ns, time_mul(costs->wakeup, n_resched(rcu, rnp)));
}

/* An interrupt costs its sender what a wakeup does. */
static void resched_cpus(struct rcu_state *rcu, const struct rcu_node *rnp, uint64_t mask)
{
	for (int cpu = rnp->grplo; cpu <= rnp->grphi; cpu++)
		if (mask & rcu->rdp[cpu].grpmask)
			resched_cpu(rdp_cpu(&rcu->rdp[cpu]));
	if (!rcu->version->fqs_resched_under_lock)
		frame_charge(&rcu->gp_kthread->frame,
			     time_mul(rcu->m->costs.wakeup, __builtin_popcountll(mask)));
}

void rcu_fqs_leaf(struct rcu_state *rcu, struct rcu_node *rnp)
{
	uint64_t mask = 0, rsmask = 0;

	rcu->cbovldnext |= rnp->cbovldmask != 0;
	for (int cpu = rnp->grplo; cpu <= rnp->grphi; cpu++) {
		struct rcu_data *rdp = &rcu->rdp[cpu];
		int ret;

		if ((rnp->qsmask & rdp->grpmask) == 0)
			continue;
		ret = rcu->gp_first_fqs ? snap_save(rdp) : snap_recheck(rdp);
		if (ret > 0) {
			mask |= rdp->grpmask;
			rcu_disable_urgency_upon_qs(rdp);
		} else if (ret < 0) {
			rsmask |= rdp->grpmask;
		}
	}
	if (rcu->version->fqs_resched_under_lock)
		resched_cpus(rcu, rnp, rsmask);
	if (mask != 0)
		rcu_report_qs_rnp(rcu, mask, rnp, rnp->gp_seq, &rcu->gp_kthread->frame);
	if (!rcu->version->fqs_resched_under_lock)
		resched_cpus(rcu, rnp, rsmask);
}
