/*
 * stats.c - the little statistics that a comparison needs.
 *
 * Runs of a comparison share their seeds, and with them their arrivals (common random numbers), so what is
 * judged is the difference within a pair. Its interval is Student's: mean +- t(0.975, n - 1) * s / sqrt(n).
 *
 * Values are integers. Their sum, and n times their sum of squares less the square of their sum, are formed
 * as integers as long as 128 bits hold them, so that equal pairs differ by exactly 0, whatever their size.
 */
#include "study/stats.h"

#include <math.h>

#include <glib.h>

#include "base/assert.h"

#define CONFIDENCE_TAIL 0.975 /* two-sided 95 % */

/*
 * P(|T| < t) for an integer number of degrees of freedom, as a finite sum: Abramowitz and Stegun 26.7.3
 * (odd) and 26.7.4 (even), with theta = atan(t / sqrt(dof)). All terms are positive.
 */
static double t_within(double t, int dof)
{
	const double theta = atan(t / sqrt(dof));
	const double cos2 = cos(theta) * cos(theta);
	double term = dof % 2 == 0 ? 1 : cos(theta);
	double sum = dof == 1 ? 0 : term;

	for (int i = dof % 2 == 0 ? 2 : 3; i < dof; i += 2) {
		term *= cos2 * (i - 1) / i;
		sum += term;
	}
	return dof % 2 == 0 ? sin(theta) * sum : 2 / G_PI * (theta + sin(theta) * sum);
}

double stats_t_quantile(double p, int dof)
{
	const double within = fabs(2 * p - 1);
	double low = 0, high = 1;

	sim_assert(dof >= 1 && p > 0 && p < 1);
	while (t_within(high, dof) < within && high < 1e300)
		high *= 2;
	for (;;) {
		const double middle = low + (high - low) / 2;

		if (middle <= low || middle >= high)
			return p < 0.5 ? -middle : middle;
		if (t_within(middle, dof) < within)
			low = middle;
		else
			high = middle;
	}
}

/* n * sum of squares - square of the sum, of @values less the first of them. */
static double scatter_of(const __int128 *values, int n)
{
	__int128 largest = 0, sum = 0, squares = 0;
	long double real_sum = 0, real_squares = 0;

	for (int i = 0; i < n; i++) {
		const __int128 y = values[i] - values[0];

		largest = MAX(largest, y < 0 ? -y : y);
	}
	if (largest * n < ((__int128)1 << 62)) {
		for (int i = 0; i < n; i++) {
			const __int128 y = values[i] - values[0];

			sum += y;
			squares += y * y;
		}
		return (double)(n * squares - sum * sum);
	}
	for (int i = 0; i < n; i++)
		real_sum += (long double)(values[i] - values[0]);
	for (int i = 0; i < n; i++) {
		const long double y = (long double)(values[i] - values[0]) - real_sum / n;

		real_squares += y * y;
	}
	return (double)(n * real_squares);
}

static struct stats_mean mean_of(const __int128 *values, int n)
{
	struct stats_mean ret = { .n = n };
	__int128 sum = 0;

	sim_assert(n >= 1);
	for (int i = 0; i < n; i++)
		sum += values[i];
	ret.mean = (double)((long double)sum / n);
	if (n > 1)
		ret.half = stats_t_quantile(CONFIDENCE_TAIL, n - 1) *
			   sqrt(scatter_of(values, n) / ((double)n * n * (n - 1)));
	return ret;
}

struct stats_mean stats_of(const int64_t *values, int n)
{
	g_autofree __int128 *wide = g_new(__int128, (gsize)n);

	for (int i = 0; i < n; i++)
		wide[i] = values[i];
	return mean_of(wide, n);
}

struct stats_paired stats_of_pairs(const int64_t *base, const int64_t *values, int n)
{
	g_autofree __int128 *diffs = g_new(__int128, (gsize)n);
	struct stats_paired ret = { 0 };

	for (int i = 0; i < n; i++) {
		diffs[i] = (__int128)values[i] - base[i];
		ret.n_lower += diffs[i] < 0;
		ret.n_higher += diffs[i] > 0;
	}
	ret.diff = mean_of(diffs, n);
	return ret;
}
