/*
 * engine.c - one pending event per slot, in a winner tree (winner_tree.h).
 *
 * Keys are kept inverted, as urgencies:
 *
 *	key:  t_ns 64 | delta 32 | rank 4 | actor 28
 *
 * While an event executes, its slot's leaf is empty but the nodes above still show it. If the handler
 * re-arms that slot, as most do, the new event waits in engine->own, and one replay after the handler puts
 * the path right. Until then only nodes on this path are stale: a replay of another slot may copy the
 * stale event, but only to nodes on the path.
 */
#include "engine/engine.h"

#include <glib.h>

#include "base/assert.h"
#include "engine/winner_tree.h"

#define ACTOR_BITS   28
#define ACTOR_MASK   ((UINT32_C(1) << ACTOR_BITS) - 1)
#define MIN_CAPACITY UINT32_C(16)
#define MAX_CAPACITY (UINT32_C(1) << 28)
#define NO_SLOT      UINT32_MAX

/* Below this many leaves everything is near anyway. */
#define PREFETCH_CAPACITY 1024

struct handler {
	void (*fn)(void *ctx);
	void *ctx;
};

struct slot {
	uint32_t rank_actor; /* low half of a key's low word; of a free slot: the next free one */
	uint32_t generation;
};

struct engine {
	struct tree tree;
	struct handler *handlers;
	struct slot *slots;
	uint32_t capacity;  /* leaves of the tree */
	uint32_t n_slots;   /* leaves that were ever in use */
	uint32_t executing; /* slot whose handler runs, or NO_SLOT */
	bool attention;     /* stopped, or there is a choice hook */
	bool stopped;
	bool running;
	bool chose; /* other than the lowest actor, at some time */

	int64_t now_ns;
	struct urgency last; /* executed; 0 before the first */
	struct urgency own;  /* what the handler armed for the slot being executed, or 0 */
	uint64_t n_events;

	int (*choose)(void *ctx, const uint32_t *actors, int n);
	void *choose_ctx;
	GArray *candidates; /* struct candidate */
	GArray *actors;     /* uint32_t */

	uint32_t n_slots_allocated;
	uint32_t first_free;
};

struct candidate {
	uint32_t actor;
	uint32_t slot;
};

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

/* Equal (t, delta, rank). */
static bool urgency_is_beside(struct urgency a, struct urgency b)
{
	return a.high == b.high && a.low >> ACTOR_BITS == b.low >> ACTOR_BITS;
}

static inline struct contender engine_root(const struct engine *engine)
{
	return *inner_at(&engine->tree, NODE);
}

G_NO_INLINE static void engine_replay(const struct engine *engine, uint32_t slot,
				      struct urgency urgency)
{
	replay(&engine->tree, slot * PLACE, urgency);
}

struct engine *engine_new(void)
{
	struct engine *const engine = g_new0(struct engine, 1);

	tree_init(&engine->tree, MIN_CAPACITY);
	engine->capacity = MIN_CAPACITY;
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
	tree_clear(&engine->tree);
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
		tree_grow(&engine->tree);
		engine->capacity *= 4;
	}
	if (engine->n_slots == engine->n_slots_allocated) {
		engine->n_slots_allocated *= 2;
		engine->slots = g_renew(struct slot, engine->slots, engine->n_slots_allocated);
		engine->handlers =
			g_renew(struct handler, engine->handlers, engine->n_slots_allocated);
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
		engine->executing =
			NO_SLOT; /* its path is right now, and its index may be reused */

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

static void engine_set(struct engine *engine, uint32_t slot, struct urgency urgency)
{
	if (slot == engine->executing)
		engine->own = urgency;
	else
		engine_replay(engine, slot, urgency);
}

G_ALWAYS_INLINE static inline void engine_arm_n(struct engine *engine, struct sim_slot slot,
						int64_t t_ns, uint32_t n_deltas)
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
	const struct urgency urgency = { .low = ~((uint64_t)delta << 32 | rank_actor),
					 .high = ~(uint64_t)t_ns };

	sim_assert(t_ns >= engine->now_ns);
	sim_assert(engine->n_events == 0 || urgency_is_below(urgency, engine->last));
	engine_set(engine, slot.index, urgency);
}

void engine_cancel(struct engine *engine, struct sim_slot slot)
{
	(void)engine_slot(engine, slot);
	engine_set(engine, slot.index, NOTHING);
}

static struct urgency engine_slot_urgency(const struct engine *engine, struct sim_slot slot)
{
	(void)engine_slot(engine, slot);
	return slot.index == engine->executing ? engine->own
					       : *leaf_at(&engine->tree, slot.index * PLACE);
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
	const struct tree *const tree = &engine->tree;
	struct contender next = engine_root(engine);

