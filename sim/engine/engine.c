/*
 * engine.c - one pending event per slot, in a 4-ary winner tree.
 *
 *	            inner[1]                  the root: the most urgent event of all
 *	     /       |       |       \
 *	   [4]      [5]     [6]      [7]      children of node p: 4p ... 4p + 3
 *	 /  |  \ \   ...                      the last level: leaves[i] for slot i is node capacity + i
 *
 * A node holds the most urgent event below it and whose that is. To arm, re-arm or cancel a slot, its leaf
 * is written and the matches on the way to the root are replayed. The best of the three siblings does not
 * depend on what comes up from below, so each level adds one compare-and-select to the critical path, and
 * none of it is a branch on data.
 *
 * Keys are kept inverted, as urgencies: the first event has the greatest one, and 0 is no event. That
 * makes fresh zero pages an empty tree; the levels begin at the powers of four, so that parents and
 * siblings are shifts and exclusive ors, and what lies between two levels is never touched.
 *
 *	key:  t_ns 64 | delta 32 | rank 4 | actor 28
 *
 * While an event executes, its slot's leaf is empty but the nodes above still show it. If the handler
 * re-arms that slot, as most do, the new event waits in engine->own, and one replay after the handler puts
 * the path right. Until then only nodes on this path are stale: a replay of another slot may copy the
 * stale event, but only to nodes on the path.
 */
#include "engine/engine.h"

#include <string.h>

#include <glib.h>

#include "base/assert.h"

#define ACTOR_BITS   28
#define ACTOR_MASK   ((UINT32_C(1) << ACTOR_BITS) - 1)
#define MIN_CAPACITY UINT32_C(16)
#define MAX_CAPACITY (UINT32_C(1) << 28)
#define NO_SLOT	     UINT32_MAX
#define CACHE_LINE   64
#define PLACE	     UINT64_C(16)

/* Below this many leaves everything is near anyway. */
#define PREFETCH_CAPACITY 1024

struct urgency {
	uint64_t low;  /* ~(delta | rank | actor) */
	uint64_t high; /* ~t_ns: the top bit is set if there is an event */
};

struct contender {
	struct urgency urgency;
	uint64_t place; /* of the slot: 16 * index, where its leaf and its handler are */
};

/* Half a cache line: four siblings are two neighbouring lines. */
struct node {
	struct contender winner;
	uint64_t unused;
};

struct handler {
	void (*fn)(void *ctx);
	void *ctx;
};

struct slot {
	uint32_t rank_actor; /* low half of a key's low word; of a free slot: the next free one */
	uint32_t generation;
};

struct engine {
	struct node *inner;
	struct urgency *leaves;
	struct handler *handlers;
	struct slot *slots;
	uint32_t capacity;  /* leaves, a power of four */
	uint32_t n_slots;   /* leaves that were ever in use */
	uint32_t executing; /* slot whose handler runs, or NO_SLOT */
	bool attention;	    /* stopped, or there is a choice hook */
	bool stopped;
	bool running;
	bool chose; /* the last event executed was not the lowest actor of its candidates */

	int64_t now_ns;
	struct urgency last; /* executed; 0 before the first */
	struct urgency own;  /* what the handler armed for the slot being executed, or 0 */
	uint64_t n_events;

	int (*choose)(void *ctx, const uint32_t *actors, int n);
	void *choose_ctx;
	GArray *candidates; /* struct candidate */
	GArray *actors;	    /* uint32_t */

	uint32_t n_slots_allocated;
	uint32_t first_free;
	void *inner_memory, *leaves_memory; /* as allocated, before alignment */
};

struct candidate {
	uint32_t actor;
	uint32_t slot;
};

static const struct urgency NOTHING = { 0, 0 };

int sim_key_compare(const struct sim_key *a, const struct sim_key *b)
{
	if (a->t_ns != b->t_ns)
		return a->t_ns < b->t_ns ? -1 : 1;
	if (a->delta != b->delta)
		return a->delta < b->delta ? -1 : 1;
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return (a->actor > b->actor) - (a->actor < b->actor);
}

static struct sim_key urgency_key(struct urgency urgency)
{
	const uint64_t low = ~urgency.low;

	return (struct sim_key){
		.t_ns = (int64_t)~urgency.high,
		.delta = (uint32_t)(low >> 32),
		.rank = (enum sim_rank)((uint32_t)low >> ACTOR_BITS),
		.actor = (uint32_t)low & ACTOR_MASK,
	};
}

static inline bool urgency_is_event(struct urgency urgency)
{
	return urgency.high != 0;
}

