/* read.h - from a merged JSON tree to the contents of a scenario, every problem told. */
#pragma once

#include "scenario/json.h"
#include "scenario/param_json.h"
#include "scenario/scenario.h"

/* Reads all of @root into @contents (zeroed); what is wrong is added to the reader's diagnostics, and
 * @contents is fit for scenario_clear() only then. */
void scenario_read(struct param_reader *reader, const struct json *root, struct scenario *contents);

/* Its parts. */
/* "profile" of @costs (nullable): the figures that the section starts from. */
void costs_profile_read(struct param_reader *reader, const struct json *costs,
			struct scenario *contents);
void policies_read(struct param_reader *reader, const struct json *root, struct scenario *contents);
void workloads_read(struct param_reader *reader, const struct json *root,
		    struct scenario *contents);
void vary_read(struct param_reader *reader, const struct json *root, struct scenario *contents);
void objectives_read(struct param_reader *reader, const struct json *root,
		     struct scenario *contents);
void expects_read(struct param_reader *reader, const struct json *root, struct scenario *contents);

/* What tables cannot say: sections against each other, arrivals against the end, the amount of work. */
void scenario_check(struct param_reader *reader, const struct json *root,
		    const struct scenario *contents);

/* [a-z0-9-], not empty, at most SCENARIO_MAX_ID. */
bool id_is_valid(const char *id);
#define ID_EXPECTED "a name of a-z, 0-9 and '-', at most 64 characters"

/* Names that a policy may have; (transfer container). */
const char **policy_names(void);

/* Whether workloads of @kind have the parameter @name of the common and arrival tables. */
bool workload_kind_has(int kind, const char *name);
