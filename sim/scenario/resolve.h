/* resolve.h - the resolved form of a scenario: every parameter with its value, spelled in one way only. */
#pragma once

#include <glib.h>

#include "scenario/scenario.h"

/* One value of the resolved form, for `show`. */
struct resolved_value {
	char *path;         /* "rcu.blimit", as in --set */
	char *text;         /* JSON */
	const char *unit;   /* or NULL */
	const char *help;   /* or NULL */
	const char *source; /* where a default comes from, or NULL */
	char *origin;       /* "default", "FILE:LINE", "include FILE:LINE", "--set ..." */
};

/**
 * resolve_text:
 * @origins: (nullable): path -> where the value came from
 * @ret_values: (out) (nullable): struct resolved_value in the order of the text
 *
 * Returns: a JSON document that rcusim_scenario_load() reads back to the same resolved form; g_free()
 */
char *resolve_text(const struct scenario *contents, GTree *origins, GPtrArray **ret_values);

/* SHA-256 of what decides the outcome, apart from policy and seed: duration, sections, workload; g_free(). */
char *resolve_hash(const struct scenario *contents);

/* {"policy": "list-batched", "list_limit": 32, "exact": false}; g_free(). */
char *resolve_policy(const struct scenario_policy *policy);
