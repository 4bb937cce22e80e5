/* test_rng.c - published vectors, independent addresses, golden words. */
#include <math.h>

#include <glib.h>

#include "engine/rng.h"

/* kat_vectors of Random123: philox4x32, 10 rounds. */
static void test_known_answers(void)
{
	static const struct {
		uint32_t counter[4], key[2], random[4];
	} vectors[] = {
		{ { 0, 0, 0, 0 }, { 0, 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
		{ { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff },
		  { 0xffffffff, 0xffffffff },
		  { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
		{ { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
		  { 0xa4093822, 0x299f31d0 },
		  { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(vectors); i++) {
		const uint32_t *const counter = vectors[i].counter, *const random =
									    vectors[i].random;
		const uint64_t entity = counter[0] | (uint64_t)counter[1] << 32;
		const uint64_t draw = counter[2] | (uint64_t)counter[3] << 32;
		struct rng_stream stream = { .key = { vectors[i].key[0], vectors[i].key[1] } };
		struct rng_block block = rng_block(&stream, entity, draw);

		g_assert_cmphex(block.words[0], ==, random[0] | (uint64_t)random[1] << 32);
		g_assert_cmphex(block.words[1], ==, random[2] | (uint64_t)random[3] << 32);
		g_assert_cmphex(rng_u64(&stream, entity, draw), ==, block.words[0]);

		/* The salt is part of the counter's last word. */
		stream.salt = 0x12345678;
		block = rng_block(&stream, entity, draw ^ UINT64_C(0x1234567800000000));
		g_assert_cmphex(block.words[0], ==, random[0] | (uint64_t)random[1] << 32);
	}
}

static void test_every_part_of_the_name_counts(void)
{
	static const struct {
		uint64_t seed;
		const char *purpose;
		uint64_t index;
	} names[] = {
		{ 1, "arrive", 0 }, { 2, "arrive", 0 },
		{ 1, "arrive", 1 }, { 1, "arrivf", 0 },
		{ 1, "", 0 },       { 0, "", 0 },
		{ 0, "", 1 },       { 0, "a", 0 },
		{ 1, "arriv", 0 },  { UINT64_MAX, "arrive", UINT64_MAX },
	};
	struct rng_stream streams[G_N_ELEMENTS(names)], again;

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		rng_stream_init(&streams[i], names[i].seed, names[i].purpose, names[i].index);
		rng_stream_init(&again, names[i].seed, names[i].purpose, names[i].index);
		g_assert_cmpmem(&streams[i], sizeof(again), &again, sizeof(again));
		for (size_t j = 0; j < i; j++) {
			g_assert_cmphex(streams[i].key[0], !=, streams[j].key[0]);
			g_assert_cmphex(streams[i].key[1], !=, streams[j].key[1]);
			g_assert_cmphex(streams[i].salt, !=, streams[j].salt);
		}
	}
}

/* An address is a value, not a position: what else was drawn, and in which order, changes nothing. */
static void test_addresses_are_independent(void)
{
	g_autoptr(GHashTable) seen =
		g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	struct rng_stream stream;
	uint64_t forwards[64][64];

	rng_stream_init(&stream, 7, "independent", 0);
	for (uint64_t entity = 0; entity < 64; entity++) {
		for (uint64_t draw = 0; draw < 64; draw++) {
			const uint64_t word = rng_u64(&stream, entity, draw);

			forwards[entity][draw] = word;
			g_assert_true(g_hash_table_add(seen, g_memdup2(&word, sizeof(word))));
		}
	}
	for (uint64_t entity = 64; entity-- > 0;) {
		(void)rng_below(&stream, entity, 3, 5); /* one more draw of this entity */
		for (uint64_t draw = 64; draw-- > 0;)
			g_assert_cmphex(rng_u64(&stream, entity, draw), ==, forwards[entity][draw]);
	}
}

static void test_below_is_uniform(void)
{
	static const uint64_t ns[] = { 1, 2, 3, 6, 7, 10, 97 };
	struct rng_stream stream;

	rng_stream_init(&stream, 11, "below", 0);
	for (size_t k = 0; k < G_N_ELEMENTS(ns); k++) {
		const uint64_t n = ns[k], n_samples = 200000;
		uint64_t counts[97] = { 0 };
		double chi_square = 0;

		for (uint64_t i = 0; i < n_samples; i++) {
			const uint64_t x = rng_below(&stream, n, i, n);

			g_assert_cmpuint(x, <, n);
			counts[x]++;
		}
		for (uint64_t i = 0; i < n; i++) {
			const double expected = (double)n_samples / (double)n;

			chi_square += ((double)counts[i] - expected) *
				      ((double)counts[i] - expected) / expected;
		}
		/* chi-square of n - 1 degrees is near normal: mean n - 1, variance 2 (n - 1); 4 sigma. */
		g_assert_cmpfloat(chi_square, <=, (double)(n - 1) + 4 * sqrt(2 * (double)(n - 1)));
	}
}

/* With n just above 2^63 every second attempt is rejected; the result stays uniform and addressed. */
static void test_below_rejects(void)
{
	const uint64_t n = (UINT64_C(1) << 63) + 1;
	struct rng_stream stream;
	uint64_t n_rejected = 0, n_low = 0;

	rng_stream_init(&stream, 13, "below", 1);
	for (uint64_t i = 0; i < 100000; i++) {
		const uint64_t x = rng_below(&stream, 0, i, n);
		const unsigned __int128 product = (unsigned __int128)rng_u64(&stream, 0, i) * n;

		g_assert_cmpuint(x, <, n);
		n_rejected += x != (uint64_t)(product >> 64);
		n_low += x < n / 2;
	}
	g_assert_cmpuint(n_rejected, >, 49000);
	g_assert_cmpuint(n_rejected, <, 51000);
	g_assert_cmpuint(n_low, >, 49300);
	g_assert_cmpuint(n_low, <, 50700);
	g_assert_cmpuint(rng_below(&stream, 5, 5, UINT64_MAX), <, UINT64_MAX);
}

/* These words are part of the meaning of a seed: they may never change. */
static void test_golden_words(void)
{
	struct rng_stream stream;
	uint64_t digest = 0;

	rng_stream_init(&stream, 1, "arrive", 0);
	g_assert_cmphex(stream.key[0], ==, 0x4b767fcb);
	g_assert_cmphex(stream.key[1], ==, 0xd47ef09e);
	g_assert_cmphex(stream.salt, ==, 0x171ec330);
	g_assert_cmphex(rng_u64(&stream, 0, 0), ==, UINT64_C(0x1b6a608c5bbbbbba));
	g_assert_cmphex(rng_u64(&stream, 0, 1), ==, UINT64_C(0x04dc20c333128615));
	g_assert_cmphex(rng_u64(&stream, 1, 0), ==, UINT64_C(0x89b42c0ebd77b34c));
	for (uint64_t i = 0; i < 100000; i++)
		digest = digest * 31 + rng_below(&stream, i % 7, i, i + 1);
	g_assert_cmphex(digest, ==, UINT64_C(0x4b56682314497219));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/rng/known-answers", test_known_answers);
	g_test_add_func("/rng/every-part-of-the-name-counts", test_every_part_of_the_name_counts);
	g_test_add_func("/rng/addresses-are-independent", test_addresses_are_independent);
	g_test_add_func("/rng/below-is-uniform", test_below_is_uniform);
	g_test_add_func("/rng/below-rejects", test_below_rejects);
	g_test_add_func("/rng/golden-words", test_golden_words);
	return g_test_run();
}
