/*
 * Polling for the end of a grace period: get_state_synchronize_rcu() and its kin.
 *
 * A short cookie is a number of ->gp_seq_polled, which advances with grace periods of both kinds: whichever starts
 * while it is idle starts it, and the first that saw it start, or was there, ends it. A grace period that overlaps
 * can go uncounted that way. A full cookie has a number of each kind's own sequence (rcu-behaviour.md 8.5).
 */
#include "rcu/rcu.h"
#include "rcu/sync.h"

/* --- I21: what cookies were handed out, by their two possible numbers --- */

static void cookies_note(struct rcu_cookies *cookies, int64_t seq, int64_t now_ns)
{
	const int i = (int)(seq >> RCU_SEQ_CTR_SHIFT & 1);

	cookies->seq[i] = seq;
	cookies->last_ns[i] = now_ns;
}

/* I21: the grace period that ends number @seq started after the last cookie for it was handed out. */
void rcu_cookies_check(const struct rcu_cookies *cookies, int64_t seq, int64_t gp_start_ns)
{
	const int i = (int)(seq >> RCU_SEQ_CTR_SHIFT & 1);

	if (cookies->seq[i] == seq)
		sim_assert(gp_start_ns >= cookies->last_ns[i]);
}

/* --- the sequence --- */

void rcu_poll_gp_seq_start(struct rcu_state *rcu, int64_t *snap)
{
	if (!rcu_seq_state(rcu->gp_seq_polled))
		rcu->gp_seq_polled++;
	*snap = rcu->gp_seq_polled;
}

/* @start_ns: of the grace period that noted @snap, and ends. */
void rcu_poll_gp_seq_end(struct rcu_state *rcu, int64_t *snap, int64_t start_ns)
{
	if (*snap != rcu->gp_seq_polled) {
		*snap = RCU_NOT_POLLED;
		return;
	}
	rcu->gp_seq_polled = rcu_seq_ended(rcu->gp_seq_polled);
	rcu->gp_seq_polled_snap = RCU_NOT_POLLED;
	rcu->gp_seq_polled_exp_snap = RCU_NOT_POLLED;
	rcu_cookies_check(&rcu->cookies_polled, rcu->gp_seq_polled, start_ns);
}

/* --- cookies --- */

int64_t get_state_synchronize_rcu(struct rcu_state *rcu)
{
	const int64_t seq = rcu_seq_snap(rcu->gp_seq_polled);

	cookies_note(&rcu->cookies_polled, seq, machine_now_ns(rcu->m));
	return seq;
}

void get_state_synchronize_rcu_full(struct rcu_state *rcu, struct rcu_gp_oldstate *rgosp)
{
	const int64_t now_ns = machine_now_ns(rcu->m);

	rgosp->rgos_norm = rcu_seq_snap(rcu_get_root(rcu)->gp_seq);
	rgosp->rgos_exp = rcu_seq_snap(rcu->expedited_sequence);
	cookies_note(&rcu->cookies_norm, rgosp->rgos_norm, now_ns);
	cookies_note(&rcu->cookies_exp, rgosp->rgos_exp, now_ns);
}

/* start_poll_synchronize_rcu_common() */
void rcu_request_gp(struct rcu_data *rdp, struct sim_frame *frame)
{
	struct rcu_state *rcu = rdp->rcu;

	if (rcu_start_this_gp(rdp->mynode, rdp, rcu_seq_snap(rcu->gp_seq)))
		rcu_gp_kthread_wake(rcu, frame);
}

int64_t start_poll_synchronize_rcu(struct rcu_data *rdp, struct sim_frame *frame)
{
	const int64_t seq = get_state_synchronize_rcu(rdp->rcu);

	rcu_request_gp(rdp, frame);
	return seq;
}

void start_poll_synchronize_rcu_full(struct rcu_data *rdp, struct rcu_gp_oldstate *rgosp,
				     struct sim_frame *frame)
{
	get_state_synchronize_rcu_full(rdp->rcu, rgosp);
	rcu_request_gp(rdp, frame);
}

bool poll_state_synchronize_rcu(struct rcu_state *rcu, int64_t oldstate)
{
	return rcu->gp_seq_polled >= oldstate;
}

bool poll_state_synchronize_rcu_full(struct rcu_state *rcu, const struct rcu_gp_oldstate *rgosp)
{
	return rcu_get_root(rcu)->gp_seq >= rgosp->rgos_norm ||
	       rcu->expedited_sequence >= rgosp->rgos_exp;
}
