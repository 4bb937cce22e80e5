/*
 * The differential test (architecture.md 4, rule 15): random scenarios, as runs and one event per operation.
 *
 * Each scenario is run three times: fast; fast with settles of random CPUs at random instants; in reference
 * mode. All three must leave the same rows behind. The test also fails if it has not seen what it is there
 * for: operation ends that coincide with a visible event, settles inside a run, floods that cost ten times
 * fewer events.
 *
 *   diff --n 300 --seed 1          300 scenarios from seed 1 on
 *   diff --n 1 --seed 77 --show    print scenario 77, and where its runs part
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <glib/gstdio.h>

#include <rcusim/scenario.h>

#include "model/digest.h"
#include "model/random_scenario.h"
#include "study/sim.h"

/* What must have been seen, per 300 scenarios. */
#define N_COINCIDENT_ENDS 1000
#define N_SETTLES_IN_RUN  1000
#define N_FLOODS          30
#define N_LAZY            100
/* A flood takes so many times fewer events than one per operation. */
#define FLOOD_RATIO 10

struct totals {
	int64_t n_coincident, n_settles, n_commensurate;
};

struct outcome {
	char *digest;
	uint64_t n_events;
	int64_t n_ops, n_coincident, n_settles;
};

/* Settles a random CPU at random instants; observing must change nothing. */
struct settler {
	struct machine *m;
	struct sim_slot slot;
	uint64_t state;
};

static uint64_t draw(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *state >> 33;
}

static void settle(void *ctx)
{
	struct settler *s = ctx;
	const int64_t now_ns = machine_now_ns(s->m);
	/* now and then on a round instant, where operations of commensurate costs end */
	const int64_t step_ns = draw(&s->state) % 2 == 0 ? 1 + (int64_t)(draw(&s->state) % 60000)
							 : 500 - now_ns % 500;

	cpu_settle(&s->m->cpus[draw(&s->state) % (uint64_t)s->m->n_cpus]);
	engine_arm(s->m->engine, s->slot, now_ns + step_ns);
}

static struct outcome run(const RcuSimScenario *scenario, RcuSimFlags flags, uint64_t settle_seed)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(RcuSim) sim =
		rcusim_new(scenario, "p", rcusim_scenario_seed(scenario), flags, &error);
	struct outcome outcome = { 0 };
	struct settler settler = { 0 };
	struct machine *m;

	g_assert_no_error(error);
	m = sim->built->m;
	if (settle_seed != 0) {
		settler = (struct settler){ .m = m, .state = settle_seed };
		settler.slot = engine_slot_new(m->engine, SIM_RANK_OBSERVER, 1, settle, &settler);
		engine_arm(m->engine, settler.slot, 0);
	}
	rcusim_run_until(sim, rcusim_scenario_duration_ns(scenario));
	outcome.digest = digest_of_run(sim);
	outcome.n_events = rcusim_n_events(sim);
	outcome.n_ops = m->n_ops;
	outcome.n_coincident = m->n_coincident_ends;
	outcome.n_settles = m->n_settles_in_run;
	return outcome;
}

/* The first line in which two digests differ, to stdout as a TAP comment. */
static void show_difference(const char *what, const char *a, const char *b)
{
	g_auto(GStrv) lines_a = g_strsplit(a, "\n", -1);
	g_auto(GStrv) lines_b = g_strsplit(b, "\n", -1);
	int shown = 0;

	for (int i = 0; lines_a[i] != NULL && lines_b[i] != NULL && shown < 6; i++) {
		if (strcmp(lines_a[i], lines_b[i]) == 0)
			continue;
		printf("# %s: fast      %.300s\n# %s: reference %.300s\n", what, lines_a[i], what,
		       lines_b[i]);
		shown++;
	}
}

/* Its replay is a file: beside the scenario, in a directory of its own, gone when it is loaded. */
static RcuSimScenario *load(const struct random_scenario *random, GError **error)
{
	g_autofree char *dir = g_dir_make_tmp("rcusim-diff-XXXXXX", NULL);
	g_autofree char *file = g_build_filename(dir, "random.json", NULL);
	g_autofree char *replay = g_build_filename(dir, "t.replay", NULL);
	RcuSimScenario *scenario;

	if (random->replay != NULL && !g_file_set_contents(replay, random->replay, -1, error))
		return NULL;
	scenario = rcusim_scenario_parse(random->text, strlen(random->text), file, NULL, error);
	g_remove(replay);
	g_rmdir(dir);
	return scenario;
}

