/*
 * The bypass of an offloaded CPU: rcu_nocb_try_bypass(), rcu_nocb_do_flush_bypass().
 *
 * A CPU that calls call_rcu() often keeps off ->nocb_lock: beyond nocb_nobypass_lim_per_jiffy calls in a jiffy
 * it appends to ->nocb_bypass under a lock of its own. Time spent there earns nothing: a flushed callback
 * lands in NEXT, however old it is (rcu-behaviour.md 6.3). A lazy callback goes there at any rate, and a bypass of
 * nothing else may grow jiffies_lazy_flush old (6.11).
 */
#include "rcu/rcu.h"
#include "rcu/trace.h"

/* Step B: the sticky per-jiffy counter as the next call will see it. */
int64_t rcu_nocb_nobypass_count_next(const struct rcu_data *rdp)
{
	const int64_t lim = rdp->rcu->nobypass_lim;
	const int64_t count = rdp->nocb_nobypass_count;

	if (rdp->nocb_nobypass_last == rdp->rcu->m->jiffies)
		return count + 1;
	if (count < lim)
		return 0;
	return count - lim < lim ? count - lim : lim;
}

/* "The WAIT label is done at the leaf": nextgp's value, which may be a stale label (4.5). */
bool rcu_wait_label_done(const struct rcu_data *rdp)
{
	int64_t gp_seq;

	return rcu_segcblist_nextgp(&rdp->cblist, &gp_seq) && rdp->mynode->gp_seq >= gp_seq;
}

/* The caller has looked at ->nocb_bypass_lock; ->len has counted the bypass all along. */
void rcu_nocb_flush_bypass(struct rcu_data *rdp, int64_t j)
{
	const int64_t n = rdp->nocb_bypass.n;

	sim_assert(rdp->cblist.len >= n);
	rcu_segcblist_insert_pend_cbs(&rdp->cblist, &rdp->nocb_bypass);
	rdp->lazy_len = 0;
	rdp->nocb_bypass_first = j;
}

/* For those who are not its CPU: only if ->nocb_bypass_lock is free. */
bool rcu_nocb_try_flush_bypass(struct rcu_data *rdp, int64_t j)
{
	if (!lock_is_free(&rdp->nocb_bypass_lock))
		return false;
	rcu_nocb_flush_bypass(rdp, j);
	return true;
}

/* Step D's condition: what is on the bypass is too old, or too much, to be left there by the CPU's next call. */
bool rcu_nocb_bypass_is_due(const struct rcu_data *rdp)
{
	const struct rcu_state *rcu = rdp->rcu;
	const int64_t age_max = rcu_nocb_bypass_is_lazy(rdp) ? rcu->jiffies_lazy_flush : 0;
	const int64_t n = rdp->nocb_bypass.n;

	return (n > 0 && rcu->m->jiffies > rdp->nocb_bypass_first + age_max) ||
	       n >= rcu->config.qhimark;
}

/* At most once a jiffy a flushing call_rcu() may advance the list by itself. */
void rcu_nocb_advance_once_per_jiffy(struct rcu_data *rdp)
{
	const int64_t j = rdp->rcu->m->jiffies;

	if (j == rdp->nocb_gp_adv_time || !rcu_wait_label_done(rdp))
		return;
	rcu_advance_cbs_nowake(rdp->mynode, rdp);
	rdp->nocb_gp_adv_time = j;
}

static void bypass_append(struct rcu_data *rdp, const struct rcu_cb *cb)
{
	struct rcu_state *rcu = rdp->rcu;

	rcu->stats.n_callbacks_bypass++;
	rdp->cblist.len++;
	cb_list_append(&rdp->nocb_bypass, &rcu->pool, cb, machine_now_ns(rcu->m), 0, 1);
}

/*
 * Step D: the old contents go to NEXT, the new callback becomes the head of the next bypass; a lazy one goes with them,
 * as there will be a grace period anyway. Where nobody wakes rcuog here, it hears of them by the bypass timer, or by the
 * end of the grace period that it waits for.
 */
static void flush_and_bypass(struct rcu_data *rdp, const struct rcu_cb *cb,
			     const struct call_rcu_how *how)
{
	struct rcu_state *rcu = rdp->rcu;
	const bool was_alldone = !rcu_segcblist_pend_cbs(&rdp->cblist);

	rcu->stats.n_nocb_lock++;
	if (how->lazy)
		bypass_append(rdp, cb);
	rcu_nocb_flush_bypass(rdp, rcu->m->jiffies);
	if (!how->lazy)
		bypass_append(rdp, cb);
	rcu_nocb_advance_once_per_jiffy(rdp);
	if (rcu->version->wake_after_flush)
		call_rcu_nocb_wake(rdp, was_alldone, how);
}

/* Step E: append; the first on an empty bypass, or the first that hurries, looks whether rcuog must hear of it. */
static void append_to_bypass(struct rcu_data *rdp, const struct rcu_cb *cb,
			     const struct call_rcu_how *how)
{
	const bool first = rdp->nocb_bypass.n == 0;
	const bool first_hurry = rcu_nocb_bypass_is_lazy(rdp) && !how->lazy;

	bypass_append(rdp, cb);
	if (how->lazy) {
		rdp->lazy_len++;
		rdp->rcu->stats.n_callbacks_lazy++;
	}
	if (first) {
		rdp->nocb_bypass_first = rdp->rcu->m->jiffies;
		trace_rcu_nocb_wake(rdp, "FirstBQ");
	}
	if (!first && !first_hurry)
		return;
	rdp->rcu->stats.n_nocb_lock++;
	if (rcu_segcblist_pend_cbs(&rdp->cblist)) {
		trace_rcu_nocb_wake(rdp, "FirstBQnoWake");
		return;
	}
	trace_rcu_nocb_wake(rdp, "FirstBQwake");
	call_rcu_nocb_wake(rdp, true, how);
}

/* Step C: back to ->cblist; what is on the bypass goes first. */
static void prepare_direct(struct rcu_data *rdp, bool *ret_was_alldone)
{
	rdp->rcu->stats.n_nocb_lock++;
	*ret_was_alldone = !rcu_segcblist_pend_cbs(&rdp->cblist);
	if (*ret_was_alldone)
		trace_rcu_nocb_wake(rdp, "FirstQ");
	rcu_nocb_flush_bypass(rdp, rdp->rcu->m->jiffies);
}

/* Whether the callback was put on the bypass; else the caller puts it on ->cblist. */
bool rcu_nocb_try_bypass(struct rcu_data *rdp, const struct rcu_cb *cb, bool *ret_was_alldone,
			 const struct call_rcu_how *how)
{
	struct rcu_state *rcu = rdp->rcu;
	const int64_t j = rcu->m->jiffies;
	const int64_t count = rcu_nocb_nobypass_count_next(rdp);

	sim_assert(rdp->nocb_nobypass_last == j || count <= rcu->nobypass_lim); /* I25 */
	rdp->nocb_nobypass_last = j;
	rdp->nocb_nobypass_count = count;
	if (count < rcu->nobypass_lim && !how->lazy) {
		prepare_direct(rdp, ret_was_alldone);
		return false;
	}
	if (rcu_nocb_bypass_is_due(rdp))
		flush_and_bypass(rdp, cb, how);
	else
		append_to_bypass(rdp, cb, how);
	return true;
}
