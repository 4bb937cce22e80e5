/*
 * per-vma: one call_rcu() for each VMA.
 *
 * Asks: what does the plain scheme cost? The state of the per-VMA-lock series before its throttling patch
 * (vma-free-policies.md A.2): N calls on an exit of N VMAs, k on a munmap() of k.
 */
#include <stddef.h>

#include "mm/vma_hooks.h"
#include "policy/policies.h"

static const struct param per_vma_params[] = { { .type = PARAM_END } };

static const struct vma_policy_hooks per_vma_hooks = {
	.plan = freeing_plan_call_rcu,
	.free_vma = freeing_call_rcu,
	.free_vmas = freeing_call_rcu_run,
};

const struct vma_policy_ops policy_per_vma = {
	.name = "per-vma",
	.summary = "call_rcu() for each VMA, on exit and on munmap",
	.about =
		"vm_area_free() hands every VMA to call_rcu(). The simplest scheme: each VMA lives for at "
		"least a grace period, an exit of N VMAs queues N callbacks, and on offloaded CPUs these "
		"flood rcuog and rcuop. From the per-VMA-lock series before its throttling patch.",
	.params = per_vma_params,
	.hooks = &per_vma_hooks,
};
