/*
 * rcu.h - Tree RCU with callback offloading: its state, and what mm and the workloads call.
 *
 * Names, fields and steps are those of kernel/rcu/ of Linux 6.12; each file models the functions that its
 * opening comment names. What is otherwise in another kernel is a switch of version.h. docs/fidelity.md says what
 * is simplified.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "engine/hist.h"
#include "machine/machine.h"
#include "machine/workqueue.h"
#include "rcu/config.h"
#include "rcu/segcblist.h"
#include "rcu/sync.h"
#include "rcu/version.h"

#define RCU_SEQ_CTR_SHIFT  2
#define RCU_SEQ_STATE_MASK 3
/* DEFAULT_MAX_RCU_BLIMIT: what ->blimit is raised to in a flood */
#define RCU_MAX_BLIMIT 10000
#define RCU_GP_HISTORY 16
#define RCU_N_EXP_WQS  4
/* No sequence number: ->gp_seq_polled_snap of a grace period whose end ends no polled one. */
#define RCU_NOT_POLLED INT64_MIN

/* OVLD is a value of rcu_state.gp_gf only: an overload asks for a scan without a sleep */
enum { RCU_GP_FLAG_INIT = 1, RCU_GP_FLAG_FQS = 2, RCU_GP_FLAG_OVLD = 4 };

/* Levels of a deferred wakeup of rcuog, 6.2 ... 6.19. 6.1 has no LAZY and the later ones one lower: the order is its. */
enum nocb_wake_level {
	RCU_NOCB_WAKE_NOT = 0,
	RCU_NOCB_WAKE_BYPASS = 1,
	RCU_NOCB_WAKE_LAZY = 2,
	RCU_NOCB_WAKE = 3,
	RCU_NOCB_WAKE_FORCE = 4
};

struct rcu_state;
struct rcu_data;
struct rcu_boost;

struct rcu_node {
	struct sim_lock lock;
	struct rcu_node *parent; /* NULL: root */
	int level, grplo, grphi; /* CPUs covered */
	int grpnum;              /* bit in the parent's masks */
	bool is_leaf;
	uint64_t qsmaskinitnext; /* leaf: CPUs online now; qsmaskinit follows at the next start */
	uint64_t qsmaskinit, qsmask;
	bool wait_blkd_tasks; /* leaf: its last CPU went offline, readers preempted there are left */
	uint64_t cbovldmask;  /* leaf: CPUs with too many callbacks */
	int64_t gp_seq, gp_seq_needed;
	struct sim_task *blkd_tasks; /* readers preempted on its CPUs, first to last */
	struct sim_task *gp_tasks;   /* first of them that blocks the current grace period */
	/* expedited grace periods */
	uint64_t expmaskinit, expmask;
	struct sim_task *exp_tasks; /* first that blocks the current one */
	int64_t exp_seq_rq;         /* asked for through this node */
	struct wait_queue exp_wq[RCU_N_EXP_WQS];
	/* CONFIG_RCU_BOOST, leaf */
	struct rcu_boost *boost;      /* its rcub, or NULL */
	struct sim_task *boost_tasks; /* first of the readers to be boosted */
	int64_t boost_time;           /* jiffy from which on */
};

/* ->rcu_cpu_kthread_status */
enum rcu_kthread_status { RCU_KTHREAD_WAITING, RCU_KTHREAD_RUNNING, RCU_KTHREAD_YIELDING };

enum rcu_core_state { RCU_CORE_IDLE, RCU_CORE_REPORT, RCU_CORE_CHECKED, RCU_CORE_BATCH };

/* rcu_do_batch() under way. */
struct rcu_batch {
	bool active;
	struct sim_frame *frame;
	const char *context;
	struct cb_list list; /* extracted, not invoked yet */
	int64_t n_done, n_objects, bl;
	int64_t tlimit_ns; /* 0: none */
	int64_t jlimit;    /* jiffy after which each callback looks at the clock */
	int64_t start_ns;
	bool in_softirq;
	bool extracted, finished;
};

