/*
 * vma_map.h - VMAs in the order of their addresses, equal neighbours held as runs.
 *
 * Stands for mm->mm_mt as far as its contents go; what a store costs there is counted in vma_edit.c. A *run* is n
 * VMAs of equal length, flags and file, each a fixed stride behind the one before it, with no other VMA between
 * them:
 *
 *      start                    n = 3
 *      |<-- len -->|           |<-- len -->|           |<-- len -->|
 *      |<------- stride ------>|<------- stride ------>|
 *
 * So 60,000 thread stacks with their guards are one node, or a few. A run is cut where one of its VMAs is touched,
 * or something is put between them; an insertion joins with the runs on both sides of it where they fit.
 *
 * Runs sit in a weight-balanced tree: what is reached first depends on addresses and on the order of the calls only,
 * and no sequence of calls, however hostile, makes it deep. Nodes that are given up are kept for the next.
 */
#pragma once

#include "mm/address_space.h"

struct vma_run {
	uint64_t start, len, stride;    /* of the first VMA; stride is 0 if n is 1 */
	uint64_t offset, offset_stride; /* modulo 2^64; 0 if anonymous */
	int64_t n;
	uint32_t flags, file;
};

struct vma_node;

struct vma_map {
	struct vma_node *root;
	struct vma_node *spare; /* by ->right */
};

void vma_map_clear(struct vma_map *map);
/* @map is empty so far. */
void vma_map_copy(struct vma_map *map, const struct vma_map *from);

int64_t vma_map_n_vmas(const struct vma_map *map);
int64_t vma_map_n_runs(const struct vma_map *map);
/* Balanced, ordered, counted; for assertions and tests: walks everything. */
bool vma_map_is_sane(const struct vma_map *map);

/* VMA @i, from 0; false past the end. */
bool vma_map_nth(const struct vma_map *map, int64_t i, struct vma *ret);
/* The lowest VMA that ends above @addr; false if there is none. */
bool vma_map_find(const struct vma_map *map, uint64_t addr, struct vma *ret);
/* The highest VMA that starts below @addr; false if there is none. */
bool vma_map_find_below(const struct vma_map *map, uint64_t addr, struct vma *ret);
/* The lowest run that ends above @addr; NULL if there is none. Valid until the map changes. */
const struct vma_run *vma_map_find_run(const struct vma_map *map, uint64_t addr);

/* Nothing may be in the range yet. */
void vma_map_insert(struct vma_map *map, const struct vma *vma);
/* The same for a run: nothing between its first and its last byte. */
void vma_map_insert_run(struct vma_map *map, const struct vma_run *run);
/*
 * Take out the VMAs from @start to @end; none may reach over an end.
 *
 * Returns: how many there were
 */
int64_t vma_map_remove(struct vma_map *map, uint64_t start, uint64_t end);
