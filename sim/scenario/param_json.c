#include "scenario/param_json.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/assert.h"
#include "base/cpumask.h"
#include "base/decimal.h"
#include "base/duration.h"
#include "base/edit.h"
#include "engine/dist.h"
#include "scenario/dist_json.h"

/* Names that a message lists before it counts the rest: more than any table of parameters has. */
#define MAX_LISTED 64

#define FIELD(type, param, base) ((type *)(void *)((char *)(base) + (param)->offset))
#define CONST_FIELD(type, param, base) \
	((const type *)(const void *)((const char *)(base) + (param)->offset))

const struct param *param_find(const struct param *params, const char *name)
{
	for (; params->type != PARAM_END; params++)
		if (strcmp(params->name, name) == 0)
			return params;
	return NULL;
}

static void param_set_default(const struct param *param, void *base, int n_cpus)
{
	char *why = NULL;

	switch (param->type) {
	case PARAM_INT:
	case PARAM_DURATION:
	case PARAM_SIZE:
		*FIELD(int64_t, param, base) = param->dflt;
		break;
	case PARAM_BOOL:
		*FIELD(bool, param, base) = param->dflt != 0;
		break;
	case PARAM_ENUM:
		*FIELD(int, param, base) = (int)param->dflt;
		break;
	case PARAM_STRING:
		*FIELD(char *, param, base) = g_strdup(param->dflt_text);
		break;
	case PARAM_CPULIST:
		if (!cpumask_parse(FIELD(struct cpumask, param, base), param->dflt_text, n_cpus,
				   &why))
			sim_assert_failed("the default CPU list is valid", __FILE__, __LINE__,
					  param->name);
		break;
	case PARAM_COUNT_DIST:
	case PARAM_DURATION_DIST:
		dist_set_default(param, FIELD(struct dist, param, base));
		break;
	case PARAM_END:
		break;
	}
}

void params_set_defaults(const struct param *params, void *base, int n_cpus)
{
	for (; params->type != PARAM_END; params++)
		param_set_default(params, base, n_cpus);
}

void params_clear(const struct param *params, void *base)
{
	for (; params->type != PARAM_END; params++) {
		if (params->type == PARAM_STRING)
			g_clear_pointer(FIELD(char *, params, base), g_free);
		else if (params->type == PARAM_COUNT_DIST || params->type == PARAM_DURATION_DIST)
			dist_clear(FIELD(struct dist, params, base));
	}
}

void params_detach(const struct param *params, void *base)
{
	for (; params->type != PARAM_END; params++) {
		if (params->type == PARAM_STRING)
			*FIELD(char *, params, base) = g_strdup(*FIELD(char *, params, base));
		else if (params->type == PARAM_COUNT_DIST || params->type == PARAM_DURATION_DIST)
			*FIELD(struct dist, params, base) =
				dist_copy(FIELD(struct dist, params, base));
	}
}

bool param_names_unit(const struct param *param)
{
	return g_str_has_suffix(param->name, "_ns");
}

char *param_expects(const struct param *param)
{
	switch (param->type) {
	case PARAM_INT:
		return g_strdup("an integer");
	case PARAM_BOOL:
		return g_strdup("true or false");
	case PARAM_DURATION:
		return g_strdup(param_names_unit(param) ? "nanoseconds or a duration like \"10ms\""
							: "a duration like \"10ms\"");
	case PARAM_SIZE:
		return g_strdup("a number of bytes or a size like \"4KiB\"");
	case PARAM_ENUM: {
		g_autofree char *words = g_strjoinv("\", \"", (char **)(void *)param->choices);

		return g_strdup_printf("%s\"%s\"", param->choices[1] ? "one of " : "", words);
	}
	case PARAM_STRING:
		return g_strdup("a string");
	case PARAM_CPULIST:
		return g_strdup("a CPU list like \"0-3,8\"");
	case PARAM_COUNT_DIST:
		return g_strdup("an integer or a distribution like "
				"{\"dist\": \"uniform\", \"min\": 1, \"max\": 9}");
	case PARAM_DURATION_DIST:
		return g_strdup("a duration like \"10ms\" or a distribution like "
				"{\"dist\": \"exponential\", \"mean\": \"10ms\"}");
	case PARAM_END:
		break;
	}
	sim_assert_failed("a parameter type", __FILE__, __LINE__, __func__);
}

