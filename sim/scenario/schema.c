/*
 * schema.c - the JSON Schema (draft 2020-12) of scenario files, from the tables that load them.
 *
 * As tight as the language allows: no other keys, types, ranges, words, the parameters of each kind and
 * policy. What it cannot say stays with the loader: ranges of durations, CPU lists within machine.cpus,
 * references (labels, ids in paths), sums.
 */
#include <string.h>

#include <rcusim/scenario.h>

#include "base/assert.h"
#include "mm/metric_names.h"
#include "policy/registry.h"
#include "scenario/read.h"
#include "scenario/root.h"
#include "scenario/schema_param.h"

/* `"properties": {"comment": ...` of an object; schema_object_end() closes both. */
static void schema_object(struct json_writer *writer, const char *key, const char *description)
{
	json_write_open(writer, key, '{');
	json_write_string(writer, "type", "object");
	if (description != NULL)
		json_write_string(writer, "description", description);
	json_write_open(writer, "properties", '{');
	schema_ref(writer, "comment", "comment");
}

static void schema_object_end(struct json_writer *writer, const char *const *required)
{
	json_write_close(writer, '}');
	if (required != NULL)
		json_write_strings(writer, "required", required);
	json_write_bool(writer, "additionalProperties", false);
	json_write_close(writer, '}');
}

static void schema_const(struct json_writer *writer, const char *key, const char *value)
{
	json_write_open(writer, key, '{');
	json_write_string(writer, "const", value);
	json_write_close(writer, '}');
}

static void schema_profile(struct json_writer *writer)
{
	json_write_open(writer, "profile", '{');
	json_write_open(writer, "anyOf", '[');
	json_write_open(writer, NULL, '{');
	json_write_strings(writer, "enum", cost_profile_names);
	json_write_close(writer, '}');
	json_write_open(writer, NULL, '{');
	json_write_string(writer, "type", "string");
	json_write_string(writer, "pattern", "\\.json$");
	json_write_close(writer, '}');
	json_write_close(writer, ']');
	json_write_string(writer, "description",
			  "figures to start from: a name, or a file that `rcusim calibrate` wrote");
	json_write_string(writer, "default", cost_profile_names[0]);
	json_write_close(writer, '}');
}

static void schema_sections(struct json_writer *writer)
{
	for (const struct section *section = sections; section->name != NULL; section++) {
		schema_object(writer, section->name, section->help);
		if (section->params == cost_params)
			schema_profile(writer);
		schema_params(writer, section->params);
		schema_object_end(writer, NULL);
	}
}

static char *policy_def(const struct vma_policy_ops *ops)
{
	return g_strconcat("policy-", ops->name, NULL);
}

/* One definition per policy, and any_policy: an object that names its policy. */
static void schema_policy_defs(struct json_writer *writer)
{
	for (int i = 0; vma_policies[i] != NULL; i++) {
		g_autofree char *def = policy_def(vma_policies[i]);

		schema_object(writer, def, vma_policies[i]->summary);
		schema_const(writer, "policy", vma_policies[i]->name);
		schema_params(writer, vma_policies[i]->params);
		schema_object_end(writer, NULL);
	}
	json_write_open(writer, "any_policy", '{');
	json_write_string(writer, "type", "object");
	json_write_raw(writer, "required", "[\"policy\"]");
	json_write_open(writer, "oneOf", '[');
	for (int i = 0; vma_policies[i] != NULL; i++) {
		g_autofree char *def = policy_def(vma_policies[i]);

		schema_ref(writer, NULL, def);
	}
	json_write_close(writer, ']');
	json_write_close(writer, '}');
}

/* A label that is a policy's name may leave out "policy"; any other may not. */
static void schema_policies(struct json_writer *writer)
{
	json_write_open(writer, "policies", '{');
	json_write_string(writer, "type", "object");
	json_write_string(writer, "description",
			  "what to compare: label, policy and its parameters");
	json_write_raw(writer, "propertyNames",
		       "{ \"pattern\": \"^[a-z0-9-]{1,64}$\", \"not\": { \"const\": \"all\" } }");
	json_write_int(writer, "minProperties", 1);
	json_write_raw(writer, "not", "{ \"maxProperties\": 1, \"required\": [\"comment\"] }");
	json_write_open(writer, "properties", '{');
	schema_ref(writer, "comment", "comment");
	for (int i = 0; vma_policies[i] != NULL; i++) {
		g_autofree char *def = policy_def(vma_policies[i]);

		json_write_open(writer, vma_policies[i]->name, '{');
		json_write_raw(writer, "if", "{ \"required\": [\"policy\"] }");
		schema_ref(writer, "then", "any_policy");
		schema_ref(writer, "else", def);
		json_write_close(writer, '}');
	}
	json_write_close(writer, '}');
	schema_ref(writer, "additionalProperties", "any_policy");
	json_write_close(writer, '}');
}

