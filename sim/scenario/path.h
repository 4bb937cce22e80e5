/* path.h - parameters by path: rcu.qhimark, policy.list_limit, workload.storm.vmas.median. */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "scenario/json.h"
#include "scenario/param_json.h"

/* One place in a scenario's tree that a path names. */
struct path_target {
	struct param param;  /* what may stand there; offset 0 */
	struct json *parent; /* an object of the tree */
	const char *
		section; /* member of @parent that holds the value's object, or NULL: @parent does */
	const char *key; /* of the value; owned by a table */
};

/**
 * path_resolve:
 * @root: a merged tree, not validated yet
 * @targets: struct path_target, appended: several for "policy.X", one for any other path
 * @ret_why: (out): what is wrong with @path and what is accepted; g_free()
 */
bool path_resolve(const struct json *root, const char *path, GArray *targets, char **ret_why);

/**
 * sets_apply:
 * @sets: (nullable): NULL-terminated "path=value"
 * @files: names that the tree's places point to; extended
 *
 * Puts every value where its path says, as if the file had it there; values are checked with the file's.
 */
void sets_apply(const char *const *sets, struct json *root, GPtrArray *files, struct diag *diag);