struct rcu_data {
	struct rcu_state *rcu;
	int cpu;
	struct rcu_node *mynode;
	uint64_t grpmask;
	bool offloaded;
	/* quiescent states */
	int64_t gp_seq, gp_seq_needed;
	bool cpu_no_qs, core_needs_qs;
	int64_t ticks_this_gp;
	int64_t n_core, softirq_snap; /* runs of RCU_SOFTIRQ, ever and when ->gp_seq was noticed */
	bool rcu_urgent_qs, rcu_need_heavy_qs;
	bool rcu_forced_tick; /* RCU keeps the tick of this adaptive-tick CPU */
	int64_t last_fqs_resched; /* jiffy of the scan's last interrupt to it, or of its last cpustart */
	uint64_t watching_snap;
	bool cpu_no_qs_exp; /* an expedited grace period's interrupt has left its report to us */
	struct smp_call exp_call;
	/* callbacks */
	struct rcu_segcblist cblist;
	int64_t blimit, qlen_last_fqs_check, n_force_qs_snap;
	enum rcu_core_state core_state;
	struct rcu_batch batch;
	int64_t barrier_seq_snap; /* the barrier that was here last */
	/* rcuc, without RCU_SOFTIRQ; else NULL */
	struct sim_task *rcu_cpu_kthread_task;
	enum rcu_kthread_status rcu_cpu_kthread_status;
	bool rcu_cpu_has_work;
	int rcu_cpu_rounds; /* of rcu_core() since it was woken */
	struct sim_timer rcu_cpu_timer;
	int64_t n_retired;          /* callbacks of batches that are over */
	int64_t invoked_enqueue_ns; /* enqueue time of the last callback invoked: FIFO */
	int64_t merged_ns; /* callbacks of offline CPUs came in then; what is older has lost its order; -1 */
	/* offloading: the enqueuing side */
	struct sim_lock nocb_lock, nocb_bypass_lock;
	struct cb_list nocb_bypass;
	int64_t lazy_len; /* lazy ones of ->nocb_bypass */
	int64_t nocb_bypass_first, nocb_nobypass_last, nocb_nobypass_count, nocb_gp_adv_time;
	struct nocb_group *group;
	/* offloading: rcuop */
	bool nocb_cb_sleep;
	struct sim_task *nocb_cb_kthread;
	int nocb_cb_state;
	struct sim_task *nocb_park_waiter; /* waits for it to sleep, or NULL */
	struct rcu_data *nocb_next;        /* of the group's scan list */
};

/* A group of CPUs that share an rcuog; the kernel keeps these fields in its leader's rcu_data. */
struct nocb_group {
	struct rcu_state *rcu;
	struct rcu_data *leader;
	struct rcu_data *head; /* offloaded CPUs in CPU order */
	struct sim_task *nocb_gp_kthread;
	bool nocb_gp_sleep;
	bool woken;            /* since it was set true */
	int nocb_defer_wakeup; /* enum nocb_wake_level */
	struct sim_timer nocb_timer;
	struct rcu_data
		*toggle; /* nocb_toggle_rdp: CPU to be put on the list or taken off it, or NULL */
	struct sim_task *toggle_waiter;
	struct sim_timer poll_timer; /* of schedule_timeout_idle() with rcu_nocb_poll */
	/* the pass under way */
	int state;
	struct rcu_data *scan;
	int64_t pass_jiffy;
	bool bypass, lazy, wait_valid;
	bool gotcbs; /* has woken an rcuop */
	int64_t wait_gp;
	bool waiting_gp; /* sleeps on the leaf's nocb_gp_wq */
	bool slept;      /* since the pass began */
	int64_t pass_ns; /* when it began */
};

struct rcu_gp_history {
	int64_t gp_seq; /* while in progress */
	int64_t start_ns;
};

/* Cookies handed out: the two numbers that they can have, and when the last one with it was. */
struct rcu_cookies {
	int64_t seq[2], last_ns[2];
};

/* synchronize_rcu() woken by the grace-period kthread: stacks of waiters, newest first. */
struct rcu_sr_normal {
	struct rcu_sync *srs_next; /* for a grace period that has not started */
	struct rcu_sync *waiting;  /* for the one in progress */
	struct rcu_sync *rest;     /* done with; a kworker completes them */
	bool has_wait_tail,
		has_done_tail;        /* markers: of ->waiting; the last one that is done with */
	int n_old_heads;              /* markers that the work item gives back */
	struct sim_work cleanup_work; /* on sync_wq; without a step() until it is needed */
};

