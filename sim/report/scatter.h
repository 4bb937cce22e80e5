/* scatter.h - simulated against measured, as SVG: both axes logarithmic, the diagonal is agreement. */
#pragma once

#include <stdint.h>

#include <glib.h>

struct scatter_point {
	int64_t measured, simulated;
	int group; /* colour: number of its name */
};

/**
 * scatter_svg:
 * @title: "loop"
 * @unit: "ns", or "" for counts
 * @groups: names of the groups, NULL-terminated, at most 4
 * @points: struct scatter_point; values below 1 are drawn at 1
 *
 * Equal points give equal text. Returns: (transfer full)
 */
char *scatter_svg(const char *title, const char *unit, const char *const *groups,
		  const GArray *points);
