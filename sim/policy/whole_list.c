/*
 * whole-list: one call_rcu() for all VMAs of an exit, or of a munmap().
 *
 * Asks: why limit the list at all? Hocko's proposal: a private list per operation, one callback that frees
 * everything on it - however long that takes (vma-free-policies.md A.5).
 */
#include <stddef.h>

#include "mm/vma_hooks.h"
#include "policy/policies.h"

static const struct param whole_list_params[] = { { .type = PARAM_END } };

/* No list is ever full. */
static void whole_list_plan(struct freeing *f, struct sim_op *op)
{
	freeing_plan_list(f, op, INT64_MAX);
}

static void whole_list_free_vmas(struct freeing *f, int64_t n, const struct op_times *times)
{
	freeing_list_run(f, n, INT64_MAX, times);
}

static bool whole_list_end_plan(struct freeing *f, struct sim_op *op)
{
	if (f->end != FREEING_LOOP_END || f->mm->n_list == 0)
		return false;
	freeing_plan_drain(f, op);
	return true;
}

static const struct vma_policy_hooks whole_list_hooks = {
	.plan = whole_list_plan,
	.free_vma = freeing_list_push,
	.free_vmas = whole_list_free_vmas,
	.end_plan = whole_list_end_plan,
	.end = freeing_list_drain,
};

const struct vma_policy_ops policy_whole_list = {
	.name = "whole-list",
	.summary = "one callback for all VMAs of an exit or a munmap",
	.about =
		"exit_mmap() and munmap() collect their VMAs on a private list and hand it to one call_rcu() "
		"at the end of the loop. The fewest callbacks that keep the grace period, but one callback "
		"may free 65,530 VMAs without a chance for any batch limit.",
	.params = whole_list_params,
	.hooks = &whole_list_hooks,
};
