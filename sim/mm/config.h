/* config.h - the vma section of a scenario: sizes of the objects that an address space frees. */
#pragma once

#include <stdint.h>

#include "base/param.h"

enum vma_maple {
	VMA_MAPLE_NEVER, /* the tree is never in RCU mode: replaced nodes are reused at once */
	VMA_MAPLE_ALWAYS /* since 6.3: every replaced node is freed by a call_rcu() of its own */
};

struct vma_config {
	int64_t size_bytes;      /* vm_area_struct */
	int64_t lock_size_bytes; /* the per-VMA lock's own object, 6.4 ... 6.14; 0 if none */
	int maple;               /* enum vma_maple */
	int64_t node_size_bytes;
	int64_t nodes_per_store; /* nodes replaced by the store of one munmap() */
	int64_t max_map_count;
};

extern const struct param vma_params[];
