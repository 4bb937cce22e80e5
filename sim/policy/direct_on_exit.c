/*
 * direct-on-exit: free at once on exit, call_rcu() for each VMA on munmap.
 *
 * Asks: what is left if exits do not use RCU at all? Merged in 6.4: exit_mmap() runs when the last mm_users
 * reference is gone, so nobody can look a VMA up any more (vma-free-policies.md A.9).
 */
#include <stddef.h>

#include "mm/vma_hooks.h"
#include "policy/policies.h"

static const struct param direct_on_exit_params[] = { { .type = PARAM_END } };

static void direct_on_exit_plan(struct freeing *f, struct sim_op *op)
{
	if (f->unreachable)
		freeing_plan_now(f, op);
	else
		freeing_plan_call_rcu(f, op);
}

static void direct_on_exit_free_vma(struct freeing *f)
{
	if (f->unreachable)
		freeing_now(f);
	else
		freeing_call_rcu(f);
}

static void direct_on_exit_free_vmas(struct freeing *f, int64_t n, const struct op_times *times)
{
	if (f->unreachable)
		freeing_now_run(f, n, times);
	else
		freeing_call_rcu_run(f, n, times);
}

static const struct vma_policy_hooks direct_on_exit_hooks = {
	.plan = direct_on_exit_plan,
	.free_vma = direct_on_exit_free_vma,
	.free_vmas = direct_on_exit_free_vmas,
};

const struct vma_policy_ops policy_direct_on_exit = {
	.name = "direct-on-exit",
	.summary = "free at once on exit, call_rcu() for each VMA on munmap",
	.about =
		"remove_vma() frees a VMA directly when it comes from exit_mmap(), where no lookup can race, "
		"and through call_rcu() otherwise. Merged in Linux 6.4; no callback on exit, no tunable.",
	.params = direct_on_exit_params,
	.hooks = &direct_on_exit_hooks,
};
