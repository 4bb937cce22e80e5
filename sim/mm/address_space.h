/*
 * address_space.h - the VMAs of an mm, and what mmap(), munmap(), brk(), mprotect(), mremap() do to them.
 *
 * No simulated time passes here: a call changes the map and says what it took - VMAs allocated, VMAs to be freed
 * by the policy, stores into the maple tree - and its caller charges for that. Rules are those of mm/mmap.c and
 * mm/vma.c of Linux 6.12.
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
	VMA_ACCOUNT =
		1
		<< 4, /* private and writable when it became so: stays when mprotect() takes that away */
	VMA_NORESERVE = 1 << 5,
	VMA_GROWSDOWN = 1 << 6,
	VMA_LOCKED = 1 << 7,
	VMA_DONTCOPY = 1 << 8, /* fork() leaves it out */
	VMA_DONTDUMP = 1 << 9,
	VMA_WIPEONFORK = 1 << 10,
	VMA_HUGEPAGE = 1 << 11,
	VMA_NOHUGEPAGE = 1 << 12,
	VMA_SPECIAL = 1 << 13, /* vdso, vvar: merges with nothing */
};

#define VMA_PROT (VMA_READ | VMA_WRITE | VMA_EXEC)

struct vma {
	uint64_t start, end; /* bytes, page-aligned, end exclusive */
	uint32_t flags;      /* enum vma_flag */
	uint32_t file;       /* 0: anonymous */
	uint64_t offset;     /* in the file, bytes; 0 if anonymous */
};

/* What one call took. */
struct vma_change {
	int error;       /* 0, or ENOMEM, EINVAL, EEXIST: then nothing has changed */
	int64_t n_alloc; /* VMAs allocated */
	int64_t n_unmap; /* VMAs unlinked because their range was unmapped: the freeing loop of munmap() */
	int64_t n_merged; /* VMAs unlinked because a neighbour took them over: freed one by one */
	int64_t n_stores; /* stores into the maple tree */
};

struct address_space;

/* An empty one that accepts at most @max_map_count VMAs. */
struct address_space *address_space_new(int64_t max_map_count);
/* dup_mmap(): a copy, without what is VMA_DONTCOPY. */
struct address_space *address_space_fork(const struct address_space *as);
void address_space_free(struct address_space *as);

int64_t address_space_n_vmas(const struct address_space *as);
/* VMA @i by address; false past the end. Costs log n. */
bool address_space_vma(const struct address_space *as, int64_t i, struct vma *ret);
/* The VMA that holds @addr, else the next above it; false if there is none. */
bool address_space_find(const struct address_space *as, uint64_t addr, struct vma *ret);

/*
 * The calls. Lengths are rounded up to pages; @change is overwritten. mmap: @vma->end - @vma->start bytes there,
 * whatever was there goes (MAP_FIXED); image: the same, without merging into a neighbour.
 */
void address_space_mmap(struct address_space *as, const struct vma *vma, struct vma_change *change);
void address_space_image(struct address_space *as, const struct vma *vma,
			 struct vma_change *change);
void address_space_munmap(struct address_space *as, uint64_t addr, uint64_t len,
			  struct vma_change *change);
/* The first call sets where the heap starts and maps nothing. */
void address_space_brk(struct address_space *as, uint64_t brk, struct vma_change *change);
void address_space_mprotect(struct address_space *as, uint64_t addr, uint64_t len, uint32_t prot,
			    struct vma_change *change);
/* madvise(), mlock(): @set and @clear of vm_flags in the range; holes are passed over, and reported as ENOMEM. */
void address_space_set_flags(struct address_space *as, uint64_t addr, uint64_t len, uint32_t set,
			     uint32_t clear, struct vma_change *change);
/* @new_addr may be @old_addr: then it shrinks or grows in place. */
void address_space_mremap(struct address_space *as, uint64_t old_addr, uint64_t old_len,
			  uint64_t new_addr, uint64_t new_len, bool dontunmap,
			  struct vma_change *change);
