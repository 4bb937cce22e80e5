/* scenario.h - load, check and describe scenarios. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include <rcusim/error.h>

typedef struct RcuSimScenario RcuSimScenario;

/**
 * rcusim_scenario_load:
 * @name: path of a scenario file ("-" is standard input), or the name of a shipped scenario ("exit-storm")
 * @sets: (nullable): NULL-terminated "path=value" overrides, applied in order after the file's includes;
 *   rcusim_scenario_sets_from_cmdline() makes further ones; "--policy NAME,..." adds policies that the file
 *   does not name, with their defaults, for overrides of their parameters behind it
 * @error: %RCUSIM_ERROR_SYSTEM if a file cannot be read; %RCUSIM_ERROR_INVALID with every problem of the
 *   file in the message, one line each: "FILE:LINE:COL: error: $.path: found; accepted";
 *   %RCUSIM_ERROR_USAGE if only @sets are wrong: "--set PATH=VALUE: error: ..."
 *
 * Shipped scenarios are looked for in rcusim_scenario_dirs().
 *
 * Returns: (transfer full): a validated scenario, or %NULL with @error set
 */
RcuSimScenario *rcusim_scenario_load(const char *name, const char *const *sets, GError **error);

/**
 * rcusim_scenario_parse:
 * @text: @len bytes of a scenario: of a file, or a resolved form out of a database
 * @file: how messages name it; includes are looked for in its directory
 * @sets, @error: as for rcusim_scenario_load()
 */
RcuSimScenario *rcusim_scenario_parse(const char *text, size_t len, const char *file,
				      const char *const *sets, GError **error);
void rcusim_scenario_free(RcuSimScenario *scenario);

const char *rcusim_scenario_name(const RcuSimScenario *scenario);
const char *rcusim_scenario_question(const RcuSimScenario *scenario);
uint64_t rcusim_scenario_seed(const RcuSimScenario *scenario);
int64_t rcusim_scenario_duration_ns(const RcuSimScenario *scenario);
/* The file's text as it was read (after no change at all); for the record. */
const char *rcusim_scenario_text(const RcuSimScenario *scenario);
/* Its resolved form: every parameter with its value, keys in the tables' order; one JSON document. */
const char *rcusim_scenario_resolved(const RcuSimScenario *scenario);
/* One value of the resolved form; strings belong to the scenario. */
struct rcusim_scenario_value {
	const char *path;   /* "rcu.blimit", as in "path=value" */
	const char *value;  /* JSON */
	const char *unit;   /* "callbacks", or NULL */
	const char *help;   /* one line, or NULL */
	const char *source; /* where the default comes from, or NULL */
	const char *
		origin; /* "default", "FILE:LINE", "include FILE:LINE", "--set PATH=VALUE", "--cmdline PARAMETER", "--seed" */
};

/* Value @i, in the order of the resolved form; false past the end. */
bool rcusim_scenario_value(const RcuSimScenario *scenario, int i,
			   struct rcusim_scenario_value *ret);

/* SHA-256 of the resolved form without name, question, seed, comments, policies, vary, expect, objectives. */
const char *rcusim_scenario_hash(const RcuSimScenario *scenario);

int rcusim_scenario_n_policies(const RcuSimScenario *scenario);
/* Label of policy @i, the name of its run; and the policy and parameters behind it as resolved JSON. */
const char *rcusim_scenario_policy_label(const RcuSimScenario *scenario, int i);
const char *rcusim_scenario_policy_name(const RcuSimScenario *scenario, int i);
const char *rcusim_scenario_policy_params(const RcuSimScenario *scenario, int i);

/**
 * rcusim_scenario_select_policies:
 * @list: comma-separated labels of the scenario, or names of policies (then with default parameters),
 *   or "all": the scenario's own, then every policy that none of them is based on
 *
 * Replaces the scenario's policies by @list; expectations and variations of policies that are left out go
 * with them. Returns: false with %RCUSIM_ERROR_USAGE, naming what is accepted.
 */
bool rcusim_scenario_select_policies(RcuSimScenario *scenario, const char *list, GError **error);
void rcusim_scenario_set_seed(RcuSimScenario *scenario, uint64_t seed);

/**
 * rcusim_scenario_sets_from_cmdline:
 * @cmdline: of a kernel: "rcutree.blimit=20 rcu_nocbs=8-15 quiet"
 * @error: %RCUSIM_ERROR_USAGE for a parameter of RCU or the tick that the simulator does not know
 *
 * Parameters that do not concern RCU or the tick are passed over; blanks in double quotes are part of a
 * parameter, and what follows "--" is not the kernel's.
 *
 * Returns: (transfer full): overrides for rcusim_scenario_load(), each spelled "--cmdline PARAMETER", which
 *   is also what it is called as the origin of a value; g_strfreev(); or %NULL
 */
char **rcusim_scenario_sets_from_cmdline(const char *cmdline, GError **error);

/* Every parameter that a scenario may have (RcuSimParam), in the order of the tables; (transfer full),
 * g_ptr_array_unref(). */
GPtrArray *rcusim_scenario_params(void);
/* What RcuSimParam's group @group is about, one line; NULL if nothing is known. */
const char *rcusim_scenario_group_help(const char *group);

/* The JSON Schema (draft 2020-12) of scenario files; (transfer full). */
char *rcusim_scenario_schema(void);
/* Directories of shipped scenarios, in the order of search: $RCUSIM_SCENARIOS, then the one of the tree that
 * the program (or the shared library) is in: built, or installed anywhere; NULL-terminated; (transfer
 * full), g_strfreev(). */
char **rcusim_scenario_dirs(void);
/* Names of the shipped scenarios, sorted, NULL-terminated; (transfer full), g_strfreev(). */
char **rcusim_scenario_list(void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RcuSimScenario, rcusim_scenario_free)
