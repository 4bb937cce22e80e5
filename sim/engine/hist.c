/*
 * Log-linear histogram: values below 256 are buckets of their own; above, each power of two has 128.
 */
#include "engine/hist.h"

#include <glib.h>

#include "base/assert.h"

#define SUB_BITS    7
#define SUB_BUCKETS (1 << SUB_BITS)
#define N_EXACT     (2 * SUB_BUCKETS) /* values that have a bucket of their own */

void hist_init(struct hist *hist)
{
	*hist = (struct hist){ 0 };
}

void hist_clear(struct hist *hist)
{
	g_free(hist->counts);
	hist_init(hist);
}

int hist_bucket_of(int64_t value)
{
	int exponent;

	sim_assert(value >= 0);
	if (value < N_EXACT)
		return (int)value;
	exponent = 63 - __builtin_clzll((uint64_t)value);
	return N_EXACT + (exponent - SUB_BITS - 1) * SUB_BUCKETS +
	       (int)((value >> (exponent - SUB_BITS)) & (SUB_BUCKETS - 1));
}

int64_t hist_bucket_low(int i)
{
	const int k = i - N_EXACT;

	if (i < N_EXACT)
		return i;
	return (int64_t)(SUB_BUCKETS + k % SUB_BUCKETS) << (k / SUB_BUCKETS + 1);
}

int64_t hist_bucket_high(int i)
{
	const int k = i - N_EXACT;

	if (i < N_EXACT)
		return i;
	return hist_bucket_low(i) + ((INT64_C(1) << (k / SUB_BUCKETS + 1)) - 1);
}

static void count(struct hist *hist, int bucket, uint64_t n)
{
	if (bucket >= hist->n_buckets) {
		int grown = hist->n_buckets > 0 ? hist->n_buckets : N_EXACT;

		while (grown <= bucket)
			grown *= 2;
		hist->counts = g_renew(uint64_t, hist->counts, grown);
		for (int i = hist->n_buckets; i < grown; i++)
			hist->counts[i] = 0;
		hist->n_buckets = grown;
	}
	hist->counts[bucket] += n;
}

static void note_range(struct hist *hist, int64_t low, int64_t high)
{
	if (hist->n == 0 || low < hist->min)
		hist->min = low;
	if (hist->n == 0 || high > hist->max)
		hist->max = high;
}

void hist_add(struct hist *hist, int64_t value)
{
	count(hist, hist_bucket_of(value), 1);
	note_range(hist, value, value);
	hist->n++;
	hist->sum += (uint64_t)value;
}

/* Terms first, first + step, ... (@step > 0), bucket by bucket. */
static void add_ascending(struct hist *hist, int64_t first, int64_t step, uint64_t n)
{
	uint64_t done = 0;

	while (done < n) {
		const int64_t term = first + (int64_t)done * step;
		const int bucket = hist_bucket_of(term);
		const uint64_t fit = (uint64_t)((hist_bucket_high(bucket) - term) / step) + 1;
		const uint64_t here = fit < n - done ? fit : n - done;

		count(hist, bucket, here);
		done += here;
	}
}

void hist_add_progression(struct hist *hist, int64_t first, int64_t step, uint64_t n)
{
	int64_t last;

	if (n == 0)
		return;
	last = first + (int64_t)(n - 1) * step;
	sim_assert(first >= 0 && last >= 0);
	if (step > 0)
		add_ascending(hist, first, step, n);
	else if (step < 0)
		add_ascending(hist, last, -step, n);
	else
		count(hist, hist_bucket_of(first), n);
	note_range(hist, first < last ? first : last, first < last ? last : first);
	hist->n += n;
	/* n terms of mean (first + last) / 2: the product is even */
	hist->sum += (unsigned __int128)n * ((uint64_t)first + (uint64_t)last) / 2;
}

void hist_merge(struct hist *into, const struct hist *from)
{
	if (from->n == 0)
		return;
	for (int i = 0; i < from->n_buckets; i++)
		if (from->counts[i] > 0)
			count(into, i, from->counts[i]);
	note_range(into, from->min, from->max);
	into->n += from->n;
	into->sum += from->sum;
}

int64_t hist_percentile(const struct hist *hist, int permyriad)
{
	const uint64_t rank =
		(uint64_t)(((unsigned __int128)hist->n * (unsigned int)permyriad + 9999) / 10000);
	uint64_t seen = 0;

	if (hist->n == 0)
		return 0;
	if (rank == 0)
		return hist->min;
	for (int i = 0; i < hist->n_buckets; i++) {
		seen += hist->counts[i];
		if (seen >= rank)
			return hist_bucket_high(i) < hist->max ? hist_bucket_high(i) : hist->max;
	}
	return hist->max;
}

int64_t hist_mean(const struct hist *hist)
{
	return hist->n == 0 ? 0 : (int64_t)(hist->sum / hist->n);
}