struct rcu_stats {
	int64_t n_callbacks, n_callbacks_bypass, n_callbacks_lazy, n_callbacks_migrated, n_invoked;
	int64_t n_callbacks_shrunk; /* lazy ones that the shrinker has flushed */
	int64_t n_batches, batch_callbacks_max;
	int64_t callback_first_ns;
	int64_t n_grace_periods, n_fqs_scans, n_stall_warnings;
	int64_t n_exp_grace_periods;
	int64_t n_nocb_lock;
	struct hist callback_latency, grace_period;
};

struct rcu_state {
	struct machine *m;
	struct rcu_config config;
	const struct rcu_version *version;
	bool preempt_rcu; /* CONFIG_PREEMPT_RCU; else readers run with preemption disabled */
	const char *name; /* "rcu_preempt" or "rcu_sched" */
	char abbr;        /* 'p' or 's': rcuop, rcuos */
	int n_nodes, n_levels;
	struct rcu_node *nodes; /* breadth first, root first */
	int first_leaf;
	struct rcu_data *rdp; /* one per CPU */
	int n_groups;
	struct nocb_group *groups;
	/* grace periods */
	int64_t gp_seq;
	int gp_flags;
	struct sim_task *gp_kthread;
	struct sim_timer gp_timer;
	bool gp_timed_out;
	int gp_state;
	int gp_node; /* of the phase under way */
	bool gp_first_fqs, gp_need_gp;
	int gp_gf, gp_ret;
	int64_t gp_j;
	int64_t gp_done_start_ns; /* start of the last grace period that has ended */
	int64_t jiffies_force_qs, gp_start_jiffy, gp_start_ns, jiffies_resched;
	int64_t n_force_qs, gp_n_fqs;
	int64_t jiffies_till_first_fqs, jiffies_till_next_fqs, jiffies_to_sched_qs;
	int64_t jiffies_stall, jiffies_kick_kthreads, gp_activity, n_force_qs_gpstart;
	bool cbovld, cbovldnext; /* an overload in force, and one seen by the last scan */
	int64_t qovld_calc;      /* 0: off */
	int64_t nohz_full_patience_delay_jiffies;
	int64_t nobypass_lim, stride;
	bool lazy; /* call_rcu() is */
	int64_t jiffies_lazy_flush;
	struct rcu_gp_history history[RCU_GP_HISTORY];
	struct rcu_boost *boosts; /* of the leaves, or NULL */
	int64_t boost_delay_jiffies;
	struct sim_task *readers, *readers_tail; /* open read-side sections, oldest first */
	struct cb_pool pool;
	/* I20: start of the last grace period of each kind that has ended */
	int64_t gp_ended_start_ns, exp_ended_start_ns;
	/* I21: when the root showed the one in progress; full cookies go by the root, which waits for nobody before */
	int64_t gp_root_ns;
	int64_t n_syncs; /* calls that wait, ever */
	bool normal_wake_from_gp;
	struct rcu_sr_normal sr_normal;
	/* rcu_barrier() */
	int64_t barrier_sequence;
	struct sim_mutex barrier_mutex;
	int barrier_cpu_count;
	/* expedited grace periods, and their worker: a kthread or, before V16, a workqueue's */
	int64_t expedited_sequence, exp_start_ns;
	struct sim_mutex exp_mutex;
	struct sim_task *exp_kworker;
	struct sim_work exp_work;
	bool exp_has_request;
	int64_t exp_requested, exp_seq; /* to be done next, and being done */
	int exp_state, exp_node;
	struct sim_frame *exp_frame; /* of who does it */
	/* polling */
	int64_t gp_seq_polled, gp_seq_polled_snap, gp_seq_polled_exp_snap;
	struct rcu_cookies cookies_polled, cookies_norm, cookies_exp;
	void *free_ctx; /* passed to rcu_cb_type.freed */
	/* an object was freed that a reader found before it was handed to call_rcu() */
	void (*violation)(void *ctx, int64_t reader_start_ns, int64_t enqueued_ns);
	void *violation_ctx;
	/* I12: callbacks queued and not invoked; the sum of the times at which they were, but for rcu_barrier()'s, modulo 2^64 */
	int64_t n_held;
	uint64_t held_ns_sum;
	struct rcu_stats stats;
};

