/*
 * address_space.h - the VMAs of an mm, and what mmap(), munmap(), brk(), mprotect(), mremap() do to them.
 *
 * No simulated time passes here: a call changes the map and says what it took - VMAs allocated, VMAs to be freed
 * by the policy, stores into the maple tree - and its caller charges for that. Rules are those of mm/mmap.c, vma.c,
 * mprotect.c, madvise.c, mlock.c and mremap.c of Linux 6.12.
 *
 * Arguments may be anything: what the kernel would refuse is refused with an error, as is a range that does not end
 * within 64 bits.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#define VMA_PAGE_SIZE UINT64_C(4096)

/* vm_flags, as far as they decide whether two VMAs are one. */
enum vma_flag {
	VMA_READ = 1 << 0,
	VMA_WRITE = 1 << 1,
	VMA_EXEC = 1 << 2,
	VMA_SHARED = 1 << 3,
	VMA_ACCOUNT = 1 << 4, /* charged when it became private and writable: see mprotect below */
	VMA_NORESERVE = 1 << 5,
	VMA_GROWSDOWN = 1 << 6,
	VMA_LOCKED = 1 << 7,
	VMA_DONTCOPY = 1 << 8, /* fork() leaves it out */
	VMA_DONTDUMP = 1 << 9,
	VMA_WIPEONFORK = 1 << 10,
	VMA_HUGEPAGE = 1 << 11,
	VMA_NOHUGEPAGE = 1 << 12,
	VMA_SPECIAL = 1 << 13, /* vdso, vvar: merges with nothing, is never split */
};

#define VMA_PROT (VMA_READ | VMA_WRITE | VMA_EXEC)

/* Files from here on are those of shared anonymous mappings, which tmpfs gives one each. */
#define VMA_FILE_SHMEM UINT32_C(0x80000000)

struct vma {
	uint64_t start, end; /* bytes, page-aligned, end exclusive */
	uint32_t flags;      /* enum vma_flag */
	uint32_t file;       /* 0: anonymous */
	uint64_t offset;     /* in the file, bytes; 0 if anonymous */
};

/*
 * What one call took. Conserved: VMAs before + n_alloc - n_unmap - n_merged = VMAs after.
 *
 * A call that fails changes nothing and takes nothing, with one exception that the kernel makes as well:
 * address_space_mprotect() and _set_flags() go through their range VMA by VMA, and what was done before the error
 * stays done and is counted.
 */
struct vma_change {
	int error;       /* 0, or ENOMEM, EINVAL, EFAULT */
	int64_t n_alloc; /* VMAs allocated */
	int64_t n_unmap; /* VMAs unlinked because their range was unmapped: the freeing loop of munmap() */
	int64_t n_merged; /* VMAs unlinked because a neighbour took them over: freed one by one */
	int64_t n_stores; /* stores into the maple tree */
};

struct address_space;

/* An empty one that accepts at most @max_map_count VMAs, and sometimes one more, as the kernel does. */
struct address_space *address_space_new(int64_t max_map_count);
/* dup_mmap(): a copy, without what is VMA_DONTCOPY; nothing is locked in it. */
struct address_space *address_space_fork(const struct address_space *as);
void address_space_free(struct address_space *as);

int64_t address_space_n_vmas(const struct address_space *as);
/* How many runs of equal VMAs hold them: what a copy or a walk costs. */
int64_t address_space_n_runs(const struct address_space *as);
/* VMA @i by address; false past the end. Costs log n. */
bool address_space_vma(const struct address_space *as, int64_t i, struct vma *ret);
/* The VMA that holds @addr, else the next above it; false if there is none. */
bool address_space_find(const struct address_space *as, uint64_t addr, struct vma *ret);
/* What must hold between calls: for assertions and tests. */
bool address_space_is_sane(const struct address_space *as);

/*
 * The calls. Lengths are rounded up to pages; an address that is not at a page is EINVAL; @change is overwritten.
 * What is said of stores is what n_stores counts; "splits" are 0 to 2, one store and one VMA allocated each.
 */

/**
 * address_space_mmap:
 * @vma: start, end, flags (VMA_ACCOUNT is added where it belongs), file and offset. Shared without a file is shared
 *   anonymous memory: it gets a file number of its own, from %VMA_FILE_SHMEM on
 *
 * Whatever was there goes (MAP_FIXED); then the new range goes into a neighbour, or both, or a VMA of its own.
 * Stores: splits + 1, which both clears and inserts.
 */
void address_space_mmap(struct address_space *as, const struct vma *vma, struct vma_change *change);
/* The same without merging; a later mmap() next to it merges. */
void address_space_image(struct address_space *as, const struct vma *vma,
			 struct vma_change *change);

/* Stores: splits + 1; 0 if nothing was there. Head or tail of a VMA: one VMA allocated, one unlinked. */
void address_space_munmap(struct address_space *as, uint64_t addr, uint64_t len,
			  struct vma_change *change);

/*
 * The first call sets where the heap starts and maps nothing. ENOMEM: below that start, not a page free above the new
 * end, or nothing there to shrink; the break stays where it is. Stores: 1 to grow, splits + 1 to shrink.
 */
void address_space_brk(struct address_space *as, uint64_t brk, struct vma_change *change);

/*
 * ENOMEM: a hole, where it stops. Stores, per VMA: 0 if all of it changes and fits no neighbour, 1 if it or its part
 * goes to a neighbour or to both, else one per split. VMA_ACCOUNT comes with the right to write; it goes with it from
 * anonymous memory, as it does in the kernel while no page has been touched.
 */
void address_space_mprotect(struct address_space *as, uint64_t addr, uint64_t len, uint32_t prot,
			    struct vma_change *change);

/*
 * madvise(), mlock(): @set and @clear of vm_flags in the range; stores as for mprotect. Holes are passed over, and
 * reported as ENOMEM; where VMA_LOCKED is concerned the first hole is the end, as it is for mlock().
 */
void address_space_set_flags(struct address_space *as, uint64_t addr, uint64_t len, uint32_t set,
			     uint32_t clear, struct vma_change *change);

/**
 * address_space_mremap:
 * @new_addr: may be @old_addr: then it shrinks or grows in place; else what is there is unmapped first
 * @old_len: 0 makes a second mapping of shared memory
 * @dontunmap: the old range stays mapped
 *
 * EFAULT: the old range is not in one VMA. ENOMEM: no room to grow in place.
 *
 * Stores: in place 0 if nothing changes, 1 to grow, those of munmap() to shrink; a move: those of munmap() for the
 * target and for a tail that is given up, 1 for the copy, those of munmap() for the old range.
 */
void address_space_mremap(struct address_space *as, uint64_t old_addr, uint64_t old_len,
			  uint64_t new_addr, uint64_t new_len, bool dontunmap,
			  struct vma_change *change);
