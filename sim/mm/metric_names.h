/* metric_names.h - every metric of a run: name, unit, meaning, and which way is better. */
#pragma once

#include <stdint.h>

/* A count of what the scenario asks for, or of a means to an end, is neither good nor bad. */
enum metric_direction { METRIC_NEUTRAL, METRIC_LOWER_IS_BETTER };

struct metric_info {
	const char *name; /* noun, statistic, unit; NULL closes the table */
	const char *unit;
	const char *help;
	enum metric_direction direction;
};

extern const struct metric_info metric_infos[];
