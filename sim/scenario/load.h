/* load.h - the loader's own view of a scenario: what the model and the studies above it read. */
#pragma once

#include <rcusim/scenario.h>

#include "scenario/scenario.h"

/* The validated contents; they belong to @scenario. */
const struct scenario *scenario_contents(const RcuSimScenario *scenario);

/* Frees what @contents owns, not @contents itself. */
void scenario_clear(struct scenario *contents);
void scenario_vary_clear(struct scenario_vary *vary);