/* CONFIG_PREEMPT_RCU is selected by PREEMPTION, which PREEMPT_DYNAMIC implies. */
bool rcu_is_preempt_rcu(const struct machine_config *config);
struct rcu_state *rcu_new(struct machine *m, const struct rcu_config *config);
void rcu_free(struct rcu_state *rcu);
/* The invariants that concern state, not transitions: asserted at observation instants. */
void rcu_check_invariants(struct rcu_state *rcu);

/* --- call_rcu() --- */

/*
 * call_rcu() is lazy on offloaded CPUs if the kernel is configured so (rcu-behaviour.md 6.11); call_rcu_hurry() never
 * is, and otherwise the same.
 */

/* What a CPU's next calls of call_rcu() cost, and how many of them nobody else can see. */
struct call_rcu_plan {
	int64_t n;             /* calls of this cost; all but the last are silent; >= 1 */
	int64_t closed_ns;     /* of each, interrupts disabled */
	struct sim_lock *lock; /* held meanwhile, or NULL */
	bool jiffy_bound;      /* the plan holds in this jiffy only */
};

struct call_rcu_plan call_rcu_plan(struct rcu_data *rdp, int64_t n_max);
struct call_rcu_plan call_rcu_hurry_plan(struct rcu_data *rdp, int64_t n_max);
/* One call on @rdp's CPU by @frame, at its effect. */
void call_rcu(struct rcu_data *rdp, const struct rcu_cb *cb, struct sim_frame *frame,
	      bool irqs_disabled);
void call_rcu_hurry(struct rcu_data *rdp, const struct rcu_cb *cb, struct sim_frame *frame,
		    bool irqs_disabled);
/* @n silent calls at @first_ns, @first_ns + @stride_ns, ...: those that call_rcu_plan() promised. */
void call_rcu_run(struct rcu_data *rdp, const struct rcu_cb *cb, int64_t n, int64_t first_ns,
		  int64_t stride_ns);
void call_rcu_hurry_run(struct rcu_data *rdp, const struct rcu_cb *cb, int64_t n, int64_t first_ns,
			int64_t stride_ns);

/* --- the shrinker of lazy callbacks --- */

/* One scan of it by @task, on its way through the CPUs; the rest starts as 0. */
struct lazy_rcu_shrink_scan {
	struct rcu_state *rcu;
	struct sim_task *task;
	int cpu;
};

int64_t lazy_rcu_shrink_count(struct rcu_state *rcu);
/* Its next operation; false when all CPUs have been looked at. */
bool lazy_rcu_shrink_scan_step(struct lazy_rcu_shrink_scan *scan);

/* --- CPUs that go offline and come back (hotplug.c of machine) --- */

/* @cpu is offline: its callbacks, if they are not offloaded, go to the CPU of @frame, which takes it down. */
void rcutree_migrate_callbacks(struct rcu_state *rcu, int cpu, struct sim_frame *frame);
/* @cpu is about to come online. */
void rcutree_prepare_cpu(struct rcu_state *rcu, int cpu);

/*
 * (De)offloading at run time. rcu_nocb_prepare(): before the machine starts, the kthreads of a CPU that may be offloaded later.
 * rcu_nocb_park(): of a CPU that is offloaded still, after rcu_barrier(); false: @waiter will be woken, to ask again.
 * rcu_nocb_toggle_begin(): @rdp's CPU is offline and has no callbacks; @waiter, which runs, is woken when ->offloaded has
 * changed.
 */
void rcu_nocb_prepare(struct rcu_state *rcu, int cpu);
bool rcu_nocb_park(struct rcu_data *rdp, struct sim_task *waiter);
void rcu_nocb_toggle_begin(struct rcu_data *rdp, struct sim_task *waiter);

