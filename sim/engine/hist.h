/*
 * hist.h - log-linear histogram of non-negative integers.
 *
 * 2^7 sub-buckets per power of two: values below 256 are exact, above that a bucket is at most 1/128
 * of its lower bound wide. Counts are integers, so merging is exact in any order. An arithmetic
 * progression is added in closed form: the cost is the number of buckets it crosses, not its length.
 */
#pragma once

#include <stdint.h>

struct hist {
	uint64_t n;
	int64_t min, max;      /* of the values added; valid if n > 0 */
	unsigned __int128 sum; /* exact */
	uint64_t *counts;      /* NULL until the first value; grows */
	int n_buckets;
};

void hist_init(struct hist *hist);
void hist_clear(struct hist *hist); /* frees; the histogram is empty again */
void hist_add(struct hist *hist, int64_t value);
/* Adds first, first + step, ..., first + (n - 1) * step; every term must be >= 0; n >= 0. */
void hist_add_progression(struct hist *hist, int64_t first, int64_t step, uint64_t n);
void hist_merge(struct hist *into, const struct hist *from);

/**
 * hist_percentile:
 * @permyriad: 0 ... 10000 (9900 is p99)
 *
 * Returns: the highest value of the bucket that holds the ceil(n * p)-th smallest value (nearest rank),
 * not above @hist's max; its min for 0; 0 if the histogram is empty
 */
int64_t hist_percentile(const struct hist *hist, int permyriad);
int64_t hist_mean(const struct hist *hist); /* rounded down; 0 if empty */

/* Lower bound of bucket @i, its inclusive upper bound, and the bucket of a value. */
int64_t hist_bucket_low(int i);
int64_t hist_bucket_high(int i);
int hist_bucket_of(int64_t value);
