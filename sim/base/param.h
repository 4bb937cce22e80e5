/*
 * param.h - tables of typed parameters.
 *
 * One row says everything about one knob: its name in a scenario, its type, unit, range, default, help
 * and where the default comes from. The same table loads a scenario, checks it, prints `show`, writes
 * the JSON Schema and the docs, so that these can never disagree.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum param_type {
	PARAM_END = 0,    /* closes a table */
	PARAM_INT,        /* int64_t */
	PARAM_BOOL,       /* bool */
	PARAM_DURATION,   /* int64_t in ns; JSON: "10ms", or an integer if the key names the unit */
	PARAM_SIZE,       /* int64_t in bytes; JSON: "4KiB" or an integer */
	PARAM_ENUM,       /* int, index into choices */
	PARAM_STRING,     /* char *, owned by the structure */
	PARAM_CPULIST,    /* struct cpumask (base/cpumask.h) */
	PARAM_COUNT_DIST, /* struct dist (engine/dist.h) of counts; JSON: integer or {"dist": ...} */
	PARAM_DURATION_DIST /* struct dist of ns; JSON: "3us" or {"dist": ..., durations} */
};

struct param {
	const char *name;
	enum param_type type;
	size_t offset;    /* of the field in the structure that the table describes */
	int64_t min, max; /* inclusive; durations in ns, sizes in bytes; dists: of each sample */
	int64_t dflt;     /* integers, durations, sizes, bool (0/1), enum (index) */
	const char *dflt_text; /* cpu lists, strings, dists: the default as JSON would spell it */
	bool required;         /* a scenario must give it */
	const char *unit;      /* "ns", "callbacks", "jiffies", ... or NULL */
	const char *const *choices; /* enum: accepted words, NULL-terminated */
	const char *special;        /* what a special value means: "-1: from HZ", or NULL */
	const char *help;           /* one line */
	const char *source;         /* where the default (or the constant) comes from */
};
