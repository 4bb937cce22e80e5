/* test_stats.c - quantiles against published tables, intervals against sums done by hand. */
#include <math.h>
#include <stdint.h>

#include <glib.h>

#include "study/comparison.h"
#include "study/stats.h"

static void assert_near(double value, double expected, double tolerance)
{
	if (fabs(value - expected) > tolerance)
		g_error("%.12g is not %.12g", value, expected);
}

/* NIST/SEMATECH e-Handbook 1.3.6.7.2 to three digits; the further ones are those of R's qt(). */
static void test_quantiles_are_the_published_ones(void)
{
	static const struct {
		double p;
		int dof;
		double t;
	} rows[] = {
		{ 0.975, 1, 12.706204736 },  { 0.975, 2, 4.302652730 },
		{ 0.975, 3, 3.182446305 },   { 0.975, 4, 2.776445105 },
		{ 0.975, 5, 2.570581836 },   { 0.975, 9, 2.262157163 },
		{ 0.975, 10, 2.228138852 },  { 0.975, 19, 2.093024054 },
		{ 0.975, 29, 2.045229642 },  { 0.975, 30, 2.042272456 },
		{ 0.975, 60, 2.000297822 },  { 0.975, 99, 1.984216952 },
		{ 0.975, 120, 1.979930405 }, { 0.975, 999, 1.962341461 },
		{ 0.95, 1, 6.313751515 },    { 0.95, 10, 1.812461123 },
		{ 0.995, 5, 4.032142984 },   { 0.9995, 2, 31.599054577 },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		assert_near(stats_t_quantile(rows[i].p, rows[i].dof), rows[i].t, 1e-6);
		assert_near(stats_t_quantile(1 - rows[i].p, rows[i].dof), -rows[i].t, 1e-6);
	}
	assert_near(stats_t_quantile(0.5, 7), 0, 1e-12);
	/* With many degrees of freedom it is the normal distribution's. */
	assert_near(stats_t_quantile(0.975, 1000000), 1.959963985, 1e-5);
}

/* Differences 1, 2, 3, 4, 5: mean 3, variance 2.5, t = 2.776445105, half = t * sqrt(2.5 / 5). */
static void test_the_interval_of_pairs_is_students(void)
{
	static const int64_t base[] = { 10, 20, 30, 40, 50 };
	static const int64_t values[] = { 11, 22, 33, 44, 55 };
	const struct stats_paired pairs = stats_of_pairs(base, values, 5);

	g_assert_cmpint(pairs.diff.n, ==, 5);
	g_assert_cmpfloat(pairs.diff.mean, ==, 3);
	assert_near(pairs.diff.half, 2.776445105 * sqrt(0.5), 1e-8);
	g_assert_cmpint(pairs.n_higher, ==, 5);
	g_assert_cmpint(pairs.n_lower, ==, 0);
}

static void test_one_pair_has_no_interval(void)
{
	static const int64_t base[] = { 10 }, values[] = { 7 };
	const struct stats_paired pairs = stats_of_pairs(base, values, 1);

	g_assert_cmpfloat(pairs.diff.mean, ==, -3);
	g_assert_cmpfloat(pairs.diff.half, ==, 0);
	g_assert_cmpint(pairs.n_lower, ==, 1);
}

static void test_equal_pairs_differ_by_exactly_nothing(void)
{
	static const int64_t values[] = { INT64_MAX, 3, INT64_MIN, 123456789123456789, 1 };
	const struct stats_paired pairs = stats_of_pairs(values, values, 5);

	g_assert_cmpfloat(pairs.diff.mean, ==, 0);
	g_assert_cmpfloat(pairs.diff.half, ==, 0);
	g_assert_cmpint(pairs.n_lower + pairs.n_higher, ==, 0);
}

/* Doubles would have lost the differences: 2^53 apart they know only even numbers. */
static void test_large_values_keep_their_differences(void)
{
	static const int64_t base[] = { INT64_C(1) << 60, (INT64_C(1) << 60) + 7,
					INT64_C(1) << 61 };
	static const int64_t values[] = { (INT64_C(1) << 60) + 1, (INT64_C(1) << 60) + 9,
					  (INT64_C(1) << 61) + 3 };
	const struct stats_paired pairs = stats_of_pairs(base, values, 3);

	g_assert_cmpfloat(pairs.diff.mean, ==, 2);
	assert_near(pairs.diff.half, 4.302652730 * sqrt(1.0 / 3), 1e-8);
}

