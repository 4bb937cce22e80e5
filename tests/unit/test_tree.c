/* test_tree.c - geometry of the rcu_node tree: rcu-behaviour.md 1. */
#include <glib.h>

#include "rcu/rcu.h"

struct tree {
	struct machine m;
	struct rcu_state rcu;
};

static struct tree *tree_new(int n_cpus, int fanout, int fanout_leaf, bool exact)
{
	struct tree *tree = g_new0(struct tree, 1);

	tree->m.n_cpus = n_cpus;
	tree->rcu.m = &tree->m;
	tree->rcu.gp_seq = -1200;
	tree->rcu.config.rcu_fanout = fanout;
	tree->rcu.config.rcu_fanout_leaf = fanout_leaf;
	tree->rcu.config.rcu_fanout_exact = exact;
	tree->rcu.rdp = g_new0(struct rcu_data, n_cpus);
	rcu_init_geometry(&tree->rcu);
	return tree;
}

static void tree_free(struct tree *tree)
{
	g_free(tree->rcu.nodes);
	g_free(tree->rcu.rdp);
	g_free(tree);
}

static int n_leaves(const struct tree *tree)
{
	return tree->rcu.n_nodes - tree->rcu.first_leaf;
}

/* The table of 1.2: CPUs, levels, leaves, CPUs of all leaves but the last, CPUs of the last. */
static const struct {
	int n_cpus, n_levels, n_leaves, per_leaf, last;
} table[] = {
	{ 1, 1, 1, 1, 1 },     { 4, 1, 1, 4, 4 },       { 16, 1, 1, 16, 16 },
	{ 17, 2, 2, 9, 8 },    { 24, 2, 2, 12, 12 },    { 64, 2, 4, 16, 16 },
	{ 100, 2, 7, 15, 10 }, { 1024, 2, 64, 16, 16 }, { 1025, 3, 65, 16, 1 },
};

static void test_the_table_of_the_reference(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		struct tree *tree = tree_new(table[i].n_cpus, 64, 16, false);
		struct rcu_node *rnp;

		g_assert_cmpint(tree->rcu.n_levels, ==, table[i].n_levels);
		g_assert_cmpint(n_leaves(tree), ==, table[i].n_leaves);
		for_each_leaf_rnp(&tree->rcu, rnp)
			g_assert_cmpint(rnp->grphi - rnp->grplo + 1, ==,
					rnp == &tree->rcu.nodes[tree->rcu.n_nodes - 1]
						? table[i].last
						: table[i].per_leaf);
		tree_free(tree);
	}
}

/* Without balancing leaves are full, but for the last. */
static void test_exact_fills_the_leaves(void)
{
	struct tree *tree = tree_new(17, 64, 16, true);

	g_assert_cmpint(tree->rcu.n_levels, ==, 2);
	g_assert_cmpint(n_leaves(tree), ==, 2);
	g_assert_cmpint(tree->rcu.nodes[1].grphi, ==, 15);
	g_assert_cmpint(tree->rcu.nodes[2].grplo, ==, 16);
	g_assert_cmpint(tree->rcu.nodes[2].grphi, ==, 16);
	tree_free(tree);
	/* three levels: inner nodes are full, too */
	tree = tree_new(1025, 64, 16, true);
	g_assert_cmpint(tree->rcu.nodes[1].grphi, ==, 1023);
	g_assert_cmpint(tree->rcu.nodes[2].grplo, ==, 1024);
	tree_free(tree);
}

/* Balanced inner nodes: 65 leaves under two parents are 33 and 32. */
static void test_balance_goes_up(void)
{
	struct tree *tree = tree_new(1025, 64, 16, false);

	g_assert_cmpint(tree->rcu.nodes[1].grphi, ==, 33 * 16 - 1);
	g_assert_cmpint(tree->rcu.nodes[2].grplo, ==, 33 * 16);
	g_assert_true(tree->rcu.nodes[1].qsmaskinit == (UINT64_C(1) << 33) - 1);
	g_assert_true(tree->rcu.nodes[2].qsmaskinit == (UINT64_C(1) << 32) - 1);
	tree_free(tree);
}

