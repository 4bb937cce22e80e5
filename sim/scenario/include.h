/* include.h - a scenario's tree with everything that it includes merged under it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#include "base/diag.h"
#include "scenario/json.h"

#define INCLUDE_MAX_DEPTH 8
#define INCLUDE_MAX_FILES 64
#define INCLUDE_MAX_BYTES (2 * JSON_MAX_BYTES)

struct includer {
	struct diag *diag;
	const char *scenario_dir;
	GPtrArray *files; /* names that the tree's places point to: keep them as long as the tree */
	bool unreadable;  /* a problem was that a file could not be read */
	/* of the walk */
	GPtrArray *chain; /* struct include_link, from the scenario down */
	int n_files;
	size_t n_bytes;
	int values_left; /* of JSON_MAX_VALUES, for the scenario and all that it includes */
};

void includer_init(struct includer *includer, struct diag *diag, const char *scenario_dir);
void includer_clear(struct includer *includer);

/**
 * include_resolve:
 * @root: tree of a file called @file; taken over
 *
 * The members of an include are the base that the file overrides: objects are merged member by member,
 * anything else is replaced. Later includes override earlier ones. "include" itself is gone afterwards.
 *
 * Returns: the merged tree; problems are added to the diagnostics
 */
struct json *include_resolve(struct includer *includer, struct json *root, const char *file);

/* Parses @text, which counts towards the limits of the whole. */
struct json *include_parse(struct includer *includer, const char *text, size_t len,
			   const char *file);

/* Overrides members of @base by those of @over, which is freed. */
void json_merge(struct json *base, struct json *over, struct diag *diag);