/* --- readers (task context) --- */

void rcu_read_lock(struct rcu_state *rcu, struct sim_task *task);
void rcu_read_unlock(struct rcu_state *rcu, struct sim_task *task);

/* Callbacks not invoked yet, over all CPUs. */
int64_t rcu_n_callbacks(const struct rcu_state *rcu);

/* --- within the room --- */

static inline bool rcu_seq_state(int64_t s)
{
	return (s & RCU_SEQ_STATE_MASK) != 0;
}
static inline int64_t rcu_seq_snap(int64_t s)
{
	return (s + 2 * RCU_SEQ_STATE_MASK + 1) & ~(int64_t)RCU_SEQ_STATE_MASK;
}
static inline int64_t rcu_seq_ended(int64_t s)
{
	return (s | RCU_SEQ_STATE_MASK) + 1;
}
static inline int rcu_exp_wq(int64_t s)
{
	return (int)(s >> RCU_SEQ_CTR_SHIFT & (RCU_N_EXP_WQS - 1));
}
static inline bool rcu_seq_started(int64_t s, int64_t g)
{
	return s > g - 4;
}
static inline bool rcu_gp_in_progress(const struct rcu_state *rcu)
{
	return rcu_seq_state(rcu->gp_seq);
}
static inline struct rcu_node *rcu_get_root(struct rcu_state *rcu)
{
	return &rcu->nodes[0];
}
static inline struct sim_cpu *rdp_cpu(struct rcu_data *rdp)
{
	return &rdp->rcu->m->cpus[rdp->cpu];
}

#define for_each_leaf_rnp(rcu, rnp)                                                           \
	for ((rnp) = &(rcu)->nodes[(rcu)->first_leaf]; (rnp) < &(rcu)->nodes[(rcu)->n_nodes]; \
	     (rnp)++)

/* tree.c */
void rcu_init_geometry(struct rcu_state *rcu);
/* gp_request.c */
bool rcu_start_this_gp(struct rcu_node *rnp_start, struct rcu_data *rdp, int64_t g);
void rcu_gp_kthread_wake(struct rcu_state *rcu, struct sim_frame *waker);
bool rcu_accelerate_cbs(struct rcu_node *rnp, struct rcu_data *rdp);
bool rcu_advance_cbs(struct rcu_node *rnp, struct rcu_data *rdp);
void rcu_accelerate_cbs_unlocked(struct rcu_node *rnp, struct rcu_data *rdp,
				 struct sim_frame *waker);
void rcu_advance_cbs_nowake(struct rcu_node *rnp, struct rcu_data *rdp);
void rcu_force_quiescent_state(struct rcu_state *rcu, struct sim_frame *waker);
/* gp_kthread.c, fqs.c */
void rcu_gp_kthread_step(void *ctx);
void rcu_gp_timeout(void *ctx, struct sim_cpu *cpu);
bool rcu_gp_fqs_check_wake(struct rcu_state *rcu);
void rcu_fqs_leaf(struct rcu_state *rcu, struct rcu_node *rnp);
/* CPU time of the scan of @rnp under its lock. */
int64_t rcu_fqs_leaf_ns(const struct rcu_state *rcu, const struct rcu_node *rnp);
/* qs.c */
void rcu_qs(struct rcu_data *rdp);
bool note_gp_changes_locked(struct rcu_node *rnp, struct rcu_data *rdp);
void note_gp_changes(struct rcu_data *rdp, struct sim_frame *waker);
void rcu_report_qs_rnp(struct rcu_state *rcu, uint64_t mask, struct rcu_node *rnp, int64_t gps,
		       struct sim_frame *waker);
