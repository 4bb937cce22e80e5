/*
 * test_engine.c - the event queue against a list that is searched from end to end.
 *
 * The oracle knows nothing of trees or stale paths: it keeps every slot's key in an array and takes the least.
 */
#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include "engine/engine.h"
#include "engine/rng.h"

static struct sim_key key_of(int64_t t_ns, uint32_t delta, enum sim_rank rank, uint32_t actor)
{
	return (struct sim_key){ .t_ns = t_ns, .delta = delta, .rank = rank, .actor = actor };
}

static void assert_key(struct sim_key a, struct sim_key b)
{
	g_assert_cmpint(a.t_ns, ==, b.t_ns);
	g_assert_cmpuint(a.delta, ==, b.delta);
	g_assert_cmpint(a.rank, ==, b.rank);
	g_assert_cmpuint(a.actor, ==, b.actor);
}

/* A handler that writes down what executes. */
struct log {
	struct engine *engine;
	GArray *keys; /* struct sim_key */
};

struct actor {
	struct log *log;
	struct sim_slot slot;
	int64_t again_ns; /* >= 0: re-arm so much later, @n_again times */
	uint32_t n_deltas;
	int n_again;
	bool stop;
};

static void actor_run(void *ctx)
{
	struct actor *const actor = ctx;
	struct engine *const engine = actor->log->engine;
	const struct sim_key now = engine_now_key(engine);

	g_assert_cmpint(engine_now_ns(engine), ==, now.t_ns);
	g_assert_false(engine_is_armed(engine, actor->slot));
	g_array_append_val(actor->log->keys, now);
	if (actor->n_again-- > 0)
		engine_arm_after(engine, actor->slot, now.t_ns + actor->again_ns, actor->n_deltas);
	if (actor->stop)
		engine_stop(engine);
}

static struct log *log_new(void)
{
	struct log *const log = g_new0(struct log, 1);

	log->engine = engine_new();
	log->keys = g_array_new(FALSE, FALSE, sizeof(struct sim_key));
	return log;
}

static void log_free(struct log *log)
{
	engine_free(log->engine);
	g_array_free(log->keys, TRUE);
	g_free(log);
}

static struct actor actor_in(struct log *log)
{
	return (struct actor){ .log = log };
}

static void actor_start(struct actor *actor, enum sim_rank rank, uint32_t number)
{
	actor->slot = engine_slot_new(actor->log->engine, rank, number, actor_run, actor);
}

static struct sim_key logged(const struct log *log, guint i)
{
	g_assert_cmpuint(i, <, log->keys->len);
	return g_array_index(log->keys, struct sim_key, i);
}

static void test_keys_compare_in_order(void)
{
	static const struct sim_key ascending[] = {
		{ 0, 0, SIM_RANK_JIFFIES, 0 },      { 0, 0, SIM_RANK_JIFFIES, 1 },
		{ 0, 0, SIM_RANK_TICK, 0 },         { 0, 1, SIM_RANK_JIFFIES, 0 },
		{ 0, 1, SIM_RANK_STOP, 7 },         { 1, 0, SIM_RANK_TIMER, 3 },
		{ INT64_MAX, 0, SIM_RANK_STOP, 1 },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(ascending); i++) {
		for (size_t j = 0; j < G_N_ELEMENTS(ascending); j++) {
			const int order = sim_key_compare(&ascending[i], &ascending[j]);

			g_assert_cmpint((order > 0) - (order < 0), ==, (i > j) - (i < j));
		}
	}
}

static void test_empty(void)
{
	struct engine *const engine = engine_new();
	struct sim_key key;

	g_assert_false(engine_next_key(engine, &key));
	g_assert_cmpuint(engine_run_until(engine, 100), ==, 0);
	g_assert_cmpint(engine_now_ns(engine), ==, 100);
	g_assert_cmpuint(engine_run_until(engine, 100), ==, 0);
	g_assert_cmpuint(engine_run_until(engine, INT64_MAX), ==, 0);
	g_assert_cmpint(engine_now_ns(engine), ==, INT64_MAX);
	assert_key(engine_now_key(engine), key_of(0, 0, SIM_RANK_JIFFIES, 0));
	engine_free(engine);
	engine_free(NULL);
}

