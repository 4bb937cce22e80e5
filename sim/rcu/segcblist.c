/*
 * The segmented callback list: DONE, WAIT, NEXT_READY, NEXT, one FIFO.
 *
 * At most two future grace periods are tracked, and labels are assigned when somebody scans the list, not when
 * a callback is queued. WAIT is never empty while NEXT_READY is not.
 */
#include "rcu/segcblist.h"

#include <stddef.h>

#include "base/assert.h"

bool rcu_segcblist_ready_cbs(const struct rcu_segcblist *rsclp)
{
	return rsclp->seg[RCU_DONE_TAIL].n > 0;
}

bool rcu_segcblist_restempty(const struct rcu_segcblist *rsclp, int seg)
{
	for (int i = seg + 1; i < RCU_CBLIST_NSEGS; i++)
		if (rsclp->seg[i].n > 0)
			return false;
	return true;
}

bool rcu_segcblist_pend_cbs(const struct rcu_segcblist *rsclp)
{
	return !rcu_segcblist_restempty(rsclp, RCU_DONE_TAIL);
}

bool rcu_segcblist_nextgp(const struct rcu_segcblist *rsclp, int64_t *ret_gp_seq)
{
	if (!rcu_segcblist_pend_cbs(rsclp))
		return false;
	*ret_gp_seq = rsclp->gp_seq[RCU_WAIT_TAIL];
	return true;
}

void rcu_segcblist_insert_pend_cbs(struct rcu_segcblist *rsclp, struct cb_list *cbs)
{
	cb_list_splice_tail(&rsclp->seg[RCU_NEXT_TAIL], cbs);
}

void rcu_segcblist_extract_done_cbs(struct rcu_segcblist *rsclp, struct cb_list *ret_cbs)
{
	cb_list_splice_tail(ret_cbs, &rsclp->seg[RCU_DONE_TAIL]);
}

void rcu_segcblist_insert_done_cbs(struct rcu_segcblist *rsclp, struct cb_list *cbs)
{
	cb_list_splice_head(&rsclp->seg[RCU_DONE_TAIL], cbs);
}

bool rcu_segcblist_entrain(struct rcu_segcblist *rsclp, struct cb_pool *pool,
			   const struct rcu_cb *cb, int64_t now_ns)
{
	struct cb_list *last;
	int i = RCU_NEXT_TAIL;

	if (rsclp->len == 0)
		return false;
	while (i > RCU_DONE_TAIL && rsclp->seg[i].n == 0)
		i--;
	last = &rsclp->seg[i];
	rsclp->len++;
	cb_list_append(last, pool, cb, last->n > 0 ? cb_list_newest_ns(last) : now_ns, 0, 1);
	return true;
}

void rcu_segcblist_merge(struct rcu_segcblist *dst, struct rcu_segcblist *src)
{
	cb_list_splice_head(&dst->seg[RCU_DONE_TAIL], &src->seg[RCU_DONE_TAIL]);
	for (int i = RCU_WAIT_TAIL; i < RCU_CBLIST_NSEGS; i++)
		cb_list_splice_tail(&dst->seg[RCU_NEXT_TAIL], &src->seg[i]);
	dst->len += src->len;
	src->len = 0;
	dst->merged = true;
}

void rcu_segcblist_advance(struct rcu_segcblist *rsclp, int64_t gp_seq,
			   rcu_segcblist_ready_fn *ready, void *ctx)
{
	int i;

	if (!rcu_segcblist_pend_cbs(rsclp))
		return;
	for (i = RCU_WAIT_TAIL; i < RCU_NEXT_TAIL; i++) {
		if (gp_seq < rsclp->gp_seq[i])
			break;
		if (rsclp->seg[i].n > 0 && ready != NULL)
			ready(ctx, rsclp->gp_seq[i], &rsclp->seg[i]);
		cb_list_splice_tail(&rsclp->seg[RCU_DONE_TAIL], &rsclp->seg[i]);
	}
	if (i == RCU_WAIT_TAIL)
		return;
	/* what is left moves down, so that WAIT is filled first; labels move even over empty segments */
	if (i == RCU_NEXT_READY_TAIL && rcu_segcblist_pend_cbs(rsclp)) {
		cb_list_splice_tail(&rsclp->seg[RCU_WAIT_TAIL], &rsclp->seg[RCU_NEXT_READY_TAIL]);
		rsclp->gp_seq[RCU_WAIT_TAIL] = rsclp->gp_seq[RCU_NEXT_READY_TAIL];
		rsclp->labelled_ns[RCU_WAIT_TAIL] = rsclp->labelled_ns[RCU_NEXT_READY_TAIL];
	}
}

bool rcu_segcblist_accelerate(struct rcu_segcblist *rsclp, int64_t gp_seq, int64_t now_ns)
{
	int first;

	if (!rcu_segcblist_pend_cbs(rsclp))
		return false;
	for (first = RCU_NEXT_READY_TAIL; first > RCU_DONE_TAIL; first--)
		if (rsclp->seg[first].n > 0 && rsclp->gp_seq[first] < gp_seq)
			break;
	if (rcu_segcblist_restempty(rsclp, first))
		return false;
	first++;
	if (first >= RCU_NEXT_TAIL)
		return false; /* both labels are taken: NEXT has to wait */
	for (int i = first + 1; i <= RCU_NEXT_TAIL; i++)
		cb_list_splice_tail(&rsclp->seg[first], &rsclp->seg[i]);
	for (int i = first; i < RCU_NEXT_TAIL; i++) {
		rsclp->gp_seq[i] = gp_seq;
		rsclp->labelled_ns[i] = now_ns;
	}
	return true;
}

bool rcu_segcblist_is_sane(const struct rcu_segcblist *rsclp)
{
	const struct cb_list *wait = &rsclp->seg[RCU_WAIT_TAIL];
	const struct cb_list *next_ready = &rsclp->seg[RCU_NEXT_READY_TAIL];

	for (int i = 0; i < RCU_CBLIST_NSEGS; i++)
		if (!cb_list_is_sane(&rsclp->seg[i], !rsclp->merged))
			return false;
	if (next_ready->n == 0)
		return true;
	return wait->n > 0 && rsclp->gp_seq[RCU_WAIT_TAIL] < rsclp->gp_seq[RCU_NEXT_READY_TAIL];
}
