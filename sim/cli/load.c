/* load.c - a scenario as the options of a command want it. */
#include <stdio.h>

#include "cli.h"

static bool is_origin(const RcuSimScenario *scenario, const char *set)
{
	struct rcusim_scenario_value value;

	for (int i = 0; rcusim_scenario_value(scenario, i, &value); i++)
		if (g_strcmp0(value.origin, set) == 0)
			return true;
	return false;
}

/* A later override of the same parameter wins, as in the kernel; whoever pasted a long line is told. */
static void tell_overridden(const struct cli_options *options, const RcuSimScenario *scenario)
{
	for (guint i = 0; options->sets != NULL && i < options->n_cmdline_sets; i++) {
		g_autofree char *printable = rcusim_format_printable(options->sets[i]);

		if (!is_origin(scenario, options->sets[i]))
			fprintf(stderr, "rcusim: note: %s has no effect: a later override wins\n",
				printable);
	}
}

RcuSimScenario *cli_load_scenario(const struct cli_options *options, const char *name,
				  GError **error)
{
	g_autoptr(GPtrArray) sets = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(RcuSimScenario) scenario = NULL;

	/* first, for --set policy.NAME=VALUE may be about a policy that the scenario does not name */
	if (options->policies != NULL)
		g_ptr_array_add(sets, g_strconcat("--policy ", options->policies, NULL));
	for (int i = 0; options->sets != NULL && options->sets[i] != NULL; i++)
		g_ptr_array_add(sets, g_strdup(options->sets[i]));
	g_ptr_array_add(sets, NULL);
	scenario = rcusim_scenario_load(name, (const char *const *)sets->pdata, error);
	if (scenario == NULL)
		return NULL;
	if (!options->quiet)
		tell_overridden(options, scenario);
	if (options->policies != NULL &&
	    !rcusim_scenario_select_policies(scenario, options->policies, error))
		return NULL;
	if (options->has_seed)
		rcusim_scenario_set_seed(scenario, options->seed);
	return g_steal_pointer(&scenario);
}
