/*
 * vma_mremap.c - mremap(): shrink, grow in place, move.
 *
 * Models mm/mremap.c. A move maps a copy at the new place, which merges with what it fits there, and unmaps the old
 * range; the two may have become one VMA on the way, if they touch. The recording tells where the range is
 * afterwards, not whether the program asked for that place (MREMAP_FIXED) or the kernel chose it (MREMAP_MAYMOVE): it
 * was asked for if something was there, if it did not grow, or with MREMAP_DONTUNMAP, and then the stricter of the two
 * limits on the number of VMAs applies.
 *
 * Every error is found before anything changes. 6.12 unmaps the target of MREMAP_FIXED before it looks at most of
 * the source, so a call that fails there leaves a hole; 6.17 and later do as we do.
 */
#include <errno.h>

#include "base/assert.h"
#include "mm/vma_edit.h"

struct move {
	uint64_t old_addr, old_len; /* after a shrinking tail was given up, old_len is new_len */
	uint64_t tail_len;          /* of the old range, beyond new_len */
	uint64_t new_addr, new_len;
	bool dontunmap;
};

static void unmap(struct address_space *as, uint64_t addr, uint64_t len, struct vma_change *change)
{
	if (vma_edit_unmap(as, addr, addr + len, change))
		change->n_stores++;
}

/* Models vma_to_resize(): why @vma, which holds @addr, does not give @old_len bytes from there as @new_len. */
static int resize_error(const struct vma *vma, uint64_t addr, uint64_t old_len, uint64_t new_len,
			bool dontunmap)
{
	const bool is_special = (vma->flags & VMA_SPECIAL) != 0;
	uint64_t file_end;

	if (old_len == 0 && (vma->flags & VMA_SHARED) == 0)
		return EINVAL;
	if (dontunmap && is_special)
		return EINVAL;
	if (old_len > vma->end - addr)
		return EFAULT;
	if (new_len == old_len)
		return 0;
	if (vma->file != 0 &&
	    __builtin_add_overflow(vma->offset + (addr - vma->start), new_len, &file_end))
		return EINVAL;
	return is_special ? EFAULT : 0;
}

/* Models vma_merge_extend(): the VMA grows, and may reach the one above it. */
static int grow_in_place(struct address_space *as, const struct vma *vma, uint64_t addr,
			 uint64_t old_len, uint64_t new_len, struct vma_change *change)
{
	const int error = resize_error(vma, addr, old_len, new_len, false);
	struct vma added = *vma;

	if (error != 0)
		return error;
	added.start = vma->end;
	added.end = addr + new_len;
	if (vma->file != 0)
		added.offset += vma->end - vma->start;
	if (old_len != vma->end - addr || vma_edit_is_mapped(as, added.start, added.end))
		return ENOMEM;
	vma_edit_insert(as, &added, true, change);
	return 0;
}

static int resize_in_place(struct address_space *as, const struct vma *vma, uint64_t addr,
			   uint64_t old_len, uint64_t new_len, struct vma_change *change)
{
	int error;

	if (new_len == old_len)
		return 0;
	if (new_len > old_len)
		return grow_in_place(as, vma, addr, old_len, new_len, change);
	/* the tail may be of other VMAs: it is munmap() and nothing else */
	error = vma_edit_unmap_error(as, addr + new_len, addr + old_len);
	if (error == 0)
		unmap(as, addr + new_len, old_len - new_len, change);
	return error;
}

/* What mremap_to() and move_vma() refuse: splits and the copy must fit below the limit. */
static int move_error(const struct address_space *as, const struct vma *vma,
		      const struct move *move)
{
	const uint64_t new_end = move->new_addr + move->new_len;
	const uint64_t moved_end = move->old_addr + move->old_len,
		       old_end = moved_end + move->tail_len;
	const bool is_fixed = move->dontunmap || move->new_len <= move->old_len ||
			      vma_edit_is_mapped(as, move->new_addr, new_end);
	int error;

	if (vma_map_n_vmas(&as->map) + (is_fixed ? 2 : 0) >= as->max_map_count - 3)
		return ENOMEM;
	error = resize_error(vma, move->old_addr, move->old_len, move->new_len, move->dontunmap);
	if (error == 0)
		error = vma_edit_unmap_error(as, move->new_addr, new_end);
	if (error == 0 && move->tail_len > 0)
		error = vma_edit_unmap_error(as, moved_end, old_end);
	if (error == 0 && !move->dontunmap)
		error = vma_edit_unmap_error(as, move->old_addr, old_end);
	return error;
}

/* MREMAP_DONTUNMAP leaves nothing locked behind: all of the VMA that held the old range, however much was moved. */
static void unlock_left_behind(struct address_space *as, uint64_t addr)
{
	struct vma vma;

	if (!vma_map_find(&as->map, addr, &vma) || (vma.flags & VMA_LOCKED) == 0)
		return;
	vma_map_remove(&as->map, vma.start, vma.end);
	vma.flags &= ~(uint32_t)VMA_LOCKED;
	vma_map_insert(&as->map, &vma);
}

static void move(struct address_space *as, const struct move *move, struct vma_change *change)
{
	struct vma vma, copy;
	bool is_found;

	unmap(as, move->new_addr, move->new_len, change);
	if (move->tail_len > 0)
		unmap(as, move->old_addr + move->old_len, move->tail_len, change);

	/* what was unmapped may have been the rest of this VMA */
	is_found = vma_map_find(&as->map, move->old_addr, &vma);
	sim_assert(is_found && vma.start <= move->old_addr);
	copy = vma;
	copy.start = move->new_addr;
	copy.end = move->new_addr + move->new_len;
	if (vma.file != 0)
		copy.offset += move->old_addr - vma.start;
	vma_edit_insert(as, &copy, true, change);

	if (move->dontunmap)
		unlock_left_behind(as, move->old_addr);
	else if (move->old_len > 0)
		unmap(as, move->old_addr, move->old_len, change);
}

void address_space_mremap(struct address_space *as, uint64_t old_addr, uint64_t old_len,
			  uint64_t new_addr, uint64_t new_len, bool dontunmap,
			  struct vma_change *change)
{
	struct vma vma;

	*change = (struct vma_change){ 0 };
	if (!range_is_valid(old_addr, &old_len) || !range_is_valid(new_addr, &new_len) ||
	    new_len == 0 || (dontunmap && new_len != old_len))
		change->error = EINVAL;
	else if (!vma_map_find(&as->map, old_addr, &vma) || vma.start > old_addr)
		change->error = EFAULT;
	else if (new_addr == old_addr && !dontunmap)
		change->error = resize_in_place(as, &vma, old_addr, old_len, new_len, change);
	else if (old_addr < new_addr + new_len && new_addr < old_addr + old_len)
		change->error = EINVAL; /* the two overlap */
	else {
		const struct move it = { .old_addr = old_addr,
					 .old_len = MIN(old_len, new_len),
					 .tail_len = old_len > new_len ? old_len - new_len : 0,
					 .new_addr = new_addr,
					 .new_len = new_len,
					 .dontunmap = dontunmap };

		change->error = move_error(as, &vma, &it);
		if (change->error == 0)
			move(as, &it, change);
	}
}