/* What is armed first is no part of the order. */
static void test_ties_by_rank_then_actor(void)
{
	struct log *const log = log_new();
	struct actor actors[4] = { actor_in(log), actor_in(log), actor_in(log), actor_in(log) };

	actor_start(&actors[0], SIM_RANK_TICK, 9);
	actor_start(&actors[1], SIM_RANK_TICK, 2);
	actor_start(&actors[2], SIM_RANK_JIFFIES, 12345678);
	actor_start(&actors[3], SIM_RANK_STOP, 0);
	for (int i = 0; i < 4; i++)
		engine_arm(log->engine, actors[3 - i].slot, 50);

	g_assert_cmpuint(engine_run_until(log->engine, 49), ==, 0);
	g_assert_cmpuint(engine_run_until(log->engine, 50), ==, 4);
	assert_key(logged(log, 0), key_of(50, 0, SIM_RANK_JIFFIES, 12345678));
	assert_key(logged(log, 1), key_of(50, 0, SIM_RANK_TICK, 2));
	assert_key(logged(log, 2), key_of(50, 0, SIM_RANK_TICK, 9));
	assert_key(logged(log, 3), key_of(50, 0, SIM_RANK_STOP, 0));
	log_free(log);
}

static void test_first_and_last_key(void)
{
	struct log *const log = log_new();
	struct actor first = actor_in(log), last = actor_in(log);

	actor_start(&first, SIM_RANK_JIFFIES, 0);
	actor_start(&last, SIM_RANK_STOP, (1U << 28) - 1);
	engine_arm(log->engine, first.slot, 0);
	engine_arm_after(log->engine, last.slot, INT64_MAX, UINT32_MAX);
	assert_key(engine_slot_key(log->engine, first.slot), key_of(0, 0, SIM_RANK_JIFFIES, 0));
	g_assert_cmpuint(engine_run_until(log->engine, INT64_MAX), ==, 2);
	assert_key(logged(log, 1), key_of(INT64_MAX, UINT32_MAX, SIM_RANK_STOP, (1U << 28) - 1));
	log_free(log);
}

/* At its own instant, an event goes to the next delta unless its rank is still to come. */
static void test_zero_delay(void)
{
	struct log *const log = log_new();
	struct actor zero = actor_in(log), tick = actor_in(log);

	actor_start(&zero, SIM_RANK_TICK, 5);
	actor_start(&tick, SIM_RANK_TICK, 6);
	zero.n_again = 3;
	engine_arm(log->engine, zero.slot, 10);
	engine_arm(log->engine, tick.slot, 10);
	engine_run_until(log->engine, 10);
	assert_key(logged(log, 0), key_of(10, 0, SIM_RANK_TICK, 5));
	assert_key(logged(log, 1), key_of(10, 0, SIM_RANK_TICK, 6));
	assert_key(logged(log, 2), key_of(10, 1, SIM_RANK_TICK, 5));
	assert_key(logged(log, 3), key_of(10, 2, SIM_RANK_TICK, 5));
	assert_key(logged(log, 4), key_of(10, 3, SIM_RANK_TICK, 5));
	log_free(log);
}

/* The end of a run of n + 1 operations without cost. */
static void test_arm_after_skips_deltas(void)
{
	struct log *const log = log_new();
	struct actor run = actor_in(log), later = actor_in(log);

	actor_start(&run, SIM_RANK_OP_END, 1);
	actor_start(&later, SIM_RANK_OP_END, 2);
	run.n_again = 2;
	run.n_deltas = 99;
	engine_arm_after(log->engine, run.slot, 0, 99);
	engine_arm_after(log->engine, later.slot, 7, 3);
	engine_run_until(log->engine, 7);
	assert_key(logged(log, 0), key_of(0, 99, SIM_RANK_OP_END, 1));
	assert_key(logged(log, 1), key_of(0, 199, SIM_RANK_OP_END, 1));
	assert_key(logged(log, 2), key_of(0, 299, SIM_RANK_OP_END, 1));
	assert_key(logged(log, 3), key_of(7, 3, SIM_RANK_OP_END, 2));
	log_free(log);
}

struct pair {
	struct engine *engine;
	struct sim_slot below, same, above;
};

