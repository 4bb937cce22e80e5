#include "machine/costs.h"

#include <stddef.h>
#include <string.h>

#include "base/units.h"

/* clang-format off: a table of one row per figure */
#define COST(field, server, text)                                                                  \
	{                                                                                          \
		.name = #field, .offset = offsetof(struct cost_profile, field), .type = PARAM_INT, \
		.min = 0, .max = NSEC_PER_SEC, .dflt = (server), .unit = "ns", .help = (text)      \
	}

const struct param cost_params[] = {
	COST(free_loop_body, 5, "one iteration of a freeing loop, apart from what it calls"),
	COST(cond_resched, 2, "the voluntary reschedule point, not taken"),
	COST(list_push, 10, "put one VMA on a list"),
	COST(list_drain, 80, "detach a list and form the batch, besides its call_rcu()"),
	COST(kmem_cache_free, 38, "one object back to its slab, the mean of a flood"),
	COST(slab_free_fast, 0,
	     "what kmem_cache_free() takes less for an object of the slab that the CPU allocates from"),
	COST(put_partials, 0,
	     "moving a CPU's full list of partial slabs to the node; its share is in kmem_cache_free"),
	COST(discard_slab, 0, "an empty slab's pages back; its share is in kmem_cache_free"),
	COST(list_walk, 0, "to the next object of a list whose callback frees them all"),
	COST(remove_vma, 120, "remove_vma() besides freeing the VMA: file, policy, accounting"),
	COST(unmap_vma, 180, "unmap_vmas() and free_pgtables(), per VMA"),
	COST(exit_mmap, 20000, "fixed part of exit_mmap()"),
	COST(munmap, 1500, "fixed part of munmap(): lookup, locks, maple tree store"),
	COST(munmap_vma, 300, "munmap() per VMA, before the freeing loop"),
	COST(map_call, 1500, "fixed part of mmap(), brk(), mprotect(), mremap(), madvise()"),
	COST(fork, 30000, "fixed part of clone()"),
	COST(fork_vma, 270, "dup_mmap(), per VMA"),
	COST(exec, 150000, "execve(), without exit_mmap() of the old address space"),
	COST(exit, 15000, "do_exit(), without exit_mmap()"),
	COST(page_fault, 500, "handling one fault under the per-VMA lock, before its hold time"),
	COST(rcu_read_lock, 5, "rcu_read_lock() and rcu_read_unlock() together"),
	COST(call_rcu, 27, "call_rcu(), not offloaded"),
	COST(call_rcu_direct, 84, "call_rcu(), offloaded, direct path under ->nocb_lock"),
	COST(call_rcu_bypass, 30, "call_rcu(), offloaded, bypass path under ->nocb_bypass_lock"),
	COST(callback_invoke, 20, "rcu_do_batch()'s own work per callback"),
	COST(callback_bh, 0,
	     "a kthread's batch, per callback: bottom halves on, cond_resched_tasks_rcu_qs(), off"),
	COST(batch, 200, "rcu_do_batch(), fixed part"),
	COST(trace_event, 0,
	     "one of a callback's trace events (rcu_callback, rcu_segcb_stats, rcu_nocb_wake WakeNot, "
	     "rcu_invoke_callback), in a kernel that traces them; 0: it does not"),
	COST(wakeup, 1500, "try_to_wake_up(), paid by the waker"),
	COST(context_switch, 1200, "__schedule() to another task"),
	COST(idle_wake, 2000, "from a wakeup to an idle CPU's first instruction outside idle"),
	COST(hrtimer, 0,
	     "an hrtimer's interrupt on an idle CPU that wakes a task, wakeup included"),
	COST(tick, 1000, "the scheduling-clock interrupt"),
	COST(softirq, 100, "entering and leaving a softirq round"),
	COST(timer, 200, "one timer-wheel function"),
	COST(kworker, 300, "worker_thread() around one work item"),
	COST(ipi, 500, "from sending a function-call interrupt to its handler"),
	COST(ipi_handler, 300, "handler of such an interrupt, besides what it was sent for"),
	COST(rcu_core, 300, "rcu_core() with nothing to invoke"),
	COST(gp_node, 300, "rcu_gp_init() or rcu_gp_cleanup(), per rcu_node"),
	COST(gp_kthread, 500, "one turn of the grace-period kthread's loop"),
	COST(fqs_cpu, 100, "force_qs_rnp(), per CPU looked at"),
	COST(nocb_gp_cpu, 300, "nocb_gp_wait(), per CPU scanned"),
	COST(nocb_gp, 300, "nocb_gp_wait(), fixed part of a pass"),
	COST(nocb_cb, 300, "nocb_cb_wait() around a batch"),
	COST(kvfree_call_rcu, 27, "kvfree_call_rcu(), under its CPU's lock"),
	COST(kfree_bulk, 18, "an object of a block that kfree_bulk() frees"),
	COST(page_alloc, 300, "a page for the pointers of kfree_rcu()"),
	COST(call_srcu, 95, "call_srcu(), under its list's lock"),
	COST(srcu_gp, 500, "process_srcu(), fixed part of a pass"),
	COST(srcu_cpu, 50, "a look at SRCU's readers, per CPU"),
	COST(clock_read, 20, "reading the clock, where a workload has timestamps"),
	COST(synchronize_rcu, 100, "synchronize_rcu(), besides its call_rcu()"),
	COST(rcu_barrier, 200, "fixed part of rcu_barrier()"),
	COST(rcu_barrier_cpu, 60, "rcu_barrier(), per CPU looked at"),
	COST(exp_gp, 400, "fixed part of an expedited grace period"),
	COST(exp_cpu, 100, "expedited grace period, per CPU looked at"),
	COST(probe_check, 2,
	     "a look whether to sample, and the samples\' share, where a workload samples"),
	{ .type = PARAM_END },
};

/* clang-format on */

static const char *figure_source(const struct cost_source *profile, const char *param)
{
	for (const struct figure_source *f = profile->sources; f->param != NULL; f++)
		if (strcmp(f->param, param) == 0)
			return f->source;
	return NULL;
}

const char *cost_figure_source(const char *profile, const char *param)
{
	for (const struct cost_source *p = cost_profiles; p->name != NULL; p++)
		if (strcmp(p->name, profile) == 0)
			return figure_source(p, param);
	return NULL;
}
