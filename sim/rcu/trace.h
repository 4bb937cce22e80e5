/*
 * trace.h - RCU's trace events, a function for each: names, fields and strings as in rcu-behaviour.md 14.
 *
 * The event is executed where machine_trace() finds the machine; which locks the kernel holds there, its flags
 * column shows, is known here. Nothing is done for an event that no probe wants.
 */
#pragma once

#include "machine/trace.h"
#include "rcu/rcu.h"

void trace_rcu_utilization(struct rcu_state *rcu, const char *text);

/* --- grace periods and quiescent states --- */

/*
 * @gp_seq: the number that rcu-behaviour.md 14.3 has for @text; @cpu: whose event it is: the CPU of cpustart, cpuqs
 * and cpuend, else the one where the grace-period kthread runs.
 */
void trace_rcu_grace_period(struct rcu_state *rcu, int cpu, int64_t gp_seq, const char *text);
/* AccWaitCB, AccReadyCB and newreq, while @rdp's callbacks are labelled. */
void trace_rcu_grace_period_acc(struct rcu_data *rdp, int64_t gp_seq, const char *text);
/* rcu_start_this_gp() for @rdp at @rnp. */
void trace_rcu_future_grace_period(struct rcu_data *rdp, const struct rcu_node *rnp,
				   int64_t gp_seq_req, const char *text);
/* Cleanup, CleanupMore; @rdp: of the CPU where the grace-period kthread runs. */
void trace_rcu_future_gp_cleanup(struct rcu_data *rdp, const struct rcu_node *rnp,
				 int64_t gp_seq_req, const char *text);
/* StartWait, EndWait of rcuog. */
void trace_rcu_nocb_gp_wait(struct nocb_group *group, const char *text);
/* @rdp: of the CPU where the grace-period kthread runs. */
void trace_rcu_grace_period_init(struct rcu_data *rdp, const struct rcu_node *rnp);
/* @mask is cleared already. */
void trace_rcu_quiescent_state_report(struct rcu_state *rcu, const struct rcu_node *rnp,
				      uint64_t mask);
/* The last reader that @rnp was waiting for left its section: "preempt_rcu", no mask. */
void trace_rcu_unblock_report(struct rcu_state *rcu, const struct rcu_node *rnp);
void trace_rcu_fqs(struct rcu_data *rdp, const char *text);
void trace_rcu_preempt_task(struct rcu_data *rdp, const struct sim_task *task, int64_t gp_seq);
/* @name: "rcu_preempt", or "rcu_preempt-GPS" at the start of a grace period. */
void trace_rcu_unlock_preempted_task(struct rcu_state *rcu, const char *name,
				     const struct sim_task *task, int64_t gp_seq);
/* @text must live as long as @rdp. */
void trace_rcu_stall_warning(struct rcu_data *rdp, const char *text);

/* --- expedited grace periods, rcu_barrier(), synchronize_rcu(); @cpu: who executes it, should it be an arrival --- */

void trace_rcu_exp_grace_period(struct rcu_state *rcu, int cpu, int64_t seq, const char *text);
void trace_rcu_exp_funnel_lock(struct rcu_state *rcu, const struct rcu_node *rnp, int cpu,
			       const char *text);
/* @about: the CPU of the phase, or -1. */
void trace_rcu_barrier(struct rcu_state *rcu, const char *text, int about, int remaining,
		       int64_t seq);
/* @number: of the call, any that tells it from the others; "request", "complete". */
void trace_rcu_sr_normal(struct rcu_state *rcu, int cpu, int64_t number, const char *text);

/* --- callbacks --- */

void trace_rcu_nocb_wake(struct rcu_data *rdp, const char *reason);
/* @cb was put on ->cblist, not on the bypass; with the SegCBQueued statistics. */
void trace_rcu_callback(struct rcu_data *rdp, const struct rcu_cb *cb);
/* SegCbPreAcc, SegCbPostAcc, SegCbDequeued (SegCBQueued comes with trace_rcu_callback()). */
void trace_rcu_segcb_stats(struct rcu_data *rdp, const char *text);
void trace_rcu_batch_start(struct rcu_data *rdp, int64_t len, int64_t bl);
/* @more: ready callbacks are left; @idle: the idle task was interrupted; @kthread: rcuc or rcuop. */
void trace_rcu_batch_end(struct rcu_data *rdp, int64_t n, bool more, bool need_resched, bool idle,
			 bool kthread);
/* @cb, the next callback of @rdp's batch, is about to be invoked. */
void trace_rcu_invoke_callback(struct rcu_data *rdp, const struct rcu_cb *cb);
/* @number: of the object or page of pointers, any that tells it from the others. */
void trace_rcu_invoke_kvfree_callback(struct rcu_state *rcu, int cpu, int64_t number,
				      int64_t offset);
void trace_rcu_invoke_kfree_bulk_callback(struct rcu_state *rcu, int cpu, int64_t number,
					  int64_t n_records);
