/*
 * mm.h - what address spaces free: lifetimes of VMAs and maple nodes, the freeing loop, and the tasks that
 * run it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "engine/dist.h"
#include "engine/hist.h"
#include "mm/config.h"
#include "mm/vma_policy.h"
#include "rcu/kvfree.h"
#include "rcu/rcu.h"
#include "rcu/srcu.h"

/* Objects between unlink and free, over all kinds: exact sums, no list. */
struct unfreed {
	int64_t objects, bytes;
	int64_t objects_peak, bytes_peak; /* at observation instants */
	/* sum over frees of their times minus the same over unlinks: time integrals without the tail */
	__int128 object_ns, byte_ns;
	int64_t freed;
	int64_t last_free_ns;
};

/* What the free-loops of a run measure together, as the lab's bench does. */
struct free_loop_stats {
	int n_started, n_ended;
	int64_t start_ns, end_ns; /* of the first to start, of the last to end */
	int64_t shortest_ns;
	int64_t pending_peak; /* most objects pending when a loop looked */
};

struct mm_stats {
	struct free_loop_stats free_loop;
	struct hist exit_latency, munmap_latency, freeing_loop, reader_delay, fault_latency;
	struct hist map_call_latency, fork_latency, exec_latency, replay_elapsed;
	struct hist synchronize_latency, expedited_latency, barrier_latency;
	int64_t n_map_call_errors, n_processes_left;
	int64_t freeing_loop_ns, freeing_loop_call_rcu_ns;
	int64_t n_readers, n_faults, n_violations;
	int64_t n_slabs_discarded;
	int64_t n_reader_retries; /* readers that found another object where theirs had been */
	int64_t residue;          /* VMAs on the lists of live mms */
};

/* The world of address spaces of one machine. */
struct mm_world {
	struct machine *m;
	struct rcu_state *rcu;
	struct vma_config config;
	const struct vma_policy_hooks *policy;
	const void *params; /* of the policy */
	struct unfreed unfreed;
	struct mm_stats stats;
	int64_t checked_jiffy; /* in which the invariants were looked at last */
	void (*violation)(void *ctx, int64_t t_ns, int64_t reader_start_ns, int64_t enqueued_ns);
	void *violation_ctx;
	struct replay_copy *copies; /* of replays, newest first */
	struct typesafe_cache
		*typesafe;        /* of free-loops, in their order; readers look into the first */
	struct kvfree *kvfree;    /* of kfree_rcu(); NULL: nobody calls it */
	struct srcu_struct *srcu; /* the domain of its SRCU users; NULL: there is none */
};

struct mm_world *mm_world_new(struct machine *m, struct rcu_state *rcu,
			      const struct vma_config *config, const struct vma_policy_ops *policy,
			      const void *params);
void mm_world_free(struct mm_world *w);

/* What kfree_rcu() keeps per CPU, made for the first who calls it. */
struct kvfree *mm_kvfree(struct mm_world *w);
/* The domain of SRCU users, made for the first of them. */
struct srcu_struct *mm_srcu(struct mm_world *w);

/* An address space, as far as freeing its VMAs goes. */
struct mm_struct {
	int64_t n_list; /* dead VMAs on its vma_free_list */
	/* of a replayed process */
	int64_t n_vmas;
	int users;               /* mm_users */
	struct process *holder;  /* of mmap_lock, for write; or NULL */
	struct process *waiters; /* for it, in the order of their requests */
};

/* --- account.c --- */

void unfreed_unlink(struct mm_world *w, int64_t n, int64_t bytes_each,
		    const struct op_times *times);
void unfreed_free(struct mm_world *w, int64_t n, int64_t n_objects_each, int64_t bytes_each,
		  const struct op_times *times);
/* The integrals up to @now_ns, objects not freed yet included; in object ns and byte ns. */
__int128 unfreed_object_ns(const struct unfreed *u, int64_t now_ns);
__int128 unfreed_byte_ns(const struct unfreed *u, int64_t now_ns);
/* Callback types: what their invocation frees. */
extern const struct rcu_cb_type mm_cb_vma, mm_cb_vma_list, mm_cb_maple_node, mm_cb_object,
	mm_cb_object_timed, mm_cb_object_sampled, mm_cb_slab;
