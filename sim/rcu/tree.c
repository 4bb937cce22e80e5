/*
 * Geometry of the rcu_node tree: rcu_init_geometry(), rcu_init_levelspread(), rcu_init_one().
 */
#include <glib.h>

#include "rcu/rcu.h"

#define RCU_MAX_LEVELS 4

struct geometry {
	int n_levels;
	int n_nodes[RCU_MAX_LEVELS];
	int spread[RCU_MAX_LEVELS]; /* children (leaf level: CPUs) per node */
};

static int div_round_up(int64_t n, int64_t d)
{
	return (int)((n + d - 1) / d);
}

static struct geometry compute_geometry(const struct rcu_config *config, int n_cpus)
{
	struct geometry g = { 0 };
	int64_t capacity[RCU_MAX_LEVELS];
	int levels = 0;

	capacity[0] = config->rcu_fanout_leaf;
	for (int i = 1; i < RCU_MAX_LEVELS; i++)
		capacity[i] = capacity[i - 1] * config->rcu_fanout;
	while (n_cpus > capacity[levels]) {
		levels++;
		sim_assert(levels < RCU_MAX_LEVELS);
	}
	g.n_levels = levels + 1;
	for (int i = 0; i < g.n_levels; i++)
		g.n_nodes[i] = div_round_up(n_cpus, capacity[levels - i]);
	for (int i = g.n_levels - 1; i >= 0; i--) {
		const bool leaf = i == g.n_levels - 1;

		if (config->rcu_fanout_exact)
			g.spread[i] = (int)(leaf ? config->rcu_fanout_leaf : config->rcu_fanout);
		else
			g.spread[i] = div_round_up(leaf ? n_cpus : g.n_nodes[i + 1], g.n_nodes[i]);
	}
	return g;
}

static void init_node(struct rcu_state *rcu, const struct geometry *g, int level, int j,
		      struct rcu_node *above)
{
	struct rcu_node *rnp = &rcu->nodes[rcu->n_nodes];
	int stride = 1;

	for (int i = level; i < g->n_levels; i++)
		stride *= g->spread[i];
	rnp->lock.name = "rcu_node";
	rnp->level = level;
	rnp->is_leaf = level == g->n_levels - 1;
	rnp->grplo = j * stride;
	rnp->grphi = rnp->grplo + stride - 1;
	if (rnp->grphi >= rcu->m->n_cpus)
		rnp->grphi = rcu->m->n_cpus - 1;
	rnp->gp_seq = rcu->gp_seq;
	rnp->gp_seq_needed = rcu->gp_seq;
	rnp->exp_seq_rq = rcu->expedited_sequence;
	if (level > 0) {
		rnp->parent = &above[j / g->spread[level - 1]];
		rnp->grpnum = j % g->spread[level - 1];
		rnp->parent->qsmaskinit |= UINT64_C(1) << rnp->grpnum;
		rnp->parent->expmaskinit |= UINT64_C(1) << rnp->grpnum;
	}
	rcu->n_nodes++;
}

/* All CPUs are online from the start. */
static void init_leaf_cpus(struct rcu_state *rcu, struct rcu_node *rnp)
{
	for (int cpu = rnp->grplo; cpu <= rnp->grphi; cpu++) {
		struct rcu_data *rdp = &rcu->rdp[cpu];

		rdp->mynode = rnp;
		rdp->grpmask = UINT64_C(1) << (cpu - rnp->grplo);
		rnp->qsmaskinit |= rdp->grpmask;
		rnp->qsmaskinitnext |= rdp->grpmask;
		rnp->expmaskinit |= rdp->grpmask;
	}
}

void rcu_init_geometry(struct rcu_state *rcu)
{
	const struct geometry g = compute_geometry(&rcu->config, rcu->m->n_cpus);
	struct rcu_node *above = NULL;
	struct rcu_node *rnp;
	int total = 0;

	for (int i = 0; i < g.n_levels; i++)
		total += g.n_nodes[i];
	rcu->nodes = g_new0(struct rcu_node, (gsize)total);
	rcu->n_levels = g.n_levels;
	for (int level = 0; level < g.n_levels; level++) {
		struct rcu_node *first = &rcu->nodes[rcu->n_nodes];

		rcu->first_leaf = rcu->n_nodes;
		for (int j = 0; j < g.n_nodes[level]; j++)
			init_node(rcu, &g, level, j, above);
		above = first;
	}
	for_each_leaf_rnp(rcu, rnp)
		init_leaf_cpus(rcu, rnp);
}
