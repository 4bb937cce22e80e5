/* dist_json.h - distributions in a scenario: 400, "3us", {"dist": "lognormal", "median": 400, ...}. */
#pragma once

#include "engine/dist.h"
#include "scenario/param_json.h"

/* Rows of a table, and weights of one row. */
#define DIST_MAX_ROWS   JSON_MAX_MEMBERS
#define DIST_MAX_WEIGHT INT64_C(1000000000)

/* The numbers of a distribution object, before they become a struct dist. */
struct dist_fields {
	int64_t value, min, max, mean, median, sigma_permille;
};

struct dist_kind_info {
	const char *name; /* as "dist" spells it */
	const char *help;
	/* names among the fields; table has "values" and "weights" instead */
	const char *required[3], *optional[3]; /* NULL-terminated */
};

/* By enum dist_kind, closed by a NULL name. */
extern const struct dist_kind_info dist_kinds[];

/* The fields' tables (of struct dist_fields): counts, or durations. */
const struct param *dist_field_params(enum param_type type);
/* @field with the range it has in a distribution whose samples @param limits. */
struct param dist_field_limited(const struct param *field, const struct param *param);

void dist_set_default(const struct param *param, struct dist *dist);
/* As param_read(); @dist must hold a value (it is freed). */
bool dist_read(struct param_reader *reader, const struct param *param, const struct json *json,
	       struct dist *dist);
void dist_write(GString *out, const struct param *param, const struct dist *dist);

/* A mean of the samples for estimates of work: exact but for rounding and clamping, never negative. */
int64_t dist_estimate(const struct dist *dist);
