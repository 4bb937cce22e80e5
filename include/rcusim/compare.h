/*
 * compare.h - policies, parameter values or databases side by side, on the same seeds.
 *
 * Runs with equal seeds have equal arrivals whatever the policy (common random numbers), so they are compared
 * in pairs: what is judged is the mean of the differences within the pairs and its 95 % interval.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include <rcusim/database.h>
#include <rcusim/error.h>
#include <rcusim/run.h>
#include <rcusim/scenario.h>

/* A scenario under several policies and parameter values. */
typedef struct RcuSimVariants RcuSimVariants;

typedef struct {
	const char *name;          /* of a scenario, as for rcusim_scenario_load() */
	const char *const *sets;   /* "path=value", or NULL */
	const char *policies;      /* as for rcusim_scenario_select_policies(), or NULL: its own */
	const char *const *varies; /* "path=value,value,...", or NULL; several are crossed */
	bool varied;               /* also what the scenario's own "vary" says */
	bool has_seed;
	uint64_t seed; /* instead of the scenario's */
} RcuSimVariantsSpec;

/**
 * rcusim_variants_load:
 * @error: as of rcusim_scenario_load(); %RCUSIM_ERROR_USAGE if nothing is left to compare
 *
 * A variant is called after its policy and the values it was given, "per-vma, rcu.blimit=10"; its run has
 * that label. A policy is not repeated for values that do not concern it ("policy.list_limit").
 *
 * Returns: (transfer full): the variants, policy by policy, or %NULL with @error set
 */
RcuSimVariants *rcusim_variants_load(const RcuSimVariantsSpec *spec, GError **error);
void rcusim_variants_free(RcuSimVariants *variants);

/* The scenario as it is without variation: its name, question, seed. */
const RcuSimScenario *rcusim_variants_scenario(const RcuSimVariants *variants);
int rcusim_variants_n(const RcuSimVariants *variants);
const char *rcusim_variants_label(const RcuSimVariants *variants, int i); /* NULL past the end */

/* Runs side by side, in groups whose runs are comparable. */
typedef struct RcuSimComparison RcuSimComparison;

/**
 * rcusim_compare_variants:
 * @n_seeds: each variant runs with the scenario's seed and the @n_seeds - 1 that follow it
 * @options: (nullable)
 * @database: (nullable): receives each run as soon as it is over
 * @error: as of rcusim_run_scenario()
 *
 * Returns: (transfer full): one group, its variants those of @variants, or %NULL with @error set
 */
RcuSimComparison *rcusim_compare_variants(RcuSimVariants *variants, int n_seeds,
					  const RcuSimRunOptions *options, RcuSimDatabase *database,
					  GError **error);

/**
 * rcusim_compare_database:
 *
 * Returns: (transfer full): a group per scenario, its variants the policies; %NULL with @error set
 */
RcuSimComparison *rcusim_compare_database(RcuSimDatabase *database, GError **error);

/**
 * rcusim_compare_databases:
 * @error: %RCUSIM_ERROR_INVALID if no run of @a has its like in @b
 *
 * Pairs runs of equal scenario name, policy label and seed.
 *
 * Returns: (transfer full): a group per scenario and policy, its variants "A" and "B"; or %NULL
 */
RcuSimComparison *rcusim_compare_databases(RcuSimDatabase *a, RcuSimDatabase *b, GError **error);
void rcusim_comparison_free(RcuSimComparison *comparison);

int rcusim_comparison_n_groups(const RcuSimComparison *comparison);
const char *rcusim_comparison_scenario(const RcuSimComparison *comparison, int group);
/* NULL where the policies are what is compared. */
const char *rcusim_comparison_policy(const RcuSimComparison *comparison, int group);
int rcusim_comparison_n_variants(const RcuSimComparison *comparison, int group);
const char *rcusim_comparison_label(const RcuSimComparison *comparison, int group, int variant);
int rcusim_comparison_n_seeds(const RcuSimComparison *comparison, int group);
/* Seeds that both variants ran with. */
int rcusim_comparison_n_pairs(const RcuSimComparison *comparison, int group, int base, int variant);
/* What a reader must know about the runs: parameters that differ, runs without a partner. NULL past the end. */
const char *rcusim_comparison_note(const RcuSimComparison *comparison, int i);

/* What ran, for the expect clauses: one per seed and set of values, samples only with the first seed; NULL past
   the end, and of databases. */
const RcuSimResults *rcusim_comparison_results(const RcuSimComparison *comparison, int i,
					       uint64_t *ret_seed);

/* Metrics that the runs have, in their order; NULL past the end. */
const char *rcusim_comparison_metric(const RcuSimComparison *comparison, int i);
const char *rcusim_comparison_unit(const RcuSimComparison *comparison, int i);

typedef enum {
	RCUSIM_VERDICT_NONE,          /* no pair has this metric */
	RCUSIM_VERDICT_IDENTICAL,     /* equal within every pair */
	RCUSIM_VERDICT_BETTER,        /* the interval of the differences excludes 0 */
	RCUSIM_VERDICT_WORSE,         /* likewise */
	RCUSIM_VERDICT_DIFFERS,       /* likewise, of a metric that has no better and worse */
	RCUSIM_VERDICT_NO_DIFFERENCE, /* the interval includes 0 */
	RCUSIM_VERDICT_UNKNOWN,       /* one pair that differs: there is no interval */
} RcuSimVerdict;

/* "better", "no difference" */
const char *rcusim_verdict_name(RcuSimVerdict verdict);

/* One metric of one variant beside the base. */
typedef struct {
	int n_base, n_value;          /* runs that have the metric */
	double base, value;           /* means over them */
	double base_half, value_half; /* half of their 95 % intervals; 0 for one run */
	int n;                        /* pairs that have it; what follows is over these */
	double diff;                  /* mean of value less base */
	double change_percent;        /* of the base; NaN if that is 0 and the value is not */
	double ci_low, ci_high;       /* of diff, 95 %; equal to it for one pair */
	int n_agree;                  /* pairs whose difference has the sign of diff */
	RcuSimVerdict verdict;
} RcuSimDifference;

/* @metric: number of one of the comparison's metrics. */
RcuSimDifference rcusim_comparison_difference(const RcuSimComparison *comparison, int group,
					      int metric, int base, int variant);

/**
 * rcusim_comparison_exceeds:
 * @permyriad: hundredths of a percent
 *
 * Returns: whether the variant is worse than the base by more than @permyriad of it, the whole interval
 *   of the difference lying above; of one pair the difference alone decides
 */
bool rcusim_comparison_exceeds(const RcuSimComparison *comparison, int group, int metric, int base,
			       int variant, int permyriad);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RcuSimVariants, rcusim_variants_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RcuSimComparison, rcusim_comparison_free)
