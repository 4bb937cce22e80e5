#include "mm/vma_map.h"

#include <glib.h>

#include "base/assert.h"

/*
 * Hirai and Yamamoto, "Balancing weight-balanced trees" (2011): a subtree with one node more weighs at most
 * BALANCE times its sibling, and is rotated once if its inner child weighs less than ROTATE_ONCE times the outer one.
 */
#define BALANCE     3
#define ROTATE_ONCE 2

struct vma_node {
	struct vma_run run;
	struct vma_node *left, *right;
	int64_t n_runs, n_vmas; /* of this subtree */
};

/* ---- Runs --------------------------------------------------------------------------------------- */

static struct vma run_vma(const struct vma_run *run, int64_t i)
{
	const uint64_t start = run->start + (uint64_t)i * run->stride;

	return (struct vma){ .start = start,
			     .end = start + run->len,
			     .flags = run->flags,
			     .file = run->file,
			     .offset = run->offset + (uint64_t)i * run->offset_stride };
}

static uint64_t run_end(const struct vma_run *run)
{
	return run->start + (uint64_t)(run->n - 1) * run->stride + run->len;
}

/* How many VMAs of @run start below @addr. */
static int64_t run_n_below(const struct vma_run *run, uint64_t addr)
{
	uint64_t n;

	if (addr <= run->start)
		return 0;
	if (run->n == 1)
		return 1;
	n = (addr - run->start - 1) / run->stride + 1;
	return n < (uint64_t)run->n ? (int64_t)n : run->n;
}

/* The lowest VMA of @run that ends above @addr, which the run does. */
static int64_t run_find(const struct vma_run *run, uint64_t addr)
{
	if (run->n == 1 || addr - run->start < run->len || addr < run->start)
		return 0;
	return (int64_t)((addr - run->start - run->len) / run->stride) + 1;
}

/* The VMAs of @run from @first on, @n of them. */
static struct vma_run run_part(const struct vma_run *run, int64_t first, int64_t n)
{
	struct vma_run part = *run;

	part.start += (uint64_t)first * run->stride;
	part.offset += (uint64_t)first * run->offset_stride;
	part.n = n;
	if (n == 1)
		part.stride = part.offset_stride = 0;
	return part;
}

/* Whether @low and @high, which is the next above it, make one run; a run of one takes any stride. */
static bool run_continues(const struct vma_run *low, const struct vma_run *high)
{
	const uint64_t gap = high->start - (low->start + (uint64_t)(low->n - 1) * low->stride);
	const uint64_t offset_gap =
		high->offset - (low->offset + (uint64_t)(low->n - 1) * low->offset_stride);

	return low->len == high->len && low->flags == high->flags && low->file == high->file &&
	       (low->n == 1 || (low->stride == gap && low->offset_stride == offset_gap)) &&
	       (high->n == 1 || (high->stride == gap && high->offset_stride == offset_gap));
}

static struct vma_run run_join(const struct vma_run *low, const struct vma_run *high)
{
	struct vma_run run = *low;

	run.stride = high->start - (low->start + (uint64_t)(low->n - 1) * low->stride);
	run.offset_stride =
		high->offset - (low->offset + (uint64_t)(low->n - 1) * low->offset_stride);
	run.n = low->n + high->n;
	return run;
}

/* ---- The tree of runs --------------------------------------------------------------------------- */

static int64_t node_n_runs(const struct vma_node *node)
{
	return node != NULL ? node->n_runs : 0;
}

static int64_t node_n_vmas(const struct vma_node *node)
{
	return node != NULL ? node->n_vmas : 0;
}

static void node_count(struct vma_node *node)
{
	node->n_runs = node_n_runs(node->left) + 1 + node_n_runs(node->right);
	node->n_vmas = node_n_vmas(node->left) + node->run.n + node_n_vmas(node->right);
}

static struct vma_node *node_rotate_left(struct vma_node *node)
{
	struct vma_node *top = node->right;

	sim_assert(top != NULL);
	node->right = top->left;
	top->left = node;
	node_count(node);
	node_count(top);
	return top;
}

static struct vma_node *node_rotate_right(struct vma_node *node)
{
	struct vma_node *top = node->left;

	sim_assert(top != NULL);
	node->left = top->right;
	top->right = node;
	node_count(node);
	node_count(top);
	return top;
}

static bool is_too_heavy(const struct vma_node *node, const struct vma_node *sibling)
{
	return node_n_runs(node) + 1 > BALANCE * (node_n_runs(sibling) + 1);
}

static bool takes_two_turns(const struct vma_node *inner, const struct vma_node *outer)
{
	return node_n_runs(inner) + 1 >= ROTATE_ONCE * (node_n_runs(outer) + 1);
}

