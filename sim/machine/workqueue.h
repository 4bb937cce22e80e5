/*
 * workqueue.h - work items, delayed work and the kworkers that execute them (kernel/workqueue.c).
 *
 * A work item is a state machine: its step() is called when its kworker has the CPU and issues one operation of
 * the kworker's frame, or returns false when the item is done. A workqueue is a set of pools: a bound one has a
 * pool per CPU, whose kworkers are bound to it and of which one runs at a time; an unbound one has a single pool,
 * which takes a kworker per item. A kworker is created when there is work for it, never before.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "machine/machine.h"

struct sim_work;
struct worker;
struct worker_pool;

enum workqueue_kind {
	WORKQUEUE_BOUND, /* system_wq, rcu_gp, ...: what they queue shares the pools of the CPUs */
	WORKQUEUE_HIGHPRI, /* system_highpri_wq: pools of their own */
	WORKQUEUE_UNBOUND, /* system_unbound_wq and all others of default attributes */
	WORKQUEUE_N_KINDS
};

struct workqueue {
	struct machine *m;
	enum workqueue_kind kind;
	int n_pools;
	struct worker_pool *pools; /* one per CPU, or one */
};

/* One wait for an item's instance. */
struct work_flush {
	struct work_flush *next;
	int64_t seq; /* of the instance */
	void (*done)(void *ctx,
		     struct sim_frame *frame); /* called by the kworker that has executed it */
	void *ctx;
};

struct sim_work {
	const char *name;
	bool (*step)(void *ctx, struct sim_frame *frame);
	void *ctx;
	/* --- the workqueue's own --- */
	bool pending; /* WORK_STRUCT_PENDING: queued, or its timer is armed; not while it is executed */
	struct worker_pool *pool; /* on whose list it is, or NULL */
	struct worker *on;        /* waits for the end of its own execution by this one, or NULL */
	struct worker *worker;    /* executes it now, or NULL */
	struct sim_work *next;
	int64_t n_queued, n_done;   /* instances */
	struct work_flush *flushes; /* by instance */
};

struct delayed_work {
	struct sim_work work;
	struct workqueue *wq;
	struct sim_timer timer;
};

/* The machine's workqueue of a kind; it comes with the machine's first use of it, and goes with the machine. */
struct workqueue *machine_workqueue(struct machine *m, enum workqueue_kind kind);
void machine_workqueues_free(struct machine *m);

void work_init(struct sim_work *work, const char *name, bool (*step)(void *, struct sim_frame *),
	       void *ctx);
void delayed_work_init(struct delayed_work *dwork, struct workqueue *wq, const char *name,
		       bool (*step)(void *, struct sim_frame *), void *ctx);

/*
 * queue_work_on(): @waker, the frame that queues it, pays for waking the kworker; NULL: nobody does. False if the
 * item was pending already: then nothing changes.
 */
bool queue_work_on(struct workqueue *wq, int cpu, struct sim_work *work, struct sim_frame *waker);
/* queue_delayed_work() on @cpu in @delay jiffies (0: now); an armed timer stays as it is. */
bool queue_delayed_work_on(struct delayed_work *dwork, int cpu, int64_t delay,
			   struct sim_frame *waker);
/* mod_delayed_work(): an armed timer, or a place in the queue, is given up for the new one. True if it was pending. */
bool mod_delayed_work_on(struct delayed_work *dwork, int cpu, int64_t delay,
			 struct sim_frame *waker);
/* cancel_delayed_work(): no longer pending; what is being executed goes on. True if it was pending. */
bool cancel_delayed_work(struct delayed_work *dwork);
/* Jiffy for which an armed delayed work was nominally asked, or -1: not armed. */
int64_t delayed_work_expires(const struct delayed_work *dwork);
/*
 * flush_work(): when the instance that is queued, or else being executed, is over, @flush->done is called. False
 * if there is none: it is not called. @flush must stay until then. A timer that is armed is not waited for:
 * flush_delayed_work() is cancel_delayed_work(), queue_work_on(), flush_work().
 */
bool flush_work(struct sim_work *work, struct work_flush *flush);
/* The item being executed by @frame sleeps; whoever wakes frame->task lets it go on. Another kworker takes the next. */
void work_sleep(struct sim_frame *frame);
bool work_busy(const struct sim_work *work); /* pending or being executed */