static void pair_run(void *ctx)
{
	struct pair *const pair = ctx;
	const int64_t now_ns = engine_now_ns(pair->engine);

	engine_arm(pair->engine, pair->below, now_ns);
	engine_arm(pair->engine, pair->same, now_ns);
	engine_arm(pair->engine, pair->above, now_ns);
	assert_key(engine_slot_key(pair->engine, pair->below),
		   key_of(now_ns, 1, SIM_RANK_TIMER, 1));
	assert_key(engine_slot_key(pair->engine, pair->same), key_of(now_ns, 1, SIM_RANK_TICK, 2));
	assert_key(engine_slot_key(pair->engine, pair->above), key_of(now_ns, 0, SIM_RANK_IPI, 0));
	engine_arm(pair->engine, pair->below, now_ns + 1);
	assert_key(engine_slot_key(pair->engine, pair->below),
		   key_of(now_ns + 1, 0, SIM_RANK_TIMER, 1));
}

static void test_delta_by_rank(void)
{
	struct log *const log = log_new();
	struct pair pair = { .engine = log->engine };
	struct actor others[3] = { actor_in(log), actor_in(log), actor_in(log) };
	struct sim_slot slot;

	actor_start(&others[0], SIM_RANK_TIMER, 1);
	actor_start(&others[1], SIM_RANK_TICK, 2);
	actor_start(&others[2], SIM_RANK_IPI, 0);
	pair.below = others[0].slot;
	pair.same = others[1].slot;
	pair.above = others[2].slot;
	slot = engine_slot_new(log->engine, SIM_RANK_TICK, 1, pair_run, &pair);
	engine_arm(log->engine, slot, 1000);
	g_assert_cmpuint(engine_run_until(log->engine, 2000), ==, 4);
	assert_key(logged(log, 0), key_of(1000, 0, SIM_RANK_IPI, 0));
	assert_key(logged(log, 1), key_of(1000, 1, SIM_RANK_TICK, 2));
	assert_key(logged(log, 2), key_of(1001, 0, SIM_RANK_TIMER, 1));
	log_free(log);
}

/* From outside: before the first event and at an instant without one, everything is still to come; after
 * the last event of an instant, what that event itself might have armed. */
static void test_arming_between_runs(void)
{
	struct log *const log = log_new();
	struct actor tick = actor_in(log), ipi = actor_in(log);

	actor_start(&tick, SIM_RANK_TICK, 3);
	actor_start(&ipi, SIM_RANK_IPI, 3);
	engine_arm(log->engine, tick.slot, 0);
	assert_key(engine_slot_key(log->engine, tick.slot), key_of(0, 0, SIM_RANK_TICK, 3));

	engine_run_until(log->engine, 0);
	engine_arm(log->engine, tick.slot, 0);
	engine_arm(log->engine, ipi.slot, 0);
	assert_key(engine_slot_key(log->engine, tick.slot), key_of(0, 1, SIM_RANK_TICK, 3));
	assert_key(engine_slot_key(log->engine, ipi.slot), key_of(0, 0, SIM_RANK_IPI, 3));

	engine_run_until(log->engine, 30);
	assert_key(engine_now_key(log->engine), key_of(0, 1, SIM_RANK_TICK, 3));
	engine_arm(log->engine, tick.slot, 30);
	assert_key(engine_slot_key(log->engine, tick.slot), key_of(30, 0, SIM_RANK_TICK, 3));
	engine_run_until(log->engine, 30);
	g_assert_cmpuint(engine_n_events(log->engine), ==, 4);
	log_free(log);
}

static void test_arm_at_an_exact_key(void)
{
	struct log *const log = log_new();
	struct actor tick = actor_in(log), ipi = actor_in(log);

	actor_start(&tick, SIM_RANK_TICK, 3);
	actor_start(&ipi, SIM_RANK_IPI, 3);
	engine_arm_at(log->engine, tick.slot, 0, 0);
	engine_arm_at(log->engine, ipi.slot, 5, 17);
	engine_run_until(log->engine, 4);
	engine_arm_at(log->engine, tick.slot, 5, 17);
	engine_run_until(log->engine, 5);
	assert_key(logged(log, 0), key_of(0, 0, SIM_RANK_TICK, 3));
	assert_key(logged(log, 1), key_of(5, 17, SIM_RANK_TICK, 3));
	assert_key(logged(log, 2), key_of(5, 17, SIM_RANK_IPI, 3));
	log_free(log);
}

