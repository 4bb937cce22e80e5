/* test_hist.c - against a sorted list of the values. */
#include <stdlib.h>

#include <glib.h>

#include "engine/hist.h"
#include "engine/rng.h"

static int compare_int64(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void assert_equal(const struct hist *a, const struct hist *b)
{
	g_assert_cmpuint(a->n, ==, b->n);
	g_assert_true(a->sum == b->sum);
	if (a->n == 0)
		return;
	g_assert_cmpint(a->min, ==, b->min);
	g_assert_cmpint(a->max, ==, b->max);
	for (int i = 0; i < MAX(a->n_buckets, b->n_buckets); i++)
		g_assert_cmpuint(i < a->n_buckets ? a->counts[i] : 0, ==,
				 i < b->n_buckets ? b->counts[i] : 0);
}

/* 0 ... 2^62, equally likely in every power of two. */
static int64_t random_value(const struct rng_stream *stream, uint64_t entity, uint64_t draw)
{
	const struct rng_block block = rng_block(stream, entity, draw);

	return (int64_t)(block.words[0] >> (1 + block.words[1] % 63));
}

static void test_buckets_cover_all_values(void)
{
	int64_t next = 0;

	for (int i = 0;; i++) {
		const int64_t low = hist_bucket_low(i), high = hist_bucket_high(i);

		g_assert_cmpint(low, ==, next);
		g_assert_cmpint(high, >=, low);
		g_assert_cmpint(hist_bucket_of(low), ==, i);
		g_assert_cmpint(hist_bucket_of(high), ==, i);
		if (low < 256)
			g_assert_cmpint(high, ==, low);
		else
			g_assert_cmpint(high - low + 1, <=, low / 128);
		if (high == INT64_MAX)
			break;
		next = high + 1;
	}
}

static void test_empty(void)
{
	struct hist hist, other;

	hist_init(&hist);
	hist_init(&other);
	g_assert_cmpint(hist_percentile(&hist, 5000), ==, 0);
	g_assert_cmpint(hist_mean(&hist), ==, 0);
	hist_add_progression(&hist, 5, 1, 0);
	hist_merge(&hist, &other);
	g_assert_cmpuint(hist.n, ==, 0);
	g_assert_null(hist.counts);
	hist_clear(&hist);
}

static void test_percentiles_are_those_of_a_sorted_list(void)
{
	struct rng_stream stream;

	rng_stream_init(&stream, 1, "hist", 0);
	for (uint64_t round = 0; round < 200; round++) {
		const uint64_t n = 1 + rng_below(&stream, round, 0, 2000);
		const uint64_t limit =
			round % 2 == 0 ? UINT64_MAX : 1 + rng_below(&stream, round, 1, 5000);
		g_autofree int64_t *values = g_new(int64_t, n);
		unsigned __int128 sum = 0;
		struct hist hist;

		hist_init(&hist);
		for (uint64_t i = 0; i < n; i++) {
			values[i] =
				(int64_t)((uint64_t)random_value(&stream, round, 2 + i) % limit);
			hist_add(&hist, values[i]);
			sum += (uint64_t)values[i];
		}
		qsort(values, n, sizeof(*values), compare_int64);

		g_assert_cmpuint(hist.n, ==, n);
		g_assert_true(hist.sum == sum);
		g_assert_cmpint(hist.min, ==, values[0]);
		g_assert_cmpint(hist.max, ==, values[n - 1]);
		g_assert_cmpint(hist_mean(&hist), ==, (int64_t)(sum / n));
		for (int permyriad = 0; permyriad <= 10000;
		     permyriad += permyriad == 9999 ? 1 : 101) {
			const uint64_t rank = (n * (uint64_t)permyriad + 9999) / 10000;
			const int64_t exact = values[rank == 0 ? 0 : rank - 1];
			const int64_t high = MIN(hist_bucket_high(hist_bucket_of(exact)), hist.max);

			g_assert_cmpint(hist_percentile(&hist, permyriad), ==,
					permyriad == 0 ? hist.min : high);
		}
		hist_clear(&hist);
	}
}

static void test_progression_is_its_terms(void)
{
	struct rng_stream stream;

	rng_stream_init(&stream, 2, "hist", 0);
	for (uint64_t round = 0; round < 5000; round++) {
		const uint64_t n =
			rng_below(&stream, round, 0, 1 + rng_below(&stream, round, 1, 1000));
		const int64_t low = random_value(&stream, round, 2) / 2;
		const uint64_t most = n < 2 ? 1000 : (uint64_t)(INT64_MAX / 2) / (n - 1);
		int64_t step = (int64_t)(rng_u64(&stream, round, 3) >>
					 (1 + rng_below(&stream, round, 4, 63)));
		int64_t first = low;
		struct hist closed, single;

		step = (int64_t)((uint64_t)step % most);
		if (round % 5 == 0)
			step = 0;
		if (round % 2 == 0 && n > 0) { /* downwards */
			first = low + step * (int64_t)(n - 1);
			step = -step;
		}
		hist_init(&closed);
		hist_init(&single);
		hist_add(&closed, 300);
		hist_add(&single, 300);
		hist_add_progression(&closed, first, step, n);
		for (uint64_t i = 0; i < n; i++)
			hist_add(&single, first + step * (int64_t)i);
		assert_equal(&closed, &single);
		hist_clear(&closed);
		hist_clear(&single);
	}
}

static void test_long_progressions(void)
{
	struct hist hist;

	hist_init(&hist);
	hist_add_progression(&hist, 7, 0, UINT64_MAX - 1);
	g_assert_cmpuint(hist.counts[7], ==, UINT64_MAX - 1);
	g_assert_true(hist.sum == (unsigned __int128)(UINT64_MAX - 1) * 7);
	g_assert_cmpint(hist_percentile(&hist, 10000), ==, 7);
	hist_clear(&hist);

	hist_add_progression(&hist, 0, 1, UINT64_C(1) << 63);
	g_assert_cmpuint(hist.n, ==, UINT64_C(1) << 63);
	g_assert_cmpint(hist.max, ==, INT64_MAX);
	g_assert_cmpint(hist_mean(&hist), ==, INT64_MAX / 2);
	for (int i = 0; i < hist.n_buckets; i++)
		g_assert_cmpuint(hist.counts[i], ==,
				 (uint64_t)(hist_bucket_high(i) - hist_bucket_low(i)) + 1);
	hist_clear(&hist);

	hist_add_progression(&hist, INT64_MAX, -INT64_MAX, 2);
	hist_add_progression(&hist, 3, INT64_MIN,
			     1); /* the step of a single term does not matter */
	g_assert_cmpuint(hist.n, ==, 3);
	g_assert_cmpint(hist.min, ==, 0);
	hist_clear(&hist);
}

static void test_merge_is_both(void)
{
	struct rng_stream stream;
	struct hist parts[8], all, merged;

	rng_stream_init(&stream, 3, "hist", 0);
	hist_init(&all);
	hist_init(&merged);
	for (uint64_t part = 0; part < 8; part++) {
		hist_init(&parts[part]);
		for (uint64_t i = 0; i < part * 100; i++) {
			const int64_t value = random_value(&stream, part, i) >> (part * 5);

			hist_add(&parts[part], value);
			hist_add(&all, value);
		}
	}
	for (int part = 7; part >= 0; part--)
		hist_merge(&merged, &parts[part]);
	assert_equal(&merged, &all);
	for (int part = 0; part < 8; part++)
		hist_clear(&parts[part]);
	hist_clear(&all);
	hist_clear(&merged);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/hist/buckets-cover-all-values", test_buckets_cover_all_values);
	g_test_add_func("/hist/empty", test_empty);
	g_test_add_func("/hist/percentiles-are-those-of-a-sorted-list",
			test_percentiles_are_those_of_a_sorted_list);
	g_test_add_func("/hist/progression-is-its-terms", test_progression_is_its_terms);
	g_test_add_func("/hist/long-progressions", test_long_progressions);
	g_test_add_func("/hist/merge-is-both", test_merge_is_both);
	return g_test_run();
}
