/* random.h - what random tests draw from: equal seed, equal draws. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct random {
	uint64_t state;
};

/* SplitMix64 */
static inline uint64_t next(struct random *r)
{
	uint64_t z = r->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static inline int64_t between(struct random *r, int64_t low, int64_t high)
{
	return low + (int64_t)(next(r) % (uint64_t)(high - low + 1));
}

static inline bool chance(struct random *r, int percent)
{
	return between(r, 1, 100) <= percent;
}

#define PICK(r, array) ((array)[next(r) % G_N_ELEMENTS(array)])
