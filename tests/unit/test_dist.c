/*
 * test_dist.c - every distribution against its law, its exact inverse, and committed digests.
 *
 * The tests may use libm, with tolerances; the digests may not depend on it, nor on compiler or optimisation.
 */
#include <math.h>
#include <stdlib.h>

#include <glib.h>

#include "engine/dist.h"
#include "engine/fixed.h"
#include "engine/fixed_tables.h"

#define N_SAMPLES 200000

/* P(D sqrt(n) > 1.95) is 0.001 (Kolmogorov). */
#define KS_LIMIT 1.95

static const double ln2 = 0.693147180559945309417;

static int compare_int64(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int64_t *sorted_samples(const struct dist *dist, uint64_t seed)
{
	int64_t *const samples = g_new(int64_t, N_SAMPLES);
	struct rng_stream stream;

	rng_stream_init(&stream, seed, "dist", 0);
	for (uint64_t i = 0; i < N_SAMPLES; i++)
		samples[i] = dist_sample(dist, &stream, i % 3, i);
	qsort(samples, N_SAMPLES, sizeof(*samples), compare_int64);
	return samples;
}

/* Distance of Kolmogorov and Smirnov; @cdf: P(X <= x) of the integer law, atoms and all. */
static double ks_distance(const int64_t *samples, double (*cdf)(const struct dist *dist, int64_t x),
			  const struct dist *dist)
{
	double distance = 0;

	for (int i = 0; i < N_SAMPLES; i++) {
		if (i + 1 < N_SAMPLES && samples[i + 1] == samples[i])
			continue;
		distance = MAX(distance, fabs((i + 1.0) / N_SAMPLES - cdf(dist, samples[i])));
	}
	return distance * sqrt(N_SAMPLES);
}

static void assert_moments(const int64_t *samples, double mean, double variance, double n_sigmas)
{
	double sum = 0, squares = 0, fourth = 0;

	for (int i = 0; i < N_SAMPLES; i++) {
		const double d = (double)samples[i] - mean;

		sum += d;
		squares += d * d;
		fourth += d * d * d * d;
	}
	g_assert_cmpfloat(fabs(sum / N_SAMPLES), <=, n_sigmas * sqrt(variance / N_SAMPLES));

	const double variance_error = sqrt((fourth / N_SAMPLES - variance * variance) / N_SAMPLES);

	g_assert_cmpfloat(fabs(squares / N_SAMPLES - variance), <=, n_sigmas * variance_error);
}

static void assert_law(const struct dist *dist, uint64_t seed, double mean, double variance,
		       double (*cdf)(const struct dist *dist, int64_t x))
{
	g_autofree int64_t *samples = sorted_samples(dist, seed);

	assert_moments(samples, mean, variance, 4);
	g_assert_cmpfloat(ks_distance(samples, cdf, dist), <, KS_LIMIT);
}

static void test_fixed(void)
{
	struct dist dist = { .kind = DIST_FIXED, .value = 5, .min = -10, .max = 10 };
	struct rng_stream stream;

	rng_stream_init(&stream, 1, "dist", 0);
	g_assert_cmpint(dist_sample(&dist, &stream, 0, 0), ==, 5);
	dist.value = 50;
	g_assert_cmpint(dist_sample(&dist, &stream, 0, 0), ==, 10);
	dist_clear(&dist);
	g_assert_cmpint(dist_sample(&dist, &stream, 0, 0), ==, 0);
}

static double uniform_cdf(const struct dist *dist, int64_t x)
{
	return ((double)(x - dist->min) + 1) / ((double)(dist->max - dist->min) + 1);
}

static void test_uniform(void)
{
	const struct dist ranges[] = {
		{ .kind = DIST_UNIFORM, .min = 0, .max = 1 },
		{ .kind = DIST_UNIFORM, .min = -7, .max = 92 },
		{ .kind = DIST_UNIFORM, .min = 1000, .max = INT64_C(1000000000000) },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(ranges); i++) {
		const double n = (double)(ranges[i].max - ranges[i].min) + 1;

		assert_law(&ranges[i], i, (double)ranges[i].min + (n - 1) / 2, (n * n - 1) / 12,
			   uniform_cdf);
	}
}

static void test_uniform_over_everything(void)
{
	const struct dist all = { .kind = DIST_UNIFORM, .min = INT64_MIN, .max = INT64_MAX };
	const struct dist one = { .kind = DIST_UNIFORM, .min = INT64_MAX, .max = INT64_MAX };
	struct rng_stream stream;
	int n_negative = 0;

	rng_stream_init(&stream, 2, "dist", 0);
	for (uint64_t i = 0; i < N_SAMPLES; i++) {
		n_negative += dist_sample(&all, &stream, 0, i) < 0;
		g_assert_cmpint(dist_sample(&one, &stream, 0, i), ==, INT64_MAX);
	}
	g_assert_cmpint(abs(n_negative - N_SAMPLES / 2), <, 900); /* 4 sigma */
}

/* Rounded to the nearest integer. */
static double exponential_cdf(const struct dist *dist, int64_t x)
{
	return -expm1(-((double)x + 0.5) / (double)dist->value);
}

static void test_exponential(void)
{
	static const int64_t means[] = { 1, 3, 100, 1000000, INT64_C(1000000000000) };

	for (size_t i = 0; i < G_N_ELEMENTS(means); i++) {
		const struct dist dist = { .kind = DIST_EXPONENTIAL,
					   .value = means[i],
					   .max = INT64_MAX };
		const double q = exp(-1 / (double)means[i]);

		/* P(X >= k) = q^(k - 1/2), k >= 1 */
		const double mean = sqrt(q) / (1 - q);
		const double variance = sqrt(q) * (1 + q) / ((1 - q) * (1 - q)) - mean * mean;

		assert_law(&dist, i, mean, variance, exponential_cdf);
	}
}

static double exponential_log(struct rng_block block)
{
	const int k = block.words[0] == 0 ? 64 : __builtin_clzll(block.words[0]);

	return k * ln2 - log1p(-ldexp((double)block.words[1], -65));
}

/* Each sample is the inverse of its uniform number, to 50 bits, from the smallest to the largest. */
static void test_exponential_is_exact(void)
{
	const struct dist dist = { .kind = DIST_EXPONENTIAL,
				   .value = INT64_C(1) << 57,
				   .max = INT64_MAX };
	struct rng_stream stream;

	rng_stream_init(&stream, 3, "dist", 0);
	for (uint64_t i = 0; i < N_SAMPLES; i++) {
		const double exact = exponential_log(rng_block(&stream, 1, i)) * (double)dist.value;
		const double sample = (double)dist_sample(&dist, &stream, 1, i);

		g_assert_cmpfloat(fabs(sample - exact), <=, 1 + exact * 1e-15);
	}
}

static void test_neg_log_in_the_tails(void)
{
	struct rng_stream stream;

	rng_stream_init(&stream, 4, "dist", 0);
	for (int k = 0; k <= 66; k++) {
		for (uint64_t i = 0; i < 10000; i++) {
			const uint64_t w = i == 0   ? 0
					   : i == 1 ? UINT64_MAX
						    : rng_u64(&stream, (uint64_t)k, i) >> (i % 64);
			const double exact = k * ln2 - log1p(-ldexp((double)w, -65));
			const double ours = ldexp((double)fixed_neg_log(k, w), -FIXED_LOG_BITS);

			g_assert_cmpfloat(fabs(ours - exact), <=, ldexp(1, -57) + exact * 5e-16);
		}
	}
}

/* The quantile's own tail probability, to 11 digits, down to 2^-67. */
static void test_normal_quantile(void)
{
	struct rng_stream stream;

	rng_stream_init(&stream, 5, "dist", 0);
	g_assert_cmpint(fixed_normal_quantile(1, 0), ==, 0);
	for (int k = 1; k <= 66; k++) {
		for (uint64_t i = 0; i < 10000; i++) {
			const uint64_t w = i == 0   ? 0
					   : i == 1 ? UINT64_MAX
						    : rng_u64(&stream, (uint64_t)k, i);
			const double p = ldexp(1 - ldexp((double)w, -65), -k);
			const double z =
				ldexp((double)fixed_normal_quantile(k, w), -FIXED_NORMAL_BITS);
			const double density = exp(-z * z / 2) / sqrt(2 * G_PI);

			g_assert_cmpfloat(fabs(erfc(z / G_SQRT2) / 2 - p), <=,
					  2e-12 * density + 1e-13 * p);
		}
	}
}

static void test_scale_exp(void)
{
	struct rng_stream stream;

	rng_stream_init(&stream, 6, "dist", 0);
	g_assert_cmpint(fixed_scale_exp(12345, 0, INT64_MAX), ==, 12345);
	g_assert_cmpint(fixed_scale_exp(0, INT64_C(1) << 61, INT64_MAX), ==, 0);
	g_assert_cmpint(fixed_scale_exp(1, INT64_C(1) << 61, 77), ==, 77);
	g_assert_cmpint(fixed_scale_exp(INT64_MAX, -(INT64_C(1) << 61), 77), ==, 0);
	for (uint64_t i = 0; i < N_SAMPLES; i++) {
		const struct rng_block block = rng_block(&stream, 0, i);
		const int64_t y = (int64_t)block.words[0] >> (10 + i % 32);
		const int64_t factor = (int64_t)(block.words[1] >> (1 + i % 60));
		const double exact = (double)factor * exp(ldexp((double)y, -FIXED_NORMAL_BITS));
		const int64_t ours = fixed_scale_exp(factor, y, INT64_MAX);

		if (exact > 9.2e18)
			g_assert_cmpint(ours, >, INT64_C(9190000000000000000));
		else
			g_assert_cmpfloat(fabs((double)ours - exact), <=, 0.5001 + exact * 1e-12);
	}
}

static double lognormal_cdf(const struct dist *dist, int64_t x)
{
	const double sigma = (double)dist->sigma_permille / 1000;

	if (x >= dist->max)
		return 1;
	if (x < dist->min)
		return 0;
	return erfc(-log(((double)x + 0.5) / (double)dist->value) / sigma / G_SQRT2) / 2;
}

static void test_lognormal(void)
{
	static const struct {
		int64_t median, sigma_permille;
	} cases[] = {
		{ 1000000, 100 }, { 1000000, 600 }, { INT64_C(1000000000), 1000 }, { 40, 500 }
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		const struct dist dist = { .kind = DIST_LOGNORMAL,
					   .value = cases[i].median,
					   .sigma_permille = cases[i].sigma_permille,
					   .max = INT64_MAX };
		const double s = (double)cases[i].sigma_permille / 1000;
		const double mean = (double)cases[i].median * exp(s * s / 2);
		const double variance = mean * mean * expm1(s * s) + 1.0 / 12; /* of rounding */

		assert_law(&dist, 20 + i, mean, variance, lognormal_cdf);
	}
}

static void test_lognormal_is_clamped(void)
{
	const struct dist dist = {
		.kind = DIST_LOGNORMAL, .value = 400, .sigma_permille = 2000, .min = 1, .max = 65530
	};
	const struct dist wild = { .kind = DIST_LOGNORMAL,
				   .value = INT64_MAX,
				   .sigma_permille = 1000000,
				   .min = 1,
				   .max = INT64_MAX - 1 };
	g_autofree int64_t *samples = sorted_samples(&dist, 30);
	g_autofree int64_t *wild_samples = sorted_samples(&wild, 30);

	g_assert_cmpint(samples[0], ==, 1);
	g_assert_cmpint(samples[N_SAMPLES - 1], ==, 65530);
	g_assert_cmpfloat(ks_distance(samples, lognormal_cdf, &dist), <, KS_LIMIT);
	g_assert_cmpint(wild_samples[0], ==, 1);
	g_assert_cmpint(wild_samples[N_SAMPLES - 1], ==, INT64_MAX - 1);
}

static double geometric_cdf(const struct dist *dist, int64_t x)
{
	return -expm1((double)x * log1p(-1 / (double)dist->value));
}

static void test_geometric(void)
{
	static const int64_t means[] = { 2, 3, 10, 400, 65530, INT64_C(1000000000) };

	for (size_t i = 0; i < G_N_ELEMENTS(means); i++) {
		const struct dist dist = {
			.kind = DIST_GEOMETRIC, .value = means[i], .min = 1, .max = INT64_MAX
		};
		const double mean = (double)means[i];

		assert_law(&dist, 40 + i, mean, mean * (mean - 1), geometric_cdf);
	}
}

/* Of a small mean also point by point: chi-square on 1 ... 20 and the rest, 20 degrees. */
static void test_geometric_point_by_point(void)
{
	const struct dist dist = { .kind = DIST_GEOMETRIC, .value = 4, .min = 1, .max = INT64_MAX };
	const struct dist certain = {
		.kind = DIST_GEOMETRIC, .value = 1, .min = 1, .max = INT64_MAX
	};
	const struct dist huge = {
		.kind = DIST_GEOMETRIC, .value = INT64_MAX, .min = 1, .max = INT64_MAX
	};
	g_autofree int64_t *samples = sorted_samples(&dist, 50);
	g_autofree int64_t *certain_samples = sorted_samples(&certain, 50);
	g_autofree int64_t *huge_samples = sorted_samples(&huge, 50);
	double counts[22] = { 0 }, chi_square = 0;

	for (int i = 0; i < N_SAMPLES; i++)
		counts[MIN(samples[i], 21)]++;
	for (int x = 1; x <= 21; x++) {
		const double below = geometric_cdf(&dist, x - 1);
		const double p = (x == 21 ? 1 : geometric_cdf(&dist, x)) - below;

		chi_square += pow(counts[x] - p * N_SAMPLES, 2) / (p * N_SAMPLES);
	}
	g_assert_cmpfloat(chi_square, <, 45.3); /* P = 0.001 */
	g_assert_cmpint(certain_samples[0], ==, 1);
	g_assert_cmpint(certain_samples[N_SAMPLES - 1], ==, 1);
	g_assert_cmpint(huge_samples[0], >=, 1);
	g_assert_cmpint(huge_samples[N_SAMPLES - 1], ==, INT64_MAX);
	g_assert_cmpfloat(fabs((double)huge_samples[N_SAMPLES / 2] / (double)INT64_MAX - ln2), <,
			  0.01);
}

static struct dist table_new(int n, const int64_t *values, const int64_t *weights)
{
	struct dist dist = { .kind = DIST_TABLE, .n = n, .min = INT64_MIN, .max = INT64_MAX };
	int64_t sum = 0;

	dist.values = g_memdup2(values, (size_t)n * sizeof(*values));
	dist.cumulative = g_new(int64_t, n);
	for (int i = 0; i < n; i++)
		dist.cumulative[i] = sum += weights[i];
	return dist;
}

/* Chi-square of a table's counts; values of weight 0 never come. */
static void test_table(void)
{
	static const int64_t values[] = { 9, -4, 7, 100, 8, 65530, 1 };
	static const int64_t weights[] = { 0, 10, 1, 0, 30, 59, 0 };

	for (int n = 1; n <= 7; n++) {
		struct dist dist = table_new(n, values, weights);
		const double total = (double)dist.cumulative[n - 1];
		g_autofree int64_t *samples = total > 0 ? sorted_samples(&dist, 60) : NULL;
		double chi_square = 0;

		for (int row = 0; row < n && total > 0; row++) {
			const double expected = (double)weights[row] / total * N_SAMPLES;
			double count = 0;

			for (int i = 0; i < N_SAMPLES; i++)
				count += samples[i] == values[row];
			if (weights[row] == 0)
				g_assert_cmpfloat(count, ==, 0);
			else
				chi_square += pow(count - expected, 2) / expected;
		}
		g_assert_cmpfloat(chi_square, <, 16.3); /* 3 degrees, P = 0.001 */
		dist_clear(&dist);
	}
}

static void test_copy_is_deep(void)
{
	static const int64_t values[] = { 1, 2 }, weights[] = { 1, 1 };
	struct dist dist = table_new(2, values, weights);
	struct dist copy = dist_copy(&dist);
	const struct dist plain = { .kind = DIST_EXPONENTIAL, .value = 4, .max = 100 };
	struct dist plain_copy = dist_copy(&plain);
	struct rng_stream stream;
	int64_t first;

	rng_stream_init(&stream, 7, "dist", 0);
	first = dist_sample(&dist, &stream, 0, 0);
	g_assert_true(copy.values != dist.values);
	g_assert_true(copy.cumulative != dist.cumulative);
	dist_clear(&dist);
	g_assert_cmpint(dist_sample(&copy, &stream, 0, 0), ==, first);
	dist_clear(&copy);
	g_assert_null(copy.values);
	g_assert_null(plain_copy.values);
	g_assert_cmpint(plain_copy.value, ==, 4);
}

/* A sample is a function of its address. */
static void test_samples_are_addressed(void)
{
	const struct dist dist = {
		.kind = DIST_LOGNORMAL, .value = 1000, .sigma_permille = 500, .max = 1 << 30
	};
	struct rng_stream stream, other;
	int n_equal = 0;

	rng_stream_init(&stream, 8, "dist", 0);
	rng_stream_init(&other, 8, "dist", 1);
	for (uint64_t i = 1000; i-- > 0;) {
		const int64_t sample = dist_sample(&dist, &stream, 3, i);

		g_assert_cmpint(dist_sample(&dist, &stream, 3, i), ==, sample);
		n_equal += dist_sample(&dist, &stream, 4, i) == sample;
		n_equal += dist_sample(&dist, &other, 3, i) == sample;
	}
	g_assert_cmpint(n_equal, <, 20);
}

/* The tables again, independently of the script that wrote them: in units of 2^-120. */
static void test_tables(void)
{
	const unsigned __int128 one = (unsigned __int128)1 << 120;
	unsigned __int128 log = 0;

	for (unsigned int i = 0; i < 256; i++) {
		/* rounded to 2^-64 */
		g_assert_cmphex(fixed_log[i], ==,
				(uint64_t)((log + ((unsigned __int128)1 << 55)) >> 56));

		/* ln(n / (n - 1)) = 1/n + 1/(2 n^2) + 1/(3 n^3) + ... */
		const unsigned int n = 512 - i;
		unsigned __int128 power = one;

		for (unsigned int j = 1; power > 0; j++) {
			power /= n;
			log += power / j;
		}
	}
	g_assert_cmphex(FIXED_LN2, ==, (uint64_t)((log + ((unsigned __int128)1 << 55)) >> 56));
	g_assert_cmpfloat(fabs((double)FIXED_INVERSE_LN2 * ln2 - ldexp(1, 62)), <, 2048);

	for (int i = 0; i < 64; i++) {
		/* 2^(i/64) is right if its 64th power is 2^i, and so are those of its neighbours not. */
		long double low = ldexpl((long double)fixed_exp2[i] - 0.75L, -63), high = low;

		high = ldexpl((long double)fixed_exp2[i] + 0.75L, -63);
		for (int j = 0; j < 6; j++) {
			low *= low;
			high *= high;
		}
		g_assert_true(low <= ldexpl(1, i) * (1 + ldexpl(1, -57)));
		g_assert_true(high >= ldexpl(1, i) * (1 - ldexpl(1, -57)));
	}
}

/* What a seed means may never change, nor depend on compiler, optimisation or machine. */
static void test_golden_digests(void)
{
	static const int64_t values[] = { 3, 1, 4, 1, 5, 9 }, weights[] = { 2, 7, 1, 8, 2, 8 };
	struct dist table = table_new(6, values, weights);
	const struct {
		const char *name;
		struct dist dist;
		uint64_t digest;
	} goldens[] = {
		{ "fixed",
		  { .kind = DIST_FIXED, .value = 17, .max = 100 },
		  UINT64_C(0xadf869fc28853a93) },
		{ "uniform",
		  { .kind = DIST_UNIFORM, .min = -1000, .max = INT64_C(1) << 40 },
		  UINT64_C(0xdc760e4cd5c57d1c) },
		{ "uniform, all",
		  { .kind = DIST_UNIFORM, .min = INT64_MIN, .max = INT64_MAX },
		  UINT64_C(0x4d7935b9c495b0a1) },
		{ "exponential",
		  { .kind = DIST_EXPONENTIAL, .value = 3000, .max = 1000000 },
		  UINT64_C(0xbe111f04eead115b) },
		{ "exponential, long",
		  { .kind = DIST_EXPONENTIAL, .value = INT64_C(1) << 55, .max = INT64_MAX },
		  UINT64_C(0xa859f46caa6ffee2) },
		{ "lognormal",
		  { .kind = DIST_LOGNORMAL, .value = 400, .sigma_permille = 600, .max = 65530 },
		  UINT64_C(0x7b0d1f1e1a71b1ba) },
		{ "lognormal, long",
		  { .kind = DIST_LOGNORMAL,
		    .value = INT64_C(1) << 50,
		    .sigma_permille = 1700,
		    .max = INT64_MAX },
		  UINT64_C(0x8d0434fd20e3dcb3) },
		{ "geometric",
		  { .kind = DIST_GEOMETRIC, .value = 32, .min = 1, .max = INT64_MAX },
		  UINT64_C(0x36acce8a10053d68) },
		{ "geometric, long",
		  { .kind = DIST_GEOMETRIC, .value = INT64_C(1) << 50, .max = INT64_MAX },
		  UINT64_C(0x4b985902a4e779a0) },
		{ "table", table, UINT64_C(0xfb7e8fb8df2f49f9) },
	};
	struct rng_stream stream;

	rng_stream_init(&stream, 1, "golden", 0);
	for (size_t i = 0; i < G_N_ELEMENTS(goldens); i++) {
		uint64_t digest = 0;

		for (uint64_t j = 0; j < 100000; j++) {
			const int64_t sample = dist_sample(&goldens[i].dist, &stream, j % 5, j);

			digest = (digest ^ (uint64_t)sample) * UINT64_C(0x9e3779b97f4a7c15);
			digest ^= digest >> 29;
		}
		if (digest != goldens[i].digest)
			g_test_message("%s: 0x%016" G_GINT64_MODIFIER "x", goldens[i].name, digest);
		g_assert_cmphex(digest, ==, goldens[i].digest);
	}
	dist_clear(&table);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/dist/fixed", test_fixed);
	g_test_add_func("/dist/uniform", test_uniform);
	g_test_add_func("/dist/uniform-over-everything", test_uniform_over_everything);
	g_test_add_func("/dist/exponential", test_exponential);
	g_test_add_func("/dist/exponential-is-exact", test_exponential_is_exact);
	g_test_add_func("/dist/neg-log-in-the-tails", test_neg_log_in_the_tails);
	g_test_add_func("/dist/normal-quantile", test_normal_quantile);
	g_test_add_func("/dist/scale-exp", test_scale_exp);
	g_test_add_func("/dist/lognormal", test_lognormal);
	g_test_add_func("/dist/lognormal-is-clamped", test_lognormal_is_clamped);
	g_test_add_func("/dist/geometric", test_geometric);
	g_test_add_func("/dist/geometric-point-by-point", test_geometric_point_by_point);
	g_test_add_func("/dist/table", test_table);
	g_test_add_func("/dist/copy-is-deep", test_copy_is_deep);
	g_test_add_func("/dist/samples-are-addressed", test_samples_are_addressed);
	g_test_add_func("/dist/tables", test_tables);
	g_test_add_func("/dist/golden-digests", test_golden_digests);
	return g_test_run();
}
