/*
 * costs.h - what one operation costs in CPU time, in ns.
 *
 * A profile gives every figure with its source; a scenario may override single figures. A figure never
 * depends on a policy, a count or a data set.
 */
#pragma once

#include <stdint.h>

#include "base/param.h"

struct cost_profile {
	/* the task that frees */
	int64_t free_loop_body;  /* one iteration of a freeing loop, apart from what it calls */
	int64_t cond_resched;    /* the voluntary reschedule point, not taken */
	int64_t list_push;       /* put one VMA on a private or per-mm list */
	int64_t list_drain;      /* detach a list and form the batch, besides its call_rcu() */
	int64_t kmem_cache_free; /* one object back to its slab: the mean of a flood */
	int64_t slab_free_fast;  /* less than that for an object of the CPU's own slab */
	int64_t put_partials;    /* a CPU's full list of partial slabs to the node, besides: */
	int64_t discard_slab;    /* an empty slab's pages back; both are in the mean */
	int64_t list_walk;       /* to the next object of a list whose callback frees them all */
	int64_t remove_vma;    /* remove_vma() besides freeing the VMA: file, policy, accounting */
	int64_t unmap_vma;     /* unmap_vmas() and free_pgtables(), per VMA */
	int64_t exit_mmap;     /* fixed part of exit_mmap() */
	int64_t munmap;        /* fixed part of munmap(): lookup, locks, maple tree store */
	int64_t munmap_vma;    /* munmap(), per VMA, before the freeing loop */
	int64_t map_call;      /* mmap(), brk(), mprotect(), mremap() or madvise(), fixed part */
	int64_t fork;          /* clone(), fixed part */
	int64_t fork_vma;      /* dup_mmap(), per VMA */
	int64_t exec;          /* execve(), without the old address space's exit_mmap() */
	int64_t exit;          /* do_exit(), without exit_mmap() */
	int64_t page_fault;    /* handling one fault under the per-VMA lock, before its hold time */
	int64_t rcu_read_lock; /* rcu_read_lock() and rcu_read_unlock() together */
	/* call_rcu(), interrupts disabled */
	int64_t call_rcu;        /* not offloaded */
	int64_t call_rcu_direct; /* offloaded, under ->nocb_lock */
	int64_t call_rcu_bypass; /* offloaded, under ->nocb_bypass_lock */
	/* invoking */
	int64_t callback_invoke; /* rcu_do_batch()'s own work per callback */
	int64_t callback_bh; /* and what only a kthread does after each: bottom halves on and off */
	int64_t batch;       /* rcu_do_batch()'s fixed part */
	int64_t trace_event; /* one event of a callback's, in a kernel that traces them; 0: it does not */
	/* scheduler and interrupts */
	int64_t wakeup;         /* try_to_wake_up(), paid by the waker */
	int64_t context_switch; /* __schedule() to another task */
	int64_t idle_wake;      /* from a wakeup to an idle CPU's first instruction outside idle */
	int64_t hrtimer; /* an hrtimer's interrupt on an idle CPU that wakes a task, wakeup included */
	int64_t tick;    /* the scheduling-clock interrupt */
	int64_t softirq;     /* entering and leaving a softirq round */
	int64_t timer;       /* one timer-wheel function */
	int64_t kworker;     /* worker_thread() around one work item */
	int64_t ipi;         /* from sending a function-call interrupt to its handler */
	int64_t ipi_handler; /* its handler, besides what it was sent for */
	/* RCU's own work */
	int64_t rcu_core;    /* rcu_core() with nothing to invoke */
	int64_t gp_node;     /* rcu_gp_init() or rcu_gp_cleanup(), per rcu_node */
	int64_t gp_kthread;  /* one turn of the grace-period kthread's loop */
	int64_t fqs_cpu;     /* force_qs_rnp(), per CPU looked at */
	int64_t nocb_gp_cpu; /* nocb_gp_wait(), per CPU scanned */
	int64_t nocb_gp;     /* nocb_gp_wait(), fixed part of a pass */
	int64_t nocb_cb;     /* nocb_cb_wait() around a batch */
	/* kfree_rcu() */
	int64_t kvfree_call_rcu; /* interrupts disabled, under the CPU's krc lock */
	int64_t kfree_bulk;      /* of a block's objects, each */
	int64_t page_alloc;      /* a page for pointers */
	/* SRCU */
	int64_t call_srcu; /* call_srcu(), interrupts disabled, under its list's lock */
	int64_t srcu_gp;   /* process_srcu(), fixed part of a pass */
	int64_t srcu_cpu;  /* a look at the readers, per CPU */
	/* what measuring costs */
	int64_t probe_check; /* a look whether to sample, and the samples' share */
	int64_t clock_read;  /* ktime_get_mono_fast_ns() */
	/* waiting for it; what tasks it wakes and switches comes on top */
	int64_t synchronize_rcu; /* one call, besides its call_rcu() */
	int64_t rcu_barrier;     /* fixed part */
	int64_t rcu_barrier_cpu; /* rcu_barrier(), per CPU looked at */
	int64_t exp_gp;          /* expedited grace period, fixed part */
	int64_t exp_cpu;         /* sync_rcu_exp_select_node_cpus(), per CPU looked at */
};

struct figure_source {
	const char *param, *source;
};

struct cost_source {
	const char *name;  /* of the profile */
	const char *about; /* what machine it is of */
	struct cost_profile costs;
	const struct figure_source *sources; /* closed by a row without param */
};

/* One row per figure: name, help; the defaults are those of the profile "server-default". */
extern const struct param cost_params[];
/* The built-in ones, closed by a row without name; the first is the default. */
extern const struct cost_source cost_profiles[];
/* Their names, in that order: what "profile" may be. */
extern const char *const cost_profile_names[];

/* Where figure @param of the built-in profile @profile comes from, or NULL. */
const char *cost_figure_source(const char *profile, const char *param);
