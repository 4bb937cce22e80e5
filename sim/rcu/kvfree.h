/*
 * kvfree.h - kfree_rcu() of two arguments: objects are collected per CPU, and a batch of them waits for one callback.
 *
 * kvfree_call_rcu() is not call_rcu() per object: N objects cost N / 507 blocks of pointers and one call_rcu() per
 * batch (rcu-behaviour.md 10).
 */
#pragma once

#include "machine/workqueue.h"
#include "rcu/rcu.h"

#define KFREE_N_BATCHES 2

/* A page of pointers. */
struct kvfree_block {
	struct kvfree_block *next;
	int64_t n, bytes;
	int64_t newest_ns; /* when the last pointer was put there: that is what its cookie says */
	const struct rcu_cb_type *type;
};

/* Blocks, oldest first; the last one is being filled. */
struct kvfree_blocks {
	struct kvfree_block *head, *tail;
};

/* What a pass of a work item frees. */
struct kvfree_batch {
	struct kvfree_blocks blocks;
	struct cb_list head;
};

/* A batch on its way: kfree_rcu_cpu_work. */
struct kfree_rcu_cpu_work {
	struct kfree_rcu_cpu *krcp;
	struct kvfree_batch free; /* waits for a grace period */
	bool rcu_pending;         /* its callback has not been invoked yet */
	int64_t n_queued, n_done;
	struct sim_work work;
	bool freeing;
	struct kvfree_batch now; /* being freed */
};

struct kfree_rcu_cpu {
	struct kvfree *kv;
	int cpu;
	struct sim_lock lock;
	struct kvfree_blocks bulk;
	struct cb_list head; /* channel 3: through the rcu_heads */
	int64_t bulk_count;
	int64_t nr_bkv_objs; /* pages cached */
	struct kfree_rcu_cpu_work krw_arr[KFREE_N_BATCHES];
	struct delayed_work monitor_work, page_cache_work;
	bool work_in_progress, backoff_page_cache_fill;
	/* the monitor's pass under way */
	int monitor_state;
	struct kvfree_batch ready;
	struct sim_frame *monitor_frame, *page_frame;
	bool page_done;
};

struct kvfree_stats {
	int64_t n_objects, n_freed; /* kvfree_call_rcu() */
	int64_t n_head;             /* of them, through the rcu_heads */
	int64_t n_blocks, n_batches;
	int64_t n_ready;        /* objects whose cookie was over without a batch */
	int64_t barrier_end_ns; /* of the last kvfree_rcu_barrier() */
};

struct kvfree_barrier;

struct kvfree {
	struct rcu_state *rcu;
	int64_t block_capacity;
	bool cookies;
	enum workqueue_kind wq;
	struct kfree_rcu_cpu *krc;        /* one per CPU */
	struct kvfree_block *free_blocks; /* reused */
	struct kvfree_barrier *barriers;  /* that wait for a batch */
	struct kvfree_stats stats;
};

struct kvfree *kvfree_new(struct rcu_state *rcu);
void kvfree_free(struct kvfree *kv);

/* As call_rcu_plan(), call_rcu() and call_rcu_run(), for calls of kvfree_call_rcu() on @cpu; @cb frees one object. */
struct call_rcu_plan kvfree_call_rcu_plan(struct kvfree *kv, int cpu, int64_t n_max);
void kvfree_call_rcu(struct kvfree *kv, const struct rcu_cb *cb, struct sim_frame *frame);
void kvfree_call_rcu_run(struct kvfree *kv, int cpu, const struct rcu_cb *cb, int64_t n,
			 int64_t first_ns, int64_t stride_ns);

/* kvfree_rcu_barrier() by a task: steps until it returns false. */
struct kvfree_barrier {
	struct kvfree *kv;
	struct sim_task *task;
	int state, cpu, batch;
	struct kfree_rcu_cpu_work *wait_for; /* or NULL */
	int64_t wait_seq;
	struct kvfree_barrier *next;
};
void kvfree_rcu_barrier_begin(struct kvfree_barrier *barrier, struct kvfree *kv,
			      struct sim_task *task);
/* Its next operation, or the task has gone to sleep; false when everything queued before is freed. */
bool kvfree_rcu_barrier_step(struct kvfree_barrier *barrier);

/* The shrinker: cached pages are given up, and each CPU's monitor runs now. */
void kfree_rcu_shrink(struct kvfree *kv, struct sim_frame *frame);

int64_t kvfree_n_objects(const struct kvfree *kv); /* not freed yet */
void kvfree_check_invariants(struct kvfree *kv);

/* --- within kvfree.c and kvfree_work.c --- */

void kvfree_cpu_init(struct kfree_rcu_cpu *krcp);
/* What runs of kvfree_call_rcu() on its CPU were planned on is about to change. */
void kvfree_cut_runs(struct kfree_rcu_cpu *krcp);
bool kvfree_has_objects(const struct kfree_rcu_cpu *krcp); /* need_offload_krc() */
int64_t kvfree_count(const struct kfree_rcu_cpu *krcp);    /* krc_count() */
bool kvfree_queue_batch(struct kfree_rcu_cpu *krcp, struct sim_frame *frame);
void kvfree_schedule_monitor(struct kfree_rcu_cpu *krcp, int cpu, struct sim_frame *frame);
void kvfree_batch_done(struct kfree_rcu_cpu_work *krwp, struct sim_frame *frame);
void kvfree_blocks_push(struct kvfree_blocks *blocks, struct kvfree_block *block);
struct kvfree_block *kvfree_blocks_pop(struct kvfree_blocks *blocks);
