/* select.h - replace a scenario's policies by those that a command asks for. */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "scenario/scenario.h"

/**
 * policies_select:
 * @list: as for rcusim_scenario_select_policies()
 * @selected: struct scenario_policy, appended; also on failure, then those before the wrong one
 */
bool policies_select(const struct scenario *contents, const char *list, GArray *selected,
		     GError **error);

/* What the scenario says of policies that it has no longer: their expectations, and what to vary of them. */
void policies_forget_absent(struct scenario *contents);
