/* run_scenario.h - runs of a scenario, from inside the library. */
#pragma once

#include <rcusim/run.h>

#include "record/run_record.h"

/* Runs that are part of something larger. */
struct run_plan {
	const char *const
		*labels;     /* of the runs, a label per policy; NULL: those of the policies */
	int n_before, n_all; /* runs before these, and in total; for the progress */
};

RcuSimResults *run_scenario(const RcuSimScenario *scenario, const struct run_plan *plan,
			    const RcuSimRunOptions *options, RcuSimDatabase *database,
			    GError **error);

/* False with %RCUSIM_ERROR_SYSTEM if @database holds one of these runs already. */
bool run_refuse_repetitions(const RcuSimScenario *scenario, const struct run_plan *plan,
			    RcuSimDatabase *database, GError **error);

/* Samples are large, and of many runs only a few are looked at. */
void run_forget_samples(RcuSimResults *results);
