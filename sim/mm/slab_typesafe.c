/*
 * A cache of SLAB_TYPESAFE_BY_RCU: kmem_cache_free(), __slab_free(), discard_slab(), free_slab().
 *
 * A freed object may be another one of its type at once, under a reader's eyes. Only the slab itself waits for a grace
 * period: when its last object is freed and the cache has min_partial partial slabs, that one included, it is
 * discarded, with one call_rcu() (rcu-behaviour.md 12). The objects lie in their slabs in the order in which they
 * are freed, and the slabs were full. A slab's worth of frees is a pattern: its last one discards.
 */
#include <glib.h>

#include "mm/mm.h"

#define PAGE_BYTES 4096

struct typesafe_cache {
	struct typesafe_cache *next;
	int64_t per_slab, slab_bytes;
	int64_t n_kept_max; /* empty slabs that stay on the partial list */
	struct sim_task *user;
	int64_t n_freed;     /* objects */
	int64_t n_kept;      /* empty slabs on the partial list */
	int64_t n_discarded; /* slabs */
};

struct typesafe_cache *typesafe_cache_new(struct mm_world *w, const struct slab_config *config,
					  int64_t object_bytes)
{
	struct typesafe_cache *cache = g_new0(struct typesafe_cache, 1);
	struct typesafe_cache **link = &w->typesafe;

	cache->per_slab = slab_objects(config, object_bytes);
	cache->slab_bytes =
		(cache->per_slab * object_bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
	cache->n_kept_max = config->min_partial > 0 ? config->min_partial - 1 : 0;
	while (*link != NULL)
		link = &(*link)->next;
	*link = cache;
	return cache;
}

void typesafe_cache_set_user(struct typesafe_cache *cache, struct sim_task *user)
{
	cache->user = user;
}

void typesafe_caches_free(struct mm_world *w)
{
	while (w->typesafe != NULL) {
		struct typesafe_cache *cache = w->typesafe;

		w->typesafe = cache->next;
		g_free(cache);
	}
}

/* --- freeing --- */

static struct rcu_cb slab_cb(const struct mm_world *w, const struct typesafe_cache *cache)
{
	return (struct rcu_cb){ .type = &mm_cb_slab,
				.n_objects = 1,
				.bytes = cache->slab_bytes,
				.cost_ns = w->m->costs.page_alloc };
}

static struct rcu_data *loop_rdp(struct freeing *f)
{
	return &f->w->rcu->rdp[f->task->frame.cpu->id];
}

/* Objects of the slab that is being emptied that are free already. */
static int64_t in_slab(const struct typesafe_cache *cache)
{
	return cache->n_freed % cache->per_slab;
}

void typesafe_plan(struct freeing *f, const struct typesafe_cache *cache, struct sim_op *op)
{
	const int64_t to_empty = cache->per_slab - in_slab(cache);
	const int64_t n_keep = cache->n_kept_max - cache->n_kept;
	const int64_t n_slabs =
		f->n_left >= to_empty ? 1 + (f->n_left - to_empty) / cache->per_slab : 0;
	struct call_rcu_plan plan;

	op->open_ns += f->w->m->costs.kmem_cache_free;
	if (n_keep > 0 || n_slabs == 0) { /* up to the last slab that is kept, or the end */
		const int64_t n =
			n_keep > 0 ? to_empty + (n_keep - 1) * cache->per_slab : f->n_left;

		op->n = n < f->n_left ? n : f->n_left;
		return;
	}
	plan = call_rcu_plan(loop_rdp(f), n_slabs);
	if (cache->per_slab == 1 ||
	    op->open_ns == 0) { /* such patterns are left to single operations */
		if (to_empty == 1) {
			op->closed_ns = plan.closed_ns;
			op->lock = plan.lock;
		}
		return;
	}
	op->period = cache->per_slab;
	op->phase = in_slab(cache);
	op->long_open_ns = op->open_ns;
	op->long_closed_ns = plan.closed_ns;
	op->lock = plan.lock;
	op->jiffy_bound = plan.jiffy_bound;
	op->n = to_empty + (plan.n - 1) * cache->per_slab;
}

/* The object's memory is its cache's again, for whoever asks next. */
static void reusable(struct freeing *f, int64_t n, const struct op_times *times)
{
	unfreed_unlink(f->w, n, f->object_bytes, times);
	unfreed_free(f->w, n, 1, f->object_bytes, times);
}

void typesafe_free(struct freeing *f, struct typesafe_cache *cache)
{
	const struct op_times now = { .first_end_ns = machine_now_ns(f->w->m), .period = 1 };
	const struct rcu_cb cb = slab_cb(f->w, cache);

	reusable(f, 1, &now);
	cache->n_freed++;
	if (in_slab(cache) != 0)
		return;
	if (cache->n_kept < cache->n_kept_max) {
		cache->n_kept++;
		return;
	}
	cache->n_discarded++;
	f->w->stats.n_slabs_discarded++;
	unfreed_unlink(f->w, 1, cb.bytes, &now);
	call_rcu(loop_rdp(f), &cb, &f->task->frame, false);
}

void typesafe_free_run(struct freeing *f, struct typesafe_cache *cache, int64_t n,
		       const struct op_times *times)
{
	const int64_t n_emptied = (in_slab(cache) + n) / cache->per_slab;

	reusable(f, n, times);
	if (times->period > 1 && n_emptied > 0) {
		const struct rcu_cb cb = slab_cb(f->w, cache);
		const struct op_times discards = {
			.first_end_ns = op_times_end(times, op_times_first_long(times)),
			.short_ns = op_times_period_ns(times),
			.long_ns = op_times_period_ns(times),
			.period = 1,
		};

		sim_assert(op_times_n_long(times, n) == n_emptied);
		cache->n_discarded += n_emptied;
		f->w->stats.n_slabs_discarded += n_emptied;
		unfreed_unlink(f->w, n_emptied, cb.bytes, &discards);
		call_rcu_run(loop_rdp(f), &cb, n_emptied, discards.first_end_ns, discards.short_ns);
	} else {
		cache->n_kept += n_emptied;
		sim_assert(cache->n_kept <= cache->n_kept_max);
	}
	cache->n_freed += n;
}

/* --- readers --- */

int64_t typesafe_find(const struct mm_world *w)
{
	const struct typesafe_cache *cache = w->typesafe;

	if (cache == NULL)
		return -1;
	if (cache->user->state == TASK_RUNNING)
		cpu_settle(cache->user->cpu);
	return cache->n_freed;
}

bool typesafe_is_same(const struct mm_world *w, int64_t object)
{
	return typesafe_find(w) == object;
}