/* CPU time of freeing one object of @type. */
int64_t mm_free_cost_ns(const struct mm_world *w, const struct rcu_cb_type *type);
struct rcu_cb mm_cb(const struct mm_world *w, const struct rcu_cb_type *type, int64_t n_objects,
		    int64_t bytes_each);

/* --- freeing.c: the loop, and what a policy may do with a VMA --- */

enum freeing_end {
	FREEING_LOOP_END, /* the loop is over: mmap_lock may still be held */
	FREEING_EXIT_END  /* the end of exit_mmap(), after mmap_lock was dropped */
};

/* One freeing loop: remove_vma() for each of n_left objects. */
struct freeing {
	struct mm_world *w;
	struct sim_task *task;
	const struct vma_policy_hooks *hooks;
	struct mm_struct *mm;
	bool unreachable; /* from exit_mmap(): nobody can find these VMAs any more */
	/* what a callback for one object, and for a list of them, frees */
	const struct rcu_cb_type *one, *list;
	int64_t object_bytes; /* of one object, its lock included */
	int64_t body_ns;      /* CPU time of one iteration, what the policy does excluded */
	int64_t n_left;
	int64_t start_ns, call_rcu_closed_ns, lock_wait_start_ns;
	enum freeing_end end; /* being executed */
};

void freeing_begin(struct freeing *f, struct mm_world *w, struct sim_task *task,
		   const struct vma_policy_hooks *hooks, struct mm_struct *mm, bool unreachable,
		   int64_t object_bytes, int64_t body_ns, int64_t n);
/* The loop's next operation; false when all VMAs are gone. */
bool freeing_step(struct freeing *f);
/* What the policy does at @end; false if nothing. It takes no operation after the first call that says so. */
bool freeing_end_step(struct freeing *f, enum freeing_end end);
/* The loop is over: its times go to the statistics. */
void freeing_account(struct freeing *f);

/* --- exit.c, munmap.c: what a task goes through when it gives up VMAs --- */

/* exit_mmap() of @mm by @task: a sequence of operations. */
struct mm_exit {
	struct mm_world *w;
	struct sim_task *task;
	struct mm_struct *mm;
	struct freeing freeing;
	int state;
	int64_t n_vmas, n_to_unmap, start_ns;
};

void mm_exit_begin(struct mm_exit *e, struct mm_world *w, struct sim_task *task,
		   struct mm_struct *mm, int64_t n_vmas);
/* Its next operation; false when the address space is gone. */
bool mm_exit_step(struct mm_exit *e);

/* What a call leaves to free when its stores into the tree are done. */
struct mm_unlinked {
	int64_t n_stores; /* each replaces vma.nodes_per_store maple nodes */
	int64_t n_merged; /* VMAs that a neighbour took over: freed one at a time */
	int64_t n_unmap;  /* VMAs of the range that was unmapped: freed in one loop */
};

struct mm_unlink {
	struct mm_world *w;
	struct sim_task *task;
	struct mm_struct *mm;
	struct freeing freeing;
	int state;
	int64_t n_nodes, n_merged, n_unmap;
};

void mm_unlink_begin(struct mm_unlink *u, struct mm_world *w, struct sim_task *task,
		     struct mm_struct *mm, const struct mm_unlinked *unlinked);
/* Its next operation; false when all has been given to the policy. */
bool mm_unlink_step(struct mm_unlink *u);

/* Mechanisms: one VMA (or list) at its effect, now; and n of them, at @times. */
void freeing_now(struct freeing *f);
void freeing_now_run(struct freeing *f, int64_t n, const struct op_times *times);
void freeing_call_rcu(struct freeing *f);
void freeing_call_rcu_run(struct freeing *f, int64_t n, const struct op_times *times);
void freeing_call_rcu_hurry(struct freeing *f);
void freeing_call_rcu_hurry_run(struct freeing *f, int64_t n, const struct op_times *times);
void freeing_list_push(struct freeing *f);
void freeing_list_drain(struct freeing *f); /* one call_rcu() for the whole list */
/* @n pushes of which every one that makes the list @full long is followed by a drain. */
void freeing_list_run(struct freeing *f, int64_t n, int64_t full, const struct op_times *times);
/* Cost and length of a run of them: to be called from a policy's plan hook on a fresh operation. */
void freeing_plan_now(struct freeing *f, struct sim_op *op);
void freeing_plan_call_rcu(struct freeing *f, struct sim_op *op);
void freeing_plan_call_rcu_hurry(struct freeing *f, struct sim_op *op);
void freeing_plan_list(struct freeing *f, struct sim_op *op, int64_t full);
void freeing_plan_drain(struct freeing *f, struct sim_op *op);

