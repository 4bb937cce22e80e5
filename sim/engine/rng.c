/*
 * rng.c - addresses in, random bits out.
 *
 * A stream is 96 bits of a mix of (seed, purpose, index); the counter of Philox is the address of the
 * draw. All arithmetic is on words of stated width: no byte order, no pointer enters.
 *
 *	lane(basis):  h = FNV-1a 64 of the purpose's bytes, starting at basis
 *	              s = mix(seed + PHI);  s = mix((s ^ h) + PHI);  s = mix((s ^ index) + PHI)
 *	              where mix() is the finaliser of SplitMix64
 *	key           = low, high word of lane(FNV's own basis)
 *	salt          = low word of lane(the complement of that basis)
 *
 *	counter       = entity low, entity high, draw low, draw high ^ salt
 *
 * Two streams of equal key but different salt thus differ as long as draw numbers stay below 2^32.
 */
#include "engine/rng.h"

#include <Random123/philox.h>

#include "base/assert.h"

#define FNV_BASIS UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME UINT64_C(0x00000100000001b3)
#define PHI       UINT64_C(0x9e3779b97f4a7c15)

static uint64_t mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

static uint64_t lane(uint64_t basis, uint64_t seed, const char *purpose, uint64_t index)
{
	uint64_t h = basis;

	for (const char *c = purpose; *c != '\0'; c++)
		h = (h ^ (unsigned char)*c) * FNV_PRIME;

	uint64_t s = mix(seed + PHI);

	s = mix((s ^ h) + PHI);
	return mix((s ^ index) + PHI);
}

void rng_stream_init(struct rng_stream *stream, uint64_t seed, const char *purpose, uint64_t index)
{
	const uint64_t key = lane(FNV_BASIS, seed, purpose, index);

	stream->key[0] = (uint32_t)key;
	stream->key[1] = (uint32_t)(key >> 32);
	stream->salt = (uint32_t)lane(~FNV_BASIS, seed, purpose, index);
}

struct rng_block rng_block(const struct rng_stream *stream, uint64_t entity, uint64_t draw)
{
	const philox4x32_key_t key = { { stream->key[0], stream->key[1] } };
	const philox4x32_ctr_t counter = { { (uint32_t)entity, (uint32_t)(entity >> 32),
					     (uint32_t)draw,
					     (uint32_t)(draw >> 32) ^ stream->salt } };
	const philox4x32_ctr_t random = philox4x32_R(10, counter, key);

	return (struct rng_block){ .words = {
					   random.v[0] | (uint64_t)random.v[1] << 32,
					   random.v[2] | (uint64_t)random.v[3] << 32,
				   } };
}

uint64_t rng_u64(const struct rng_stream *stream, uint64_t entity, uint64_t draw)
{
	return rng_block(stream, entity, draw).words[0];
}

/*
 * Lemire's multiply-shift: the high word of bits * n is below n, and exactly uniform once products whose
 * low word is below 2^64 mod n are rejected. A rejected block is itself the address of the next attempt,
 * so that no attempt uses the address of another draw.
 */
uint64_t rng_below(const struct rng_stream *stream, uint64_t entity, uint64_t draw, uint64_t n)
{
	sim_assert(n >= 1);

	struct rng_block block = rng_block(stream, entity, draw);
	unsigned __int128 product = (unsigned __int128)block.words[0] * n;

	if ((uint64_t)product < n) {
		const uint64_t threshold = -n % n;

		while ((uint64_t)product < threshold) {
			block = rng_block(stream, block.words[0], block.words[1]);
			product = (unsigned __int128)block.words[0] * n;
		}
	}
	return (uint64_t)(product >> 64);
}
