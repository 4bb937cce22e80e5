/*
 * Lifetimes: how many objects, and bytes, are unlinked and not freed yet.
 *
 * An object is unfreed from the moment its owner gives it up to the moment its slab has it back. Only sums are
 * kept: the time integral of the number of unfreed objects is the sum of all free times less the sum of all
 * unlink times, whatever the order.
 */
#include "mm/mm.h"

static void note_last_free(struct unfreed *u, int64_t t_ns)
{
	if (t_ns > u->last_free_ns)
		u->last_free_ns = t_ns;
}

void unfreed_unlink(struct mm_world *w, int64_t n, int64_t bytes_each, const struct op_times *times)
{
	struct unfreed *u = &w->unfreed;
	const __int128 sum = n == 1 ? times->first_end_ns : op_times_sum(times, n);

	u->objects += n;
	u->bytes += n * bytes_each;
	u->object_ns -= sum;
	u->byte_ns -= sum * bytes_each;
}

/* @n times @n_objects_each objects of @bytes_each together. */
void unfreed_free(struct mm_world *w, int64_t n, int64_t n_objects_each, int64_t bytes_each,
		  const struct op_times *times)
{
	struct unfreed *u = &w->unfreed;
	const __int128 sum = n == 1 ? times->first_end_ns : op_times_sum(times, n);

	u->objects -= n * n_objects_each;
	u->bytes -= n * bytes_each;
	u->freed += n * n_objects_each;
	u->object_ns += sum * n_objects_each;
	u->byte_ns += sum * bytes_each;
	sim_assert(u->objects >= 0 && u->bytes >= 0);
	note_last_free(u, n == 1 ? times->first_end_ns : op_times_end(times, n - 1));
}

__int128 unfreed_object_ns(const struct unfreed *u, int64_t now_ns)
{
	return u->object_ns + (__int128)u->objects * now_ns;
}

__int128 unfreed_byte_ns(const struct unfreed *u, int64_t now_ns)
{
	return u->byte_ns + (__int128)u->bytes * now_ns;
}

static void cb_freed(void *ctx, const struct rcu_cb_type *type, int64_t n_objects, int64_t bytes,
		     int64_t n, const struct op_times *times)
{
	unfreed_free(ctx, n, n_objects, bytes, times);
}

const struct rcu_cb_type mm_cb_vma = { .name = "vm_area_free_rcu_cb", .freed = cb_freed };
const struct rcu_cb_type mm_cb_vma_list = { .name = "vma list", .freed = cb_freed };
const struct rcu_cb_type mm_cb_maple_node = { .name = "mt_free_rcu", .freed = cb_freed };
const struct rcu_cb_type mm_cb_object = { .name = "object", .freed = cb_freed };
const struct rcu_cb_type mm_cb_object_timed = { .name = "timed object", .freed = cb_freed };
const struct rcu_cb_type mm_cb_object_sampled = { .name = "sampled object", .freed = cb_freed };
const struct rcu_cb_type mm_cb_slab = { .name = "rcu_free_slab", .freed = cb_freed };

/* Freeing one object. A VMA whose lock is an object of its own goes back to two slabs. */
int64_t mm_free_cost_ns(const struct mm_world *w, const struct rcu_cb_type *type)
{
	const bool is_vma = type == &mm_cb_vma || type == &mm_cb_vma_list;
	const bool has_lock = is_vma && w->config.lock_size_bytes > 0;

	return time_mul(has_lock ? 2 : 1, w->m->costs.kmem_cache_free);
}

/* What measuring costs in a callback. */
static int64_t probe_ns(const struct mm_world *w, const struct rcu_cb_type *type)
{
	if (type == &mm_cb_object_timed)
		return w->m->costs.clock_read;
	return type == &mm_cb_object_sampled ? w->m->costs.probe_check : 0;
}

/* A callback that frees a list also walks it. */
static int64_t callback_cost_ns(const struct mm_world *w, const struct rcu_cb_type *type,
				int64_t n_objects)
{
	const int64_t walk_ns = n_objects > 1 ? w->m->costs.list_walk : 0;

	return time_add(probe_ns(w, type),
			time_mul(n_objects, time_add(mm_free_cost_ns(w, type), walk_ns)));
}

struct rcu_cb mm_cb(const struct mm_world *w, const struct rcu_cb_type *type, int64_t n_objects,
		    int64_t bytes_each)
{
	return (struct rcu_cb){ .type = type,
				.n_objects = n_objects,
				.bytes = time_mul(n_objects, bytes_each),
				.cost_ns = callback_cost_ns(w, type, n_objects) };
}
