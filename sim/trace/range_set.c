#include "trace/range_set.h"

/* A balanced tree of disjoint ranges that do not touch, by start. */
struct range_set {
	GTree *tree;
};

static int range_compare(const void *a, const void *b, void *unused)
{
	const struct range *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

struct range_set *range_set_new(void)
{
	struct range_set *set = g_new0(struct range_set, 1);

	set->tree = g_tree_new_full(range_compare, NULL, g_free, NULL);
	return set;
}

void range_set_free(struct range_set *set)
{
	if (set == NULL)
		return;
	g_tree_unref(set->tree);
	g_free(set);
}

/* The range with the highest start below @at; NULL if there is none. */
static struct range *range_below(const struct range_set *set, uint64_t at)
{
	const struct range key = { .start = at };
	GTreeNode *node = g_tree_lower_bound(set->tree, &key);

	node = node == NULL ? g_tree_node_last(set->tree) : g_tree_node_previous(node);
	return node == NULL ? NULL : g_tree_node_key(node);
}

void range_set_add(struct range_set *set, uint64_t start, uint64_t end)
{
	struct range *added;
	struct range *near;

	if (start >= end)
		return;
	/* Ranges that touch [start, end) become part of it; one that begins at @end does, too. */
	while ((near = range_below(set, end == UINT64_MAX ? end : end + 1)) != NULL &&
	       near->end >= start) {
		start = MIN(start, near->start);
		end = MAX(end, near->end);
		g_tree_remove(set->tree, near);
	}
	added = g_new(struct range, 1);
	*added = (struct range){ .start = start, .end = end };
	g_tree_insert(set->tree, added, added);
}

bool range_set_overlaps(const struct range_set *set, uint64_t start, uint64_t end,
			struct range *ret)
{
	const struct range *near = range_below(set, end);

	if (start >= end || near == NULL || near->end <= start)
		return false;
	if (ret != NULL)
		*ret = *near;
	return true;
}

bool range_set_hole(const struct range_set *set, uint64_t start, uint64_t end, struct range *ret)
{
	const struct range *near = range_below(set, start == UINT64_MAX ? start : start + 1);

	if (near != NULL && near->end > start)
		start = near->end;
	if (start >= end)
		return false;
	*ret = (struct range){ .start = start, .end = MIN(end, range_set_start_above(set, start)) };
	return true;
}

uint64_t range_set_end_below(const struct range_set *set, uint64_t at)
{
	const struct range *near = range_below(set, at);

	/* Ranges are disjoint: if the nearest reaches over @at, the one before it does not. */
	if (near != NULL && near->end > at)
		near = range_below(set, near->start);
	return near == NULL ? 0 : near->end;
}

uint64_t range_set_start_above(const struct range_set *set, uint64_t at)
{
	const struct range key = { .start = at };
	GTreeNode *node = g_tree_lower_bound(set->tree, &key);

	return node == NULL ? UINT64_MAX : ((struct range *)g_tree_node_key(node))->start;
}
