/* test_op_times.c - the ends of a run's operations in closed form, against a loop over the operations. */
#include <glib.h>

#include "machine/machine.h"

#define N_PATTERNS 4000
#define N_OPS      300

/* The ends, one operation after the other; operation 0's is given, whatever its own length. */
static void naive_ends(const struct op_times *times, int64_t *ends, bool *is_long)
{
	int64_t t_ns = times->first_end_ns;

	for (int64_t i = 0; i < N_OPS; i++) {
		is_long[i] = times->period > 1 &&
			     (times->phase + i) % times->period == times->period - 1;
		if (i > 0)
			t_ns += is_long[i] ? times->long_ns : times->short_ns;
		ends[i] = t_ns;
	}
}

static int64_t draw(int64_t n)
{
	return g_test_rand_int_range(0, (gint32)n);
}

static struct op_times random_pattern(bool with_period)
{
	struct op_times times = { .first_end_ns = draw(1000000),
				  .short_ns = 1 + draw(50),
				  .period = 1 };

	times.long_ns = times.short_ns;
	if (with_period) {
		times.period = 2 + draw(40);
		times.phase = draw(times.period);
		times.long_ns = draw(200);
	}
	return times;
}

static int64_t naive_n_before(const int64_t *ends, int64_t t_ns)
{
	int64_t n = 0;

	while (n < N_OPS && ends[n] < t_ns)
		n++;
	return n;
}

static void check_pattern(const struct op_times *times)
{
	int64_t ends[N_OPS];
	bool is_long[N_OPS];
	__int128 sum = 0;
	int64_t n_long = 0, first_long = -1;

	naive_ends(times, ends, is_long);
	for (int64_t i = 0; i < N_OPS; i++) {
		g_assert_cmpint(op_times_end(times, i), ==, ends[i]);
		g_assert_true(op_times_sum(times, i) == sum);
		if (times->period > 1)
			g_assert_cmpint(op_times_n_long(times, i), ==, n_long);
		if (is_long[i] && first_long < 0)
			first_long = i;
		n_long += is_long[i];
		sum += ends[i];
	}
	g_assert_true(op_times_sum(times, N_OPS) == sum);
	if (times->period > 1)
		g_assert_cmpint(op_times_first_long(times), ==, first_long);
}

static void test_ends_sums_and_long_ones(void)
{
	for (int i = 0; i < N_PATTERNS; i++) {
		const struct op_times times = random_pattern(i % 4 != 0);

		check_pattern(&times);
	}
}

static void check_before(const struct op_times *times)
{
	int64_t ends[N_OPS];
	bool is_long[N_OPS];

	naive_ends(times, ends, is_long);
	for (int i = 0; i < 60; i++) {
		/* half of them exactly at an end, or next to one */
		const int64_t at_ns = ends[draw(N_OPS - 1)] + draw(3) - 1;
		const int64_t t_ns =
			i % 2 ? at_ns : ends[0] - 20 + draw(ends[N_OPS - 1] - ends[0] + 20);

		g_assert_cmpint(op_times_n_ends_before(times, t_ns), ==,
				naive_n_before(ends, t_ns));
	}
	g_assert_cmpint(op_times_n_ends_before(times, ends[0]), ==, 0);
	g_assert_cmpint(op_times_n_ends_before(times, ends[0] + 1), ==,
			naive_n_before(ends, ends[0] + 1));
	g_assert_cmpint(op_times_n_ends_before(times, 0), ==, 0);
}

static void test_ends_before_an_instant(void)
{
	for (int i = 0; i < N_PATTERNS; i++) {
		const struct op_times times = random_pattern(i % 4 != 0);

		check_before(&times);
	}
}

/* A list whose drain takes no time, or less than a push, still has a period of some length. */
static void test_long_operations_may_be_short(void)
{
	for (int64_t period = 2; period < 6; period++)
		for (int64_t phase = 0; phase < period; phase++) {
			const struct op_times times = { .first_end_ns = 100,
							.short_ns = 7,
							.long_ns = 0,
							.period = period,
							.phase = phase };

			check_pattern(&times);
			check_before(&times);
			g_assert_cmpint(op_times_period_ns(&times), ==, 7 * (period - 1));
		}
}

static void test_a_period_is_its_operations(void)
{
	for (int i = 0; i < N_PATTERNS; i++) {
		const struct op_times times = random_pattern(true);

		g_assert_cmpint(op_times_end(&times, 3 * times.period) -
					op_times_end(&times, 2 * times.period),
				==, op_times_period_ns(&times));
	}
}

/* Ten years of operations of 1 ns: the sum needs more than 64 bits, and must not lose a bit. */
static void test_sums_beyond_64_bits(void)
{
	const int64_t n = INT64_C(315360000000000000);
	const struct op_times times = {
		.first_end_ns = 5, .short_ns = 1, .long_ns = 1, .period = 1
	};

	/* 5 + 6 + ... + (n + 4) */
	g_assert_true(op_times_sum(&times, n) == (__int128)n * (n + 9) / 2);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/op-times/ends-sums-and-long-ones", test_ends_sums_and_long_ones);
	g_test_add_func("/op-times/ends-before-an-instant", test_ends_before_an_instant);
	g_test_add_func("/op-times/long-operations-may-be-short",
			test_long_operations_may_be_short);
	g_test_add_func("/op-times/a-period-is-its-operations", test_a_period_is_its_operations);
	g_test_add_func("/op-times/sums-beyond-64-bits", test_sums_beyond_64_bits);
	return g_test_run();
}
