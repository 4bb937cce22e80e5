/* dist.h - integer distributions over counter-based streams: equal bits on every compiler and CPU. */
#pragma once

#include <stdint.h>

#include "engine/rng.h"

enum dist_kind {
	DIST_FIXED,
	DIST_UNIFORM,
	DIST_EXPONENTIAL,
	DIST_LOGNORMAL,
	DIST_GEOMETRIC,
	DIST_TABLE
};

struct dist {
	enum dist_kind kind;
	int64_t value; /* fixed: the value; exponential, geometric: the mean; lognormal: the median */
	int64_t min, max;       /* inclusive; uniform: its range; the others are clamped to it */
	int64_t sigma_permille; /* lognormal: 1000 times the standard deviation of the logarithm */
	int n;                  /* table: number of rows */
	int64_t *values;        /* table: the values; owned */
	int64_t *cumulative;    /* table: running sum of the integer weights; owned */
};

/**
 * dist_sample:
 * @entity, @draw: address of the draw within @stream (see rng.h); equal addresses give equal samples
 *
 * Returns: one sample, in the unit of the distribution's parameters, within [min, max]
 */
int64_t dist_sample(const struct dist *dist, const struct rng_stream *stream, uint64_t entity,
		    uint64_t draw);

/* Frees what a table owns and makes it the fixed 0. */
void dist_clear(struct dist *dist);

/* A deep copy. */
struct dist dist_copy(const struct dist *dist);
