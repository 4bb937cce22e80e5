#include "scenario/root.h"

#include <string.h>

#include <rcusim/version.h>

#include "scenario/scenario.h"

#define ROW(key, field) .name = key, .offset = offsetof(struct scenario, field)

const struct param root_params[] = {
	{ ROW("name", name), .type = PARAM_STRING, .min = 1, .max = 255, .required = true,
	  .help = "what reports call this scenario" },
	{ ROW("question", question), .type = PARAM_STRING, .min = 0, .max = 4096, .dflt_text = "",
	  .help = "what it is to answer" },
	{ ROW("duration", duration_ns), .type = PARAM_DURATION, .min = 0,
	  .max = SCENARIO_MAX_DURATION_NS, .required = true, .unit = "ns",
	  .help = "simulated time of one run" },
	{ ROW("max_operations", max_operations), .type = PARAM_INT, .min = 1,
	  .max = SCENARIO_MAX_OPERATIONS, .dflt = SCENARIO_DEFAULT_OPERATIONS, .unit = "operations",
	  .help = "refuse a run that is expected to execute more" },
	{ .type = PARAM_END },
};

const struct param record_params[] = {
	{ ROW("sample_every", sample_every_ns), .type = PARAM_DURATION, .min = 0,
	  .max = SCENARIO_MAX_DURATION_NS, .dflt = 0, .unit = "ns", .special = "0: no samples",
	  .help = "interval of the samples of backlog and memory" },
	{ ROW("batches", record_batches), .type = PARAM_BOOL, .dflt = 0,
	  .help = "record every batch of callbacks" },
	{ .type = PARAM_END },
};

const struct section sections[] = {
	{ "machine", machine_params, offsetof(struct scenario, machine), "CPUs, tick, scheduler" },
	{ "rcu", rcu_params, offsetof(struct scenario, rcu),
	  "RCU's boot and module parameters, under the kernel's names" },
	{ "costs_ns", cost_params, offsetof(struct scenario, costs),
	  "CPU time of one operation in ns: a profile, and figures that replace its own" },
	{ "vma", vma_params, offsetof(struct scenario, vma),
	  "sizes of what an address space frees" },
	{ "record", record_params, 0, "what a run records besides its metrics" },
	{ NULL, NULL, 0, NULL },
};

const struct section *section_find(const char *name)
{
	for (const struct section *section = sections; section->name != NULL; section++)
		if (strcmp(section->name, name) == 0)
			return section;
	return NULL;
}

int rcusim_version_scenario(void)
{
	return SCENARIO_SCHEMA_VERSION;
}
