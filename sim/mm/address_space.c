/*
 * address_space.c - the calls: mmap(), munmap(), brk(), mprotect(), madvise(), mlock(), fork().
 *
 *      address_space.c   what each call checks, in which order, and what it does to which range
 *      vma_mremap.c      the same for mremap()
 *      vma_edit.c        split, merge, unmap: mm/vma.c
 *      vma_map.c         the VMAs in order, equal ones as runs: the place of the maple tree
 *
 * An address space here is what the kernel's would be if no page of it had ever been touched, for a recording of
 * calls does not tell faults. That decides three things. (1) anon_vma is NULL everywhere and so keeps nothing from
 * merging; in the kernel two VMAs that were both touched after a fork() or an mremap() can stay apart for it. (2) The
 * offset of anonymous memory is its address wherever it moves; once touched, it keeps that of the place where it
 * was mapped first, and does not merge at the new one. (3) mprotect() takes VMA_ACCOUNT away with the right to write;
 * from touched memory it does not, which then differs from its neighbours. All three make this model merge more
 * than the kernel, never less. The growth of stacks is a fault, too: a stack stays as large as it was mapped.
 *
 * Not here: limits other than max_map_count (RLIMIT_AS, overcommit, TASK_SIZE), userfaultfd, VMA names, memory
 * policies, sealing, hugetlbfs, and drivers that refuse to be mapped.
 */
#include "mm/address_space.h"

#include <errno.h>

#include "base/assert.h"
#include "mm/vma_edit.h"

/* What stays clear below a stack: stack_guard_gap. */
#define STACK_GUARD_BYTES (256 * VMA_PAGE_SIZE)

#define FLAGS_KNOWN ((uint32_t)(VMA_SPECIAL << 1) - 1)
#define FLAGS_ADVICE                                                                           \
	((uint32_t)(VMA_LOCKED | VMA_DONTCOPY | VMA_DONTDUMP | VMA_WIPEONFORK | VMA_HUGEPAGE | \
		    VMA_NOHUGEPAGE))

struct address_space *address_space_new(int64_t max_map_count)
{
	struct address_space *as = g_new0(struct address_space, 1);

	as->max_map_count = max_map_count;
	as->next_shmem = VMA_FILE_SHMEM;
	return as;
}

/* What dup_mmap() does differently with @run, which ends at @end. */
static void fork_run(struct vma_map *map, const struct vma_run *run, uint64_t end)
{
	struct vma_run copy = *run;

	copy.flags &= ~(uint32_t)VMA_LOCKED;
	vma_map_remove(map, run->start, end);
	if ((run->flags & VMA_DONTCOPY) == 0)
		vma_map_insert_run(map, &copy);
}

struct address_space *address_space_fork(const struct address_space *as)
{
	struct address_space *child = address_space_new(as->max_map_count);
	const uint32_t changes = VMA_DONTCOPY | VMA_LOCKED;
	const struct vma_run *run;
	uint64_t at = 0;

	child->has_brk = as->has_brk;
	child->start_brk = as->start_brk;
	child->brk = as->brk;
	child->next_shmem = as->next_shmem;
	vma_map_copy(&child->map, &as->map);
	while ((run = vma_map_find_run(&child->map, at)) != NULL) {
		const struct vma_run copy = *run;

		at = copy.start + (uint64_t)(copy.n - 1) * copy.stride + copy.len;
		if ((copy.flags & changes) != 0)
			fork_run(&child->map, &copy, at);
	}
	return child;
}

void address_space_free(struct address_space *as)
{
	if (as == NULL)
		return;
	vma_map_clear(&as->map);
	g_free(as);
}

int64_t address_space_n_vmas(const struct address_space *as)
{
	return vma_map_n_vmas(&as->map);
}

int64_t address_space_n_runs(const struct address_space *as)
{
	return vma_map_n_runs(&as->map);
}

bool address_space_vma(const struct address_space *as, int64_t i, struct vma *ret)
{
	return vma_map_nth(&as->map, i, ret);
}

