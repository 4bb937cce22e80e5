/*
 * The invariants of rcu-behaviour.md 15.1 that concern state: checked at observation instants, when every run is
 * settled. Those that concern transitions (I1, I4, I5, I6, I8, I13, I17 to I22, I25, I26, I27) are asserted where
 * the transition is made.
 */
#include "rcu/rcu.h"

/* I3: each node shows the global number, or lags it during init, or is ahead of it during cleanup. */
static void check_gp_seq(const struct rcu_state *rcu)
{
	const int64_t ahead = (rcu->gp_seq | RCU_SEQ_STATE_MASK) + 1;

	for (int i = 0; i < rcu->n_nodes; i++) {
		const int64_t seq = rcu->nodes[i].gp_seq;

		if (rcu_gp_in_progress(rcu))
			sim_assert(seq == rcu->gp_seq || seq == rcu->gp_seq - 1 || seq == ahead);
		else
			sim_assert(seq == rcu->gp_seq);
	}
}

/* I7: a grace period that somebody needs is in progress, or asked for. */
static void check_requests(const struct rcu_state *rcu)
{
	const struct rcu_node *root = &rcu->nodes[0];

	if (root->gp_seq_needed > root->gp_seq && !rcu_gp_in_progress(rcu))
		sim_assert(rcu->gp_flags & RCU_GP_FLAG_INIT);
}

/*
 * I2: a label is a number that a snapshot has given, and nothing was queued behind it since. What a CPU took over from one
 * that went offline has lost its order; it is labelled anew.
 */
static void check_labels(const struct rcu_data *rdp)
{
	const struct rcu_segcblist *list = &rdp->cblist;
	const int64_t snap = rcu_seq_snap(rdp->rcu->gp_seq);

	for (int i = RCU_WAIT_TAIL; i < RCU_NEXT_TAIL; i++) {
		if (list->seg[i].n == 0)
			continue;
		sim_assert(!rcu_seq_state(list->gp_seq[i]) && list->gp_seq[i] <= snap);
		sim_assert(cb_list_newest_ns(&list->seg[i]) <= list->labelled_ns[i]);
	}
}

/* I5: a node's bit in its parent is clear only when the node has nothing to wait for. */
static void check_tree(const struct rcu_state *rcu)
{
	for (int i = 1; i < rcu->n_nodes; i++) {
		const struct rcu_node *rnp = &rcu->nodes[i];
		const bool same_gp =
			rcu_seq_state(rnp->gp_seq) && rnp->gp_seq == rnp->parent->gp_seq;

		if (same_gp && (rnp->parent->qsmask & UINT64_C(1) << rnp->grpnum) == 0)
			sim_assert(rnp->qsmask == 0 && rnp->gp_tasks == NULL);
	}
}

/* @n times from @first_ns on, modulo 2^64. */
static uint64_t sum_of_times(int64_t n, int64_t first_ns, int64_t stride_ns)
{
	const uint64_t k = (uint64_t)n;
	const uint64_t steps = k % 2 == 0 ? k / 2 * (k - 1) : (k - 1) / 2 * k;

	return k * (uint64_t)first_ns + (uint64_t)stride_ns * steps;
}

void rcu_note_queued(struct rcu_state *rcu, int64_t n, int64_t first_ns, int64_t stride_ns)
{
	rcu->n_held += n;
	rcu->held_ns_sum += sum_of_times(n, first_ns, stride_ns);
}

void rcu_note_invoked(struct rcu_state *rcu, int64_t n, int64_t first_ns, int64_t stride_ns)
{
	rcu->n_held -= n;
	rcu->held_ns_sum -= sum_of_times(n, first_ns, stride_ns);
	sim_assert(rcu->n_held > 0 || rcu->held_ns_sum == 0); /* I12 */
}

/*
 * I12: what was queued and not invoked is in the lists, wherever it was moved to. (rcu_note_invoked() has the other half: when
 * nothing is left, those invoked were those queued, by the sum of their times.)
 */
static void check_conservation(const struct rcu_state *rcu)
{
	int64_t n = 0;

	for (int cpu = 0; cpu < rcu->m->n_cpus; cpu++) {
		const struct rcu_data *rdp = &rcu->rdp[cpu];

		for (int i = 0; i < RCU_CBLIST_NSEGS; i++)
			n += rdp->cblist.seg[i].n;
		n += rdp->nocb_bypass.n + rdp->batch.list.n;
	}
	sim_assert(rcu->n_held == n);
}

/* I9, I10, I11: what a CPU counts. */
static void check_cblist(const struct rcu_data *rdp)
{
	int64_t n = rdp->nocb_bypass.n;

	for (int i = 0; i < RCU_CBLIST_NSEGS; i++)
		n += rdp->cblist.seg[i].n;
	if (rdp->batch.active && !rdp->batch.finished)
		n += rdp->batch.list.n + rdp->batch.n_done;
	sim_assert(rdp->cblist.len == n);
	sim_assert(rdp->lazy_len >= 0 && rdp->lazy_len <= rdp->nocb_bypass.n);
	if (rdp->cblist.seg[RCU_NEXT_READY_TAIL].n > 0)
		sim_assert(rdp->cblist.seg[RCU_WAIT_TAIL].n > 0);
	sim_assert_slow(rcu_segcblist_is_sane(&rdp->cblist));
	sim_assert_slow(cb_list_is_sane(&rdp->nocb_bypass, true));
}

/* I14, I15, I16: whoever is needed next is running, or something will wake them. */
static void check_nocb(const struct rcu_data *rdp)
{
	const struct nocb_group *group = rdp->group;
	const bool lost = rcu_nocb_gp_is_asleep(group) && group->nocb_gp_sleep &&
			  !timer_is_pending(&group->nocb_timer);

	if (!lost)
		return;
	sim_assert(rdp->nocb_bypass.n == 0);
	sim_assert(!rcu_segcblist_pend_cbs(&rdp->cblist) || !rdp->nocb_cb_sleep);
	sim_assert(!rcu_segcblist_ready_cbs(&rdp->cblist) || !rdp->nocb_cb_sleep);
}

/* I14 to I16 of those who poll: they look again. I23, I24: the timer runs exactly while a wakeup is put off; that is recorded per group, as in its leader. */
static void check_group(const struct nocb_group *group)
{
	const bool deferred = group->nocb_defer_wakeup > RCU_NOCB_WAKE_NOT;

	sim_assert(timer_is_pending(&group->nocb_timer) == deferred);
	if (rcu_nocb_gp_is_polling(group))
		sim_assert(timer_is_pending(&group->poll_timer) && !deferred);
}

void rcu_check_invariants(struct rcu_state *rcu)
{
	check_gp_seq(rcu);
	check_requests(rcu);
	check_tree(rcu);
	for (int cpu = 0; cpu < rcu->m->n_cpus; cpu++) {
		check_cblist(&rcu->rdp[cpu]);
		check_labels(&rcu->rdp[cpu]);
		if (rcu->rdp[cpu].offloaded)
			check_nocb(&rcu->rdp[cpu]);
	}
	for (int i = 0; i < rcu->n_nodes; i++)
		rcu_boost_check_invariants(&rcu->nodes[i]);
	for (int i = 0; i < rcu->n_groups; i++)
		check_group(&rcu->groups[i]);
	check_conservation(rcu);
}
