/*
 * Callback overload: check_cb_ovld(), and its re-evaluation at the end of a grace period.
 *
 * A CPU with qovld callbacks or more sets its bit in its leaf. A scan for quiescent states sees the bits, the next one,
 * often of the next grace period, puts them in force: scans without a sleep, shorter waits, urgent holdouts
 * (rcu-behaviour.md 9.3). Batch limits do not change.
 */
#include "rcu/rcu.h"

static bool has_too_many_cbs(const struct rcu_data *rdp)
{
	return rdp->cblist.len >= rdp->rcu->qovld_calc;
}

static bool is_marked(const struct rcu_data *rdp)
{
	return (rdp->mynode->cbovldmask & rdp->grpmask) != 0;
}

/* At the start of a call_rcu(), before its callback counts. */
void check_cb_ovld(struct rcu_data *rdp)
{
	if (rdp->rcu->qovld_calc <= 0 || has_too_many_cbs(rdp) == is_marked(rdp))
		return;
	rdp->mynode->cbovldmask ^= rdp->grpmask;
}

/* How many more calls leave the bit as it is; INT64_MAX: any number. */
int64_t check_cb_ovld_n_silent(const struct rcu_data *rdp)
{
	if (rdp->rcu->qovld_calc <= 0 || (is_marked(rdp) && has_too_many_cbs(rdp)))
		return INT64_MAX;
	if (is_marked(rdp) || has_too_many_cbs(rdp))
		return 0;
	return rdp->rcu->qovld_calc - rdp->cblist.len;
}

/* At the end of a grace period: who is marked still and has no longer too many. */
void check_cb_ovld_leaf(struct rcu_node *rnp, struct rcu_state *rcu)
{
	if (rnp->cbovldmask == 0)
		return;
	for (int cpu = rnp->grplo; cpu <= rnp->grphi; cpu++) {
		struct rcu_data *rdp = &rcu->rdp[cpu];

		if (!is_marked(rdp))
			continue;
		cpu_settle(rdp_cpu(rdp)); /* which may be queueing more of them */
		check_cb_ovld(rdp);
		if (!is_marked(rdp))
			cpu_cut(rdp_cpu(rdp));
	}
}