	if (engine->executing != NO_SLOT) {
		/* The root is stale. Every other slot is beside or below a sibling of the path to it. */
		const uint64_t place = engine->executing * PLACE;

		next = (struct contender){ .urgency = engine->own, .place = place };
		for (uint64_t i = 1; i <= 3; i++)
			match(&next, leaf_contender(tree, place ^ i * PLACE));
		for (uint64_t node = leaf_parent(tree, place); node > NODE;
		     node = inner_parent(node)) {
			for (uint64_t i = 1; i <= 3; i++)
				match(&next, *inner_at(tree, node ^ i * NODE));
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

/* Collects the slots below node number @node whose (t, delta, rank) is that of @first. */
static void engine_collect(struct engine *engine, struct urgency first, uint64_t node)
{
	const bool is_leaf = node >= engine->capacity;
	const uint64_t slot = node - engine->capacity;
	const struct urgency urgency = is_leaf ? *leaf_at(&engine->tree, slot * PLACE)
					       : inner_at(&engine->tree, node * NODE)->urgency;

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
	const struct contender root = engine_root(engine);

	g_array_set_size(candidates, 0);
	engine_collect(engine, root.urgency, 1);
	if (candidates->len < 2)
		return root;

	const int n = (int)candidates->len;

	g_array_sort(candidates, candidate_compare);
	g_array_set_size(actors, candidates->len);
	for (int i = 0; i < n; i++) {
		g_array_index(actors, uint32_t, i) =
			g_array_index(candidates, struct candidate, i).actor;
		sim_assert(i == 0 || g_array_index(actors, uint32_t, i - 1) <
					     g_array_index(actors, uint32_t, i));
	}

	const int choice =
		engine->choose(engine->choose_ctx, &g_array_index(actors, uint32_t, 0), n);

	sim_assert(choice >= 0);
	sim_assert(choice < n);
	engine->chose |= choice != 0;
	return leaf_contender(&engine->tree,
			      g_array_index(candidates, struct candidate, choice).slot * PLACE);
}

/* May @urgency execute although it is not below the last one? */
G_NO_INLINE static bool engine_is_in_order(const struct engine *engine, struct urgency urgency)
{
	return engine->n_events == 0 || (engine->chose && urgency_is_beside(urgency, engine->last));
}

G_ALWAYS_INLINE static inline const struct handler *engine_handler(const struct engine *engine,
								   uint64_t place)
{
	return (const struct handler *)(void *)((char *)engine->handlers + place);
}

/* __builtin_prefetch(), of which clang 14 makes nothing under -mgeneral-regs-only. */
G_ALWAYS_INLINE static inline void prefetch(const void *address)
{
#if defined(__x86_64__) && !defined(ENGINE_PORTABLE)
	__asm__ volatile("prefetcht0 (%[address])" : : [address] "r"(address));
#else
	__builtin_prefetch(address);
#endif
}

/* What comes after this event is most likely the winner of one of the other quarters. */
G_ALWAYS_INLINE static inline void engine_prefetch(const struct engine *engine)
{
	for (uint64_t node = 4; node < 8; node++) {
		const uint64_t place = inner_at(&engine->tree, node * NODE)->place;

		prefetch(leaf_at(&engine->tree, place));
		prefetch(engine_handler(engine, place)->ctx);
		prefetch(&engine->slots[place / PLACE]);
	}
}

/* Returns: the new root. */
G_ALWAYS_INLINE static inline struct contender engine_execute(struct engine *engine,
							      struct contender event)
{
	const struct handler *const handler = engine_handler(engine, event.place);

	/* A copy: read again after the handler, each of these would wait for what the handler stores. */
	const struct tree tree = engine->tree;

	engine->last = event.urgency;
	engine->now_ns = (int64_t)~event.urgency.high;
	engine->n_events++;
	*leaf_at(&tree, event.place) = NOTHING;
	engine->executing = (uint32_t)(event.place / PLACE);
	engine->own = NOTHING;
	if (tree.n_leaf_bytes >= PREFETCH_CAPACITY * PLACE)
		engine_prefetch(engine);

	handler->fn(handler->ctx);

	if (G_UNLIKELY(engine->executing == NO_SLOT))
		return engine_root(engine); /* it freed its slot */
	if (G_UNLIKELY(engine->tree.leaves != tree.leaves))
		return replay(&engine->tree, event.place, engine->own);
	return replay(&tree, event.place, engine->own);
}

uint64_t engine_run_until(struct engine *engine, int64_t t_end_ns)
{
	const uint64_t n_events_before = engine->n_events;
	const uint64_t urgency_end = ~(uint64_t)t_end_ns;
	struct contender event = engine_root(engine);

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

void engine_set_choice(struct engine *engine,
		       int (*choose)(void *ctx, const uint32_t *actors, int n), void *ctx)
{
	engine->choose = choose;
	engine->choose_ctx = ctx;
	engine->attention = choose != NULL || engine->stopped;
}
