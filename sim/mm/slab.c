/*
 * What kmem_cache_free() costs by the state of the object's slab: do_slab_free(), __slab_free(), put_cpu_partial(),
 * __put_partials(), discard_slab().
 *
 * The cache's objects were allocated in a row, just before, on the CPU that frees them in that order. The last ones are of
 * the slab that the CPU allocates from: the fast path, a compare-and-exchange. The first freed object of any other
 * slab puts that slab on the CPU's list of partial ones. When the list is full it is moved to the node, where
 * min_partial slabs stay; the others are empty by then, and their pages go back. Without such lists (cpu_partial 0) a slab
 * is on the node's list from its first freed object on, and goes back with its last one.
 */
#include "mm/mm.h"

#define PAGE_BYTES 4096

int64_t slab_objects(const struct slab_config *config, int64_t object_bytes)
{
	const int64_t bytes = object_bytes > PAGE_BYTES ? object_bytes : PAGE_BYTES;

	return config->objects_per_slab > 0 ? config->objects_per_slab : bytes / object_bytes;
}

/* set_cpu_partial(): slabs on a CPU's list when it is full, taken as half full. */
static int64_t n_list(const struct slab_config *config, int64_t per_slab)
{
	return (2 * config->cpu_partial + per_slab - 1) / per_slab;
}

static int64_t clamped(int64_t x, int64_t max)
{
	return x < 0 ? 0 : x < max ? x : max;
}

/* An object of a flood, but for the lists and slabs that some of them give back: costs_ns.kmem_cache_free is the mean. */
static int64_t plain_ns(const struct cost_profile *costs, int64_t per_slab, int64_t list)
{
	const int64_t back_ns =
		list > 0 ? (costs->put_partials + list * costs->discard_slab) / (list * per_slab)
			 : costs->discard_slab / per_slab;

	return costs->kmem_cache_free > back_ns ? costs->kmem_cache_free - back_ns : 0;
}

/* Object @i is the first one of its slab, and so many slabs were put on the list before: a full one is moved. */
static int64_t move_list_ns(const struct slab_config *config, const struct cost_profile *costs,
			    int64_t n_put, int64_t list)
{
	const int64_t n_kept = clamped(config->min_partial - (n_put - list), list);

	return costs->put_partials + (list - n_kept) * costs->discard_slab;
}

int64_t slab_free_ns(const struct slab_config *config, const struct cost_profile *costs,
		     int64_t object_bytes, int64_t n, int64_t i, int64_t *ret_n)
{
	const int64_t per_slab = slab_objects(config, object_bytes);
	const int64_t cpu_slab = (n - 1) / per_slab * per_slab; /* its first object */
	const int64_t list = n_list(config, per_slab);
	const int64_t every = list > 0 ? list * per_slab : per_slab;
	const int64_t at = list > 0 ? 0 : per_slab - 1; /* of each `every` objects, this one */
	const int64_t ns = plain_ns(costs, per_slab, list);
	int64_t next;

	sim_assert(i >= 0 && i < n);
	if (i >= cpu_slab) {
		*ret_n = n - i;
		return ns > costs->slab_free_fast ? ns - costs->slab_free_fast : 0;
	}
	if (i % every == at && i > 0) {
		*ret_n = 1;
		if (list > 0)
			return ns + move_list_ns(config, costs, i / per_slab, list);
		return ns + (i / per_slab + 1 >= config->min_partial ? costs->discard_slab : 0);
	}
	next = i / every * every + at;
	if (next <= i)
		next += every;
	*ret_n = (next < cpu_slab ? next : cpu_slab) - i;
	return ns;
}
