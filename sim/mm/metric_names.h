/* metric_names.h - every metric of a run: name, unit, meaning. */
#pragma once

#include <stdint.h>

struct metric_info {
	const char *name; /* noun, statistic, unit; NULL closes the table */
	const char *unit;
	const char *help;
};

extern const struct metric_info metric_infos[];