static inline bool urgency_is_below(struct urgency a, struct urgency b)
{
	return ((unsigned __int128)a.high << 64 | a.low) < ((unsigned __int128)b.high << 64 | b.low);
}

/* Equal (t, delta, rank). */
static bool urgency_is_beside(struct urgency a, struct urgency b)
{
	return a.high == b.high && a.low >> ACTOR_BITS == b.low >> ACTOR_BITS;
}

/*
 * Leaves in @best the more urgent of it and its challenger.
 *
 * A comparison of 128 bits and three conditional moves. Of the C below, gcc 12 and clang 14 make branches
 * here and there; mispredicted half of the time, these cost more than all the rest of a replay.
 */
G_ALWAYS_INLINE static inline void match(struct contender *best, struct contender challenger)
{
#if defined(__x86_64__) && !defined(ENGINE_PORTABLE)
	uint64_t high = best->urgency.high;

	__asm__("cmpq %[challenger_low], %[low]\n\t"
		"sbbq %[challenger_high], %[borrow]\n\t"
		"cmovcq %[challenger_low], %[low]\n\t"
		"cmovcq %[challenger_high], %[high]\n\t"
		"cmovcq %[challenger_place], %[place]"
		: [low] "+&r"(best->urgency.low), [high] "+&r"(best->urgency.high),
		  [place] "+&r"(best->place), [borrow] "+&r"(high)
		: [challenger_low] "r"(challenger.urgency.low),
		  [challenger_high] "r"(challenger.urgency.high),
		  [challenger_place] "r"(challenger.place)
		: "cc");
#else
	*best = urgency_is_below(best->urgency, challenger.urgency) ? challenger : *best;
#endif
}

G_ALWAYS_INLINE static inline struct urgency *leaf_at(const struct engine *engine, uint64_t place)
{
	return (struct urgency *)(void *)((char *)engine->leaves + place);
}

G_ALWAYS_INLINE static inline const struct handler *handler_at(const struct engine *engine, uint64_t place)
{
	return (const struct handler *)(void *)((char *)engine->handlers + place);
}

G_ALWAYS_INLINE static inline struct contender leaf_contender(const struct engine *engine, uint64_t place)
{
	return (struct contender){ .urgency = *leaf_at(engine, place), .place = place };
}

/* Writes the leaf of a slot and replays. Returns: the new root. */
G_ALWAYS_INLINE static inline struct contender replay(const struct engine *engine, uint64_t place,
						      struct urgency urgency)
{
	struct node *const inner = engine->inner;
	struct contender best = { .urgency = urgency, .place = place };
	struct contender rival = leaf_contender(engine, place ^ 1 * PLACE);

	*leaf_at(engine, place) = urgency;
	match(&rival, leaf_contender(engine, place ^ 2 * PLACE));
	match(&rival, leaf_contender(engine, place ^ 3 * PLACE));
	match(&best, rival);

	for (uint64_t node = (engine->capacity + place / PLACE) / 4; node > 1; node /= 4) {
		inner[node].winner = best;
		rival = inner[node ^ 1].winner;
		match(&rival, inner[node ^ 2].winner);
		match(&rival, inner[node ^ 3].winner);
		match(&best, rival);
	}
	inner[1].winner = best;
	return best;
}

G_NO_INLINE static void engine_replay(const struct engine *engine, uint32_t slot, struct urgency urgency)
{
	replay(engine, slot * PLACE, urgency);
}

/* Zeroed; aligned to a pair of cache lines. */
static void *aligned_new0(size_t n, size_t size, void **ret_memory)
{
	char *const memory = g_malloc0_n(n + 2 * CACHE_LINE / size, size);
	const uintptr_t excess = (uintptr_t)memory % (2 * CACHE_LINE);

	*ret_memory = memory;
	return excess == 0 ? memory : memory + (2 * CACHE_LINE - excess);
}

/* Matches of the nodes above the leaves in use, from scratch. */
static void engine_play_all(struct engine *engine)
{
	size_t first = engine->capacity / 4, n = (engine->n_slots + 3) / 4;

	for (size_t i = 0; i < n; i++) {
		for (size_t slot = 4 * i; slot < 4 * i + 4; slot++)
			match(&engine->inner[first + i].winner, leaf_contender(engine, slot * PLACE));
	}
	while (first > 1) {
		first /= 4;
		n = (n + 3) / 4;
		for (size_t node = first; node < first + n; node++) {
			for (size_t child = 4 * node; child < 4 * node + 4; child++)
				match(&engine->inner[node].winner, engine->inner[child].winner);
		}
	}
}