void rcu_report_qs_rdp(struct rcu_data *rdp, struct sim_frame *waker);
/* preempt.c */
void rcu_note_context_switch(void *ctx, struct sim_cpu *cpu, struct sim_task *prev, bool preempt);
bool rcu_preempt_blocked_readers_cgp(const struct rcu_node *rnp);
/* boost.c */
void rcu_boost_init(struct rcu_state *rcu);
/* The grace period has reached @rnp. */
void rcu_preempt_boost_start_gp(const struct rcu_state *rcu, struct rcu_node *rnp);
/* The scan has found that nothing but readers block @rnp. */
void rcu_initiate_boost(struct rcu_state *rcu, struct rcu_node *rnp);
/* @task, which was on @rnp's list, has left its section: it has its own priority again, and rcub goes on. */
void rcu_boost_unlock(struct rcu_node *rnp, struct sim_task *task);
void rcu_boost_check_invariants(const struct rcu_node *rnp);
/* flavor.c */
void rcu_flavor_init(struct rcu_state *rcu);
void rcu_flavor_sched_clock_irq(struct rcu_state *rcu, struct sim_cpu *cpu, bool user);
bool rcu_is_preemptible(const struct sim_cpu *cpu);
void rcu_all_qs(void *ctx, struct sim_cpu *cpu);
void rcu_momentary_eqs(struct rcu_data *rdp);
void rcu_set_urgent_qs(struct rcu_data *rdp, bool urgent);
void rcu_disable_urgency_upon_qs(struct rcu_data *rdp);
bool rcu_gp_waits_for_fqs(const struct rcu_state *rcu);
/* stall.c */
int64_t rcu_jiffies_till_stall_check(const struct rcu_state *rcu);
void rcu_record_gp_stall_check_time(struct rcu_state *rcu);
void check_cpu_stall(struct rcu_data *rdp);
/* check.c: @n callbacks are queued, or invoked, that were queued at @first_ns, @first_ns + @stride_ns, ... */
void rcu_note_queued(struct rcu_state *rcu, int64_t n, int64_t first_ns, int64_t stride_ns);
void rcu_note_invoked(struct rcu_state *rcu, int64_t n, int64_t first_ns, int64_t stride_ns);
/* call_rcu.c, overload.c */
void call_rcu_cut(struct rcu_data *rdp);
void check_cb_ovld(struct rcu_data *rdp);
void check_cb_ovld_leaf(struct rcu_node *rnp, struct rcu_state *rcu);
int64_t check_cb_ovld_n_silent(const struct rcu_data *rdp);
/* core.c */
void rcu_sched_clock_irq(void *ctx, struct sim_cpu *cpu, bool user);
bool rcu_core_step(void *ctx, struct sim_cpu *cpu, struct sim_frame *frame);
void rcu_softirq_qs(void *ctx, struct sim_cpu *cpu);
void rcu_idle_loop(void *ctx, struct sim_cpu *cpu);
bool rcu_needs_cpu(void *ctx, struct sim_cpu *cpu);
/* cpu_kthread.c */
/* RCU_SOFTIRQ or rcuc is to run rcu_core() on @rdp's CPU; called there. */
void invoke_rcu_core(struct rcu_data *rdp);
void rcu_cpu_kthread_init(struct rcu_data *rdp);
void rcu_cpu_kthread_step(void *ctx);
void rcu_cpu_kthread_park(struct rcu_data *rdp);
void rcu_cpu_kthread_unpark(struct rcu_data *rdp);
/* hotplug.c */
bool rcu_rdp_cpu_online(const struct rcu_data *rdp);
void rcu_gp_init_onoff(struct rcu_state *rcu);
void rcu_gp_init_report_offline(struct rcu_state *rcu, struct rcu_node *rnp);
void rcutree_report_cpu_dead(void *ctx, struct sim_cpu *cpu);
void rcutree_report_cpu_starting(void *ctx, struct sim_cpu *cpu);
void rcu_user_prepare(void *ctx, struct sim_cpu *cpu);
void rcu_irq_enter_check_tick(void *ctx, struct sim_cpu *cpu);
/* batch.c */
void rcu_batch_begin(struct rcu_data *rdp, struct sim_frame *frame, const char *context);
bool rcu_batch_step(struct rcu_data *rdp);
/* How a call of call_rcu() is made. */
struct call_rcu_how {
	bool lazy;
	bool irqs_disabled;
	struct sim_frame *frame; /* of the caller; NULL: an interrupt out of idle */
};

/* nocb_bypass.c */
bool rcu_nocb_try_bypass(struct rcu_data *rdp, const struct rcu_cb *cb, bool *ret_was_alldone,
			 const struct call_rcu_how *how);