static void test_stop(void)
{
	struct log *const log = log_new();
	struct actor one = actor_in(log), two = actor_in(log);

	actor_start(&one, SIM_RANK_TICK, 1);
	actor_start(&two, SIM_RANK_TICK, 2);
	one.stop = true;
	engine_arm(log->engine, one.slot, 10);
	engine_arm(log->engine, two.slot, 10);
	engine_stop(log->engine); /* between runs: nothing to end */
	g_assert_cmpuint(engine_run_until(log->engine, 100), ==, 1);
	g_assert_cmpint(engine_now_ns(log->engine), ==, 10);
	g_assert_cmpuint(engine_run_until(log->engine, 100), ==, 1);
	g_assert_cmpint(engine_now_ns(log->engine), ==, 100);
	log_free(log);
}

/* --- against the oracle --- */

#define MAX_ORACLE_SLOTS    300
#define N_ORACLE_OPERATIONS 1000000

struct oracle_slot {
	struct oracle *oracle;
	struct sim_slot slot;
	bool exists, armed;
	struct sim_key key; /* rank and actor; if armed, all of it */
};

struct oracle {
	struct engine *engine;
	struct rng_stream stream;
	uint64_t n_draws;
	struct oracle_slot slots[MAX_ORACLE_SLOTS];
	uint64_t n_slots; /* in use at present; more after each phase */
	struct sim_key last;
	uint64_t n_events, n_operations, n_ties;
};

static uint64_t oracle_draw(struct oracle *oracle, uint64_t n)
{
	return rng_below(&oracle->stream, 0, oracle->n_draws++, n);
}

static struct oracle_slot *oracle_first(struct oracle *oracle)
{
	struct oracle_slot *first = NULL;

	for (uint64_t i = 0; i < oracle->n_slots; i++) {
		struct oracle_slot *const slot = &oracle->slots[i];

		if (slot->armed && (first == NULL || sim_key_compare(&slot->key, &first->key) < 0))
			first = slot;
	}
	return first;
}

static void oracle_arm(struct oracle *oracle, struct oracle_slot *slot)
{
	/* Short and often zero, so that ties are the rule. */
	const int64_t now_ns = engine_now_ns(oracle->engine);
	const int64_t t_ns = now_ns + (int64_t)(oracle_draw(oracle, 8) * oracle_draw(oracle, 4));
	const uint32_t n_deltas =
		oracle_draw(oracle, 8) == 0 ? (uint32_t)oracle_draw(oracle, 4) : 0;

	if (n_deltas == 0)
		engine_arm(oracle->engine, slot->slot, t_ns);
	else
		engine_arm_after(oracle->engine, slot->slot, t_ns, n_deltas);

	slot->armed = true;
	slot->key.t_ns = t_ns;
	slot->key.delta = n_deltas;
	if (oracle->n_events > 0 && t_ns == oracle->last.t_ns)
		slot->key.delta +=
			oracle->last.delta + (slot->key.rank > oracle->last.rank ? 0 : 1);
}

static void oracle_run(void *ctx);

static void oracle_renew(struct oracle *oracle, struct oracle_slot *slot)
{
	if (slot->exists)
		engine_slot_free(oracle->engine, slot->slot);
	slot->exists = true;
	slot->armed = false;
	slot->key.rank = (enum sim_rank)oracle_draw(oracle, SIM_N_RANKS);
	slot->slot =
		engine_slot_new(oracle->engine, slot->key.rank, slot->key.actor, oracle_run, slot);
}

static void oracle_check(struct oracle *oracle, const struct oracle_slot *slot)
{
	g_assert_cmpint(engine_is_armed(oracle->engine, slot->slot), ==, slot->armed);
	if (slot->armed)
		assert_key(engine_slot_key(oracle->engine, slot->slot), slot->key);

	if (oracle_draw(oracle, 8) == 0) {
		const struct oracle_slot *const first = oracle_first(oracle);
		struct sim_key next;

		g_assert_cmpint(engine_next_key(oracle->engine, &next), ==, first != NULL);
		if (first != NULL)
			assert_key(next, first->key);
	}
}

static void oracle_operate(struct oracle *oracle, struct oracle_slot *slot)
{
	const uint64_t choice = oracle_draw(oracle, 16);

	oracle->n_operations++;
	if (!slot->exists || choice == 0) {
		oracle_renew(oracle, slot);
	} else if (choice <= 3) {
		engine_cancel(oracle->engine, slot->slot);
		slot->armed = false;
	} else {
		oracle_arm(oracle, slot);
	}
	oracle_check(oracle, slot);
}

