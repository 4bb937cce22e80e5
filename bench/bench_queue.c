/*
 * bench_queue.c - the HOLD model: ns to take the first pending event and schedule it again.
 *
 * Two engines run the same events: ours, and a small one on what most simulators use, a binary heap with
 * its 16-byte keys inline. Both call a handler through a pointer, which schedules its actor again through
 * a function of the engine; every actor draws its next gap one event ahead. The heap has neither assertions
 * nor handles, nor could it cancel anything; its smaller child is chosen without a branch. (Bottom-up, down
 * to a leaf and up again, was the faster heap on an Intel Sapphire Rapids and the slower one on an AMD Zen 4.)
 *
 * The two run in alternating rounds on thread CPU time, and the medians are compared. Exit status 1 if
 * ours takes more than half of the heap's time at any size, thrice measured: a busy neighbour costs the
 * one more that waits less.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <glib.h>

#include "engine/engine.h"
#include "engine/rng.h"

#define N_GAPS       (1 << 9)
#define N_ROUNDS     25
#define HOLDS_ROUND  INT64_C(500000)
#define MEAN_NS      INT64_C(1000) /* between two events, whatever the number of slots */
#define TARGET_RATIO 0.5

struct bench;

struct actor {
	void *engine; /* struct engine or struct heap */
	struct sim_slot slot;
	int64_t gap_ns;
	struct bench *bench;
};

struct heap {
	unsigned __int128 *keys; /* t_ns 64 | 32 | slot 32; from 1 */
	size_t n;
	int64_t now_ns;
	struct heap_slot {
		void (*fn)(void *ctx);
		void *ctx;
	} * slots;
};

struct bench {
	int64_t *gaps;
	uint64_t n_drawn[2];
	struct engine *engine;
	struct heap heap;
	struct actor *actors[2]; /* of the engine, of the heap */
};

static int64_t thread_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static inline void heap_push(struct heap *heap, unsigned __int128 key)
{
	unsigned __int128 *const keys = heap->keys;
	size_t i = ++heap->n;

	for (; i > 1 && key < keys[i / 2]; i /= 2)
		keys[i] = keys[i / 2];
	keys[i] = key;
}

static inline unsigned __int128 heap_pop(struct heap *heap)
{
	unsigned __int128 *const keys = heap->keys;
	const unsigned __int128 first = keys[1], last = keys[heap->n];
	const size_t n = --heap->n;
	size_t i = 1;

	for (size_t child = 2; child <= n; child = 2 * i) {
		child += keys[child + 1] <
			 keys[child]; /* keys[n + 1] is the last one, or above it */
		if (last <= keys[child])
			break;
		keys[i] = keys[child];
		i = child;
	}
	keys[i] = last;
	return first;
}

/* Calls, as those of an engine in a library are. */
G_NO_INLINE static int64_t heap_now_ns(const struct heap *heap)
{
	return heap->now_ns;
}

G_NO_INLINE static void heap_schedule(struct heap *heap, uint32_t slot, int64_t t_ns)
{
	heap_push(heap, (unsigned __int128)(uint64_t)t_ns << 64 | slot);
}

G_NO_INLINE static uint64_t heap_run_until(struct heap *heap, int64_t t_end_ns)
{
	uint64_t n_events = 0;

	for (; (int64_t)(heap->keys[1] >> 64) <= t_end_ns; n_events++) {
		const unsigned __int128 key = heap_pop(heap);
		const struct heap_slot *const slot = &heap->slots[(uint32_t)key];

		heap->now_ns = (int64_t)(key >> 64);
		slot->fn(slot->ctx);
	}
	heap->now_ns = t_end_ns;
	return n_events;
}

static void engine_actor(void *ctx)
{
	struct actor *const actor = ctx;

	engine_arm(actor->engine, actor->slot, engine_now_ns(actor->engine) + actor->gap_ns);
	actor->gap_ns = actor->bench->gaps[actor->bench->n_drawn[0]++ % N_GAPS];
}

static void heap_actor(void *ctx)
{
	struct actor *const actor = ctx;

	heap_schedule(actor->engine, actor->slot.index, heap_now_ns(actor->engine) + actor->gap_ns);
	actor->gap_ns = actor->bench->gaps[actor->bench->n_drawn[1]++ % N_GAPS];
}

