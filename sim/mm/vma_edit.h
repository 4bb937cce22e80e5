/*
 * vma_edit.h - what the calls of an address space are made of: split, merge, unmap.
 *
 * Models mm/vma.c. Each function counts what it took into @change; errors are looked for before anything changes,
 * where it is not said otherwise.
 */
#pragma once

#include "mm/address_space.h"
#include "mm/vma_map.h"

struct address_space {
	struct vma_map map;
	int64_t max_map_count;
	bool has_brk;            /* start_brk is known */
	uint64_t start_brk, brk; /* page-aligned: what is between two pages decides nothing */
	uint32_t next_shmem;     /* file number of the next shared anonymous mapping */
};

/* Round @len up to pages; false if @addr is not at a page or the range does not end within 64 bits. */
bool range_is_valid(uint64_t addr, uint64_t *len);

/* Whether there is a VMA between @start and @end. */
bool vma_edit_is_mapped(const struct address_space *as, uint64_t start, uint64_t end);

/* Why the range cannot be unmapped: ENOMEM, EINVAL; 0 if it can. */
int vma_edit_unmap_error(const struct address_space *as, uint64_t start, uint64_t end);
/*
 * Split at the ends of the range and unlink what is in it; the store that clears it is left to the caller.
 *
 * Returns: whether there was anything
 */
bool vma_edit_unmap(struct address_space *as, uint64_t start, uint64_t end,
		    struct vma_change *change);

/* Put @vma, which has flags and offset of its own, where nothing is; with @merge into its neighbours if it fits. */
void vma_edit_insert(struct address_space *as, const struct vma *vma, bool merge,
		     struct vma_change *change);

/*
 * Give @flags to the part of @vma from @start to @end: with the neighbours if it fits there, else split off.
 *
 * Returns: 0, EINVAL, or ENOMEM; after ENOMEM the split at @start can have been made
 */
int vma_edit_modify(struct address_space *as, const struct vma *vma, uint64_t start, uint64_t end,
		    uint32_t flags, struct vma_change *change);