static void oracle_run(void *ctx)
{
	struct oracle_slot *const slot = ctx;
	struct oracle *const oracle = slot->oracle;

	g_assert_true(slot == oracle_first(oracle));
	assert_key(engine_now_key(oracle->engine), slot->key);
	g_assert_true(oracle->n_events == 0 || sim_key_compare(&oracle->last, &slot->key) < 0);
	oracle->n_ties += oracle->n_events > 0 && oracle->last.t_ns == slot->key.t_ns;
	oracle->last = slot->key;
	oracle->n_events++;
	g_assert_cmpuint(engine_n_events(oracle->engine), ==, oracle->n_events);
	slot->armed = false;
	oracle_check(oracle, slot);

	/* Itself, others, both in any order, or none. */
	for (uint64_t n = oracle_draw(oracle, 4); n > 0; n--) {
		const bool itself = oracle_draw(oracle, 2) == 0;

		oracle_operate(oracle,
			       itself ? slot
				      : &oracle->slots[oracle_draw(oracle, oracle->n_slots)]);
	}
}

static void test_against_a_list(void)
{
	struct oracle *const oracle = g_new0(struct oracle, 1);
	const struct oracle_slot *first;

	oracle->engine = engine_new();
	rng_stream_init(&oracle->stream, 1, "oracle", 0);
	for (uint32_t i = 0; i < MAX_ORACLE_SLOTS; i++) {
		oracle->slots[i].oracle = oracle;
		oracle->slots[i].key.actor =
			i * UINT32_C(2654435761) % (1U << 28); /* all different */
	}
	for (oracle->n_slots = 1; oracle->n_operations < N_ORACLE_OPERATIONS;) {
		for (int i = 0; i < 8; i++)
			oracle_operate(oracle,
				       &oracle->slots[oracle_draw(oracle, oracle->n_slots)]);

		const int64_t t_end_ns =
			engine_now_ns(oracle->engine) + (int64_t)oracle_draw(oracle, 200);
		const uint64_t n_events_before = oracle->n_events;

		g_assert_cmpuint(engine_run_until(oracle->engine, t_end_ns), ==,
				 oracle->n_events - n_events_before);
		g_assert_cmpint(engine_now_ns(oracle->engine), ==, t_end_ns);
		first = oracle_first(oracle);
		g_assert_true(first == NULL || first->key.t_ns > t_end_ns);
		oracle->n_slots = 1 + oracle->n_operations * MAX_ORACLE_SLOTS / N_ORACLE_OPERATIONS;
		oracle->n_slots = MIN(oracle->n_slots, MAX_ORACLE_SLOTS);
	}
	g_assert_cmpuint(oracle->n_events, >, 100000);
	g_assert_cmpuint(oracle->n_ties, >, 10000);
	engine_free(oracle->engine);
	g_free(oracle);
}

/* --- slots --- */

static void test_growth_keeps_what_is_armed(void)
{
	struct log *const log = log_new();
	const uint32_t n = 5000;
	g_autofree struct actor *actors = g_new0(struct actor, n);

	for (uint32_t i = 0; i < n; i++) {
		actors[i].log = log;
		actor_start(&actors[i], SIM_RANK_TIMER, i);
		engine_arm(log->engine, actors[i].slot, (int64_t)(i * 7919 % n) / 3);
	}
	g_assert_cmpuint(engine_run_until(log->engine, n), ==, n);
	for (uint32_t i = 1; i < n; i++) {
		const struct sim_key before = logged(log, i - 1), key = logged(log, i);

		g_assert_cmpint(sim_key_compare(&before, &key), <, 0);
	}
	log_free(log);
}

struct grower {
	struct log *log;
	struct sim_slot slot;
	struct actor children[300];
};

/* A handler that re-arms itself first, then makes the tree grow twice. */
static void grower_run(void *ctx)
{
	struct grower *const grower = ctx;
	struct engine *const engine = grower->log->engine;
	const struct sim_key again = key_of(200, 0, SIM_RANK_TIMER, 1000);
	struct sim_key next;

	if (engine_now_ns(engine) == 200)
		return;
	engine_arm(engine, grower->slot, 200);
	for (uint32_t i = 0; i < G_N_ELEMENTS(grower->children); i++) {
		grower->children[i].log = grower->log;
		actor_start(&grower->children[i], SIM_RANK_TIMER, i);
		engine_arm(engine, grower->children[i].slot, 1000 - i);
		g_assert_true(engine_next_key(engine, &next));
		assert_key(next, again);
	}
	assert_key(engine_slot_key(engine, grower->slot), again);
}

