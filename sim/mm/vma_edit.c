#include "mm/vma_edit.h"

#include <errno.h>

#include "base/assert.h"

bool range_is_valid(uint64_t addr, uint64_t *len)
{
	const uint64_t rest = *len % VMA_PAGE_SIZE;

	if (addr % VMA_PAGE_SIZE != 0)
		return false;
	if (rest != 0 && __builtin_add_overflow(*len, VMA_PAGE_SIZE - rest, len))
		return false;
	return *len <= UINT64_MAX - addr;
}

/* ---- Splits -------------------------------------------------------------------------------------- */

static bool cuts(const struct vma *vma, uint64_t addr)
{
	return vma->start < addr && addr < vma->end;
}

static bool vma_at(const struct address_space *as, uint64_t addr, struct vma *ret)
{
	return vma_map_find(&as->map, addr, ret) && ret->start <= addr;
}

/* The part of @vma from @start to @end. */
static struct vma vma_part(const struct vma *vma, uint64_t start, uint64_t end)
{
	struct vma part = *vma;

	part.start = start;
	part.end = end;
	if (vma->file != 0)
		part.offset += start - vma->start;
	return part;
}

/* Models __split_vma(): one VMA more, one store for it. */
static void split(struct address_space *as, const struct vma *vma, uint64_t addr,
		  struct vma_change *change)
{
	const struct vma low = vma_part(vma, vma->start, addr);
	const struct vma high = vma_part(vma, addr, vma->end);

	vma_map_remove(&as->map, vma->start, vma->end);
	vma_map_insert(&as->map, &low);
	vma_map_insert(&as->map, &high);
	change->n_alloc++;
	change->n_stores++;
}

static void split_at(struct address_space *as, uint64_t addr, struct vma_change *change)
{
	struct vma vma;

	if (vma_at(as, addr, &vma) && cuts(&vma, addr))
		split(as, &vma, addr, change);
}

/* ---- Unmapping ----------------------------------------------------------------------------------- */

bool vma_edit_is_mapped(const struct address_space *as, uint64_t start, uint64_t end)
{
	struct vma vma;

	return vma_map_find(&as->map, start, &vma) && vma.start < end;
}

/* special_mapping_split() refuses a split: @vma is the vdso or the like, and one of the ends is inside it. */
static bool is_indivisible(const struct vma *vma, uint64_t start, uint64_t end)
{
	return (vma->flags & VMA_SPECIAL) != 0 && (cuts(vma, start) || cuts(vma, end));
}

/*
 * Models the beginning of vms_gather_munmap_vmas(). Only a hole in the middle of a VMA leaves one VMA more than there
 * was, so only that is refused at the limit; a split at one end goes above it for as long as the call takes.
 */
int vma_edit_unmap_error(const struct address_space *as, uint64_t start, uint64_t end)
{
	struct vma first, last;

	if (vma_at(as, start, &first)) {
		if (cuts(&first, start) && end < first.end &&
		    vma_map_n_vmas(&as->map) >= as->max_map_count)
			return ENOMEM;
		if (is_indivisible(&first, start, end))
			return EINVAL;
	}
	if (vma_at(as, end, &last) && is_indivisible(&last, start, end))
		return EINVAL;
	return 0;
}

/*
 * A VMA that is cut is split first, and the part in the range unlinked after that: unmapping half of a VMA allocates
 * one and frees one.
 */
bool vma_edit_unmap(struct address_space *as, uint64_t start, uint64_t end,
		    struct vma_change *change)
{
	int64_t n;

	if (!vma_edit_is_mapped(as, start, end))
		return false;
	split_at(as, start, change);
	split_at(as, end, change);
	n = vma_map_remove(&as->map, start, end);
	change->n_unmap += n;
	return n > 0;
}

/* ---- Merging ------------------------------------------------------------------------------------- */

/*
 * Whether @low and @high are next to each other and would be one. Models can_vma_merge_after() and _before(). Offsets
 * of anonymous memory follow its addresses, and nothing is known of anon_vma: see address_space.c.
 */
static bool can_merge(const struct vma *low, const struct vma *high)
{
	return low->end == high->start && low->flags == high->flags && low->file == high->file &&
	       (low->flags & VMA_SPECIAL) == 0 &&
	       (low->file == 0 || low->offset + (low->end - low->start) == high->offset);
}