static void engine_set_capacity(struct engine *engine, uint32_t capacity)
{
	void *const old_leaves_memory = engine->leaves_memory;
	const struct urgency *const old_leaves = engine->leaves;

	engine->leaves = aligned_new0(capacity, sizeof(*engine->leaves), &engine->leaves_memory);
	if (engine->n_slots > 0)
		memcpy(engine->leaves, old_leaves, engine->n_slots * sizeof(*old_leaves));
	g_free(old_leaves_memory);

	g_free(engine->inner_memory);
	engine->inner = aligned_new0(capacity / 2, sizeof(*engine->inner), &engine->inner_memory);
	engine->capacity = capacity;
	engine_play_all(engine);
}

struct engine *engine_new(void)
{
	struct engine *const engine = g_new0(struct engine, 1);

	engine_set_capacity(engine, MIN_CAPACITY);
	engine->slots = g_new0(struct slot, MIN_CAPACITY);
	engine->handlers = g_new0(struct handler, MIN_CAPACITY);
	engine->n_slots_allocated = MIN_CAPACITY;
	engine->first_free = NO_SLOT;
	engine->executing = NO_SLOT;
	engine->candidates = g_array_new(FALSE, FALSE, sizeof(struct candidate));
	engine->actors = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	return engine;
}

void engine_free(struct engine *engine)
{
	if (engine == NULL)
		return;
	g_array_free(engine->candidates, TRUE);
	g_array_free(engine->actors, TRUE);
	g_free(engine->slots);
	g_free(engine->handlers);
	g_free(engine->leaves_memory);
	g_free(engine->inner_memory);
	g_free(engine);
}

static inline const struct slot *engine_slot(const struct engine *engine, struct sim_slot slot)
{
	sim_assert(slot.index < engine->n_slots);
	sim_assert(engine->slots[slot.index].generation == slot.generation);
	return &engine->slots[slot.index];
}

/* An index that was never in use. */
static uint32_t engine_append_slot(struct engine *engine)
{
	if (engine->n_slots == engine->capacity) {
		sim_assert(engine->capacity < MAX_CAPACITY);
		engine_set_capacity(engine, 4 * engine->capacity);
	}
	if (engine->n_slots == engine->n_slots_allocated) {
		engine->n_slots_allocated *= 2;
		engine->slots = g_renew(struct slot, engine->slots, engine->n_slots_allocated);
		engine->handlers = g_renew(struct handler, engine->handlers, engine->n_slots_allocated);
	}
	engine->slots[engine->n_slots].generation = 1; /* a handle of zeros is never valid */
	return engine->n_slots++;
}

struct sim_slot engine_slot_new(struct engine *engine, enum sim_rank rank, uint32_t actor,
				void (*fn)(void *ctx), void *ctx)
{
	uint32_t index = engine->first_free;

	sim_assert((unsigned int)rank < SIM_N_RANKS);
	sim_assert(actor <= ACTOR_MASK);
	sim_assert(fn != NULL);

	if (index == NO_SLOT)
		index = engine_append_slot(engine);
	else
		engine->first_free = engine->slots[index].rank_actor;

	struct slot *const slot = &engine->slots[index];

	engine->handlers[index] = (struct handler){ .fn = fn, .ctx = ctx };
	slot->rank_actor = (uint32_t)rank << ACTOR_BITS | actor;
	return (struct sim_slot){ .index = index, .generation = slot->generation };
}

void engine_slot_free(struct engine *engine, struct sim_slot slot)
{
	(void)engine_slot(engine, slot);
	engine_replay(engine, slot.index, NOTHING);
	if (slot.index == engine->executing)
		engine->executing = NO_SLOT; /* its path is right now, and its index may be reused */

	struct slot *const freed = &engine->slots[slot.index];

	freed->generation++;
	freed->rank_actor = engine->first_free;
	engine->first_free = slot.index;
}

/* Of an event armed at the instant of the last one executed. */
static inline uint64_t engine_delta_now(const struct engine *engine, uint32_t rank_actor,
					     uint32_t n_deltas)
{
	const uint64_t last = ~engine->last.low;
	const bool is_above = rank_actor >> ACTOR_BITS > (uint32_t)last >> ACTOR_BITS;
	const uint64_t delta = (last >> 32) + (is_above ? 0 : 1) + n_deltas;

	sim_assert(delta <= UINT32_MAX);
	return delta;
}