static char *param_format(const struct param *param, int64_t value)
{
	if (param->type == PARAM_DURATION || param->type == PARAM_DURATION_DIST)
		return duration_format(value);
	return g_strdup_printf("%" PRId64, value);
}

char *param_range(const struct param *param)
{
	const bool duration = param->type == PARAM_DURATION || param->type == PARAM_DURATION_DIST;
	g_autofree char *min = param_format(param, param->min);
	g_autofree char *max = param_format(param, param->max);

	if (param->type == PARAM_BOOL)
		return g_strdup("false or true");
	return g_strdup_printf("%s ... %s%s%s%s%s", min, max, param->unit && !duration ? " " : "",
			       param->unit && !duration ? param->unit : "",
			       param->special ? "; " : "", param->special ? param->special : "");
}

static void G_GNUC_PRINTF(4, 0)
	json_add_problem(struct param_reader *reader, const struct json *json,
			 struct diag_place place, const char *format, va_list args)
{
	g_autofree char *path = NULL;
	g_autofree char *message = NULL;

	if (!diag_wants(reader->diag,
			place)) { /* a path takes as long as the array that it leads into */
		diag_add(reader->diag, place, NULL, "not shown");
		return;
	}
	path = json_path(json);
	message = g_strdup_vprintf(format, args);
	diag_add(reader->diag, place, path, "%s", message);
}

bool json_problem(struct param_reader *reader, const struct json *json, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	json_add_problem(reader, json, json->place, format, args);
	va_end(args);
	return false;
}

bool json_key_problem(struct param_reader *reader, const struct json *json, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	json_add_problem(reader, json, json->key_place, format, args);
	va_end(args);
	return false;
}

char *json_hint(struct param_reader *reader, struct diag_place place, const char *word,
		const char *const *accepted)
{
	return diag_wants(reader->diag, place) ? names_hint(word, accepted) : g_strdup("");
}

bool json_refuse(struct param_reader *reader, const struct json *json, const char *expected)
{
	g_autofree char *found = json_describe(json);

	return json_problem(reader, json, "expected %s, found %s", expected, found);
}

void json_missing(struct param_reader *reader, const struct json *object, const char *key,
		  const char *expected)
{
	g_autofree char *path =
		diag_wants(reader->diag, object->place) ? json_member_path(object, key) : NULL;

	diag_add(reader->diag, object->place, path, "missing; expected %s", expected);
}

char *names_hint(const char *word, const char *const *accepted)
{
	const char *near = edit_nearest(word, accepted);
	g_autofree char *all = NULL;

	if (near != NULL) {
		all = diag_escape(near);
		return g_strdup_printf("; did you mean \"%s\"?", all);
	}
	if (*accepted == NULL)
		return g_strdup("; none is accepted here");
	all = names_list(accepted);
	return g_strdup_printf("; accepted: %s", all);
}

char *names_list(const char *const *names)
{
	GString *list = g_string_new(NULL);
	int n = 0;

	for (; *names != NULL; names++, n++)
		if (n < MAX_LISTED) {
			g_autofree char *shown = diag_escape(*names);

			g_string_append_printf(list, "%s%s", n > 0 ? ", " : "", shown);
		}
	if (n > MAX_LISTED)
		g_string_append_printf(list, ", ... %d more", n - MAX_LISTED);
	return g_string_free(list, FALSE);
}

void names_add(GPtrArray *names, const struct param *params)
{
	for (; params->type != PARAM_END; params++)
		g_ptr_array_add(names, (void *)params->name);
}

static void json_check_comment(struct param_reader *reader, const struct json *comment)
{
	bool valid = comment->type == JSON_STRING || comment->type == JSON_ARRAY;

	for (const struct json *line = comment->first; line != NULL; line = line->next)
		valid = valid && line->type == JSON_STRING;
	if (!valid)
		json_refuse(reader, comment, "a string or an array of strings");
}