static void schema_workload_kind(struct json_writer *writer, int kind)
{
	const char *required[8] = { "id", "kind" };
	size_t n_required = 2;

	for (const struct param *param = workload_kinds[kind].params; param->type != PARAM_END;
	     param++) {
		sim_assert(n_required + 1 < G_N_ELEMENTS(required));
		if (param->required)
			required[n_required++] = param->name;
	}
	schema_object(writer, NULL, workload_kinds[kind].help);
	for (const struct param *param = workload_common_params; param->type != PARAM_END;
	     param++) {
		if (strcmp(param->name, "kind") == 0)
			schema_const(writer, "kind", workload_kinds[kind].name);
		else if (workload_kind_has(kind, param->name))
			schema_param(writer, param->name, param);
	}
	schema_object(writer, "arrive", "when they arrive");
	for (const struct param *param = workload_arrive_params; param->type != PARAM_END; param++)
		if (workload_kind_has(kind, param->name))
			schema_param(writer, param->name, param);
	schema_object_end(writer, NULL);
	schema_params(writer, workload_kinds[kind].params);
	schema_object_end(writer, required);
}

static void schema_workload(struct json_writer *writer)
{
	json_write_open(writer, "workload", '{');
	json_write_string(writer, "type", "array");
	json_write_string(writer, "description", "who arrives where and when, and what it does");
	json_write_int(writer, "maxItems", JSON_MAX_MEMBERS);
	json_write_open(writer, "items", '{');
	json_write_open(writer, "oneOf", '[');
	for (int kind = 0; kind < WORKLOAD_N_KINDS; kind++)
		schema_workload_kind(writer, kind);
	json_write_close(writer, ']');
	json_write_close(writer, '}');
	json_write_close(writer, '}');
}

/* `"PREFIX.NAME": {an array of values of the parameter}` for each of @params. */
static void schema_vary_params(struct json_writer *writer, const char *prefix,
			       const struct param *params)
{
	for (; params->type != PARAM_END; params++) {
		g_autofree char *path = g_strdup_printf("%s.%s", prefix, params->name);

		json_write_open(writer, path, '{');
		json_write_string(writer, "type", "array");
		json_write_int(writer, "minItems", 1);
		json_write_bool(writer, "uniqueItems", true);
		schema_param(writer, "items", params);
		json_write_close(writer, '}');
	}
}

static void schema_vary(struct json_writer *writer)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

	schema_object(writer, "vary", "parameters by path, each with the values to try");
	for (const struct section *section = sections; section->name != NULL; section++)
		schema_vary_params(writer, section->name, section->params);
	for (int i = 0; vma_policies[i] != NULL; i++)
		for (const struct param *param = vma_policies[i]->params; param->type != PARAM_END;
		     param++) {
			const struct param alone[] = { *param, { .type = PARAM_END } };

			if (g_hash_table_add(seen, (void *)param->name))
				schema_vary_params(writer, "policy", alone);
		}
	json_write_close(writer, '}');
	json_write_raw(
		writer, "patternProperties",
		"{ \"^(duration|costs_ns\\\\.profile|(policies|workload)\\\\.[a-z0-9-]+\\\\.[a-z_.]+)$\": "
		"{ \"type\": \"array\", \"minItems\": 1, \"uniqueItems\": true } }");
	json_write_bool(writer, "additionalProperties", false);
	json_write_close(writer, '}');
}

static void schema_metric(struct json_writer *writer, const char *key, const char *unit)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();

	for (const struct metric_info *metric = metric_infos; metric->name != NULL; metric++)
		if (unit == NULL || strcmp(metric->unit, unit) == 0 ||
		    (*unit == '\0' && strcmp(metric->unit, "ns") != 0 &&
		     strcmp(metric->unit, "bytes") != 0))
			g_ptr_array_add(names, (void *)metric->name);
	g_ptr_array_add(names, NULL);
	json_write_open(writer, key, '{');
	json_write_strings(writer, "enum", (const char *const *)names->pdata);
	json_write_close(writer, '}');
}