G_ALWAYS_INLINE static inline void engine_arm_n(struct engine *engine, struct sim_slot slot, int64_t t_ns,
						uint32_t n_deltas)
{
	const struct slot *const armed = engine_slot(engine, slot);

	sim_assert(t_ns >= engine->now_ns);

	/*
	 * A handler that re-arms its own slot finds rank and actor in the key being executed. Read from the
	 * slot they would be late: from the root to the slot, to its context, to the handle in there, and
	 * back to the slot are four loads in a row.
	 */
	const bool is_own = slot.index == engine->executing;
	const uint32_t rank_actor = is_own ? (uint32_t)~engine->last.low : armed->rank_actor;
	struct urgency urgency = { .high = ~(uint64_t)t_ns };
	uint64_t delta = n_deltas;

	if (G_UNLIKELY(urgency.high == engine->last.high))
		delta = engine_delta_now(engine, rank_actor, n_deltas);
	urgency.low = ~(delta << 32 | rank_actor);

	if (is_own)
		engine->own = urgency;
	else
		engine_replay(engine, slot.index, urgency);
}

void engine_arm(struct engine *engine, struct sim_slot slot, int64_t t_ns)
{
	engine_arm_n(engine, slot, t_ns, 0);
}

void engine_arm_after(struct engine *engine, struct sim_slot slot, int64_t t_ns, uint32_t n_deltas)
{
	engine_arm_n(engine, slot, t_ns, n_deltas);
}

void engine_arm_at(struct engine *engine, struct sim_slot slot, int64_t t_ns, uint32_t delta)
{
	const uint32_t rank_actor = engine_slot(engine, slot)->rank_actor;
	const struct urgency urgency = { .high = ~(uint64_t)t_ns,
					 .low = ~((uint64_t)delta << 32 | rank_actor) };

	/* urgencies are complements: what comes later is smaller */
	sim_assert(engine->n_events == 0 || urgency.high < engine->last.high ||
		   (urgency.high == engine->last.high && urgency.low < engine->last.low));
	if (slot.index == engine->executing)
		engine->own = urgency;
	else
		engine_replay(engine, slot.index, urgency);
}

void engine_cancel(struct engine *engine, struct sim_slot slot)
{
	(void)engine_slot(engine, slot);
	if (slot.index == engine->executing)
		engine->own = NOTHING;
	else
		engine_replay(engine, slot.index, NOTHING);
}

static struct urgency engine_slot_urgency(const struct engine *engine, struct sim_slot slot)
{
	(void)engine_slot(engine, slot);
	return slot.index == engine->executing ? engine->own : engine->leaves[slot.index];
}

bool engine_is_armed(const struct engine *engine, struct sim_slot slot)
{
	return urgency_is_event(engine_slot_urgency(engine, slot));
}

struct sim_key engine_slot_key(const struct engine *engine, struct sim_slot slot)
{
	const struct urgency urgency = engine_slot_urgency(engine, slot);

	sim_assert(urgency_is_event(urgency));
	return urgency_key(urgency);
}

int64_t engine_now_ns(const struct engine *engine)
{
	return engine->now_ns;
}

struct sim_key engine_now_key(const struct engine *engine)
{
	if (engine->n_events == 0)
		return (struct sim_key){ 0 };
	return urgency_key(engine->last);
}

bool engine_next_key(const struct engine *engine, struct sim_key *ret_key)
{
	struct contender next = engine->inner[1].winner;

	if (engine->executing != NO_SLOT) {
		/* The root is stale. Every other slot is beside or below a sibling of the path to it. */
		const uint64_t slot = engine->executing;

		next = (struct contender){ .urgency = engine->own, .place = slot * PLACE };
		for (uint64_t i = 1; i <= 3; i++)
			match(&next, leaf_contender(engine, (slot ^ i) * PLACE));
		for (uint64_t node = (engine->capacity + slot) / 4; node > 1; node /= 4) {
			for (uint64_t i = 1; i <= 3; i++)
				match(&next, engine->inner[node ^ i].winner);
		}
	}
	if (!urgency_is_event(next.urgency))
		return false;
	*ret_key = urgency_key(next.urgency);
	return true;
}

static int candidate_compare(const void *a, const void *b)
{
	const uint32_t actor_a = ((const struct candidate *)a)->actor;
	const uint32_t actor_b = ((const struct candidate *)b)->actor;

	return (actor_a > actor_b) - (actor_a < actor_b);
}