bool json_refuse_unknown(struct param_reader *reader, const struct json *object,
			 const char *const *accepted)
{
	if (object->type != JSON_OBJECT)
		return json_refuse(reader, object, "an object");
	for (const struct json *child = object->first; child != NULL; child = child->next) {
		g_autofree char *hint = NULL;

		if (strcmp(child->key, "comment") == 0) {
			json_check_comment(reader, child);
			continue;
		}
		if (g_strv_contains(accepted, child->key))
			continue;
		hint = json_hint(reader, child->key_place, child->key, accepted);
		json_key_problem(reader, child, "unknown key%s", hint);
	}
	return true;
}

/* An integer in the range of @param. */
static bool param_read_int(struct param_reader *reader, const struct param *param,
			   const struct json *json, int64_t *ret)
{
	g_autofree char *range = NULL;
	g_autofree char *found = NULL;
	int64_t value = 0;

	switch (decimal_int64(json->text, &value)) {
	case DECIMAL_EXACT:
		if (value >= param->min && value <= param->max) {
			*ret = value;
			return true;
		}
		break;
	case DECIMAL_FRACTION:
		return json_refuse(reader, json, "an integer");
	case DECIMAL_TOO_LARGE:
		break;
	case DECIMAL_NOT_A_NUMBER:
		sim_assert_failed("a scanned number", __FILE__, __LINE__, __func__);
	}
	found = json_describe(json);
	range = param_range(param);
	return json_problem(reader, json, "%s is out of range, %s", found, range);
}

/* Durations and sizes: a string with its unit. */
static bool param_read_quantity(struct param_reader *reader, const struct param *param,
				const struct json *json, int64_t *ret)
{
	g_autofree char *why = NULL;
	g_autofree char *range = NULL;
	g_autofree char *found = NULL;
	int64_t value = 0;
	const bool valid = param->type == PARAM_SIZE ? size_parse(json->text, &value, &why)
						     : duration_parse(json->text, &value, &why);

	if (!valid)
		return json_problem(reader, json, "%s", why);
	if (value >= param->min && value <= param->max) {
		*ret = value;
		return true;
	}
	found = json_describe(json);
	range = param_range(param);
	return json_problem(reader, json, "%s is out of range, %s", found, range);
}

static bool param_read_number(struct param_reader *reader, const struct param *param,
			      const struct json *json, void *base)
{
	const bool integer = param->type != PARAM_DURATION || param_names_unit(param);
	const bool quantity = param->type != PARAM_INT;
	g_autofree char *expected = NULL;

	if (json->type == JSON_NUMBER && integer)
		return param_read_int(reader, param, json, FIELD(int64_t, param, base));
	if (json->type == JSON_STRING && quantity)
		return param_read_quantity(reader, param, json, FIELD(int64_t, param, base));
	expected = param_expects(param);
	return json_refuse(reader, json, expected);
}

