/* root.h - the tables of what stands outside the rooms' own sections: the root, record, and the sections. */
#pragma once

#include <stddef.h>

#include "base/param.h"

#define SCENARIO_SCHEMA_VERSION 1
/* No simulated run is longer: a million seconds. */
#define SCENARIO_MAX_DURATION_NS (INT64_C(1000000) * INT64_C(1000000000))
/* Longest id of a workload and label of a policy. */
#define SCENARIO_MAX_ID 64
/* Operations (VMAs, calls, read-side sections, ticks, samples) that one run may be expected to execute: unless
 * max_operations says otherwise, and whatever it says. */
#define SCENARIO_DEFAULT_OPERATIONS INT64_C(1000000000)
#define SCENARIO_MAX_OPERATIONS     INT64_C(1000000000000)
/* Samples that one run may keep. */
#define SCENARIO_MAX_SAMPLES INT64_C(10000000)
/* Runs that `vary` may ask for. */
#define SCENARIO_MAX_RUNS INT64_C(1000000)
/* Processes of all copies of a replay: the same as tasks of any other workload ("count"). */
#define SCENARIO_MAX_PROCESSES INT64_C(1000000)
/* Parameters that `vary` may name: with two values each, twenty make SCENARIO_MAX_RUNS. */
#define SCENARIO_MAX_VARY 256

/* name, question, duration; of struct scenario. seed is read apart: it is a uint64_t. */
extern const struct param root_params[];
/* Members of "record"; of struct scenario. */
extern const struct param record_params[];

/* A section is an object at the root whose members are one table's. */
struct section {
	const char *name; /* NULL closes the table */
	const struct param *params;
	size_t offset; /* of the structure that @params describes, within struct scenario */
	const char *help;
};

/* machine, rcu, costs_ns, vma, record: in the order of the resolved form. */
extern const struct section sections[];

const struct section *section_find(const char *name);