/* Count @node anew and mend what one insertion or removal below it can have done to its balance. */
static struct vma_node *node_balance(struct vma_node *node)
{
	node_count(node);
	if (is_too_heavy(node->right, node->left)) {
		if (takes_two_turns(node->right->left, node->right->right))
			node->right = node_rotate_right(node->right);
		return node_rotate_left(node);
	}
	if (is_too_heavy(node->left, node->right)) {
		if (takes_two_turns(node->left->right, node->left->left))
			node->left = node_rotate_left(node->left);
		return node_rotate_right(node);
	}
	return node;
}

static struct vma_node *node_insert(struct vma_node *top, struct vma_node *node)
{
	if (top == NULL)
		return node;
	if (node->run.start < top->run.start)
		top->left = node_insert(top->left, node);
	else
		top->right = node_insert(top->right, node);
	return node_balance(top);
}

/* Take the lowest node out of @top. */
static struct vma_node *node_remove_lowest(struct vma_node *top, struct vma_node **ret)
{
	if (top->left == NULL) {
		*ret = top;
		return top->right;
	}
	top->left = node_remove_lowest(top->left, ret);
	return node_balance(top);
}

/* Take the node that starts at @start out of @top, where it is. */
static struct vma_node *node_remove(struct vma_node *top, uint64_t start, struct vma_node **ret)
{
	if (start < top->run.start) {
		top->left = node_remove(top->left, start, ret);
	} else if (start > top->run.start) {
		top->right = node_remove(top->right, start, ret);
	} else {
		struct vma_node *heir = NULL;

		*ret = top;
		if (top->left == NULL)
			return top->right;
		if (top->right == NULL)
			return top->left;
		top->right = node_remove_lowest(top->right, &heir);
		heir->left = top->left;
		heir->right = top->right;
		top = heir;
	}
	return node_balance(top);
}

static void map_insert_node(struct vma_map *map, const struct vma_run *run)
{
	struct vma_node *node = map->spare;

	if (node != NULL)
		map->spare = node->right;
	else
		node = g_new(struct vma_node, 1);
	*node = (struct vma_node){ .run = *run };
	node_count(node);
	map->root = node_insert(map->root, node);
}

static void map_remove_node(struct vma_map *map, uint64_t start)
{
	struct vma_node *node = NULL;

	map->root = node_remove(map->root, start, &node);
	node->right = map->spare;
	map->spare = node;
}

/* Put @run, which lies between the same neighbours, in the place of the one that starts at @start. */
static void map_replace_run(struct vma_map *map, uint64_t start, const struct vma_run *run)
{
	struct vma_node *node = map->root;
	int64_t n_more;

	while (node->run.start != start)
		node = start < node->run.start ? node->left : node->right;
	n_more = run->n - node->run.n;
	if (n_more != 0)
		for (struct vma_node *at = map->root; at != node;
		     at = start < at->run.start ? at->left : at->right)
			at->n_vmas += n_more;
	node->n_vmas += n_more;
	node->run = *run;
}

static struct vma_node *node_copy(const struct vma_node *node)
{
	struct vma_node *copy;

	if (node == NULL)
		return NULL;
	copy = g_new(struct vma_node, 1);
	*copy = *node;
	copy->left = node_copy(node->left);
	copy->right = node_copy(node->right);
	return copy;
}

void vma_map_copy(struct vma_map *map, const struct vma_map *from)
{
	sim_assert(map->root == NULL);
	map->root = node_copy(from->root);
}

static void node_free(struct vma_node *node)
{
	if (node == NULL)
		return;
	node_free(node->left);
	node_free(node->right);
	g_free(node);
}

void vma_map_clear(struct vma_map *map)
{
	node_free(map->root);
	while (map->spare != NULL) {
		struct vma_node *node = map->spare;

		map->spare = node->right;
		g_free(node);
	}
	map->root = NULL;
}

/* ---- Looking ------------------------------------------------------------------------------------ */

int64_t vma_map_n_vmas(const struct vma_map *map)
{
	return node_n_vmas(map->root);
}

int64_t vma_map_n_runs(const struct vma_map *map)
{
	return node_n_runs(map->root);
}

/* The highest run that starts below @addr. */
static const struct vma_run *map_run_below(const struct vma_map *map, uint64_t addr)
{
	const struct vma_run *best = NULL;

	for (const struct vma_node *node = map->root; node != NULL;) {
		if (node->run.start < addr) {
			best = &node->run;
			node = node->right;
		} else {
			node = node->left;
		}
	}
	return best;
}

const struct vma_run *vma_map_find_run(const struct vma_map *map, uint64_t addr)
{
	const struct vma_run *best = NULL;

	for (const struct vma_node *node = map->root; node != NULL;) {
		if (run_end(&node->run) > addr) {
			best = &node->run;
			node = node->left;
		} else {
			node = node->right;
		}
	}
	return best;
}

