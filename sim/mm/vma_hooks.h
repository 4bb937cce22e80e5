/*
 * vma_hooks.h - the hooks of a VMA-freeing policy.
 *
 * The freeing loop of exit_mmap() and munmap() calls them, one VMA after the other. A hook says what becomes of
 * the VMA by calling one of the mechanisms of mm.h (freeing_now(), freeing_call_rcu(), freeing_list_push(), ...).
 */
#pragma once

#include "mm/mm.h"

struct vma_policy_hooks {
	/*
	 * plan: what freeing the next VMA costs, by a freeing_plan_...() function, which also says how many of
	 * the following ones nobody else can see (op->n).
	 */
	void (*plan)(struct freeing *f, struct sim_op *op);
	/* free_vma: one VMA, at its effect */
	void (*free_vma)(struct freeing *f);
	/* free_vmas: @n VMAs that plan() promised, each as free_vma() would have done it */
	void (*free_vmas)(struct freeing *f, int64_t n, const struct op_times *times);
	/* end: something to do at @f->end? plan() it into @op; NULL or false: nothing */
	bool (*end_plan)(struct freeing *f, struct sim_op *op);
	void (*end)(struct freeing *f);
};
