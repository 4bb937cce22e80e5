#include "scenario/schema_param.h"

#include <string.h>

#include "base/assert.h"
#include "scenario/dist_json.h"
#include "scenario/root.h"

#define CPU        "(N|[0-9]+)"
#define GROUP      "(:[0-9]+/[0-9]+)?"
#define CPU_REGION "(all" GROUP "|" CPU "(-" CPU GROUP ")?)"

void schema_ref(struct json_writer *writer, const char *key, const char *name)
{
	g_autofree char *ref = g_strconcat("#/$defs/", name, NULL);

	json_write_open(writer, key, '{');
	json_write_string(writer, "$ref", ref);
	json_write_close(writer, '}');
}

static void schema_pattern(struct json_writer *writer, const char *key, const char *pattern)
{
	json_write_open(writer, key, '{');
	json_write_string(writer, "type", "string");
	json_write_string(writer, "pattern", pattern);
	json_write_close(writer, '}');
}

void schema_param_defs(struct json_writer *writer)
{
	schema_pattern(writer, "duration", "^[0-9]+(\\.[0-9]+)?(ns|us|ms|s)$");
	schema_pattern(writer, "size", "^[0-9]+(\\.[0-9]+)?(B|KiB|MiB|GiB)$");
	schema_pattern(writer, "cpu_list", "^(" CPU_REGION "(," CPU_REGION ")*)?$");
	schema_pattern(writer, "id", "^[a-z0-9-]{1,64}$");
	json_write_open(writer, "comment", '{');
	json_write_raw(
		writer, "anyOf",
		"[{ \"type\": \"string\" }, { \"type\": \"array\", \"items\": { \"type\": \"string\" } }]");
	json_write_close(writer, '}');
}

static void schema_range(struct json_writer *writer, const char *key, const struct param *param)
{
	json_write_open(writer, key, '{');
	json_write_string(writer, "type", "integer");
	json_write_int(writer, "minimum", param->min);
	json_write_int(writer, "maximum", param->max);
	json_write_close(writer, '}');
}

static void schema_array(struct json_writer *writer, const char *key, const struct param *element)
{
	json_write_open(writer, key, '{');
	json_write_string(writer, "type", "array");
	json_write_int(writer, "minItems", 1);
	json_write_int(writer, "maxItems", DIST_MAX_ROWS);
	schema_param(writer, "items", element);
	json_write_close(writer, '}');
}

static void schema_dist_field(struct json_writer *writer, const struct param *param,
			      const char *name)
{
	const struct param weight = { .name = "weight", .type = PARAM_INT, .max = DIST_MAX_WEIGHT };
	const struct param *field = param_find(dist_field_params(param->type), name);
	struct param limited;

	if (strcmp(name, "weights") == 0) {
		schema_array(writer, name, &weight);
		return;
	}
	limited = dist_field_limited(field ? field : &dist_field_params(param->type)[0], param);
	if (field == NULL)
		schema_array(writer, name, &limited);
	else
		schema_param(writer, name, &limited);
}

static void schema_dist_kind(struct json_writer *writer, const struct param *param,
			     const struct dist_kind_info *info)
{
	const char *required[4] = { "dist" };

	json_write_open(writer, NULL, '{');
	json_write_string(writer, "type", "object");
	json_write_string(writer, "description", info->help);
	json_write_open(writer, "properties", '{');
	schema_ref(writer, "comment", "comment");
	json_write_open(writer, "dist", '{');
	json_write_string(writer, "const", info->name);
	json_write_close(writer, '}');
	for (int i = 0; info->required[i] != NULL; i++) {
		required[i + 1] = info->required[i];
		schema_dist_field(writer, param, info->required[i]);
	}
	for (int i = 0; info->optional[i] != NULL; i++)
		schema_dist_field(writer, param, info->optional[i]);
	json_write_close(writer, '}');
	json_write_strings(writer, "required", required);
	json_write_bool(writer, "additionalProperties", false);
	json_write_close(writer, '}');
}

