/* The world of address spaces: its place in the machine, and what it observes. */
#include <glib.h>

#include "mm/mm.h"
#include "mm/vma_hooks.h"

static void observe(void *ctx)
{
	struct mm_world *w = ctx;
	struct unfreed *u = &w->unfreed;

	if (u->objects > u->objects_peak)
		u->objects_peak = u->objects;
	if (u->bytes > u->bytes_peak)
		u->bytes_peak = u->bytes;
	/* short freeing loops are many: what they cannot have broken is not looked at each time */
	if (w->checked_jiffy != w->m->jiffies) {
		w->checked_jiffy = w->m->jiffies;
		rcu_check_invariants(w->rcu);
		if (w->kvfree != NULL)
			kvfree_check_invariants(w->kvfree);
		if (w->srcu != NULL)
			srcu_check_invariants(w->srcu);
	}
}

static void violation(void *ctx, int64_t reader_start_ns, int64_t enqueued_ns)
{
	struct mm_world *w = ctx;

	w->stats.n_violations++;
	if (w->violation != NULL)
		w->violation(w->violation_ctx, machine_now_ns(w->m), reader_start_ns, enqueued_ns);
}

struct mm_world *mm_world_new(struct machine *m, struct rcu_state *rcu,
			      const struct vma_config *config, const struct vma_policy_ops *policy,
			      const void *params)
{
	struct mm_world *w = g_new0(struct mm_world, 1);

	w->m = m;
	w->rcu = rcu;
	w->config = *config;
	w->policy = policy->hooks;
	w->params = params;
	w->checked_jiffy = -1;
	hist_init(&w->stats.exit_latency);
	hist_init(&w->stats.munmap_latency);
	hist_init(&w->stats.freeing_loop);
	hist_init(&w->stats.reader_delay);
	hist_init(&w->stats.fault_latency);
	hist_init(&w->stats.replay_elapsed);
	hist_init(&w->stats.exec_latency);
	hist_init(&w->stats.fork_latency);
	hist_init(&w->stats.map_call_latency);
	hist_init(&w->stats.synchronize_latency);
	hist_init(&w->stats.expedited_latency);
	hist_init(&w->stats.barrier_latency);
	rcu->free_ctx = w;
	rcu->violation = violation;
	rcu->violation_ctx = w;
	m->hooks.observe = observe;
	m->hooks.observe_ctx = w;
	return w;
}

struct kvfree *mm_kvfree(struct mm_world *w)
{
	if (w->kvfree == NULL)
		w->kvfree = kvfree_new(w->rcu);
	return w->kvfree;
}

struct srcu_struct *mm_srcu(struct mm_world *w)
{
	if (w->srcu == NULL)
		w->srcu = srcu_new(w->rcu);
	return w->srcu;
}

void mm_world_free(struct mm_world *w)
{
	if (w == NULL)
		return;
	hist_clear(&w->stats.exit_latency);
	hist_clear(&w->stats.munmap_latency);
	hist_clear(&w->stats.freeing_loop);
	hist_clear(&w->stats.reader_delay);
	hist_clear(&w->stats.fault_latency);
	hist_clear(&w->stats.replay_elapsed);
	hist_clear(&w->stats.exec_latency);
	hist_clear(&w->stats.fork_latency);
	hist_clear(&w->stats.map_call_latency);
	hist_clear(&w->stats.synchronize_latency);
	hist_clear(&w->stats.expedited_latency);
	hist_clear(&w->stats.barrier_latency);
	replay_copies_free(w->copies);
	srcu_free(w->srcu);
	kvfree_free(w->kvfree);
	typesafe_caches_free(w);
	g_free(w);
}
