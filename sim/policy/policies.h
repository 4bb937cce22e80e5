/* policies.h - the policies, each defined in a file of its name (docs/add-a-policy.md). */
#pragma once

#include "mm/vma_policy.h"

/* Every policy, in the order in which they are listed. A new one is a file, and a line here. */
#define VMA_POLICIES(X) \
	X(per_vma)      \
	X(list_batched) \
	X(whole_list)   \
	X(direct_on_exit)

#define VMA_POLICY_DECLARE(name) extern const struct vma_policy_ops policy_##name;
VMA_POLICIES(VMA_POLICY_DECLARE)
#undef VMA_POLICY_DECLARE
