/*
 * srcu.h - Tree SRCU: a domain of readers that may sleep, and its callbacks (kernel/rcu/srcutree.c).
 *
 * Its grace periods are driven by a work item, not by a kthread, and wait for the readers of this domain alone:
 * they know no CPUs, ticks or offloading (rcu-behaviour.md 11).
 */
#pragma once

#include "machine/workqueue.h"
#include "rcu/rcu.h"

/* What a domain keeps per CPU. */
struct srcu_data {
	struct srcu_struct *ssp;
	int cpu;
	struct sim_lock lock;
	int64_t srcu_lock_count[2], srcu_unlock_count[2];
	struct rcu_segcblist srcu_cblist;
	int64_t srcu_gp_seq_needed, srcu_gp_seq_needed_exp;
	int64_t lock_wait_seen_ns; /* of lock, when somebody last had it */
	struct sim_timer delay_work;
	struct sim_work work;
	/* srcu_invoke_callbacks() under way: srcu_cblist_invoking */
	bool invoking;
	struct sim_frame *frame; /* of the kworker */
	struct cb_list ready;
	int64_t n_invoked;          /* of this invocation */
	int64_t invoked_enqueue_ns; /* enqueue time of the last one: FIFO */
};

/* An open read-side section. */
struct srcu_reader {
	struct srcu_reader *prev, *next; /* oldest first */
	int idx;
	int64_t start_ns;
	bool open;
};

enum srcu_size_state {
	SRCU_SIZE_SMALL,
	SRCU_SIZE_ALLOC,
	SRCU_SIZE_WAIT_BARRIER,
	SRCU_SIZE_WAIT_CALL,
	SRCU_SIZE_WAIT_CBS1,
	SRCU_SIZE_BIG = 8
};

struct srcu_stats {
	int64_t n_callbacks, n_invoked, n_grace_periods, n_readers;
	int64_t n_checks; /* of an index for readers */
};

struct srcu_struct {
	struct rcu_state *rcu;
	struct srcu_data *sda; /* one per CPU */
	int srcu_idx;
	int size_state; /* enum srcu_size_state */
	bool sizing_contend;
	int64_t srcu_size_jiffies, srcu_n_lock_retries;
	int64_t srcu_gp_seq, srcu_gp_seq_needed, srcu_gp_seq_needed_exp;
	int64_t srcu_gp_start;    /* jiffy */
	int64_t srcu_gp_start_ns; /* and time: for the oracle */
	int64_t srcu_last_gp_end_ns;
	int64_t srcu_n_exp_nodelay, reschedule_jiffies, reschedule_count;
	int64_t max_nodelay_phase, max_nodelay;
	struct delayed_work work;
	/* the pass of process_srcu() under way */
	int state;
	struct sim_frame *frame; /* of the kworker that executes it */
	int64_t trycount;
	struct srcu_reader *readers, *readers_tail;
	struct srcu_stats stats;
};

struct srcu_struct *srcu_new(struct rcu_state *rcu);
void srcu_free(struct srcu_struct *ssp);

/* srcu_read_lock() and srcu_read_unlock() at their effects, on @cpu; the second may be elsewhere. */
void srcu_read_lock(struct srcu_struct *ssp, struct srcu_reader *reader, int cpu);
void srcu_read_unlock(struct srcu_struct *ssp, struct srcu_reader *reader, int cpu);

/* As call_rcu_plan(), call_rcu() and call_rcu_run(), for calls of call_srcu() on @cpu. */
struct call_rcu_plan call_srcu_plan(struct srcu_struct *ssp, int cpu, int64_t n_max);
void call_srcu(struct srcu_struct *ssp, const struct rcu_cb *cb, struct sim_frame *frame);
void call_srcu_run(struct srcu_struct *ssp, int cpu, const struct rcu_cb *cb, int64_t n,
		   int64_t first_ns, int64_t stride_ns);
/* What synchronize_srcu() does to wait: call_srcu() of @cb, expedited if the domain looks idle. */
void synchronize_srcu_enqueue(struct srcu_struct *ssp, const struct rcu_cb *cb,
			      struct sim_frame *frame);
/* The same for synchronize_srcu_expedited(). */
void synchronize_srcu_expedited_enqueue(struct srcu_struct *ssp, const struct rcu_cb *cb,
					struct sim_frame *frame);
/* One wait for all callbacks queued so far. */
struct srcu_barrier {
	int64_t n_left;
	void (*done)(void *ctx, struct sim_frame *frame);
	void *ctx;
};
/* srcu_barrier(): calls @barrier->done when all are invoked; at once if there are none. */
void srcu_barrier(struct srcu_struct *ssp, struct srcu_barrier *barrier, struct sim_frame *frame);
/* The invariants that concern state; cheap enough for each observation. */
void srcu_check_invariants(struct srcu_struct *ssp);

/* --- within srcu.c and srcu_cb.c --- */

/* srcu_funnel_gp_start(): grace period @s is wanted; start it if none is in progress. */
void srcu_funnel_gp_start(struct srcu_struct *ssp, int64_t s, bool do_norm,
			  struct sim_frame *frame);
/* A grace period has ended: have what waited for it invoked in @delay jiffies. */
void srcu_schedule_cbs(struct srcu_struct *ssp, int64_t delay, struct sim_frame *frame);
void srcu_data_init(struct srcu_data *sdp);
/* What runs of call_srcu() were planned on is about to change. */
void srcu_cut_runs(struct srcu_struct *ssp);
