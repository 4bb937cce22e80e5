/* policies.h - the policies, each defined in a file of its name. */
#pragma once

#include "mm/vma_policy.h"

extern const struct vma_policy_ops policy_per_vma;
extern const struct vma_policy_ops policy_list_batched;
extern const struct vma_policy_ops policy_whole_list;
extern const struct vma_policy_ops policy_direct_on_exit;
