#include "rcu/cb_list.h"

#include <glib.h>

#include "base/assert.h"
#include "base/units.h"

void cb_pool_clear(struct cb_pool *pool)
{
	while (pool->free != NULL) {
		struct cb_run *run = pool->free;

		pool->free = run->next;
		g_free(run);
	}
}

static struct cb_run *pool_take(struct cb_pool *pool)
{
	struct cb_run *run = pool->free;

	if (run == NULL)
		return g_new0(struct cb_run, 1);
	pool->free = run->next;
	return run;
}

static void pool_give(struct cb_pool *pool, struct cb_run *run)
{
	run->next = pool->free;
	pool->free = run;
}

static int64_t run_last_ns(const struct cb_run *run)
{
	return run->n == 1 ? run->first_ns
			   : time_add(run->first_ns, time_mul(run->n - 1, run->stride_ns));
}

static bool same_cb(const struct rcu_cb *a, const struct rcu_cb *b)
{
	return a->type == b->type && a->n_objects == b->n_objects && a->bytes == b->bytes &&
	       a->cost_ns == b->cost_ns && a->owner == b->owner;
}

/* Whether @n callbacks from @first_ns on continue @run; a run of one takes any stride. */
static bool run_continues(const struct cb_run *run, const struct rcu_cb *cb, int64_t first_ns,
			  int64_t stride_ns, int64_t n)
{
	const int64_t gap_ns = first_ns - run_last_ns(run);

	return same_cb(&run->cb, cb) && (run->n == 1 || run->stride_ns == gap_ns) &&
	       (n == 1 || stride_ns == gap_ns);
}

void cb_list_append(struct cb_list *list, struct cb_pool *pool, const struct rcu_cb *cb,
		    int64_t first_ns, int64_t stride_ns, int64_t n)
{
	struct cb_run *run = list->tail;

	sim_assert(n > 0);
	list->n += n;
	if (run != NULL && run_continues(run, cb, first_ns, stride_ns, n)) {
		run->stride_ns = first_ns - run_last_ns(run);
		run->n += n;
		return;
	}
	run = pool_take(pool);
	*run = (struct cb_run){ .cb = *cb, .first_ns = first_ns, .stride_ns = stride_ns, .n = n };
	if (list->tail != NULL)
		list->tail->next = run;
	else
		list->head = run;
	list->tail = run;
}

void cb_list_splice_tail(struct cb_list *to, struct cb_list *from)
{
	if (from->head == NULL)
		return;
	if (to->tail != NULL)
		to->tail->next = from->head;
	else
		to->head = from->head;
	to->tail = from->tail;
	to->n += from->n;
	*from = (struct cb_list){ 0 };
}

void cb_list_splice_head(struct cb_list *to, struct cb_list *from)
{
	cb_list_splice_tail(from, to);
	*to = *from;
	*from = (struct cb_list){ 0 };
}

void cb_list_drop(struct cb_list *list, struct cb_pool *pool, int64_t n)
{
	struct cb_run *run = list->head;

	sim_assert(run != NULL && n <= run->n);
	list->n -= n;
	run->n -= n;
	if (run->n > 0) {
		run->first_ns = time_add(run->first_ns, time_mul(n, run->stride_ns));
		return;
	}
	list->head = run->next;
	if (list->head == NULL)
		list->tail = NULL;
	pool_give(pool, run);
}

int64_t cb_list_n_equal(const struct cb_list *list)
{
	int64_t n = 0;

	for (const struct cb_run *run = list->head;
	     run != NULL && same_cb(&run->cb, &list->head->cb); run = run->next)
		n += run->n;
	return n;
}

void cb_list_clear(struct cb_list *list, struct cb_pool *pool)
{
	while (list->head != NULL)
		cb_list_drop(list, pool, list->head->n);
}

int64_t cb_list_newest_ns(const struct cb_list *list)
{
	sim_assert(list->tail != NULL);
	return run_last_ns(list->tail);
}

bool cb_list_is_sane(const struct cb_list *list, bool ordered)
{
	int64_t n = 0, last_ns = INT64_MIN;

	for (const struct cb_run *run = list->head; run != NULL; run = run->next) {
		if (run->n <= 0 || (run->n > 1 && run->stride_ns < 0))
			return false;
		if (ordered && run->first_ns < last_ns)
			return false;
		last_ns = run_last_ns(run);
		n += run->n;
	}
	return n == list->n;
}
