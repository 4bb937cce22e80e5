/*
 * test_cb_list.c - lists of callbacks kept as runs, against lists of single callbacks.
 *
 * The oracle is an array with one entry per callback; random sequences of operations must leave both with the
 * same callbacks in the same order.
 */
#include <glib.h>

#include "rcu/cb_list.h"

#define N_SEQUENCES 1500
#define N_STEPS     60

static void freed(void *ctx, const struct rcu_cb_type *type, int64_t n_objects, int64_t bytes,
		  int64_t n, const struct op_times *times)
{
}

static const struct rcu_cb_type types[] = { { .name = "a", .freed = freed },
					    { .name = "b", .freed = freed } };

struct one {
	struct rcu_cb cb;
	int64_t enqueued_ns;
};

/* A list and what it should hold. */
struct pair {
	struct cb_list list;
	GArray *ones; /* struct one */
};

static struct pair pair_new(void)
{
	return (struct pair){ .ones = g_array_new(false, true, sizeof(struct one)) };
}

static void pair_free(struct pair *pair, struct cb_pool *pool)
{
	cb_list_clear(&pair->list, pool);
	g_assert_null(pair->list.head);
	g_assert_null(pair->list.tail);
	g_assert_cmpint(pair->list.n, ==, 0);
	g_array_unref(pair->ones);
}

static int64_t draw(int64_t n)
{
	return g_test_rand_int_range(0, (gint32)n);
}

static struct rcu_cb random_cb(void)
{
	return (struct rcu_cb){ .type = &types[draw(2)],
				.n_objects = 1 + draw(2),
				.bytes = 100 + draw(2),
				.cost_ns = 38 + draw(2) };
}

static bool equal_cb(const struct rcu_cb *a, const struct rcu_cb *b)
{
	return a->type == b->type && a->n_objects == b->n_objects && a->bytes == b->bytes &&
	       a->cost_ns == b->cost_ns;
}

/* Write the runs of @list out. */
static void check(const struct pair *pair)
{
	const GArray *ones = pair->ones;
	guint i = 0;

	g_assert_true(cb_list_is_sane(&pair->list, true));
	g_assert_cmpint(pair->list.n, ==, ones->len);
	for (const struct cb_run *run = pair->list.head; run != NULL; run = run->next)
		for (int64_t k = 0; k < run->n; k++, i++) {
			const struct one *one = &g_array_index(ones, struct one, i);

			g_assert_cmpint(i, <, ones->len);
			g_assert_true(equal_cb(&run->cb, &one->cb));
			g_assert_cmpint(run->first_ns + (run->n > 1 ? k * run->stride_ns : 0), ==,
					one->enqueued_ns);
		}
	g_assert_cmpint(i, ==, ones->len);
	if (ones->len > 0)
		g_assert_cmpint(cb_list_newest_ns(&pair->list), ==,
				g_array_index(ones, struct one, ones->len - 1).enqueued_ns);
}

/* Callbacks at the head that are equal, one by one. */
static int64_t naive_n_equal(const GArray *ones)
{
	guint n = 0;

	while (n < ones->len && equal_cb(&g_array_index(ones, struct one, n).cb,
					 &g_array_index(ones, struct one, 0).cb))
		n++;
	return n;
}

static void append(struct pair *pair, struct cb_pool *pool, int64_t *now_ns)
{
	/* strides and gaps that often go on where the last run ended */
	const int64_t n = 1 + (draw(2) ? draw(20) : 0);
	const int64_t stride_ns = 10 * draw(3);
	struct one one = { .cb = random_cb() };

	*now_ns += 10 * draw(3);
	if (draw(2) && pair->ones->len > 0)
		one.cb = g_array_index(pair->ones, struct one, pair->ones->len - 1).cb;
	cb_list_append(&pair->list, pool, &one.cb, *now_ns, stride_ns, n);
	for (int64_t i = 0; i < n; i++) {
		one.enqueued_ns = *now_ns + i * stride_ns;
		g_array_append_val(pair->ones, one);
	}
	*now_ns += (n - 1) * stride_ns;
}

static void splice_tail(struct pair *to, struct pair *from)
{
	cb_list_splice_tail(&to->list, &from->list);
	g_array_append_vals(to->ones, from->ones->data, from->ones->len);
	g_array_set_size(from->ones, 0);
}

static void splice_head(struct pair *to, struct pair *from)
{
	cb_list_splice_head(&to->list, &from->list);
	g_array_prepend_vals(to->ones, from->ones->data, from->ones->len);
	g_array_set_size(from->ones, 0);
}

