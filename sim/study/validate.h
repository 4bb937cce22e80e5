/* validate.h - rows beside their simulations, and the groups that they are summed up in. */
#pragma once

#include <rcusim/validate.h>

#include "study/lab_row.h"

struct validated_row {
	const struct lab_row *lab;
	RcuSimRow row;
	char *choice;                       /* behind row.choice */
	int64_t other[RCUSIM_N_QUANTITIES]; /* under it */
};

struct RcuSimValidation {
	char *dir;
	GArray *labs;      /* struct lab_row, all of the lab */
	GArray *rows;      /* struct validated_row, those that were asked for */
	GPtrArray *groups; /* names of sets, then of groups of sets */
};

/* Fills in groups, after rows. */
void validation_find_groups(RcuSimValidation *v);