/* Collects the slots below @node whose (t, delta, rank) is that of @first. */
static void engine_collect(struct engine *engine, struct urgency first, uint64_t node)
{
	const bool is_leaf = node >= engine->capacity;
	const uint64_t slot = node - engine->capacity;
	const struct urgency urgency =
		is_leaf ? engine->leaves[slot] : engine->inner[node].winner.urgency;

	if (!urgency_is_beside(urgency, first))
		return;
	if (is_leaf) {
		const struct candidate candidate = { .actor = urgency_key(urgency).actor,
						     .slot = (uint32_t)slot };

		g_array_append_val(engine->candidates, candidate);
		return;
	}
	for (uint64_t child = 4 * node; child < 4 * node + 4; child++)
		engine_collect(engine, first, child);
}

/* The choice point. Returns: what to execute, the root unless another event is beside it. */
G_NO_INLINE static struct contender engine_choose(struct engine *engine)
{
	GArray *const candidates = engine->candidates;
	GArray *const actors = engine->actors;
	const struct contender root = engine->inner[1].winner;

	engine->chose = false;
	g_array_set_size(candidates, 0);
	engine_collect(engine, root.urgency, 1);
	if (candidates->len < 2)
		return root;

	const int n = (int)candidates->len;

	g_array_sort(candidates, candidate_compare);
	g_array_set_size(actors, candidates->len);
	for (int i = 0; i < n; i++) {
		g_array_index(actors, uint32_t, i) = g_array_index(candidates, struct candidate, i).actor;
		sim_assert(i == 0 || g_array_index(actors, uint32_t, i - 1) <
					     g_array_index(actors, uint32_t, i));
	}

	const int choice = engine->choose(engine->choose_ctx, &g_array_index(actors, uint32_t, 0), n);

	sim_assert(choice >= 0);
	sim_assert(choice < n);
	engine->chose = choice != 0;
	return leaf_contender(engine, g_array_index(candidates, struct candidate, choice).slot * PLACE);
}

/* May @urgency execute although it is not below the last one? */
G_NO_INLINE static bool engine_is_in_order(const struct engine *engine, struct urgency urgency)
{
	return engine->n_events == 0 || (engine->chose && urgency_is_beside(urgency, engine->last));
}

/* What comes after this event is most likely the winner of one of the other quarters. */
G_ALWAYS_INLINE static inline void engine_prefetch(const struct engine *engine)
{
	for (int i = 4; i < 8; i++) {
		const uint64_t place = engine->inner[i].winner.place;

		__builtin_prefetch(leaf_at(engine, place));
		__builtin_prefetch(handler_at(engine, place)->ctx);
	}
}

/* Returns: the new root. */
G_ALWAYS_INLINE static inline struct contender engine_execute(struct engine *engine, struct contender event)
{
	const struct handler *const handler = handler_at(engine, event.place);

	engine->last = event.urgency;
	engine->now_ns = (int64_t)~event.urgency.high;
	engine->n_events++;
	*leaf_at(engine, event.place) = NOTHING;
	engine->executing = (uint32_t)(event.place / PLACE);
	engine->own = NOTHING;
	if (engine->capacity >= PREFETCH_CAPACITY)
		engine_prefetch(engine);

	handler->fn(handler->ctx);

	if (G_UNLIKELY(engine->executing == NO_SLOT))
		return engine->inner[1].winner; /* it freed its slot */
	return replay(engine, event.place, engine->own);
}

uint64_t engine_run_until(struct engine *engine, int64_t t_end_ns)
{
	const uint64_t n_events_before = engine->n_events;
	const uint64_t urgency_end = ~(uint64_t)t_end_ns;
	struct contender event = engine->inner[1].winner;

	sim_assert(!engine->running);
	sim_assert(t_end_ns >= engine->now_ns);
	engine->running = true;
	engine->stopped = false;
	engine->attention = engine->choose != NULL;

	while (event.urgency.high >= urgency_end) {
		if (G_UNLIKELY(engine->attention)) {
			if (engine->stopped)
				break;
			event = engine_choose(engine);
		}
		sim_assert(urgency_is_below(event.urgency, engine->last) ||
			   engine_is_in_order(engine, event.urgency));
		event = engine_execute(engine, event);
	}

	if (!engine->stopped)
		engine->now_ns = t_end_ns;
	engine->executing = NO_SLOT;
	engine->running = false;
	return engine->n_events - n_events_before;
}

void engine_stop(struct engine *engine)
{
	engine->stopped = true;
	engine->attention = true;
}

uint64_t engine_n_events(const struct engine *engine)
{
	return engine->n_events;
}

void engine_set_choice(struct engine *engine, int (*choose)(void *ctx, const uint32_t *actors, int n),
		       void *ctx)
{
	engine->choose = choose;
	engine->choose_ctx = ctx;
	engine->attention = choose != NULL || engine->stopped;
}
