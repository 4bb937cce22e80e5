/* param_json.h - parameter tables against JSON: defaults, reading, checking, writing. */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "base/diag.h"
#include "base/param.h"
#include "scenario/json.h"

struct param_reader {
	struct diag *diag;
	int n_cpus;         /* CPU lists are within 0 ... n_cpus - 1 */
	GTree *origins;     /* (nullable): "rcu.blimit" -> where its value came from; owns both */
	const char *file;   /* the scenario's own file: values of others came by include */
	const char *dir;    /* its directory: what it names is below it */
	GPtrArray *files;   /* names that places point to */
	bool unreadable;    /* a problem was that a file could not be read */
	size_t trace_bytes; /* of the replay files that its workload names, again and again */
};

const struct param *param_find(const struct param *params, const char *name);

/* Every field that @params describes to its default; @base is taken for uninitialised. */
void params_set_defaults(const struct param *params, void *base, int n_cpus);
/* Frees the strings and distributions that @params describes. */
void params_clear(const struct param *params, void *base);

/* After @base was copied byte by byte: gives it strings and distributions of its own. */
void params_detach(const struct param *params, void *base);

/**
 * param_read:
 *
 * Reads @json into @param's field of @base, which must hold a value already (it is freed).
 *
 * Returns: whether it is a value that @param accepts; else a problem was added and @base is unchanged
 */
bool param_read(struct param_reader *reader, const struct param *param, const struct json *json,
		void *base);
/* Every member of @object that @params names; what is required and missing is a problem. */
void params_read(struct param_reader *reader, const struct param *params, const struct json *object,
		 const char *prefix, void *base);
/* Remembers that the value of "@prefix.@name" came from @json. */
void param_note_origin(struct param_reader *reader, const char *prefix, const char *name,
		       const struct json *json);

/* Appends the value as JSON, spelled in one way only: what param_read() reads back. */
void param_write(GString *out, const struct param *param, const void *base);

/* "a duration like "10ms"": what @param accepts, for messages; g_free(). */
char *param_expects(const struct param *param);
/* "-1 ... 9 jiffies; -1: from HZ": the range and what a special value means; g_free(). */
char *param_range(const struct param *param);
/* Whether a duration may be an integer: the key names the unit. */
bool param_names_unit(const struct param *param);

/* Problem at @json: expected @expected, found ...; always false. */
bool json_refuse(struct param_reader *reader, const struct json *json, const char *expected);
/* Problem at @json with its path; always false. */
bool json_problem(struct param_reader *reader, const struct json *json, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
/* The same at @json's key. */
bool json_key_problem(struct param_reader *reader, const struct json *json, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
/* @key of @object is missing. */
void json_missing(struct param_reader *reader, const struct json *object, const char *key,
		  const char *expected);
/* Members of @object that are neither "comment" nor in @accepted (NULL-terminated) are problems; a comment
 * must be a string or an array of strings. Returns whether @object is an object at all. */
bool json_refuse_unknown(struct param_reader *reader, const struct json *object,
			 const char *const *accepted);
/* Appends the names of @params. */
void names_add(GPtrArray *names, const struct param *params);
/* `; did you mean "x"?` or `; accepted: a, b, c`, for a word that is none of @accepted; g_free(). */
char *names_hint(const char *word, const char *const *accepted);
/* The same for a problem at @place; "" if it will not be shown. */
char *json_hint(struct param_reader *reader, struct diag_place place, const char *word,
		const char *const *accepted);
/* "a, b, c", after some of them "... N more"; g_free(). */
char *names_list(const char *const *names);