bool address_space_find(const struct address_space *as, uint64_t addr, struct vma *ret)
{
	return vma_map_find(&as->map, addr, ret);
}

bool address_space_is_sane(const struct address_space *as)
{
	return vma_map_is_sane(&as->map);
}

/* ---- mmap(), munmap() ---------------------------------------------------------------------------- */

/* Models accountable_mapping(). */
static bool is_accountable(uint32_t flags)
{
	return (flags & (VMA_NORESERVE | VMA_SHARED | VMA_WRITE)) == VMA_WRITE;
}

/* Bring a caller's VMA into order. */
static bool vma_is_valid(struct vma *vma)
{
	uint64_t len = vma->end - vma->start, file_end;

	if (vma->end <= vma->start || !range_is_valid(vma->start, &len) ||
	    (vma->flags & ~FLAGS_KNOWN) != 0)
		return false;
	vma->end = vma->start + len;
	if (vma->file == 0)
		vma->offset = 0;
	else if (vma->offset % VMA_PAGE_SIZE != 0 ||
		 __builtin_add_overflow(vma->offset, len, &file_end))
		return false;
	return true;
}

/* Models do_mmap() and mmap_region() with MAP_FIXED. */
static void map_vma(struct address_space *as, const struct vma *wanted, bool merge,
		    struct vma_change *change)
{
	struct vma vma = *wanted;

	*change = (struct vma_change){ 0 };
	if (!vma_is_valid(&vma))
		change->error = EINVAL;
	else if (vma_map_n_vmas(&as->map) > as->max_map_count)
		change->error = ENOMEM;
	else
		change->error = vma_edit_unmap_error(as, vma.start, vma.end);
	if (change->error != 0)
		return;

	if (is_accountable(vma.flags))
		vma.flags |= VMA_ACCOUNT;
	if (vma.file == 0 && (vma.flags & VMA_SHARED) != 0) {
		vma.file = as->next_shmem;
		if (as->next_shmem < UINT32_MAX)
			as->next_shmem++;
	}
	vma_edit_unmap(as, vma.start, vma.end, change);
	vma_edit_insert(as, &vma, merge, change);
}

void address_space_mmap(struct address_space *as, const struct vma *vma, struct vma_change *change)
{
	map_vma(as, vma, true, change);
}

void address_space_image(struct address_space *as, const struct vma *vma, struct vma_change *change)
{
	map_vma(as, vma, false, change);
}

void address_space_munmap(struct address_space *as, uint64_t addr, uint64_t len,
			  struct vma_change *change)
{
	*change = (struct vma_change){ 0 };
	if (!range_is_valid(addr, &len) || len == 0)
		change->error = EINVAL;
	else
		change->error = vma_edit_unmap_error(as, addr, addr + len);
	if (change->error == 0 && vma_edit_unmap(as, addr, addr + len, change))
		change->n_stores++;
}

/* ---- brk() --------------------------------------------------------------------------------------- */

/*
 * Models do_brk_flags(). The heap goes on in the VMA below its end if that starts at start_brk or above and fits; it
 * never merges upwards, for a page stays free there.
 */
static int brk_grow(struct address_space *as, uint64_t brk, struct vma_change *change)
{
	const struct vma added = { .start = as->brk,
				   .end = brk,
				   .flags = VMA_READ | VMA_WRITE | VMA_ACCOUNT };
	struct vma next;

	if (vma_map_find(&as->map, as->brk, &next)) {
		const uint64_t guard = (next.flags & VMA_GROWSDOWN) != 0 ? STACK_GUARD_BYTES : 0;
		const uint64_t limit = next.start > guard ? next.start - guard : 0;

		if (limit < brk || limit - brk < VMA_PAGE_SIZE)
			return ENOMEM;
	}
	if (vma_map_n_vmas(&as->map) > as->max_map_count)
		return ENOMEM;
	vma_edit_insert(as, &added, as->brk > as->start_brk, change);
	return 0;
}

