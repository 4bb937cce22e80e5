/*
 * CPUs that go offline and come back: rcutree_report_cpu_dead(), rcutree_migrate_callbacks(), rcutree_prepare_cpu(),
 * rcutree_report_cpu_starting(), and what rcu_gp_init() makes of it.
 *
 * A dying CPU reports its quiescent state first and leaves ->qsmaskinitnext; the masks that grace periods wait for
 * follow when the next one starts. What it had queued moves to the CPU that takes it down; what is offloaded stays
 * where it is, its rcuog and rcuop go on serving it (rcu-behaviour.md 1.3, 2.5, 5.7). Not modelled: the locks that keep
 * both sides apart (ofl_lock, barrier_lock), for here the steps are instants.
 */
#include "rcu/trace.h"

bool rcu_rdp_cpu_online(const struct rcu_data *rdp)
{
	return (rdp->mynode->qsmaskinitnext & rdp->grpmask) != 0;
}

/* --- the start of a grace period --- */

/* rcu_init_new_rnp(): @rnp has got its first CPU; grace periods wait for it again. */
static void init_new_rnp(struct rcu_node *rnp)
{
	for (; rnp->parent != NULL; rnp = rnp->parent) {
		const uint64_t before = rnp->parent->qsmaskinit;

		rnp->parent->qsmaskinit |= UINT64_C(1) << rnp->grpnum;
		if (before != 0)
			return;
	}
}

/* rcu_cleanup_dead_rnp(): @rnp has lost its last CPU, and no reader is left that was preempted there. */
static void cleanup_dead_rnp(struct rcu_node *rnp)
{
	for (; rnp->parent != NULL; rnp = rnp->parent) {
		rnp->parent->qsmaskinit &= ~(UINT64_C(1) << rnp->grpnum);
		if (rnp->parent->qsmaskinit != 0)
			return;
	}
}

static void onoff_leaf(struct rcu_node *rnp)
{
	const uint64_t before = rnp->qsmaskinit;

	if (before == rnp->qsmaskinitnext && !rnp->wait_blkd_tasks)
		return;
	rnp->qsmaskinit = rnp->qsmaskinitnext;
	if (before == 0 && rnp->qsmaskinit != 0) {
		if (!rnp->wait_blkd_tasks)
			init_new_rnp(rnp);
	} else if (before != 0 && rnp->qsmaskinit == 0) {
		if (rnp->blkd_tasks != NULL)
			rnp->wait_blkd_tasks = true;
		else
			cleanup_dead_rnp(rnp);
	}
	if (rnp->wait_blkd_tasks && (rnp->blkd_tasks == NULL || rnp->qsmaskinit != 0)) {
		rnp->wait_blkd_tasks = false;
		if (rnp->qsmaskinit == 0)
			cleanup_dead_rnp(rnp);
	}
}

/* The ONOFF phase: CPUs that came and went since the last start. */
void rcu_gp_init_onoff(struct rcu_state *rcu)
{
	struct rcu_node *rnp;

	for_each_leaf_rnp(rcu, rnp)
		onoff_leaf(rnp);
}

/* CPUs of @rnp, initialised just now, that went offline since; and a leaf without CPUs whose readers are gone. */
void rcu_gp_init_report_offline(struct rcu_state *rcu, struct rcu_node *rnp)
{
	const uint64_t mask = rnp->qsmask & ~rnp->qsmaskinitnext;

	if (rnp->is_leaf && (mask != 0 || rnp->wait_blkd_tasks))
		rcu_report_qs_rnp(rcu, mask, rnp, rnp->gp_seq, &rcu->gp_kthread->frame);
}

/* --- the CPU --- */

void rcutree_report_cpu_dead(void *ctx, struct sim_cpu *cpu)
{
	struct rcu_state *rcu = ctx;
	struct rcu_data *rdp = &rcu->rdp[cpu->id];
	struct rcu_node *rnp = rdp->mynode;
	const bool blocks_gp = (rnp->qsmask & rdp->grpmask) != 0;

	trace_rcu_grace_period(rcu, cpu->id, rnp->gp_seq, blocks_gp ? "cpuofl-bgp" : "cpuofl");
	rcu_cpu_kthread_park(rdp);
	do_nocb_deferred_wakeup(rdp, NULL);
	if (blocks_gp) {
		rcu_disable_urgency_upon_qs(rdp);
		rcu_report_qs_rnp(rcu, rdp->grpmask, rnp, rnp->gp_seq, NULL);
	}
	rcu_report_exp_rdp(rdp, NULL);
	rnp->qsmaskinitnext &= ~rdp->grpmask;
}

/* @my takes over what @rdp has queued; the caller has brought both lists up to date. */
static void merge_callbacks(struct rcu_data *my, struct rcu_data *rdp, struct sim_frame *frame)
{
	const struct call_rcu_how how = { .frame = frame };
	const int64_t n = rdp->cblist.len;

	rcu_segcblist_merge(&my->cblist, &rdp->cblist);
	rdp->n_retired += n; /* they are none of its own any more */
	my->merged_ns = machine_now_ns(my->rcu->m);
	my->rcu->stats.n_callbacks_migrated += n;
	check_cb_ovld(my);
	if (my->offloaded)
		call_rcu_nocb_wake(my, true, &how);
}

void rcutree_migrate_callbacks(struct rcu_state *rcu, int cpu, struct sim_frame *frame)
{
	struct rcu_data *rdp = &rcu->rdp[cpu];
	struct rcu_data *my = &rcu->rdp[frame->cpu->id];
	bool wake;

	sim_assert(!rcu_rdp_cpu_online(rdp) && my != rdp);
	if (rdp->offloaded || rdp->cblist.len == 0)
		return;
	sim_assert(!rdp->batch.active);
	cpu_cut(frame->cpu);
	rcu_barrier_entrain(rdp, frame);
	if (my->offloaded)
		rcu_nocb_flush_bypass(my, rcu->m->jiffies);
	wake = rcu_advance_cbs(my->mynode, rdp);
	wake |= rcu_advance_cbs(my->mynode, my);
	merge_callbacks(my, rdp, frame);
	sim_assert(rdp->cblist.len == 0);
	if (wake)
		rcu_gp_kthread_wake(rcu, frame);
}

void rcutree_prepare_cpu(struct rcu_state *rcu, int cpu)
{
	struct rcu_data *rdp = &rcu->rdp[cpu];

	sim_assert(rdp->offloaded || rdp->cblist.len == 0);
	if (!rdp->offloaded) {
		rdp->qlen_last_fqs_check = 0;
		rdp->cblist.merged = false;
	}
	rdp->n_force_qs_snap = rcu->n_force_qs;
	rdp->blimit = rcu->config.blimit;
	rdp->gp_seq = rdp->mynode->gp_seq;
	rdp->gp_seq_needed = rdp->gp_seq;
	rdp->cpu_no_qs = true;
	rdp->core_needs_qs = false;
	trace_rcu_grace_period(rcu, cpu, rdp->gp_seq, "cpuonl");
}

void rcutree_report_cpu_starting(void *ctx, struct sim_cpu *cpu)
{
	struct rcu_state *rcu = ctx;
	struct rcu_data *rdp = &rcu->rdp[cpu->id];

	rdp->mynode->qsmaskinitnext |= rdp->grpmask;
	sim_assert((rdp->mynode->qsmask & rdp->grpmask) == 0);
	rcu_cpu_kthread_unpark(rdp);
}