/* --- slab.c: kmem_cache_free() by the state of the object's slab --- */

struct slab_config {
	int64_t objects_per_slab; /* 0: what fits on a page, at least one */
	int64_t min_partial;      /* partial slabs from which on an empty one is discarded */
	int64_t cpu_partial; /* objects that a CPU's list of partial slabs is filled to; 0: none */
};
int64_t slab_objects(const struct slab_config *config, int64_t object_bytes);
/* What freeing object @i of @n, counted from 0, costs in ns, and the same of *@ret_n objects from it on. */
int64_t slab_free_ns(const struct slab_config *config, const struct cost_profile *costs,
		     int64_t object_bytes, int64_t n, int64_t i, int64_t *ret_n);

/* --- slab_typesafe.c: a cache of SLAB_TYPESAFE_BY_RCU, all of whose objects one loop frees in order --- */

struct typesafe_cache *typesafe_cache_new(struct mm_world *w, const struct slab_config *config,
					  int64_t object_bytes);
void typesafe_cache_set_user(struct typesafe_cache *cache, struct sim_task *user);
void typesafe_caches_free(struct mm_world *w);
/* Like the mechanisms above: the plan, one free, n of them. */
void typesafe_plan(struct freeing *f, const struct typesafe_cache *cache, struct sim_op *op);
void typesafe_free(struct freeing *f, struct typesafe_cache *cache);
void typesafe_free_run(struct freeing *f, struct typesafe_cache *cache, int64_t n,
		       const struct op_times *times);
/* The object that is freed next, as a reader finds it; -1: there is no such cache. */
int64_t typesafe_find(const struct mm_world *w);
/* Whether it has not been freed since. */
bool typesafe_is_same(const struct mm_world *w, int64_t object);

/* --- tasks --- */

/* What wakes @task when it is armed: an event of rank arrival. */
struct sim_slot mm_task_timer(struct mm_world *w, struct sim_task *task);
/* Wake @task at @t_ns by one. */
struct sim_slot mm_task_arrival(struct mm_world *w, struct sim_task *task, int64_t t_ns);

struct exit_task_config {
	int cpu;
	int64_t arrive_ns, n_vmas;
};
void exit_task_new(struct mm_world *w, const char *name, const struct exit_task_config *config);

/* Draws of a task: its stream and its number within its workload. */
struct task_draws {
	struct rng_stream stream;
	uint64_t entity;
};

struct munmap_task_config {
	int cpu;
	int64_t arrive_ns, calls;
	const struct dist *vmas, *pause; /* outlive the task */
	struct task_draws vmas_draws, pause_draws;
};
void munmap_task_new(struct mm_world *w, const char *name, const struct munmap_task_config *config);

struct replay_config {
	const struct replay_plan *plan; /* outlives the world */
	const char *name;               /* of the workload */
	const struct cpumask *cpus;     /* outlives the world */
	int first_cpu;                  /* where its first process starts */
	int64_t copy, arrive_ns;
};
/* One copy of a recorded program: all its processes. */
void replay_copy_new(struct mm_world *w, const struct replay_config *config);
void replay_copies_free(struct replay_copy *copies);

struct call_rcu_task_config {
	int cpu;
	int64_t arrive_ns, calls, object_bytes;
	bool hurry; /* call_rcu_hurry() */
	const struct dist *pause;
	struct task_draws pause_draws;
};
void call_rcu_task_new(struct mm_world *w, const char *name,
		       const struct call_rcu_task_config *config);

struct reclaim_task_config {
	int cpu;
	int64_t arrive_ns, calls;
	const struct dist *pause; /* outlives the task */
	struct task_draws pause_draws;
};
void reclaim_task_new(struct mm_world *w, const char *name,
		      const struct reclaim_task_config *config);

