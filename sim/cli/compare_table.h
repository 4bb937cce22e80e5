/* compare_table.h - comparisons as tables for people and as rows for programs. */
#pragma once

#include "cli.h"

struct compare_state {
	const struct cli_options *options;
	RcuSimStyle style;
	const RcuSimComparison *comparison;
	char **metrics; /* that --metric lists; NULL: the usual ones */
	bool all_metrics;
	RcuSimTable *table; /* of a format for programs */
};

/* Whether metric @metric gets a row: it is listed, or among the usual ones and not 0 throughout. */
bool compare_is_shown(const struct compare_state *state, int group, int metric, int base);
/* For reading: the base, then each variant with its change and verdict; and what the signs mean. */
void compare_print_table(const struct compare_state *state, int group, int base);
void compare_print_foot(const struct compare_state *state, int group);
/* For programs: a table for all groups, and the rows of one. */
RcuSimTable *compare_rows_new(RcuSimFormat format);
void compare_print_rows(const struct compare_state *state, int group, int base);
/* "+3.1%", "from 0"; (transfer full). */
char *compare_change_text(const RcuSimDifference *d);