void rcu_nocb_flush_bypass(struct rcu_data *rdp, int64_t j);
bool rcu_nocb_try_flush_bypass(struct rcu_data *rdp, int64_t j);
bool rcu_nocb_bypass_is_due(const struct rcu_data *rdp);
/* Whether there is nothing but lazy callbacks on ->nocb_bypass; an empty one is so, too. */
static inline bool rcu_nocb_bypass_is_lazy(const struct rcu_data *rdp)
{
	return rdp->lazy_len == rdp->nocb_bypass.n;
}
int64_t rcu_nocb_nobypass_count_next(const struct rcu_data *rdp);
bool rcu_wait_label_done(const struct rcu_data *rdp);
void rcu_nocb_advance_once_per_jiffy(struct rcu_data *rdp);
/* nocb_wake.c */
bool rcu_nocb_overload_wakes(const struct rcu_state *rcu);
void call_rcu_nocb_wake(struct rcu_data *rdp, bool was_alldone, const struct call_rcu_how *how);
void wake_nocb_gp(struct rcu_data *rdp, struct sim_frame *frame, bool force);
void wake_nocb_gp_defer(struct rcu_data *rdp, int level, const char *reason, struct sim_cpu *here);
void do_nocb_deferred_wakeup(struct rcu_data *rdp, struct sim_frame *frame);
void nocb_timer_expired(void *ctx, struct sim_cpu *cpu);
/* nocb_gp.c, nocb_cb.c */
bool rcu_nocb_gp_is_asleep(const struct nocb_group *group);
void rcu_nocb_gp_step(void *ctx);
void rcu_nocb_gp_init(struct nocb_group *group);
bool rcu_nocb_gp_is_polling(const struct nocb_group *group);
/* nocb_offload.c */
void rcu_nocb_gp_toggle(struct nocb_group *group);
void rcu_nocb_gp_cleanup(struct rcu_state *rcu, struct rcu_node *rnp, struct sim_frame *waker);
void rcu_nocb_cb_step(void *ctx);
/* sync.c, barrier.c, sr_normal.c */
void rcu_sync_begin(struct rcu_sync *sync, bool (*step)(struct rcu_sync *sync));
struct rcu_data *rcu_sync_rdp(const struct rcu_sync *sync);
void rcu_sync_complete(struct rcu_sync *sync, struct sim_frame *waker);
bool rcu_synchronize_normal_step(struct rcu_sync *sync);
bool rcu_barrier_step(struct rcu_sync *sync);
/* If a barrier is under way that has not been here: @frame: what an interrupt has suspended on the CPU, or the caller. */
void rcu_barrier_entrain(struct rcu_data *rdp, struct sim_frame *frame);
bool rcu_gp_is_normal(const struct rcu_state *rcu);
void rcu_sr_normal_add_req(struct rcu_sync *sync);
bool rcu_sr_normal_gp_init(struct rcu_state *rcu);
void rcu_sr_normal_gp_cleanup(struct rcu_state *rcu);
/* exp.c */
void rcu_exp_gp_seq_start(struct rcu_state *rcu);
void rcu_exp_queue_work(struct rcu_state *rcu, int64_t seq, struct sim_frame *frame);
void rcu_report_exp_rdp(struct rcu_data *rdp, struct sim_frame *waker);
/* What an interrupt in the wrong place has left, now that the CPU is in a quiescent state. */
void rcu_deferred_exp(struct rcu_data *rdp, struct sim_frame *waker);
bool rcu_exp_leaf_is_done(const struct rcu_node *rnp);
void rcu_exp_reader_gone(struct rcu_state *rcu, struct rcu_node *rnp, bool was_done,
			 struct sim_frame *waker);
/* poll.c */
void rcu_poll_gp_seq_start(struct rcu_state *rcu, int64_t *snap);
void rcu_poll_gp_seq_end(struct rcu_state *rcu, int64_t *snap, int64_t start_ns);
void rcu_cookies_check(const struct rcu_cookies *cookies, int64_t seq, int64_t gp_start_ns);
void rcu_request_gp(struct rcu_data *rdp, struct sim_frame *frame);
