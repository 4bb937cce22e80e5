/*
 * dist.c - samples by inversion, in integers.
 *
 * One address, one block of 128 random bits, one sample. For the exponential family the block is read as
 * the probability 2^-k (1 - w / 2^65): k leading zeros of one word, w the other word. That has 64 bits
 * after its first one wherever it lies, so a tail is as fine as the middle.
 */
#include "engine/dist.h"

#include <stdbool.h>

#include <glib.h>

#include "base/assert.h"
#include "engine/fixed.h"

/* Exponential of mean 1, in units of 2^-FIXED_LOG_BITS. */
static uint64_t exponential(struct rng_block block)
{
	return fixed_neg_log(block.words[0] == 0 ? 64 : __builtin_clzll(block.words[0]),
			     block.words[1]);
}

/* The last bit of the first word is the sign; the others and the second word are the tail's probability. */
static int64_t standard_normal(struct rng_block block)
{
	const int64_t z =
		fixed_normal_quantile(1 + __builtin_clzll(block.words[0] | 1), block.words[1]);

	return (block.words[0] & 1) != 0 ? z : -z;
}

static int64_t sample_uniform(const struct dist *dist, const struct rng_stream *stream,
			      uint64_t entity, uint64_t draw)
{
	const uint64_t n = (uint64_t)dist->max - (uint64_t)dist->min + 1; /* 0 is 2^64 */
	const uint64_t i =
		n == 0 ? rng_u64(stream, entity, draw) : rng_below(stream, entity, draw, n);

	return (int64_t)((uint64_t)dist->min + i);
}

/* The nearest integer, at most INT64_MAX. */
static int64_t scale_exponential(int64_t mean, uint64_t exponential)
{
	const unsigned __int128 product = (unsigned __int128)(uint64_t)mean * exponential;
	const unsigned __int128 half = (unsigned __int128)1 << (FIXED_LOG_BITS - 1);
	const unsigned __int128 rounded = (product + half) >> FIXED_LOG_BITS;

	return rounded > INT64_MAX ? INT64_MAX : (int64_t)rounded;
}

/*
 * Number of trials up to the first success, if one in @mean succeeds: 1 + floor(E / -ln(1 - 1/mean)) of an
 * exponential E. The divisor times mean is (2m / (2m - 1)) (1 + y^-2 / 3 + y^-4 / 5 + ...), y = 2m - 1.
 */
static int64_t scale_geometric(int64_t mean, uint64_t exponential)
{
	const uint64_t y = 2 * (uint64_t)mean - 1;
	const int bits = 62;

	if (mean == 1)
		return 1;

	uint64_t power = (uint64_t)(((unsigned __int128)(y + 1) << bits) / y), divisor = power;

	for (uint64_t i = 3; power > 0; i += 2) {
		power = power / y / y;
		divisor += power / i;
	}
	divisor >>= bits - FIXED_LOG_BITS;
	sim_assert(divisor > 0);

	const unsigned __int128 failures =
		(unsigned __int128)(uint64_t)mean * exponential / divisor;

	return failures >= INT64_MAX ? INT64_MAX : 1 + (int64_t)failures;
}

static int64_t sample_lognormal(const struct dist *dist, struct rng_block block)
{
	const __int128 y = (__int128)standard_normal(block) * dist->sigma_permille / 1000;

	sim_assert(y < INT64_MAX / 2);
	sim_assert(y > -(INT64_MAX / 2));
	return fixed_scale_exp(dist->value, (int64_t)y, INT64_MAX);
}

/* The first row whose cumulative weight is above a uniform integer below the total. */
static int64_t sample_table(const struct dist *dist, const struct rng_stream *stream,
			    uint64_t entity, uint64_t draw)
{
	int first = 0, n = dist->n;

	sim_assert(n > 0);
	sim_assert(dist->cumulative[n - 1] > 0);

	const uint64_t total = (uint64_t)dist->cumulative[n - 1];
	const int64_t x = (int64_t)rng_below(stream, entity, draw, total);

	while (n > 1) {
		const int half = n / 2;
		const bool is_above = dist->cumulative[first + half - 1] <= x;

		first += is_above ? half : 0;
		n = is_above ? n - half : half;
	}
	return dist->values[first];
}

static int64_t sample(const struct dist *dist, const struct rng_stream *stream, uint64_t entity,
		      uint64_t draw)
{
	sim_assert(dist->kind == DIST_UNIFORM || dist->kind == DIST_TABLE ||
		   dist->kind == DIST_FIXED || dist->value >= 0);

	switch (dist->kind) {
	case DIST_UNIFORM:
		return sample_uniform(dist, stream, entity, draw);
	case DIST_EXPONENTIAL:
		return scale_exponential(dist->value, exponential(rng_block(stream, entity, draw)));
	case DIST_LOGNORMAL:
		return sample_lognormal(dist, rng_block(stream, entity, draw));
	case DIST_GEOMETRIC:
		sim_assert(dist->value >= 1);
		return scale_geometric(dist->value, exponential(rng_block(stream, entity, draw)));
	case DIST_TABLE:
		return sample_table(dist, stream, entity, draw);
	case DIST_FIXED:
	default:
		sim_assert(dist->kind == DIST_FIXED);
		return dist->value;
	}
}

int64_t dist_sample(const struct dist *dist, const struct rng_stream *stream, uint64_t entity,
		    uint64_t draw)
{
	sim_assert(dist->min <= dist->max);

	const int64_t value = sample(dist, stream, entity, draw);

	return CLAMP(value, dist->min, dist->max);
}

void dist_clear(struct dist *dist)
{
	g_free(dist->values);
	g_free(dist->cumulative);
	*dist = (struct dist){ .kind = DIST_FIXED };
}

struct dist dist_copy(const struct dist *dist)
{
	struct dist copy = *dist;
	const size_t size = (size_t)dist->n * sizeof(int64_t);

	copy.values = g_memdup2(dist->values, size);
	copy.cumulative = g_memdup2(dist->cumulative, size);
	return copy;
}