static void drop(struct pair *pair, struct cb_pool *pool)
{
	int64_t n;

	if (pair->list.head == NULL)
		return;
	n = 1 + draw(pair->list.head->n);
	cb_list_drop(&pair->list, pool, n);
	g_array_remove_range(pair->ones, 0, (guint)n);
}

/* Times must not go back along a list: splicing goes from the older list to the newer one, or back. */
static void random_step(struct pair *old, struct pair *new, struct cb_pool *pool, int64_t *now_ns)
{
	switch (draw(6)) {
	case 0:
		splice_tail(old, new);
		break;
	case 1:
		splice_head(new, old);
		break;
	case 2:
		drop(draw(2) ? old : new, pool);
		break;
	default:
		append(new, pool, now_ns);
		break;
	}
	check(old);
	check(new);
	if (new->ones->len > 0)
		g_assert_cmpint(cb_list_n_equal(&new->list), ==, naive_n_equal(new->ones));
	g_assert_cmpint(cb_list_n_equal(&old->list), ==, naive_n_equal(old->ones));
}

static void test_runs_hold_the_callbacks_they_were_given(void)
{
	struct cb_pool pool = { 0 };

	for (int i = 0; i < N_SEQUENCES; i++) {
		struct pair old = pair_new(), new = pair_new();
		int64_t now_ns = 0;

		for (int k = 0; k < N_STEPS; k++)
			random_step(&old, &new, &pool, &now_ns);
		pair_free(&old, &pool);
		pair_free(&new, &pool);
	}
	cb_pool_clear(&pool);
}

/* A flood is one run, however it was cut; else a long simulation would be a long list. */
static void test_a_flood_is_one_run(void)
{
	const struct rcu_cb cb = { .type = &types[0], .n_objects = 1, .bytes = 100, .cost_ns = 38 };
	struct cb_pool pool = { 0 };
	struct cb_list list = { 0 };

	cb_list_append(&list, &pool, &cb, 100, 0, 1);
	cb_list_append(&list, &pool, &cb, 130, 30, 10);
	cb_list_append(&list, &pool, &cb, 430, 0, 1);
	cb_list_append(&list, &pool, &cb, 460, 30, 5);
	g_assert_cmpint(list.n, ==, 17);
	g_assert_null(list.head->next);
	g_assert_cmpint(list.head->stride_ns, ==, 30);
	/* another pace, or another callback, is another run */
	cb_list_append(&list, &pool, &cb, 700, 0, 1);
	g_assert_nonnull(list.head->next);
	g_assert_cmpint(list.head->n, ==, 17);
	cb_list_clear(&list, &pool);
	cb_pool_clear(&pool);
}

/* Runs go back to the pool: a handler that appends and drops does not allocate. */
static void test_runs_are_reused(void)
{
	const struct rcu_cb cb = { .type = &types[0], .n_objects = 1, .bytes = 100, .cost_ns = 38 };
	struct cb_pool pool = { 0 };
	struct cb_list list = { 0 };
	struct cb_run *first;

	cb_list_append(&list, &pool, &cb, 0, 0, 1);
	first = list.head;
	cb_list_drop(&list, &pool, 1);
	g_assert_null(list.head);
	cb_list_append(&list, &pool, &cb, 5, 0, 1);
	g_assert_true(list.head == first);
	cb_list_clear(&list, &pool);
	cb_pool_clear(&pool);
	g_assert_null(pool.free);
}

static void test_insane_lists_are_told(void)
{
	const struct rcu_cb cb = { .type = &types[0], .n_objects = 1, .bytes = 100, .cost_ns = 38 };
	struct cb_pool pool = { 0 };
	struct cb_list list = { 0 };

	cb_list_append(&list, &pool, &cb, 100, 10, 3);
	cb_list_append(&list, &pool, &cb, 500, 20, 2);
	g_assert_true(cb_list_is_sane(&list, true));
	list.n++; /* a callback too many */
	g_assert_false(cb_list_is_sane(&list, true));
	list.n--;
	list.tail->first_ns = 119; /* before the end of the run before it */
	g_assert_false(cb_list_is_sane(&list, true));
	list.tail->first_ns = 500;
	list.head->stride_ns = -1;
	g_assert_false(cb_list_is_sane(&list, true));
	list.head->stride_ns = 10;
	g_assert_true(cb_list_is_sane(&list, true));
	cb_list_clear(&list, &pool);
	cb_pool_clear(&pool);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/cb-list/runs-hold-the-callbacks-they-were-given",
			test_runs_hold_the_callbacks_they_were_given);
	g_test_add_func("/cb-list/a-flood-is-one-run", test_a_flood_is_one_run);
	g_test_add_func("/cb-list/runs-are-reused", test_runs_are_reused);
	g_test_add_func("/cb-list/insane-lists-are-told", test_insane_lists_are_told);
	return g_test_run();
}
