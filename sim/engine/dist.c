/*
 * Integer distributions by inversion (exponential, geometric, table), exact bounded draws (uniform), and the
 * Box-Muller transform in fixed point (lognormal). A sample is a function of its address alone.
 */
#include "engine/dist.h"

#include <glib.h>

#include "base/assert.h"
#include "engine/fixed.h"

static int64_t clamp(const struct dist *dist, int64_t value)
{
	return value < dist->min ? dist->min : value > dist->max ? dist->max : value;
}

static int64_t sample_exponential(const struct dist *dist, uint64_t u)
{
	const unsigned __int128 x =
		((unsigned __int128)(uint64_t)dist->value * fixed_minus_log(u)) >> FIXED_BITS;

	return x > INT64_MAX ? INT64_MAX : (int64_t)x;
}

/* Support 1, 2, ...: the number of trials up to the first success of probability 1 / mean. */
static int64_t sample_geometric(const struct dist *dist, uint64_t u)
{
	if (dist->value <= 1)
		return 1;
	return 1 + (int64_t)(fixed_minus_log(u) / fixed_minus_log_1m((uint64_t)dist->value));
}

/* sqrt(-2 ln u) cos(2 pi v): standard normal, as signed Q57. */
static int64_t normal_q57(uint64_t u, uint64_t v)
{
	const uint64_t radius = fixed_sqrt(2 * fixed_minus_log(u));

	return (int64_t)((__int128)radius * fixed_cos_turn(v) >> FIXED_BITS);
}

static int64_t sample_lognormal(const struct dist *dist, uint64_t u, uint64_t v)
{
	const __int128 x = (__int128)normal_q57(u, v) * dist->sigma_permille / 1000;

	if (x > (__int128)60 << FIXED_BITS)
		return dist->max;
	if (x < -((__int128)60 << FIXED_BITS))
		return dist->min;
	return fixed_scale_exp(dist->value, (int64_t)x, dist->max);
}

static int64_t sample_table(const struct dist *dist, const struct rng_stream *stream, uint64_t entity,
			    uint64_t draw)
{
	const int64_t total = dist->cumulative[dist->n - 1];
	const int64_t w = (int64_t)rng_below(stream, entity, draw, (uint64_t)total);
	int low = 0, high = dist->n - 1;

	while (low < high) {
		const int middle = (low + high) / 2;

		if (dist->cumulative[middle] > w)
			high = middle;
		else
			low = middle + 1;
	}
	return dist->values[low];
}

/* A second number at the same address: the same stream with another salt. */
static uint64_t second_u64(const struct rng_stream *stream, uint64_t entity, uint64_t draw)
{
	struct rng_stream other = *stream;

	other.salt ^= UINT32_C(0x80000000);
	return rng_u64(&other, entity, draw);
}

int64_t dist_sample(const struct dist *dist, const struct rng_stream *stream, uint64_t entity,
		    uint64_t draw)
{
	switch (dist->kind) {
	case DIST_FIXED:
		return dist->value;
	case DIST_UNIFORM:
		return dist->min + (int64_t)rng_below(stream, entity, draw,
						      (uint64_t)dist->max - (uint64_t)dist->min + 1);
	case DIST_EXPONENTIAL:
		return clamp(dist, sample_exponential(dist, rng_u64(stream, entity, draw)));
	case DIST_LOGNORMAL:
		return clamp(dist, sample_lognormal(dist, rng_u64(stream, entity, draw),
						    second_u64(stream, entity, draw)));
	case DIST_GEOMETRIC:
		return clamp(dist, sample_geometric(dist, rng_u64(stream, entity, draw)));
	case DIST_TABLE:
		return clamp(dist, sample_table(dist, stream, entity, draw));
	default:
		sim_assert(!"a distribution of unknown kind");
		return 0;
	}
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

	copy.values = g_memdup2(dist->values, sizeof(int64_t) * (size_t)dist->n);
	copy.cumulative = g_memdup2(dist->cumulative, sizeof(int64_t) * (size_t)dist->n);
	return copy;
}
