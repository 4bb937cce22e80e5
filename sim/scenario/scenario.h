/* scenario.h - a validated scenario, as the model is built from it. */
#pragma once

#include <stdint.h>

#include "machine/config.h"
#include "machine/costs.h"
#include "mm/config.h"
#include "mm/vma_policy.h"
#include "rcu/config.h"
#include "scenario/workload.h"

struct scenario_policy {
	char *label;                      /* key in "policies": names the run */
	const struct vma_policy_ops *ops; /* by "policy", or by the label */
	void *params;                     /* ops->params_size bytes, filled by ops->params */
};

enum expect_relation { EXPECT_AT_MOST, EXPECT_AT_LEAST, EXPECT_EQUALS };

struct scenario_expect {
	char *metric;
	char *policy;  /* label, or NULL: every policy of the scenario */
	int relation;  /* enum expect_relation */
	int64_t value; /* in the metric's unit */
};

struct scenario_objective {
	char *metric;
	bool maximise;
	int64_t indifference_permyriad; /* "2%" is 200 */
};

struct scenario_vary {
	char *path; /* "policy.list_limit" */
	int n_values;
	char **values; /* each as JSON text */
};

/* The resolved contents; rcusim's opaque RcuSimScenario wraps it. */
struct scenario {
	char *name;
	char *question;
	uint64_t seed;
	int64_t duration_ns;
	int64_t max_operations; /* that a run may be expected to execute */
	struct machine_config machine;
	struct rcu_config rcu;
	char *cost_profile;  /* name of the profile that costs started from, or its file */
	GTree *cost_sources; /* of a file: figure -> where it comes from; else NULL */
	struct cost_profile costs;
	struct vma_config vma;
	int n_policies;
	struct scenario_policy *policies;
	int n_workloads;
	struct workload *workloads;
	int n_vary;
	struct scenario_vary *vary;
	int64_t sample_every_ns; /* record.sample_every; 0: no samples */
	bool record_batches;
	int n_objectives;
	struct scenario_objective *objectives;
	int n_expects;
	struct scenario_expect *expects;
};