/* Geometric, as good as exponential: its mean grows with the number of slots. */
static int64_t *gaps_new(uint32_t n_slots)
{
	int64_t *const gaps = g_new(int64_t, N_GAPS);
	const uint64_t unit_ns = (uint64_t)MEAN_NS * n_slots / 64;
	struct rng_stream stream;

	rng_stream_init(&stream, 1, "bench", n_slots);
	for (uint64_t i = 0; i < N_GAPS; i++) {
		uint64_t n = 0;

		while (rng_below(&stream, i, n, 64) != 0)
			n++;
		gaps[i] = (int64_t)(n * unit_ns + rng_below(&stream, i, n + 1, 2 * unit_ns));
	}
	return gaps;
}

static void bench_init(struct bench *bench, uint32_t n_slots)
{
	*bench = (struct bench){ .gaps = gaps_new(n_slots), .engine = engine_new() };
	bench->actors[0] = g_new0(struct actor, n_slots);
	bench->actors[1] = g_new0(struct actor, n_slots);
	bench->heap.keys = g_new0(unsigned __int128, n_slots + 2);
	bench->heap.slots = g_new0(struct heap_slot, n_slots);

	for (uint32_t i = 0; i < n_slots; i++) {
		struct actor *const ours = &bench->actors[0][i], *const theirs =
									 &bench->actors[1][i];
		const int64_t first_ns = bench->gaps[i * UINT32_C(7919) % N_GAPS] + i;

		*ours = (struct actor){ .engine = bench->engine,
					.gap_ns = bench->gaps[i % N_GAPS],
					.bench = bench };
		ours->slot = engine_slot_new(bench->engine, SIM_RANK_TIMER, i, engine_actor, ours);
		*theirs = *ours;
		theirs->engine = &bench->heap;
		bench->heap.slots[i] = (struct heap_slot){ .fn = heap_actor, .ctx = theirs };

		engine_arm(bench->engine, ours->slot, first_ns);
		heap_schedule(&bench->heap, i, first_ns);
	}
}

static void bench_clear(struct bench *bench)
{
	engine_free(bench->engine);
	g_free(bench->gaps);
	g_free(bench->actors[0]);
	g_free(bench->actors[1]);
	g_free(bench->heap.keys);
	g_free(bench->heap.slots);
}

static int compare_double(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values, size_t n)
{
	qsort(values, n, sizeof(*values), compare_double);
	return values[n / 2];
}

/* Both have executed the same events. */
static void bench_check(const struct bench *bench, uint64_t n_ours, uint64_t n_theirs)
{
	struct sim_key next = { 0 };

	if (n_ours == n_theirs && engine_next_key(bench->engine, &next) &&
	    next.t_ns == (int64_t)(bench->heap.keys[1] >> 64))
		return;
	fprintf(stderr, "bench_queue: the two queues disagree\n");
	exit(5);
}

/* Returns: the time of ours as a multiple of the heap's. */
static double bench_size(uint32_t n_slots)
{
	double ours[N_ROUNDS], theirs[N_ROUNDS];
	struct bench bench;

	bench_init(&bench, n_slots);
	for (int round = -2; round < N_ROUNDS; round++) { /* the first ones warm up */
		const int64_t t_end_ns = engine_now_ns(bench.engine) + HOLDS_ROUND * MEAN_NS;
		const int64_t start_ns = thread_ns();
		const uint64_t n_ours = engine_run_until(bench.engine, t_end_ns);
		const int64_t middle_ns = thread_ns();
		const uint64_t n_theirs = heap_run_until(&bench.heap, t_end_ns);
		const int64_t end_ns = thread_ns();

		bench_check(&bench, n_ours, n_theirs);
		if (round >= 0) {
			ours[round] = (double)(middle_ns - start_ns) / (double)n_ours;
			theirs[round] = (double)(end_ns - middle_ns) / (double)n_theirs;
		}
	}
	bench_clear(&bench);

	const double ours_ns = median(ours, N_ROUNDS), theirs_ns = median(theirs, N_ROUNDS);

	printf("%8" PRIu32 " %12.1f %12.1f %8.2f\n", n_slots, ours_ns, theirs_ns,
	       ours_ns / theirs_ns);
	fflush(stdout);
	return ours_ns / theirs_ns;
}

int main(void)
{
	const uint32_t sizes[] = { 16, 256, 4096, 65536 };
	bool missed = false;

	printf("HOLD, ns per event, median of %d rounds\n", N_ROUNDS);
	printf("%8s %12s %12s %8s\n", "slots", "winner tree", "binary heap", "ratio");
	for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++)
		missed |= bench_size(sizes[i]) > TARGET_RATIO &&
			  bench_size(sizes[i]) > TARGET_RATIO &&
			  bench_size(sizes[i]) > TARGET_RATIO;
	if (missed)
		printf("missed: more than %.2f of the heap's time\n", TARGET_RATIO);
	return missed ? 1 : 0;
}
