#include "policy/registry.h"

#include <stddef.h>
#include <string.h>

#include "policy/policies.h"

const struct vma_policy_ops *const vma_policies[] = { &policy_per_vma, &policy_list_batched,
						      &policy_whole_list, &policy_direct_on_exit,
						      NULL };

const struct vma_policy_ops *vma_policy_find(const char *name)
{
	for (const struct vma_policy_ops *const *ops = vma_policies; *ops != NULL; ops++)
		if (strcmp((*ops)->name, name) == 0)
			return *ops;
	return NULL;
}