static void test_growth_inside_a_handler(void)
{
	struct log *const log = log_new();
	struct grower *const grower = g_new0(struct grower, 1);

	grower->log = log;
	grower->slot = engine_slot_new(log->engine, SIM_RANK_TIMER, 1000, grower_run, grower);
	engine_arm(log->engine, grower->slot, 100);
	g_assert_cmpuint(engine_run_until(log->engine, 1000), ==, 302);
	assert_key(logged(log, 0), key_of(701, 0, SIM_RANK_TIMER, 299));
	assert_key(logged(log, 299), key_of(1000, 0, SIM_RANK_TIMER, 0));
	log_free(log);
	g_free(grower);
}

struct changer {
	struct log *log;
	struct sim_slot slot;
	struct actor heir;
};

/* A handler that frees its own slot; the next one takes its index. */
static void changer_run(void *ctx)
{
	struct changer *const changer = ctx;
	struct engine *const engine = changer->log->engine;

	engine_arm(engine, changer->slot, 50);
	engine_slot_free(engine, changer->slot);
	actor_start(&changer->heir, SIM_RANK_TICK, 8);
	g_assert_cmpuint(changer->heir.slot.index, ==, changer->slot.index);
	g_assert_cmpuint(changer->heir.slot.generation, !=, changer->slot.generation);
	g_assert_false(engine_is_armed(engine, changer->heir.slot));
	engine_arm(engine, changer->heir.slot, 60);
}

static void test_freeing_the_slot_that_executes(void)
{
	struct log *const log = log_new();
	struct changer changer = { .log = log, .heir = actor_in(log) };

	changer.slot = engine_slot_new(log->engine, SIM_RANK_TIMER, 7, changer_run, &changer);
	engine_arm(log->engine, changer.slot, 40);
	g_assert_cmpuint(engine_run_until(log->engine, 100), ==, 2);
	assert_key(logged(log, 0), key_of(60, 0, SIM_RANK_TICK, 8));
	log_free(log);
}

static void test_slots_are_used_again(void)
{
	struct log *const log = log_new();
	struct actor actor = actor_in(log);
	struct sim_slot first;

	actor_start(&actor, SIM_RANK_TICK, 1);
	first = actor.slot;
	for (int i = 0; i < 1000; i++) {
		const struct sim_slot old = actor.slot;

		engine_arm(log->engine, actor.slot, 10);
		engine_slot_free(log->engine, actor.slot);
		actor_start(&actor, SIM_RANK_TICK, 1);
		g_assert_cmpuint(actor.slot.index, ==, first.index);
		g_assert_cmpuint(actor.slot.generation, !=, old.generation);
		g_assert_false(engine_is_armed(log->engine, actor.slot));
	}
	g_assert_cmpuint(engine_run_until(log->engine, 10), ==, 0);
	log_free(log);
}

/* 2^20 slots and more: a permutation in, an ordered sequence out. */
static void test_a_million_slots(void)
{
	struct log *const log = log_new();
	const uint32_t n = (1U << 20) + 5;
	g_autofree struct actor *actors = g_new0(struct actor, n);
	int64_t expected_ns = 0;

	for (uint32_t i = 0; i < n; i++) {
		actors[i].log = log;
		actor_start(&actors[i], SIM_RANK_TIMER, i);
		engine_arm(log->engine, actors[i].slot, (int64_t)((uint64_t)i * 7919 % n));
	}
	for (uint32_t i = 0; i < n; i += 2)
		engine_cancel(log->engine, actors[i].slot);
	g_assert_cmpuint(engine_run_until(log->engine, n), ==, n / 2);
	for (guint i = 0; i < n / 2; i++) {
		const struct sim_key key = logged(log, i);

		g_assert_cmpint(key.t_ns, >=, expected_ns);
		g_assert_cmpint(key.t_ns, ==, (int64_t)((uint64_t)key.actor * 7919 % n));
		expected_ns = key.t_ns + 1;
	}
	log_free(log);
}