bool vma_map_nth(const struct vma_map *map, int64_t i, struct vma *ret)
{
	const struct vma_node *node = map->root;

	if (i < 0 || i >= node_n_vmas(node))
		return false;
	for (;;) {
		const int64_t n_left = node_n_vmas(node->left);

		if (i < n_left) {
			node = node->left;
		} else if (i < n_left + node->run.n) {
			*ret = run_vma(&node->run, i - n_left);
			return true;
		} else {
			i -= n_left + node->run.n;
			node = node->right;
		}
	}
}

bool vma_map_find(const struct vma_map *map, uint64_t addr, struct vma *ret)
{
	const struct vma_run *run = vma_map_find_run(map, addr);

	if (run == NULL)
		return false;
	*ret = run_vma(run, run_find(run, addr));
	return true;
}

bool vma_map_find_below(const struct vma_map *map, uint64_t addr, struct vma *ret)
{
	const struct vma_run *run = map_run_below(map, addr);

	if (run == NULL)
		return false;
	*ret = run_vma(run, run_n_below(run, addr) - 1);
	return true;
}

static bool run_is_sane(const struct vma_run *run)
{
	const bool strided = run->n > 1;

	return run->n > 0 && run->len > 0 && strided == (run->stride != 0) &&
	       (strided || run->offset_stride == 0) && (!strided || run->stride >= run->len) &&
	       run_end(run) > run->start;
}

/* @ret_end: where the runs looked at so far end. */
static bool node_is_sane(const struct vma_node *node, uint64_t *ret_end)
{
	if (node == NULL)
		return true;
	if (!node_is_sane(node->left, ret_end) || !run_is_sane(&node->run) ||
	    node->run.start < *ret_end)
		return false;
	*ret_end = run_end(&node->run);
	return node_is_sane(node->right, ret_end) &&
	       node->n_runs == node_n_runs(node->left) + 1 + node_n_runs(node->right) &&
	       node->n_vmas == node_n_vmas(node->left) + node->run.n + node_n_vmas(node->right) &&
	       !is_too_heavy(node->left, node->right) && !is_too_heavy(node->right, node->left);
}

bool vma_map_is_sane(const struct vma_map *map)
{
	uint64_t end = 0;

	return node_is_sane(map->root, &end);
}

/* ---- Changing ----------------------------------------------------------------------------------- */

/*
 * See to it that no run has VMAs on both sides of @addr.
 *
 * Returns: the highest run that starts below @addr, or NULL
 */
static const struct vma_run *map_cut(struct vma_map *map, uint64_t addr)
{
	const struct vma_run *found = map_run_below(map, addr);
	struct vma_run run, low, high;
	int64_t n_low;

	if (found == NULL || (n_low = run_n_below(found, addr)) == found->n)
		return found;
	run = *found;
	low = run_part(&run, 0, n_low);
	high = run_part(&run, n_low, run.n - n_low);
	map_replace_run(map, run.start, &low);
	map_insert_node(map, &high);
	return found; /* nodes stay where they are in memory */
}

/* Of two neighbours that fit, but not both, the longer run takes @run: it is the more likely to go on. */
void vma_map_insert_run(struct vma_map *map, const struct vma_run *run)
{
	const struct vma_run *const low = map_cut(map, run->start);
	const struct vma_run *const high = vma_map_find_run(map, run->start);
	struct vma_run joined = *run;
	bool with_low, with_high;

	sim_assert(low == NULL || run_end(low) <= run->start);
	sim_assert(high == NULL || high->start >= run_end(run));

	with_low = low != NULL && run_continues(low, run) &&
		   (high == NULL || high->n <= low->n || !run_continues(run, high));
	if (with_low)
		joined = run_join(low, run);
	with_high = high != NULL && run_continues(&joined, high);
	if (with_high)
		joined = run_join(&joined, high);
	if (!with_low && low != NULL && run_continues(low, &joined)) {
		joined = run_join(low, &joined);
		with_low = true;
	}
	if (with_low && with_high)
		map_remove_node(map, high->start);
	if (with_low)
		map_replace_run(map, low->start, &joined);
	else if (with_high)
		map_replace_run(map, high->start, &joined);
	else
		map_insert_node(map, &joined);
}

void vma_map_insert(struct vma_map *map, const struct vma *vma)
{
	const struct vma_run run = { .start = vma->start,
				     .len = vma->end - vma->start,
				     .offset = vma->offset,
				     .n = 1,
				     .flags = vma->flags,
				     .file = vma->file };

	vma_map_insert_run(map, &run);
}

int64_t vma_map_remove(struct vma_map *map, uint64_t start, uint64_t end)
{
	const struct vma_run *run;
	int64_t n = 0;

	map_cut(map, start);
	map_cut(map, end);
	while ((run = vma_map_find_run(map, start)) != NULL && run->start < end) {
		sim_assert(run->start >= start && run_end(run) <= end);
		n += run->n;
		map_remove_node(map, run->start);
	}
	return n;
}