enum synchronize_method {
	SYNCHRONIZE_RCU,
	SYNCHRONIZE_EXPEDITED,
	SYNCHRONIZE_BARRIER,
	SYNCHRONIZE_POLL,      /* start_poll_synchronize_rcu(), then a look at each poll_every */
	SYNCHRONIZE_POLL_FULL, /* the same with a full cookie */
	SYNCHRONIZE_COND /* get_state_synchronize_rcu(), poll_every later cond_synchronize_rcu() */
};

struct synchronize_task_config {
	int cpu;
	enum synchronize_method method;
	int64_t arrive_ns, calls, poll_every_ns;
	const struct dist *pause; /* outlives the task */
	struct task_draws pause_draws;
};
void synchronize_task_new(struct mm_world *w, const char *name,
			  const struct synchronize_task_config *config);

struct reader_task_config {
	int cpu;
	bool fault;
	bool srcu; /* srcu_read_lock() instead of rcu_read_lock() */
	bool lookup; /* takes an object of w->typesafe, and looks at its end whether it still is the same */
	bool sleeps; /* while it holds it: srcu only */
	int64_t from_ns, until_ns;
	struct dist gap; /* between arrivals */
	const struct dist *hold;
	struct task_draws gap_draws, hold_draws;
};
void reader_task_new(struct mm_world *w, const char *name, const struct reader_task_config *config);

enum spin_mode { SPIN_USER, SPIN_KERNEL, SPIN_KERNEL_NO_RESCHED };
/* What it holds from its start to its end. */
enum spin_section { SPIN_SECTION_NONE, SPIN_SECTION_RCU, SPIN_SECTION_PREEMPT_OFF };

struct spin_task_config {
	int cpu;
	enum spin_mode mode;
	enum spin_section section; /* SPIN_KERNEL_NO_RESCHED only */
	int64_t arrive_ns, run_ns;
	int64_t step_ns; /* SPIN_KERNEL: between two cond_resched() */
};
void spin_task_new(struct mm_world *w, const char *name, const struct spin_task_config *config);
/* What happens to the offloading of the CPUs that are offline. */
enum hotplug_nocb {
	HOTPLUG_NOCB_KEEP,
	HOTPLUG_NOCB_OFFLOAD,
	HOTPLUG_NOCB_DEOFFLOAD,
	HOTPLUG_NOCB_TOGGLE
};

struct hotplug_task_config {
	const struct cpumask *cpus; /* outlives the task */
	enum hotplug_nocb nocb; /* but for KEEP the CPUs' kthreads are there: rcu_nocb_prepare() */
	int64_t arrive_ns, offline_for_ns, pause_ns, cycles;
};
void hotplug_task_new(struct mm_world *w, const char *name,
		      const struct hotplug_task_config *config);

enum free_loop_kind {
	FREE_LOOP_KIND_PER_OBJECT,
	FREE_LOOP_KIND_BATCH,
	FREE_LOOP_KIND_WHOLE_LIST,
	FREE_LOOP_KIND_DIRECT,
	FREE_LOOP_KIND_SRCU,
	FREE_LOOP_KIND_KFREE_RCU,
	FREE_LOOP_KIND_TYPESAFE,
	FREE_LOOP_KIND_HURRY
};

/* A task, last on @cpu, that calls kvfree_rcu_barrier() when @n_loops loops are over. */
struct barrier_task *barrier_task_new(struct mm_world *w, const char *name, int cpu,
				      int64_t arrive_ns, int64_t n_loops);
/* One of them is; @t may be NULL. */
void barrier_task_loop_ended(struct barrier_task *t);

struct free_loop_task_config {
	int cpu;
	int64_t arrive_ns, objects, object_bytes, batch;
	int64_t ndelay_ns;       /* argument of ndelay() before each object */
	int64_t usleep_ns;       /* of usleep_range() after each, whole us; 0: cond_resched() */
	int64_t look_every;      /* objects between two looks at what is pending; 0: none */
	bool timestamps;         /* each call and each callback reads the clock */
	bool samples;            /* each object and each callback looks whether to sample */
	struct slab_config slab; /* methods direct and typesafe */
	enum free_loop_kind kind;
	struct barrier_task *barrier; /* that waits for its end, or NULL */
};
void free_loop_task_new(struct mm_world *w, const char *name,
			const struct free_loop_task_config *config);