/* --- the choice point --- */

struct chooser {
	GString *seen;
	bool last;
};

static int chooser_choose(void *ctx, const uint32_t *actors, int n)
{
	struct chooser *const chooser = ctx;

	g_assert_cmpint(n, >=, 2);
	for (int i = 0; i < n; i++)
		g_string_append_printf(chooser->seen, "%s%u", i == 0 ? "" : ",", actors[i]);
	g_string_append_c(chooser->seen, ' ');
	return chooser->last ? n - 1 : 0;
}

/* Three ticks and a timer at one instant, the lone event of another, two at the next delta. */
static char *choose_and_run(bool last, struct log *log)
{
	struct chooser chooser = { .seen = g_string_new(""), .last = last };
	struct actor actors[5] = { actor_in(log), actor_in(log), actor_in(log), actor_in(log),
				   actor_in(log) };

	actor_start(&actors[0], SIM_RANK_TICK, 30);
	actor_start(&actors[1], SIM_RANK_TICK, 10);
	actor_start(&actors[2], SIM_RANK_TICK, 20);
	actor_start(&actors[3], SIM_RANK_TIMER, 40);
	actor_start(&actors[4], SIM_RANK_TIMER, 50);
	actors[1].n_again = actors[2].n_again = 1;
	for (int i = 0; i < 4; i++)
		engine_arm(log->engine, actors[i].slot, 5);
	engine_arm(log->engine, actors[4].slot, 6);
	engine_set_choice(log->engine, chooser_choose, &chooser);
	g_assert_cmpuint(engine_run_until(log->engine, 10), ==, 7);
	return g_string_free(chooser.seen, FALSE);
}

static void test_choosing_the_lowest_is_the_default(void)
{
	static const uint32_t order[] = { 40, 10, 20, 30, 10, 20, 50 };
	struct log *const log = log_new();
	g_autofree char *seen = choose_and_run(false, log);

	g_assert_cmpstr(seen, ==, "10,20,30 20,30 10,20 ");
	for (guint i = 0; i < G_N_ELEMENTS(order); i++)
		g_assert_cmpuint(logged(log, i).actor, ==, order[i]);
	log_free(log);
}

static void test_choosing_the_last(void)
{
	static const uint32_t order[] = { 40, 30, 20, 10, 20, 10, 50 };
	struct log *const log = log_new();
	g_autofree char *seen = choose_and_run(true, log);

	g_assert_cmpstr(seen, ==, "10,20,30 10,20 10,20 ");
	for (guint i = 0; i < G_N_ELEMENTS(order); i++)
		g_assert_cmpuint(logged(log, i).actor, ==, order[i]);
	log_free(log);
}

static int choose_any(void *ctx, const uint32_t *actors, int n)
{
	uint64_t *const state = ctx;

	for (int i = 1; i < n; i++)
		g_assert_cmpuint(actors[i - 1], <, actors[i]);
	*state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (int)(*state >> 33) % n;
}

/* All candidates of an instant come, each once, whatever is chosen; the keys never go back. */
static void test_choosing_at_random(void)
{
	struct log *const log = log_new();
	struct actor actors[200];
	uint64_t state = 1;

	engine_set_choice(log->engine, choose_any, &state);
	for (uint32_t i = 0; i < 200; i++) {
		actors[i] = actor_in(log);
		actor_start(&actors[i], i % 3 == 0 ? SIM_RANK_TICK : SIM_RANK_IPI, i);
		actors[i].n_again = 20;
		actors[i].again_ns = i % 4 == 0 ? 0 : 10;
		engine_arm(log->engine, actors[i].slot, 0);
	}
	g_assert_cmpuint(engine_run_until(log->engine, 10000), ==, 200 * 21);
	for (guint i = 1; i < 200 * 21; i++) {
		struct sim_key before = logged(log, i - 1), key = logged(log, i);

		before.actor = key.actor = 0;
		g_assert_cmpint(sim_key_compare(&before, &key), <=, 0);
	}
	engine_set_choice(log->engine, NULL, NULL);
	log_free(log);
}

/* --- what is a defect of the caller --- */

