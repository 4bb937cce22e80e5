/*
 * hist.c - log-linear buckets, closed-form progressions.
 *
 * A value below 256 is its own bucket. Above, the eight leading bits of a value and the number of bits below
 * them name the bucket: bucket = shift * 128 + (value >> shift), with 128 <= value >> shift < 256. So the
 * numbers of the buckets run on without a gap from one power of two to the next.
 */
#include "engine/hist.h"

#include <string.h>

#include <glib.h>

#include "base/assert.h"

#define SUB_BITS    7
#define SUB_BUCKETS (1 << SUB_BITS)
#define MIN_BUCKETS (2 * SUB_BUCKETS)
#define MAX_BUCKETS ((63 - SUB_BITS + 1) * SUB_BUCKETS)

int hist_bucket_of(int64_t value)
{
	sim_assert(value >= 0);

	const int n_bits = value == 0 ? 0 : 64 - __builtin_clzll((uint64_t)value);
	const int shift = n_bits <= SUB_BITS + 1 ? 0 : n_bits - SUB_BITS - 1;

	return shift * SUB_BUCKETS + (int)(value >> shift);
}

static int bucket_shift(int i)
{
	sim_assert(i >= 0);
	sim_assert(i < MAX_BUCKETS);
	return i < 2 * SUB_BUCKETS ? 0 : i / SUB_BUCKETS - 1;
}

int64_t hist_bucket_low(int i)
{
	const int shift = bucket_shift(i);

	return (int64_t)(i - shift * SUB_BUCKETS) << shift;
}

int64_t hist_bucket_high(int i)
{
	return hist_bucket_low(i) + ((INT64_C(1) << bucket_shift(i)) - 1);
}

void hist_init(struct hist *hist)
{
	*hist = (struct hist){ 0 };
}

void hist_clear(struct hist *hist)
{
	g_free(hist->counts);
	hist_init(hist);
}

/* Room for bucket @i. */
static void hist_reserve(struct hist *hist, int i)
{
	const int old = hist->n_buckets;

	if (i < old)
		return;
	hist->n_buckets = MAX(old, MIN_BUCKETS);
	while (hist->n_buckets <= i)
		hist->n_buckets = MIN(2 * hist->n_buckets, MAX_BUCKETS);
	hist->counts = g_renew(uint64_t, hist->counts, (size_t)hist->n_buckets);
	memset(hist->counts + old, 0, (size_t)(hist->n_buckets - old) * sizeof(*hist->counts));
}

/* All but the counts. */
static void hist_account(struct hist *hist, uint64_t n, int64_t min, int64_t max,
			 unsigned __int128 sum)
{
	hist->min = hist->n == 0 ? min : MIN(hist->min, min);
	hist->max = hist->n == 0 ? max : MAX(hist->max, max);
	hist->n += n;
	hist->sum += sum;
	sim_assert(hist->n >= n);
	sim_assert(hist->sum >= sum);
}

void hist_add(struct hist *hist, int64_t value)
{
	const int i = hist_bucket_of(value);

	hist_reserve(hist, i);
	hist->counts[i]++;
	hist_account(hist, 1, value, value, (uint64_t)value);
}

void hist_add_progression(struct hist *hist, int64_t first, int64_t step, uint64_t n)
{
	if (n == 0)
		return;
	if (n == 1)
		step = 0;

	/* From both ends the terms are the same. */
	const unsigned __int128 stride =
		step < 0 ? -(unsigned __int128)step : (unsigned __int128)step;
	const unsigned __int128 span = stride * (n - 1);

	sim_assert(first >= 0);
	sim_assert(span <= (uint64_t)(step < 0 ? first : INT64_MAX - first));

	const int64_t low = step < 0 ? first - (int64_t)span : first;
	const int64_t high = low + (int64_t)span;
	uint64_t left = n;

	hist_reserve(hist, hist_bucket_of(high));
	for (int64_t value = low; left > 0;) {
		const int i = hist_bucket_of(value);
		uint64_t here = left;

		if (stride != 0)
			here = MIN(left,
				   (uint64_t)(hist_bucket_high(i) - value) / (uint64_t)stride + 1);
		hist->counts[i] += here;
		left -= here;
		if (left > 0)
			value += (int64_t)(here * (uint64_t)stride);
	}
	/* n * (low + high) is even, and below 2^128. */
	hist_account(hist, n, low, high,
		     (unsigned __int128)n * ((uint64_t)low + (uint64_t)high) / 2);
}

void hist_merge(struct hist *into, const struct hist *from)
{
	if (from->n == 0)
		return;
	hist_reserve(into, hist_bucket_of(from->max));
	for (int i = 0; i <= hist_bucket_of(from->max); i++)
		into->counts[i] += from->counts[i];
	hist_account(into, from->n, from->min, from->max, from->sum);
}

int64_t hist_percentile(const struct hist *hist, int permyriad)
{
	sim_assert(permyriad >= 0);
	sim_assert(permyriad <= 10000);
	if (hist->n == 0)
		return 0;
	if (permyriad == 0)
		return hist->min;

	const unsigned __int128 scaled = (unsigned __int128)hist->n * (unsigned int)permyriad;
	const uint64_t rank = (uint64_t)((scaled + 9999) / 10000);
	int i = hist_bucket_of(hist->min);

	for (uint64_t n = hist->counts[i]; n < rank; n += hist->counts[i]) {
		i++;
		sim_assert(i < hist->n_buckets);
	}
	return MIN(hist_bucket_high(i), hist->max);
}

int64_t hist_mean(const struct hist *hist)
{
	return hist->n == 0 ? 0 : (int64_t)(hist->sum / hist->n);
}
