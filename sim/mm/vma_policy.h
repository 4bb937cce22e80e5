/*
 * vma_policy.h - what a VMA-freeing policy is: a table of hooks and a table of parameters.
 *
 * A policy decides what becomes of a VMA that has been unlinked from its address space, on exit and on
 * munmap. It uses the mechanisms below it (call_rcu(), lists, the slab) and changes only its own state
 * and the mm's lists. sim/policy implements this interface, one policy per file.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/param.h"

struct vma_policy_ops {
	const char *name;
	const char *summary; /* one line */
	const char *about; /* a paragraph for `policy show`: origin, what it asks, what it costs */
	const struct param *params; /* of the params structure; never NULL, may be empty */
	size_t params_size;         /* of the structure that @params fills */
	/* the hooks are declared in mm/vma_hooks.h: the model calls them, the loader does not */
	const struct vma_policy_hooks *hooks;
};
