/*
 * engine.h - the clock and the pending events.
 *
 * Pending events live in a 4-ary winner tree of slots. A slot belongs to one actor and carries at most
 * one pending event; arm, cancel and re-arm are one leaf-to-root replay without a data-dependent branch.
 * Events execute in the total order of their keys (t_ns, delta, rank, actor); nothing in a key depends on
 * the order of insertion.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* What happens first at one instant. The order is part of the model (architecture.md 4, rule 1). */
enum sim_rank {
	SIM_RANK_JIFFIES,
	SIM_RANK_TIMER,
	SIM_RANK_OP_END,
	SIM_RANK_TICK,
	SIM_RANK_IPI,
	SIM_RANK_SOFTIRQ,
	SIM_RANK_WAKE,
	SIM_RANK_ARRIVAL,
	SIM_RANK_OBSERVER,
	SIM_RANK_STOP,
	SIM_N_RANKS
};

struct sim_key {
	int64_t t_ns;
	uint32_t delta;
	enum sim_rank rank;
	uint32_t actor; /* stable id below 2^28: a CPU, a task */
};

/* < 0, 0 or > 0 as a is before, equal to or after b. */
int sim_key_compare(const struct sim_key *a, const struct sim_key *b);

struct sim_slot {
	uint32_t index;
	uint32_t generation; /* a freed slot's handle is recognised (asserted) */
};

struct engine;

struct engine *engine_new(void);
void engine_free(struct engine *engine);

/**
 * engine_slot_new:
 * @fn: called with @ctx when the slot's event executes; the slot is disarmed by then and may be re-armed
 *
 * Takes a slot from the free list; the tree grows when it is full, to 2^28 slots. No two armed
 * slots may share rank and actor at one (t, delta): executed keys strictly increase (asserted).
 */
struct sim_slot engine_slot_new(struct engine *engine, enum sim_rank rank, uint32_t actor,
				void (*fn)(void *ctx), void *ctx);
void engine_slot_free(struct engine *engine, struct sim_slot slot);

/**
 * engine_arm:
 * @t_ns: not before now
 *
 * Arms or re-arms. At the current instant the event goes to the current delta if its rank is above the
 * rank being executed, else to the next delta; at a later instant to delta 0. Between two runs the event
 * executed last still counts as the one being executed, at its own instant.
 */
void engine_arm(struct engine *engine, struct sim_slot slot, int64_t t_ns);
/* As engine_arm(), @n_deltas further on: the end of a run of @n_deltas + 1 operations without cost. */
void engine_arm_after(struct engine *engine, struct sim_slot slot, int64_t t_ns, uint32_t n_deltas);
/*
 * Arms at exactly (@t_ns, @delta), which must come after the event being executed: what was armed earlier and
 * is armed again keeps its place.
 */
void engine_arm_at(struct engine *engine, struct sim_slot slot, int64_t t_ns, uint32_t delta);
void engine_cancel(struct engine *engine, struct sim_slot slot);
bool engine_is_armed(const struct engine *engine, struct sim_slot slot);
/* Key of the slot's pending event; it must be armed. */
struct sim_key engine_slot_key(const struct engine *engine, struct sim_slot slot);

int64_t engine_now_ns(const struct engine *engine);
/* Key of the event being executed (of the last one executed between events; zero before the first). */
struct sim_key engine_now_key(const struct engine *engine);
/* Key of the next pending event; false if there is none. */
bool engine_next_key(const struct engine *engine, struct sim_key *ret_key);

/**
 * engine_run_until:
 * @t_end_ns: events due at @t_end_ns are executed; now is @t_end_ns afterwards
 *
 * Returns: number of events executed
 */
uint64_t engine_run_until(struct engine *engine, int64_t t_end_ns);
/* Ends engine_run_until() after the current event; the clock stays where it is. Nothing between runs. */
void engine_stop(struct engine *engine);
uint64_t engine_n_events(const struct engine *engine);

/**
 * engine_set_choice:
 * @choose: called when @n >= 2 events share (t, delta, rank), with their actors in ascending order;
 *   returns the place of the one to execute first. %NULL restores the default, the lowest actor.
 *
 * The one choice point: exploring and schedule fuzzing plug in here. After a choice other than 0 the
 * remaining candidates execute at the same (t, delta, rank); the strict order of keys is then checked on
 * (t, delta, rank) only.
 */
void engine_set_choice(struct engine *engine,
		       int (*choose)(void *ctx, const uint32_t *actors, int n), void *ctx);
