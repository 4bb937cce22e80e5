#include "policy/registry.h"

#include <stddef.h>
#include <string.h>

#include "policy/policies.h"

#define VMA_POLICY_ADDRESS(name) &policy_##name,

const struct vma_policy_ops *const vma_policies[] = { VMA_POLICIES(VMA_POLICY_ADDRESS) NULL };

const struct vma_policy_ops *vma_policy_find(const char *name)
{
	for (const struct vma_policy_ops *const *ops = vma_policies; *ops != NULL; ops++)
		if (strcmp((*ops)->name, name) == 0)
			return *ops;
	return NULL;
}
