/* segcblist.h - the segmented callback list of one CPU (rcu-behaviour.md 4). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "rcu/cb_list.h"

enum {
	RCU_DONE_TAIL,       /* grace period elapsed: may be invoked */
	RCU_WAIT_TAIL,       /* waits for gp_seq[RCU_WAIT_TAIL] */
	RCU_NEXT_READY_TAIL, /* waits for a later one */
	RCU_NEXT_TAIL,       /* not assigned to a grace period yet */
	RCU_CBLIST_NSEGS
};

struct rcu_segcblist {
	struct cb_list seg[RCU_CBLIST_NSEGS];
	int64_t gp_seq[RCU_CBLIST_NSEGS]; /* labels; an empty segment's is stale */
	int64_t labelled_ns
		[RCU_CBLIST_NSEGS]; /* when each label was given: nothing came in since (I2) */
	bool merged; /* took over the callbacks of an offline CPU: their enqueue times do not ascend */
	int64_t len; /* counts the nocb bypass and extracted callbacks, too: not the sum of the segments */
};

/* Told for each segment that advance() makes ready. */
typedef void rcu_segcblist_ready_fn(void *ctx, int64_t gp_seq, const struct cb_list *cbs);

bool rcu_segcblist_ready_cbs(const struct rcu_segcblist *rsclp);
bool rcu_segcblist_pend_cbs(const struct rcu_segcblist *rsclp);
/* Whether nothing lies beyond segment @seg. */
bool rcu_segcblist_restempty(const struct rcu_segcblist *rsclp, int seg);
/* Label of WAIT if anything is pending, be WAIT itself empty and its label stale (4.2). */
bool rcu_segcblist_nextgp(const struct rcu_segcblist *rsclp, int64_t *ret_gp_seq);
void rcu_segcblist_insert_pend_cbs(struct rcu_segcblist *rsclp, struct cb_list *cbs);
void rcu_segcblist_extract_done_cbs(struct rcu_segcblist *rsclp, struct cb_list *ret_cbs);
void rcu_segcblist_insert_done_cbs(struct rcu_segcblist *rsclp, struct cb_list *cbs);
/*
 * rcu_barrier()'s callback, behind all others in whatever segment the last one is (4.2); false: there is none on the
 * whole CPU. It goes by the enqueue time of the one before it, with which it will become ready.
 */
bool rcu_segcblist_entrain(struct rcu_segcblist *rsclp, struct cb_pool *pool,
			   const struct rcu_cb *cb, int64_t now_ns);
/*
 * A CPU went offline: its ready callbacks go to the front of @dst's, all others, whatever their labels, to the end of its
 * NEXT (4.2). @src is empty afterwards.
 */
void rcu_segcblist_merge(struct rcu_segcblist *dst, struct rcu_segcblist *src);
/* Segments whose grace period has ended by @gp_seq become ready (4.3). */
void rcu_segcblist_advance(struct rcu_segcblist *rsclp, int64_t gp_seq,
			   rcu_segcblist_ready_fn *ready, void *ctx);
/* Label what has no label, or a later one, with @gp_seq, now; whether anything needs it (4.4). */
bool rcu_segcblist_accelerate(struct rcu_segcblist *rsclp, int64_t gp_seq, int64_t now_ns);
bool rcu_segcblist_is_sane(const struct rcu_segcblist *rsclp);
