/*
 * winner_tree.h - the most urgent of many, replayed without a branch on data; private to engine.c.
 *
 *	            inner[1]                  the root: the most urgent event of all
 *	     /       |       |       \
 *	   [4]      [5]     [6]      [7]      children of node p: 4p ... 4p + 3
 *	 /  |  \ \   ...                      the last level: leaves[i] for slot i is node capacity + i
 *
 * A node holds the most urgent event below it and whose that is. To arm, re-arm or cancel a slot, its leaf
 * is written and the matches on the way to the root are replayed. The best of the three siblings does not
 * depend on what comes up from below, so each level adds one compare-and-select to the critical path.
 *
 * An urgency is the complement of a key: the first event has the greatest one, and 0 is no event. That
 * makes fresh zero pages an empty tree; the levels begin at the powers of four, so that parents and
 * siblings are shifts and exclusive ors, and what lies between two levels is never touched.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <glib.h>

#define TREE_ALIGNMENT 128 /* four inner nodes, two cache lines */

/* Strides, as shifts would cost: positions in the arrays of the tree are counted in bytes. */
#define PLACE UINT64_C(16) /* of leaves and handlers */
#define NODE  UINT64_C(32) /* of inner nodes */

struct urgency {
	uint64_t low;  /* ~(delta | rank | actor) */
	uint64_t high; /* ~t_ns: the top bit is set if there is an event */
};

struct contender {
	struct urgency urgency;
	uint64_t place; /* of the slot: its index times PLACE */
};

/* Half a cache line: four siblings are two neighbouring lines. */
struct node {
	struct contender winner;
	uint64_t unused;
};

struct tree {
	struct urgency *leaves;
	struct node *inner;
	uint64_t n_leaf_bytes;              /* number of leaves, a power of four, times PLACE */
	void *leaves_memory, *inner_memory; /* as allocated, before alignment */
};

static const struct urgency NOTHING = { 0, 0 };

static inline bool urgency_is_event(struct urgency urgency)
{
	return urgency.high != 0;
}

static inline bool urgency_is_below(struct urgency a, struct urgency b)
{
	return ((unsigned __int128)a.high << 64 | a.low) <
	       ((unsigned __int128)b.high << 64 | b.low);
}

/*
 * Leaves in @best the more urgent of it and its challenger.
 *
 * A comparison of 128 bits and three conditional moves. Of the C below, gcc 12 and clang 14 make branches
 * here and there; mispredicted half of the time, these cost more than all the rest of a replay.
 */
G_ALWAYS_INLINE static inline void match(struct contender *best, struct contender challenger)
{
#if defined(__x86_64__) && !defined(ENGINE_PORTABLE)
	uint64_t high = best->urgency.high;

	__asm__("cmpq %[challenger_low], %[low]\n\t"
		"sbbq %[challenger_high], %[borrow]\n\t"
		"cmovcq %[challenger_low], %[low]\n\t"
		"cmovcq %[challenger_high], %[high]\n\t"
		"cmovcq %[challenger_place], %[place]"
		: [low] "+&r"(best->urgency.low), [high] "+&r"(best->urgency.high),
		  [place] "+&r"(best->place), [borrow] "+&r"(high)
		: [challenger_low] "r"(challenger.urgency.low),
		  [challenger_high] "r"(challenger.urgency.high),
		  [challenger_place] "r"(challenger.place)
		: "cc");
#else
	*best = urgency_is_below(best->urgency, challenger.urgency) ? challenger : *best;
#endif
}

G_ALWAYS_INLINE static inline struct urgency *leaf_at(const struct tree *tree, uint64_t place)
{
	return (struct urgency *)(void *)((char *)tree->leaves + place);
}

/* @offset: of the node, its number times NODE */
G_ALWAYS_INLINE static inline struct contender *inner_at(const struct tree *tree, uint64_t offset)
{
	return &((struct node *)(void *)((char *)tree->inner + offset))->winner;
}

G_ALWAYS_INLINE static inline struct contender leaf_contender(const struct tree *tree,
							      uint64_t place)
{
	return (struct contender){ .urgency = *leaf_at(tree, place), .place = place };
}

/* Offset of the node above a leaf. */
G_ALWAYS_INLINE static inline uint64_t leaf_parent(const struct tree *tree, uint64_t place)
{
	return (tree->n_leaf_bytes + place) / (4 * PLACE) * NODE;
}

G_ALWAYS_INLINE static inline uint64_t inner_parent(uint64_t offset)
{
	return offset / (4 * NODE) * NODE;
}

/* Writes the leaf of a slot and replays. Returns: the new root. */
G_ALWAYS_INLINE static inline struct contender replay(const struct tree *tree, uint64_t place,
						      struct urgency urgency)
{
	struct contender best = { .urgency = urgency, .place = place };
	struct contender rival = leaf_contender(tree, place ^ 1 * PLACE);
	uint64_t node = leaf_parent(tree, place);

	*leaf_at(tree, place) = urgency;
	match(&rival, leaf_contender(tree, place ^ 2 * PLACE));
	match(&rival, leaf_contender(tree, place ^ 3 * PLACE));
	match(&best, rival);

	while (node > NODE) {
		*inner_at(tree, node) = best;
		rival = *inner_at(tree, node ^ 1 * NODE);
		match(&rival, *inner_at(tree, node ^ 2 * NODE));
		match(&rival, *inner_at(tree, node ^ 3 * NODE));
		match(&best, rival);
		node = inner_parent(node);
	}
	*inner_at(tree, NODE) = best;
	return best;
}

/* Zeroed; aligned to a pair of cache lines. */
static inline void *aligned_new0(size_t n, size_t size, void **ret_memory)
{
	char *const memory = g_malloc0_n(n + TREE_ALIGNMENT / size, size);
	const uintptr_t excess = (uintptr_t)memory % TREE_ALIGNMENT;

	*ret_memory = memory;
	return excess == 0 ? memory : memory + (TREE_ALIGNMENT - excess);
}

static inline void tree_init(struct tree *tree, uint64_t n_leaves)
{
	tree->n_leaf_bytes = n_leaves * PLACE;
	tree->leaves = aligned_new0(n_leaves, PLACE, &tree->leaves_memory);
	tree->inner = aligned_new0(n_leaves / 2, NODE, &tree->inner_memory);
}

static inline void tree_clear(struct tree *tree)
{
	g_free(tree->leaves_memory);
	g_free(tree->inner_memory);
}

/* Four times as many leaves. The old ones keep their places: they are the first quarter of each level. */
static inline void tree_grow(struct tree *tree)
{
	struct tree old = *tree;
	const uint64_t n_leaves = old.n_leaf_bytes / PLACE;

	tree_init(tree, 4 * n_leaves);
	memcpy(tree->leaves, old.leaves, old.n_leaf_bytes);
	for (uint64_t first = 1; first < n_leaves; first *= 4)
		memcpy(inner_at(tree, 4 * first * NODE), inner_at(&old, first * NODE),
		       first * NODE);
	*inner_at(tree, NODE) = *inner_at(&old, NODE);
	tree_clear(&old);
}