/* The largest differences there are: no overflow, a mean that is not negative. */
static void test_the_largest_differences_do_not_overflow(void)
{
	static const int64_t base[] = { INT64_MIN, INT64_MIN, 0 };
	static const int64_t values[] = { INT64_MAX, 0, INT64_MAX };
	const struct stats_paired pairs = stats_of_pairs(base, values, 3);

	assert_near(pairs.diff.mean / 0x1p63, 4.0 / 3, 1e-12);
	assert_near(pairs.diff.half / 0x1p63, 4.302652730 / 3, 1e-8);
	g_assert_cmpint(pairs.n_higher, ==, 3);
}

static void test_the_mean_of_equal_values_has_no_spread(void)
{
	static const int64_t values[] = { 64, 64, 64 };
	const struct stats_mean mean = stats_of(values, 3);

	g_assert_cmpfloat(mean.mean, ==, 64);
	g_assert_cmpfloat(mean.half, ==, 0);
}

/* ---- Verdicts ---- */

/* Base and variant of one metric, whatever else they have. */
static RcuSimComparison *make_comparison(const char *metric, const int64_t *base,
					 const int64_t *values, int n)
{
	RcuSimComparison *comparison = comparison_new();
	const int group = comparison_group(comparison, "s", NULL);
	const int a = comparison_variant(comparison, group, "a");
	const int b = comparison_variant(comparison, group, "b");

	for (int i = 0; i < n; i++) {
		g_autofree char *seed = g_strdup_printf("%d", i);

		comparison_add(comparison, group, a, seed, metric, "ns", base[i]);
		comparison_add(comparison, group, b, seed, metric, "ns", values[i]);
	}
	return comparison;
}

static RcuSimDifference judge(const char *metric, const int64_t *base, const int64_t *values, int n)
{
	g_autoptr(RcuSimComparison) comparison = make_comparison(metric, base, values, n);

	return rcusim_comparison_difference(comparison, 0, 0, 0, 1);
}