static void run_broken(const char *what)
{
	struct log *const log = log_new();
	struct actor one = actor_in(log), two = actor_in(log);
	const struct sim_slot never = { 0, 0 };

	actor_start(&one, SIM_RANK_TICK, 1);
	actor_start(&two, SIM_RANK_TICK, 1);
	if (strcmp(what, "stale") == 0) {
		engine_slot_free(log->engine, one.slot);
		engine_arm(log->engine, one.slot, 5);
	} else if (strcmp(what, "stale-reused") == 0) {
		engine_slot_free(log->engine, one.slot);
		engine_slot_new(log->engine, SIM_RANK_TICK, 1, actor_run, &one);
		engine_cancel(log->engine, one.slot);
	} else if (strcmp(what, "freed-twice") == 0) {
		engine_slot_free(log->engine, one.slot);
		engine_slot_free(log->engine, one.slot);
	} else if (strcmp(what, "never-made") == 0) {
		engine_is_armed(log->engine, never);
	} else if (strcmp(what, "past") == 0) {
		engine_run_until(log->engine, 10);
		engine_arm(log->engine, one.slot, 9);
	} else if (strcmp(what, "equal-keys") == 0) {
		engine_arm(log->engine, one.slot, 5);
		engine_arm(log->engine, two.slot, 5);
		engine_run_until(log->engine, 10);
	} else if (strcmp(what, "delta") == 0) {
		engine_arm_after(log->engine, one.slot, 0, UINT32_MAX);
		engine_run_until(log->engine, 0);
		engine_arm(log->engine, one.slot, 0);
	} else if (strcmp(what, "not-armed") == 0) {
		engine_slot_key(log->engine, one.slot);
	} else if (strcmp(what, "arm-at-past") == 0) {
		engine_arm(log->engine, one.slot, 5);
		engine_run_until(log->engine, 5);
		engine_arm_at(log->engine, one.slot, 5, 0);
	} else if (strcmp(what, "actor") == 0) {
		engine_slot_new(log->engine, SIM_RANK_TICK, 1U << 28, actor_run, &one);
	}
	exit(0);
}

static void test_defect(gconstpointer data)
{
	const char *const what = data;

	if (g_test_subprocess())
		run_broken(what);
	g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
	g_test_trap_assert_failed();
	g_test_trap_assert_stderr("*engine.c:*does not hold*");
}

int main(int argc, char **argv)
{
	static const char *const defects[] = { "stale",      "stale-reused", "freed-twice",
					       "never-made", "past",         "equal-keys",
					       "delta",      "not-armed",    "arm-at-past",
					       "actor" };

	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/engine/keys-compare-in-order", test_keys_compare_in_order);
	g_test_add_func("/engine/empty", test_empty);
	g_test_add_func("/engine/ties-by-rank-then-actor", test_ties_by_rank_then_actor);
	g_test_add_func("/engine/first-and-last-key", test_first_and_last_key);
	g_test_add_func("/engine/zero-delay", test_zero_delay);
	g_test_add_func("/engine/arm-after-skips-deltas", test_arm_after_skips_deltas);
	g_test_add_func("/engine/delta-by-rank", test_delta_by_rank);
	g_test_add_func("/engine/arming-between-runs", test_arming_between_runs);
	g_test_add_func("/engine/arm-at-an-exact-key", test_arm_at_an_exact_key);
	g_test_add_func("/engine/stop", test_stop);
	g_test_add_func("/engine/against-a-list", test_against_a_list);
	g_test_add_func("/engine/slots/growth-keeps-what-is-armed",
			test_growth_keeps_what_is_armed);
	g_test_add_func("/engine/slots/growth-inside-a-handler", test_growth_inside_a_handler);
	g_test_add_func("/engine/slots/freeing-the-one-that-executes",
			test_freeing_the_slot_that_executes);
	g_test_add_func("/engine/slots/are-used-again", test_slots_are_used_again);
	g_test_add_func("/engine/slots/a-million", test_a_million_slots);
	g_test_add_func("/engine/choice/the-lowest-is-the-default",
			test_choosing_the_lowest_is_the_default);
	g_test_add_func("/engine/choice/the-last", test_choosing_the_last);
	g_test_add_func("/engine/choice/at-random", test_choosing_at_random);
	for (size_t i = 0; i < G_N_ELEMENTS(defects); i++) {
		g_autofree char *path = g_strconcat("/engine/defect/", defects[i], NULL);

		g_test_add_data_func(path, defects[i], test_defect);
	}
	return g_test_run();
}
