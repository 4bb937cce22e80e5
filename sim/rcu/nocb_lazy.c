/*
 * The memory shrinker "rcu-lazy": lazy_rcu_shrink_count(), lazy_rcu_shrink_scan().
 *
 * Whoever reclaims memory has lazy callbacks flushed, CPU by CPU, and rcuog woken; their memory comes back a grace
 * period later (rcu-behaviour.md 6.11).
 */
#include "rcu/rcu.h"

/* Lazy callbacks that wait, over all CPUs. */
int64_t lazy_rcu_shrink_count(struct rcu_state *rcu)
{
	int64_t count = 0;

	for (int cpu = 0; cpu < rcu->m->n_cpus; cpu++) {
		if (!rcu->rdp[cpu].offloaded)
			continue;
		cpu_settle(&rcu->m->cpus[cpu]);
		count += rcu->rdp[cpu].lazy_len;
	}
	return count;
}

/* Under ->nocb_lock: the count is looked at again, and rcuog is woken even if the bypass is being appended to. */
static void scan_cpu_done(void *ctx)
{
	struct lazy_rcu_shrink_scan *scan = ctx;
	struct rcu_state *rcu = scan->rcu;
	struct rcu_data *rdp = &rcu->rdp[scan->cpu];
	int64_t count;

	cpu_cut(rdp_cpu(rdp));
	rcu->stats.n_nocb_lock++;
	scan->cpu++;
	count = rdp->lazy_len;
	if (count == 0)
		return;
	if (rcu_nocb_try_flush_bypass(rdp, rcu->m->jiffies))
		rcu->stats.n_callbacks_shrunk += count;
	wake_nocb_gp(rdp, &scan->task->frame, false);
}

bool lazy_rcu_shrink_scan_step(struct lazy_rcu_shrink_scan *scan)
{
	struct rcu_state *rcu = scan->rcu;

	for (; scan->cpu < rcu->m->n_cpus; scan->cpu++) {
		struct rcu_data *rdp = &rcu->rdp[scan->cpu];

		if (!rdp->offloaded)
			continue;
		cpu_settle(rdp_cpu(rdp));
		if (rdp->lazy_len == 0)
			continue;
		frame_exec_locked(&scan->task->frame, rcu->m->costs.nocb_gp_cpu, &rdp->nocb_lock,
				  scan_cpu_done, scan);
		return true;
	}
	return false;
}
