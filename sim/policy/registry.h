/* registry.h - every freeing policy the simulator knows, in the order in which it lists them. */
#pragma once

#include "mm/vma_policy.h"

/* Closed by NULL. */
extern const struct vma_policy_ops *const vma_policies[];

/* The policy called @name, or NULL. */
const struct vma_policy_ops *vma_policy_find(const char *name);