static void schema_objectives(struct json_writer *writer)
{
	static const char *const required[] = { "metric", "goal", NULL };

	json_write_open(writer, "objectives", '{');
	json_write_string(writer, "type", "array");
	json_write_int(writer, "maxItems", JSON_MAX_MEMBERS);
	schema_object(writer, "items", "what a tuner is to minimise or maximise");
	schema_metric(writer, "metric", NULL);
	json_write_raw(writer, "goal", "{ \"enum\": [\"min\", \"max\"] }");
	json_write_raw(writer, "indifference",
		       "{ \"type\": \"string\", "
		       "\"pattern\": \"^(0?[0-9]{1,2}(\\\\.[0-9]{1,2})?|100(\\\\.0{1,2})?)%$\" }");
	schema_object_end(writer, required);
	json_write_close(writer, '}');
}

/* One alternative of "expect": metrics of @unit ("" is all others), values of @type. */
static void schema_expect_unit(struct json_writer *writer, const char *unit, enum param_type type)
{
	static const char *const required[] = { "metric", NULL };
	static const char *const relations[] = { "at_most", "at_least", "equals", NULL };
	const struct param value = { .name = "value_ns", .type = type, .max = INT64_MAX };

	schema_object(writer, NULL, NULL);
	schema_metric(writer, "metric", unit);
	schema_ref(writer, "policy", "id");
	for (int i = 0; relations[i] != NULL; i++)
		schema_param(writer, relations[i], &value);
	schema_object_end(writer, required);
}

static void schema_expect(struct json_writer *writer)
{
	json_write_open(writer, "expect", '{');
	json_write_string(writer, "type", "array");
	json_write_int(writer, "maxItems", JSON_MAX_MEMBERS);
	json_write_open(writer, "items", '{');
	json_write_raw(
		writer, "allOf",
		"[{ \"oneOf\": [{ \"required\": [\"at_most\"] }, { \"required\": [\"at_least\"] }, "
		"{ \"required\": [\"equals\"] }] }]");
	json_write_open(writer, "oneOf", '[');
	schema_expect_unit(writer, "ns", PARAM_DURATION);
	schema_expect_unit(writer, "bytes", PARAM_SIZE);
	schema_expect_unit(writer, "", PARAM_INT);
	json_write_close(writer, ']');
	json_write_close(writer, '}');
	json_write_close(writer, '}');
}

static void schema_root(struct json_writer *writer)
{
	json_write_open(writer, "properties", '{');
	schema_ref(writer, "comment", "comment");
	json_write_raw(writer, "$schema", "{ \"type\": \"string\" }");
	json_write_raw(writer, "schema_version", "{ \"const\": 1 }");
	json_write_raw(
		writer, "include",
		"{ \"type\": \"array\", \"items\": { \"type\": \"string\", \"minLength\": 1 } }");
	json_write_raw(writer, "seed",
		       "{ \"anyOf\": [{ \"type\": \"integer\", \"minimum\": 0, "
		       "\"maximum\": 18446744073709551615 }, { \"type\": \"string\", "
		       "\"pattern\": \"^(0[xX]0*[0-9a-fA-F]{1,16}|[0-9]+)$\" }], \"default\": 1 }");
	schema_params(writer, root_params);
	schema_sections(writer);
	schema_policies(writer);
	schema_workload(writer);
	schema_vary(writer);
	schema_objectives(writer);
	schema_expect(writer);
	json_write_close(writer, '}');
}

char *rcusim_scenario_schema(void)
{
	struct json_writer writer = { .out = g_string_new(NULL), .first = true };

	json_write_open(&writer, NULL, '{');
	json_write_string(&writer, "$schema", "https://json-schema.org/draft/2020-12/schema");
	json_write_string(&writer, "title", "rcusim scenario");
	json_write_string(&writer, "type", "object");
	schema_root(&writer);
	json_write_bool(&writer, "additionalProperties", false);
	json_write_raw(&writer, "required", "[\"schema_version\"]");
	/* an include may have the rest */
	json_write_raw(&writer, "if", "{ \"not\": { \"required\": [\"include\"] } }");
	json_write_raw(&writer, "then",
		       "{ \"required\": [\"name\", \"duration\", \"policies\", \"workload\"] }");
	json_write_open(&writer, "$defs", '{');
	schema_param_defs(&writer);
	schema_policy_defs(&writer);
	json_write_close(&writer, '}');
	json_write_close(&writer, '}');
	g_string_append_c(writer.out, '\n');
	return g_string_free(writer.out, FALSE);
}