/* Whether the three runs of @random, made from @seed, agree; and the events of the fast and the reference run. */
static bool check_one(struct random_scenario random, uint64_t seed, bool show,
		      struct totals *totals, uint64_t *ret_fast, uint64_t *ret_reference)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(RcuSimScenario) scenario = load(&random, &error);
	bool equal;

	if (show)
		printf("# %s\n# %s\n", random.text, random.replay ? random.replay : "");
	if (scenario == NULL) {
		printf("# seed %" PRIu64 ": %s\n%s\n", seed, error->message, random.text);
		g_free(random.text);
		g_free(random.replay);
		*ret_fast = *ret_reference = 0;
		return false;
	}
	struct outcome fast = run(scenario, RCUSIM_FLAG_NONE, 0);
	struct outcome settled = run(scenario, RCUSIM_FLAG_NONE, seed * 2 + 1);
	struct outcome reference = run(scenario, RCUSIM_FLAG_REFERENCE, 0);

	equal = strcmp(fast.digest, reference.digest) == 0;
	if (!equal)
		show_difference("runs", fast.digest, reference.digest);
	if (strcmp(settled.digest, reference.digest) != 0) {
		show_difference("random settles", settled.digest, reference.digest);
		equal = false;
	}
	totals->n_coincident += fast.n_coincident + settled.n_coincident;
	totals->n_settles += fast.n_settles + settled.n_settles;
	totals->n_commensurate += random.commensurate;
	*ret_fast = fast.n_events;
	*ret_reference = reference.n_events;
	g_free(random.text);
	g_free(random.replay);
	g_free(fast.digest);
	g_free(settled.digest);
	g_free(reference.digest);
	return equal;
}

static uint64_t argument(int argc, char **argv, const char *name, uint64_t dflt)
{
	for (int i = 1; i + 1 < argc; i++)
		if (strcmp(argv[i], name) == 0)
			return strtoull(argv[i + 1], NULL, 0);
	return dflt;
}

static int report(int number, bool ok, const char *what)
{
	printf("%sok %d - %s\n", ok ? "" : "not ", number, what);
	return ok ? 0 : 1;
}

int main(int argc, char **argv)
{
	const uint64_t n = argument(argc, argv, "--n", 300);
	const uint64_t seed = argument(argc, argv, "--seed", 1);
	const bool show = argc > 1 && strcmp(argv[argc - 1], "--show") == 0;
	struct totals totals = { 0 };
	uint64_t fast, reference;
	int failed = 0, number = 0;

	printf("# %" PRIu64 " scenarios from seed %" PRIu64 "\n", n, seed);
	for (uint64_t i = 0; i < n; i++) {
		g_autofree char *what =
			g_strdup_printf("seed %" PRIu64 ": runs and single events agree", seed + i);

		failed += report(++number,
				 check_one(random_scenario_new(seed + i), seed + i, show, &totals,
					   &fast, &reference),
				 what);
		fflush(stdout);
	}
	printf("# operation ends that coincide with an event: %" PRId64
	       "; settles inside a run: %" PRId64 "; commensurate: %" PRId64 "\n",
	       totals.n_coincident, totals.n_settles, totals.n_commensurate);
	if (n >= 300) {
		failed += report(++number, totals.n_coincident >= N_COINCIDENT_ENDS,
				 "at least 1,000 operation ends coincided with an event");
		failed += report(++number, totals.n_settles >= N_SETTLES_IN_RUN,
				 "at least 1,000 settles fell inside a run");
		failed += report(
			++number, totals.n_commensurate * 2 >= (int64_t)n,
			"half of the scenarios had commensurate costs and started on a tick");
	}
	for (uint64_t i = 0; n >= 300 && i < N_FLOODS; i++) {
		const bool equal = check_one(random_flood_new(seed + i), seed + i, show, &totals,
					     &fast, &reference);
		g_autofree char *what = g_strdup_printf("flood %" PRIu64 ": %" PRIu64
							" events, %" PRIu64 " of single operations",
							seed + i, fast, reference);

		failed += report(++number, equal && fast > 0 && reference >= FLOOD_RATIO * fast,
				 what);
	}
	for (uint64_t i = 0; n >= 300 && i < N_LAZY; i++) {
		const bool equal = check_one(random_lazy_new(seed + i), seed + i, show, &totals,
					     &fast, &reference);
		g_autofree char *what = g_strdup_printf("lazy %" PRIu64, seed + i);

		failed += report(++number, equal, what);
	}
	printf("1..%d\n", number);
	return failed == 0 ? 0 : 1;
}