static void schema_dist(struct json_writer *writer, const struct param *param)
{
	json_write_open(writer, "oneOf", '[');
	if (param->type == PARAM_DURATION_DIST)
		schema_ref(writer, NULL, "duration");
	else
		schema_range(writer, NULL, param);
	for (const struct dist_kind_info *info = dist_kinds; info->name != NULL; info++)
		schema_dist_kind(writer, param, info);
	json_write_close(writer, ']');
}

static void schema_text(struct json_writer *writer, const struct param *param)
{
	if (param->max == 0) { /* strings without a limit of their own are ids */
		json_write_string(writer, "$ref", "#/$defs/id");
		return;
	}
	json_write_string(writer, "type", "string");
	json_write_int(writer, "minLength", param->min);
	json_write_int(writer, "maxLength", param->max);
}

static void schema_number_or(struct json_writer *writer, const struct param *param, const char *def)
{
	json_write_open(writer, "anyOf", '[');
	schema_range(writer, NULL, param);
	schema_ref(writer, NULL, def);
	json_write_close(writer, ']');
}

static void schema_type(struct json_writer *writer, const struct param *param)
{
	switch (param->type) {
	case PARAM_INT:
		json_write_string(writer, "type", "integer");
		json_write_int(writer, "minimum", param->min);
		json_write_int(writer, "maximum", param->max);
		break;
	case PARAM_BOOL:
		json_write_string(writer, "type", "boolean");
		break;
	case PARAM_DURATION:
		if (param_names_unit(param))
			schema_number_or(writer, param, "duration");
		else
			json_write_string(writer, "$ref", "#/$defs/duration");
		break;
	case PARAM_SIZE:
		schema_number_or(writer, param, "size");
		break;
	case PARAM_ENUM:
		json_write_strings(writer, "enum", param->choices);
		break;
	case PARAM_STRING:
		schema_text(writer, param);
		break;
	case PARAM_CPULIST:
		json_write_string(writer, "$ref", "#/$defs/cpu_list");
		break;
	case PARAM_COUNT_DIST:
	case PARAM_DURATION_DIST:
		schema_dist(writer, param);
		break;
	case PARAM_END:
		sim_assert_failed("a parameter type", __FILE__, __LINE__, __func__);
	}
}

/* The default as a scenario would spell it. */
static void schema_default(struct json_writer *writer, const struct param *param)
{
	g_autofree char *base = NULL;
	g_autoptr(GString) text = NULL;
	struct param alone[] = { *param, { .type = PARAM_END } };

	if (param->required)
		return;
	if (param->dflt_text != NULL) {
		if (param->type == PARAM_COUNT_DIST)
			json_write_raw(writer, "default", param->dflt_text);
		else
			json_write_string(writer, "default", param->dflt_text);
		return;
	}
	if (param->type != PARAM_INT && param->type != PARAM_BOOL &&
	    param->type != PARAM_DURATION && param->type != PARAM_SIZE && param->type != PARAM_ENUM)
		return;
	base = g_malloc0(sizeof(int64_t));
	text = g_string_new(NULL);
	alone[0].offset = 0;
	params_set_defaults(alone, base, 1);
	param_write(text, alone, base);
	json_write_raw(writer, "default", text->str);
}

void schema_param(struct json_writer *writer, const char *key, const struct param *param)
{
	g_autofree char *description = NULL;

	json_write_open(writer, key, '{');
	schema_type(writer, param);
	if (param->help != NULL) {
		/* strings carry their own unit */
		const bool unit = param->unit != NULL && *param->unit != '\0' &&
				  param->type != PARAM_DURATION &&
				  param->type != PARAM_DURATION_DIST;

		description = g_strdup_printf("%s%s%s%s%s%s", param->help, unit ? " [" : "",
					      unit ? param->unit : "", unit ? "]" : "",
					      param->special ? "; " : "",
					      param->special ? param->special : "");
		json_write_string(writer, "description", description);
		/* fields of distributions have ranges, not defaults */
		if (param->dflt != 0 || param->dflt_text != NULL || param->source != NULL)
			schema_default(writer, param);
	}
	json_write_close(writer, '}');
}

void schema_params(struct json_writer *writer, const struct param *params)
{
	for (; params->type != PARAM_END; params++)
		schema_param(writer, params->name, params);
}