static int brk_shrink(struct address_space *as, uint64_t brk, struct vma_change *change)
{
	int error;

	if (!vma_edit_is_mapped(as, brk, as->brk))
		return ENOMEM;
	error = vma_edit_unmap_error(as, brk, as->brk);
	if (error == 0) {
		vma_edit_unmap(as, brk, as->brk, change);
		change->n_stores++;
	}
	return error;
}

void address_space_brk(struct address_space *as, uint64_t brk, struct vma_change *change)
{
	*change = (struct vma_change){ 0 };
	if (!range_is_valid(0, &brk)) {
		change->error = EINVAL;
		return;
	}
	if (!as->has_brk) {
		as->has_brk = true;
		as->start_brk = brk;
	} else if (brk < as->start_brk) {
		change->error = ENOMEM;
	} else if (brk > as->brk) {
		change->error = brk_grow(as, brk, change);
	} else if (brk < as->brk) {
		change->error = brk_shrink(as, brk, change);
	}
	if (change->error == 0)
		as->brk = brk;
}

/* ---- mprotect(), madvise(), mlock() ---------------------------------------------------------------- */

/* The flags that mprotect() to @prot gives to a VMA. Models mprotect_fixup(). */
static uint32_t protected_flags(const struct vma *vma, uint32_t prot)
{
	const uint32_t flags = (vma->flags & ~(uint32_t)VMA_PROT) | prot;
	const uint32_t uncharged = VMA_ACCOUNT | VMA_WRITE | VMA_SHARED | VMA_NORESERVE;

	if ((prot & VMA_WRITE) != 0)
		return (vma->flags & uncharged) == 0 ? flags | VMA_ACCOUNT : flags;
	return vma->file == 0 ? flags & ~(uint32_t)VMA_ACCOUNT : flags;
}

void address_space_mprotect(struct address_space *as, uint64_t addr, uint64_t len, uint32_t prot,
			    struct vma_change *change)
{
	*change = (struct vma_change){ 0 };
	if (!range_is_valid(addr, &len) || (prot & ~(uint32_t)VMA_PROT) != 0) {
		change->error = EINVAL;
		return;
	}
	for (uint64_t at = addr, end = addr + len; at < end && change->error == 0;) {
		struct vma vma;

		if (!vma_map_find(&as->map, at, &vma) || vma.start > at) {
			change->error = ENOMEM;
			return;
		}
		change->error = vma_edit_modify(as, &vma, at, MIN(vma.end, end),
						protected_flags(&vma, prot), change);
		at = vma.end;
	}
}

/* Models madvise_vma_behavior() and mlock_fixup(). */
static int advise(struct address_space *as, const struct vma *vma, uint64_t start, uint64_t end,
		  uint32_t set, uint32_t clear, struct vma_change *change)
{
	if ((set & VMA_WIPEONFORK) != 0 && vma->file != 0)
		return EINVAL;
	if (((set | clear) & VMA_LOCKED) != 0 && (vma->flags & VMA_SPECIAL) != 0)
		return 0;
	return vma_edit_modify(as, vma, start, end, (vma->flags & ~clear) | set, change);
}

void address_space_set_flags(struct address_space *as, uint64_t addr, uint64_t len, uint32_t set,
			     uint32_t clear, struct vma_change *change)
{
	const bool stops_at_hole = ((set | clear) & VMA_LOCKED) != 0;
	uint64_t at = addr, end;
	bool has_hole = false;

	*change = (struct vma_change){ 0 };
	if (!range_is_valid(addr, &len) || ((set | clear) & ~FLAGS_ADVICE) != 0) {
		change->error = EINVAL;
		return;
	}
	end = addr + len;
	while (at < end && change->error == 0) {
		struct vma vma;

		if (!vma_map_find(&as->map, at, &vma) || vma.start >= end) {
			has_hole = true;
			break;
		}
		has_hole = has_hole || vma.start > at;
		if (has_hole && stops_at_hole)
			break;
		change->error =
			advise(as, &vma, MAX(vma.start, at), MIN(vma.end, end), set, clear, change);
		at = vma.end;
	}
	if (change->error == 0 && has_hole)
		change->error = ENOMEM;
}
