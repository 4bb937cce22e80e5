#include "mm/config.h"

#include <stddef.h>

static const char *const maple_choices[] = { "never", "always", NULL };

#define ROW(field) .name = #field, .offset = offsetof(struct vma_config, field)

const struct param vma_params[] = {
	{ ROW(size_bytes), .type = PARAM_SIZE, .min = 1, .max = 65536, .dflt = 184, .unit = "bytes",
	  .help = "sizeof(struct vm_area_struct)",
	  .source = "vma-free-policies.md N72: 6.12 with NUMA" },
	{ ROW(lock_size_bytes), .type = PARAM_SIZE, .min = 0, .max = 65536, .dflt = 40,
	  .unit = "bytes", .help = "sizeof(struct vma_lock), freed with the VMA",
	  .source = "vma-free-policies.md N72" },
	{ ROW(maple), .type = PARAM_ENUM, .choices = maple_choices, .dflt = VMA_MAPLE_ALWAYS,
	  .help = "RCU mode of the maple tree: are the nodes that a munmap() replaces freed by call_rcu()",
	  .source = "vma-free-policies.md A.14: always since 6.3" },
	{ ROW(node_size_bytes), .type = PARAM_SIZE, .min = 1, .max = 65536, .dflt = 256,
	  .unit = "bytes", .help = "sizeof(struct maple_node)",
	  .source = "vma-free-policies.md N75" },
	{ ROW(nodes_per_store), .type = PARAM_INT, .min = 0, .max = 64, .dflt = 1, .unit = "nodes",
	  .help = "maple nodes replaced by the store of one munmap()",
	  .source = "vma-free-policies.md A.14: one for the common store within a leaf" },
	{ ROW(max_map_count), .type = PARAM_INT, .min = 1, .max = 1000000000, .dflt = 65530,
	  .unit = "VMAs", .help = "vm.max_map_count: VMAs that one address space may have",
	  .source = "vma-free-policies.md N76" },
	{ .type = PARAM_END },
};