/* The VMA that ends at @vma's start and fits. */
static bool merges_below(const struct address_space *as, const struct vma *vma, struct vma *ret)
{
	return vma_map_find_below(&as->map, vma->start, ret) && can_merge(ret, vma);
}

static bool merges_above(const struct address_space *as, const struct vma *vma, struct vma *ret)
{
	return vma_at(as, vma->end, ret) && can_merge(vma, ret);
}

/* Models vma_merge_new_range() and what mmap_region() does if that finds nothing: one store in any case. */
void vma_edit_insert(struct address_space *as, const struct vma *vma, bool merge,
		     struct vma_change *change)
{
	struct vma low, high, merged = *vma;
	const bool with_low = merge && merges_below(as, vma, &low);
	const bool with_high = merge && merges_above(as, vma, &high);

	if (with_low) {
		vma_map_remove(&as->map, low.start, low.end);
		merged.start = low.start;
		merged.offset = low.offset;
	}
	if (with_high) {
		vma_map_remove(&as->map, high.start, high.end);
		merged.end = high.end;
	}
	vma_map_insert(&as->map, &merged);
	change->n_stores++;
	if (with_low && with_high)
		change->n_merged++; /* the lower one grew over the upper one */
	else if (!with_low && !with_high)
		change->n_alloc++;
}

/* In the place of @vma, which was taken out: what is left of it without @part, and @instead of that. */
static void insert_parts(struct address_space *as, const struct vma *vma, const struct vma *part,
			 const struct vma *instead)
{
	const struct vma head = vma_part(vma, vma->start, part->start);
	const struct vma tail = vma_part(vma, part->end, vma->end);

	if (head.start < head.end)
		vma_map_insert(&as->map, &head);
	vma_map_insert(&as->map, instead);
	if (tail.start < tail.end)
		vma_map_insert(&as->map, &tail);
}

/*
 * Models vma_merge_existing_range(): the part of @vma that @part describes, flags included, goes to the neighbours it
 * fits. One store, whatever grows.
 */
static bool merge_existing(struct address_space *as, const struct vma *vma, const struct vma *part,
			   struct vma_change *change)
{
	struct vma low, high, merged = *part;
	const bool is_head = part->start == vma->start, is_tail = part->end == vma->end;
	const bool with_low = is_head && merges_below(as, part, &low);
	/* what is left of the VMA keeps its flags, so nothing but its end can touch the one above */
	const bool with_high = is_tail && merges_above(as, part, &high);

	if (!with_low && !with_high)
		return false;
	vma_map_remove(&as->map, vma->start, vma->end);
	change->n_merged += is_head && is_tail;
	if (with_low) {
		vma_map_remove(&as->map, low.start, low.end);
		merged.start = low.start;
		merged.offset = low.offset;
	}
	if (with_high) {
		vma_map_remove(&as->map, high.start, high.end);
		merged.end = high.end;
	}
	change->n_merged += with_low && with_high;
	insert_parts(as, vma, part, &merged);
	change->n_stores++;
	return true;
}

/*
 * Models vma_modify(). New flags alone are written into the VMA: no store. split_vma() obeys the limit where
 * __split_vma(), which unmapping uses, does not; it is asked before each of the two splits.
 */
int vma_edit_modify(struct address_space *as, const struct vma *vma, uint64_t start, uint64_t end,
		    uint32_t flags, struct vma_change *change)
{
	const bool cuts_head = vma->start < start, cuts_tail = end < vma->end;
	const int64_t n_free = as->max_map_count - vma_map_n_vmas(&as->map);
	struct vma part = vma_part(vma, start, end);

	sim_assert(vma->start <= start && start < end && end <= vma->end);
	if (flags == vma->flags)
		return 0;
	if (is_indivisible(vma, start, end))
		return EINVAL;
	part.flags = flags;
	if (merge_existing(as, vma, &part, change))
		return 0;
	if (n_free < cuts_head + cuts_tail) {
		if (cuts_head && n_free > 0)
			split(as, vma, start, change);
		return ENOMEM;
	}
	vma_map_remove(&as->map, vma->start, vma->end);
	insert_parts(as, vma, &part, &part);
	change->n_alloc += cuts_head + cuts_tail;
	change->n_stores += cuts_head + cuts_tail;
	return 0;
}