/* Masks of a node: exactly its children, each at its own bit. */
static void check_children(const struct tree *tree, const struct rcu_node *parent)
{
	uint64_t mask = 0;
	int grplo = parent->grplo;

	for (int i = 0; i < tree->rcu.n_nodes; i++) {
		const struct rcu_node *rnp = &tree->rcu.nodes[i];

		if (rnp->parent != parent)
			continue;
		g_assert_cmpint(rnp->level, ==, parent->level + 1);
		g_assert_cmpint(rnp->grplo, ==, grplo);
		g_assert_cmpint(rnp->grpnum, ==, __builtin_popcountll(mask));
		g_assert_cmpint(rnp->grpnum, <, 64);
		mask |= UINT64_C(1) << rnp->grpnum;
		grplo = rnp->grphi + 1;
	}
	g_assert_cmpint(grplo, ==, parent->grphi + 1);
	g_assert_true(parent->qsmaskinit == mask);
}

static void check_leaf(const struct tree *tree, const struct rcu_node *leaf)
{
	uint64_t mask = 0;

	g_assert_cmpint(leaf->level, ==, tree->rcu.n_levels - 1);
	for (int cpu = leaf->grplo; cpu <= leaf->grphi; cpu++) {
		g_assert_true(tree->rcu.rdp[cpu].mynode == leaf);
		g_assert_true(tree->rcu.rdp[cpu].grpmask == UINT64_C(1) << (cpu - leaf->grplo));
		mask |= tree->rcu.rdp[cpu].grpmask;
	}
	g_assert_true(leaf->qsmaskinit == mask);
}

/* Whatever the size: one root, every CPU under one leaf, every node under the parent that counts it. */
static void check_tree(const struct tree *tree)
{
	const struct rcu_state *rcu = &tree->rcu;

	g_assert_null(rcu->nodes[0].parent);
	g_assert_cmpint(rcu->nodes[0].grplo, ==, 0);
	g_assert_cmpint(rcu->nodes[0].grphi, ==, tree->m.n_cpus - 1);
	for (int i = 0; i < rcu->n_nodes; i++) {
		const struct rcu_node *rnp = &rcu->nodes[i];

		g_assert_cmpint(rnp->gp_seq, ==, -1200);
		g_assert_cmpint(rnp->gp_seq_needed, ==, -1200);
		g_assert_true((rnp->parent == NULL) == (i == 0));
		g_assert_true(rnp->parent < rnp || i == 0); /* breadth first */
		g_assert_true(rnp->is_leaf == (i >= rcu->first_leaf));
		if (rnp->is_leaf)
			check_leaf(tree, rnp);
		else
			check_children(tree, rnp);
	}
	g_assert_cmpint(rcu->nodes[rcu->first_leaf].grplo, ==, 0);
	g_assert_cmpint(rcu->nodes[rcu->n_nodes - 1].grphi, ==, tree->m.n_cpus - 1);
}

/* Number of levels and leaves by the formula; the rest by what makes a tree. */
static void test_every_cpu_is_under_one_leaf(void)
{
	static const struct {
		int fanout, leaf;
		bool exact;
	} kinds[] = { { 64, 16, false }, { 64, 16, true }, { 64, 64, false }, { 32, 16, false },
		      { 8, 4, false },   { 8, 4, true },   { 16, 2, false } };

	for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++)
		for (int n = 1; n <= 256; n++) {
			struct tree *tree =
				tree_new(n, kinds[k].fanout, kinds[k].leaf, kinds[k].exact);
			int levels = 1;

			for (int64_t capacity = kinds[k].leaf; capacity < n;
			     capacity *= kinds[k].fanout)
				levels++;
			g_assert_cmpint(tree->rcu.n_levels, ==, levels);
			g_assert_cmpint(n_leaves(tree), ==,
					(n + kinds[k].leaf - 1) / kinds[k].leaf);
			check_tree(tree);
			tree_free(tree);
		}
}

static void test_the_largest_machine(void)
{
	struct tree *tree = tree_new(SIM_MAX_CPUS, 64, 16, false);

	g_assert_cmpint(tree->rcu.n_levels, ==, 3);
	g_assert_cmpint(n_leaves(tree), ==, 256);
	check_tree(tree);
	tree_free(tree);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/tree/the-table-of-the-reference", test_the_table_of_the_reference);
	g_test_add_func("/tree/exact-fills-the-leaves", test_exact_fills_the_leaves);
	g_test_add_func("/tree/balance-goes-up", test_balance_goes_up);
	g_test_add_func("/tree/every-cpu-is-under-one-leaf", test_every_cpu_is_under_one_leaf);
	g_test_add_func("/tree/the-largest-machine", test_the_largest_machine);
	return g_test_run();
}
