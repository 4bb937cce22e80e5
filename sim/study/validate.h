/* validate.h - rows beside their simulations, and the groups that they are summed up in. */
#pragma once

#include <rcusim/validate.h>

#include "study/lab_row.h"

struct validated_row {
	const struct lab_row *lab;
	RcuSimRow row;
	char *choice; /* behind row.choice */
};

struct RcuSimValidation {
	char *dir;
	GArray *labs;      /* struct lab_row, all of the lab */
	GArray *rows;      /* struct validated_row, those that were asked for */
	GPtrArray *groups; /* names of sets, then of groups of sets */
	GPtrArray *causes; /* struct cause */
};

/* What kind of machine a row was measured on, and how near its times have to be. */
const char *lab_row_group(const struct lab_row *row);
int lab_row_within_percent(const struct lab_row *row);
/* Fills in groups, after rows. */
void validation_find_groups(RcuSimValidation *v);

/* Why some rows miss, from causes.md. */
struct cause {
	char *name;
	GPtrArray *patterns; /* char **: words to match */
	int n_rows;
};
GPtrArray *causes_new(void);
/* Reads DIR/causes.md, which need not exist, and gives each row that misses its cause. */
bool validation_find_causes(RcuSimValidation *v, GError **error);