static void test_verdicts(void)
{
	static const int64_t base[] = { 100, 110, 120 };
	static const int64_t more[] = { 105, 115, 126 }, mixed[] = { 90, 115, 125 };
	static const struct {
		const char *metric;
		const int64_t *base, *values;
		int n;
		RcuSimVerdict verdict;
	} rows[] = {
		{ "wakeups", base, base, 3, RCUSIM_VERDICT_IDENTICAL },
		{ "wakeups", base, more, 3, RCUSIM_VERDICT_WORSE },
		{ "wakeups", more, base, 3, RCUSIM_VERDICT_BETTER },
		{ "wakeups", base, mixed, 3, RCUSIM_VERDICT_NO_DIFFERENCE },
		{ "callbacks", base, more, 3, RCUSIM_VERDICT_DIFFERS },
		{ "wakeups", base, more, 1, RCUSIM_VERDICT_UNKNOWN },
		{ "wakeups", base, base, 1, RCUSIM_VERDICT_IDENTICAL },
		{ "no_such_metric", base, more, 3, RCUSIM_VERDICT_DIFFERS },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		g_assert_cmpint(
			judge(rows[i].metric, rows[i].base, rows[i].values, rows[i].n).verdict, ==,
			rows[i].verdict);
}

/* With equal differences the interval is a point, and excludes 0. */
static void test_a_constant_difference_is_certain(void)
{
	static const int64_t base[] = { 100, 200 }, values[] = { 101, 201 };
	const RcuSimDifference d = judge("wakeups", base, values, 2);

	g_assert_cmpint(d.verdict, ==, RCUSIM_VERDICT_WORSE);
	g_assert_cmpfloat(d.ci_low, ==, 1);
	g_assert_cmpfloat(d.ci_high, ==, 1);
	g_assert_cmpint(d.n_agree, ==, 2);
	assert_near(d.change_percent, 100.0 / 150, 1e-9);
}

static void test_the_same_twice_differs_by_exactly_nothing(void)
{
	static const int64_t values[] = { 1234567, 7654321, 5555555 };
	const RcuSimDifference d = judge("exit_latency_p99_ns", values, values, 3);

	g_assert_cmpint(d.verdict, ==, RCUSIM_VERDICT_IDENTICAL);
	g_assert_cmpfloat(d.diff, ==, 0);
	g_assert_cmpfloat(d.change_percent, ==, 0);
	g_assert_cmpint(d.n, ==, 3);
}

/* A latency of nothing is no latency of 0 that would be better than any. */
static void test_what_did_not_happen_is_not_compared(void)
{
	g_autoptr(RcuSimComparison) comparison = comparison_new();
	const int group = comparison_group(comparison, "s", NULL);
	const char *const labels[] = { "a", "b" };
	RcuSimDifference d;

	for (int v = 0; v < 2; v++) {
		comparison_variant(comparison, group, labels[v]);
		comparison_add(comparison, group, v, "1", "callback_latency_p99_ns", "ns",
			       v == 0 ? 500 : 0);
		comparison_add(comparison, group, v, "1", "batches", "", v == 0 ? 9 : 0);
	}
	d = rcusim_comparison_difference(comparison, group, 0, 0, 1);
	g_assert_cmpint(d.n_base, ==, 1);
	g_assert_cmpint(d.n_value, ==, 0);
	g_assert_cmpint(d.n, ==, 0);
	g_assert_cmpint(d.verdict, ==, RCUSIM_VERDICT_NONE);
	d = rcusim_comparison_difference(comparison, group, 1, 0, 1);
	g_assert_cmpint(d.n, ==, 1);
}

/* Beyond the limit with its whole interval, not only with its mean. */
static void test_a_limit_is_exceeded_beyond_the_interval(void)
{
	static const int64_t base[] = { 100, 100, 100 };
	static const int64_t sure[] = { 120, 121, 122 }, unsure[] = { 101, 121, 141 };
	g_autoptr(RcuSimComparison) a = make_comparison("wakeups", base, sure, 3);
	g_autoptr(RcuSimComparison) b = make_comparison("wakeups", base, unsure, 3);
	g_autoptr(RcuSimComparison) c = make_comparison("callbacks", base, sure, 3);
	g_autoptr(RcuSimComparison) d = make_comparison("wakeups", sure, base, 3);
	g_autoptr(RcuSimComparison) one = make_comparison("wakeups", base, sure, 1);

	g_assert_true(rcusim_comparison_exceeds(a, 0, 0, 0, 1, 1000));
	g_assert_false(rcusim_comparison_exceeds(a, 0, 0, 0, 1, 2000)); /* 18.5 ... 23.5 */
	g_assert_false(rcusim_comparison_exceeds(b, 0, 0, 0, 1, 0));    /* -28.7 ... 70.7 */
	g_assert_false(rcusim_comparison_exceeds(c, 0, 0, 0, 1, 0));    /* neither good nor bad */
	g_assert_false(rcusim_comparison_exceeds(d, 0, 0, 0, 1, 0));    /* better */
	g_assert_true(rcusim_comparison_exceeds(one, 0, 0, 0, 1, 1999));
	g_assert_false(rcusim_comparison_exceeds(one, 0, 0, 0, 1, 2000));
}

#define TEST(path, function) g_test_add_func("/stats/" path, function)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	TEST("t/quantiles-are-the-published-ones", test_quantiles_are_the_published_ones);
	TEST("pairs/the-interval-is-students", test_the_interval_of_pairs_is_students);
	TEST("pairs/one-has-no-interval", test_one_pair_has_no_interval);
	TEST("pairs/equal-ones-differ-by-exactly-nothing",
	     test_equal_pairs_differ_by_exactly_nothing);
	TEST("pairs/large-values-keep-their-differences", test_large_values_keep_their_differences);
	TEST("pairs/the-largest-differences-do-not-overflow",
	     test_the_largest_differences_do_not_overflow);
	TEST("mean/equal-values-have-no-spread", test_the_mean_of_equal_values_has_no_spread);
	TEST("verdict/each", test_verdicts);
	TEST("verdict/a-constant-difference-is-certain", test_a_constant_difference_is_certain);
	TEST("verdict/the-same-twice-differs-by-exactly-nothing",
	     test_the_same_twice_differs_by_exactly_nothing);
	TEST("verdict/what-did-not-happen-is-not-compared",
	     test_what_did_not_happen_is_not_compared);
	TEST("verdict/a-limit-is-exceeded-beyond-the-interval",
	     test_a_limit_is_exceeded_beyond_the_interval);
	return g_test_run();
}
