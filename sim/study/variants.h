/* variants.h - one scenario as several. */
#pragma once

#include <rcusim/compare.h>

/* The policies that share one set of values; a run each. */
struct variant_scenario {
	RcuSimScenario *scenario;
	char **labels; /* of its runs, one per policy; NULL-terminated */
};

struct RcuSimVariants {
	RcuSimScenario *scenario; /* without variation */
	GPtrArray *scenarios;     /* struct variant_scenario */
	GPtrArray *labels;        /* char, policy by policy */
};