static bool param_read_enum(struct param_reader *reader, const struct param *param,
			    const struct json *json, void *base)
{
	g_autofree char *found = NULL;
	g_autofree char *expected = param_expects(param);
	const char *near;

	if (json->type != JSON_STRING)
		return json_refuse(reader, json, expected);
	for (int i = 0; param->choices[i] != NULL; i++)
		if (strcmp(param->choices[i], json->text) == 0) {
			*FIELD(int, param, base) = i;
			return true;
		}
	found = json_describe(json);
	if (param->special != NULL) /* says more than the nearest word */
		return json_problem(reader, json, "expected %s, found %s; %s", expected, found,
				    param->special);
	near = edit_nearest(json->text, param->choices);
	return json_problem(reader, json, "expected %s, found %s%s%s%s", expected, found,
			    near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

/* @min and @max of a string are its length in characters; 0 and 0 do not limit it. */
static bool param_read_string(struct param_reader *reader, const struct param *param,
			      const struct json *json, void *base)
{
	glong n;

	if (json->type != JSON_STRING)
		return json_refuse(reader, json, "a string");
	n = g_utf8_strlen(json->text, -1);
	if (param->max > 0 && (n < param->min || n > param->max))
		return json_problem(reader, json,
				    "%ld characters; expected %" PRId64 " ... %" PRId64, n,
				    param->min, param->max);
	g_free(*FIELD(char *, param, base));
	*FIELD(char *, param, base) = g_strdup(json->text);
	return true;
}

static bool param_read_cpulist(struct param_reader *reader, const struct param *param,
			       const struct json *json, void *base)
{
	g_autofree char *why = NULL;

	if (json->type != JSON_STRING)
		return json_refuse(reader, json, "a CPU list like \"0-3,8\"");
	if (cpumask_parse(FIELD(struct cpumask, param, base), json->text, reader->n_cpus, &why))
		return true;
	return json_problem(reader, json, "%s", why);
}

bool param_read(struct param_reader *reader, const struct param *param, const struct json *json,
		void *base)
{
	switch (param->type) {
	case PARAM_INT:
	case PARAM_DURATION:
	case PARAM_SIZE:
		return param_read_number(reader, param, json, base);
	case PARAM_BOOL:
		if (json->type != JSON_BOOL)
			return json_refuse(reader, json, "true or false");
		*FIELD(bool, param, base) = json->truth;
		return true;
	case PARAM_ENUM:
		return param_read_enum(reader, param, json, base);
	case PARAM_STRING:
		return param_read_string(reader, param, json, base);
	case PARAM_CPULIST:
		return param_read_cpulist(reader, param, json, base);
	case PARAM_COUNT_DIST:
	case PARAM_DURATION_DIST:
		return dist_read(reader, param, json, FIELD(struct dist, param, base));
	case PARAM_END:
		break;
	}
	sim_assert_failed("a parameter type", __FILE__, __LINE__, __func__);
}

void param_note_origin(struct param_reader *reader, const char *prefix, const char *name,
		       const struct json *json)
{
	const struct diag_place *place = &json->place;
	const bool own = strcmp(place->file, reader->file) == 0;
	char *origin;

	if (reader->origins == NULL)
		return;
	origin = place->line == 0 ? g_strdup(place->file)
				  : g_strdup_printf("%s%s:%d", own ? "" : "include ", place->file,
						    place->line);
	g_tree_replace(reader->origins,
		       g_strdup_printf("%s%s%s", prefix, *prefix != '\0' ? "." : "", name), origin);
}

void params_read(struct param_reader *reader, const struct param *params, const struct json *object,
		 const char *prefix, void *base)
{
	for (; params->type != PARAM_END; params++) {
		const struct json *json = json_find(object, params->name);

		if (json != NULL) {
			if (param_read(reader, params, json, base))
				param_note_origin(reader, prefix, params->name, json);
		} else if (params->required) {
			g_autofree char *expected = param_expects(params);

			json_missing(reader, object, params->name, expected);
		}
	}
}

void param_write(GString *out, const struct param *param, const void *base)
{
	g_autofree char *text = NULL;

	switch (param->type) {
	case PARAM_DURATION:
		if (!param_names_unit(param)) {
			text = duration_format(*CONST_FIELD(int64_t, param, base));
			json_append_string(out, text);
			return;
		}
		/* fall through */
	case PARAM_INT:
	case PARAM_SIZE:
		g_string_append_printf(out, "%" PRId64, *CONST_FIELD(int64_t, param, base));
		return;
	case PARAM_BOOL:
		g_string_append(out, *CONST_FIELD(bool, param, base) ? "true" : "false");
		return;
	case PARAM_ENUM:
		json_append_string(out, param->choices[*CONST_FIELD(int, param, base)]);
		return;
	case PARAM_STRING: {
		const char *value = *CONST_FIELD(char *, param, base);

		json_append_string(out, value ? value : "");
		return;
	}
	case PARAM_CPULIST:
		text = cpumask_format(CONST_FIELD(struct cpumask, param, base));
		json_append_string(out, text);
		return;
	case PARAM_COUNT_DIST:
	case PARAM_DURATION_DIST:
		dist_write(out, param, CONST_FIELD(struct dist, param, base));
		return;
	case PARAM_END:
		return;
	}
}
