/*
 * rng.h - named counter-based random streams (Philox4x32-10 of Random123).
 *
 * A draw is a pure function of (seed, purpose, index, entity, draw number): nothing is consumed in an
 * order, so a change of policy never shifts the arrivals it is compared on (common random numbers).
 */
#pragma once

#include <stdint.h>

struct rng_stream {
	uint32_t key[2]; /* Philox key, mixed from seed, purpose and index */
	uint32_t salt;   /* a further word of the same mix, part of the counter */
};

/**
 * rng_stream_init:
 * @seed: of the run
 * @purpose: stable name of what the numbers are for, as "arrive" or "vmas"
 * @index: which one of several equal sources (a workload's place in the scenario, a CPU)
 */
void rng_stream_init(struct rng_stream *stream, uint64_t seed, const char *purpose, uint64_t index);

/* 128 uniform random bits at address (@entity, @draw) of @stream. */
struct rng_block {
	uint64_t words[2];
};

struct rng_block rng_block(const struct rng_stream *stream, uint64_t entity, uint64_t draw);

/* 64 uniform random bits at address (@entity, @draw) of @stream: the first word of its block. */
uint64_t rng_u64(const struct rng_stream *stream, uint64_t entity, uint64_t draw);

/* Uniform in [0, @n - 1], exactly (multiply-shift with rejection inside the address); @n >= 1. */
uint64_t rng_below(const struct rng_stream *stream, uint64_t entity, uint64_t draw, uint64_t n);
