/* build.h - from a validated scenario to a machine with its workload. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "machine/machine.h"
#include "mm/mm.h"
#include "rcu/rcu.h"
#include "scenario/scenario.h"

/* A machine that runs a scenario under one of its policies. */
struct built_machine {
	struct machine *m;
	struct rcu_state *rcu;
	struct mm_world *mm;
	void *policy_params;
	/* copies of what the tasks draw from */
	int n_workloads;
	struct dist *vmas, *pauses, *holds;
	struct replay **replays;
	struct replay_plan **plans; /* of the replays */
	struct cpumask *cpus;
};

/* @policy: number of one of @scenario's policies. The scenario may be freed afterwards. */
struct built_machine *scenario_build(const struct scenario *scenario, int policy, uint64_t seed,
				     bool reference);
void built_machine_free(struct built_machine *built);
