/*
 * resolve.c - writes contents back as a scenario.
 *
 * The order is that of the tables, durations have their largest even unit, CPU lists are as short as can
 * be: two scenarios mean the same if and only if their resolved forms are equal. Everything that a
 * scenario file can say is said, so that the text alone, without includes and overrides, repeats a run.
 */
#include "scenario/resolve.h"

#include <inttypes.h>
#include <string.h>

#include "base/assert.h"
#include "scenario/json.h"
#include "scenario/param_json.h"
#include "scenario/read.h"
#include "scenario/root.h"

/* Changes of what a resolved form means change every hash. */
#define HASH_FORMAT "rcusim scenario 1\n"

/* Integers above this are not exact where JSON numbers are doubles: they are written as strings. */
#define MAX_EXACT_INTEGER (UINT64_C(1) << 53)

struct resolver {
	GString *out;
	GPtrArray *values; /* or NULL */
	GTree *origins;
	const char *indent;
	bool first; /* of the object being written */
};

static void resolved_value_free(void *data)
{
	struct resolved_value *value = data;

	g_free(value->path);
	g_free(value->text);
	g_free(value->origin);
	g_free(value);
}

/* Notes @text, the value of @prefix.@name, for `show`. */
static void resolver_note(struct resolver *resolver, const char *prefix, const char *name,
			  const struct param *param, const char *text)
{
	struct resolved_value *value;
	const char *origin;

	if (resolver->values == NULL)
		return;
	value = g_new0(struct resolved_value, 1);
	value->path = g_strdup_printf("%s%s%s", prefix, *prefix != '\0' ? "." : "", name);
	value->text = g_strdup(text);
	if (param != NULL) {
		value->unit = param->type == PARAM_DURATION ? NULL : param->unit;
		value->help = param->help;
		value->source = param->source;
	}
	origin = resolver->origins ? g_tree_lookup(resolver->origins, value->path) : NULL;
	value->origin = g_strdup(origin ? origin : "default");
	g_ptr_array_add(resolver->values, value);
}

/* `"key": `, with the comma and the line that it needs. */
static void resolver_key(struct resolver *resolver, const char *key)
{
	if (!resolver->first)
		g_string_append_c(resolver->out, ',');
	g_string_append(resolver->out, resolver->indent);
	json_append_string(resolver->out, key);
	g_string_append(resolver->out, ": ");
	resolver->first = false;
}

static void resolver_param(struct resolver *resolver, const char *prefix, const struct param *param,
			   const void *base)
{
	const gsize start = resolver->out->len;
	gsize key_end;

	resolver_key(resolver, param->name);
	key_end = resolver->out->len;
	param_write(resolver->out, param, base);
	sim_assert(key_end > start);
	resolver_note(resolver, prefix, param->name, param, resolver->out->str + key_end);
}

static void resolver_params(struct resolver *resolver, const char *prefix,
			    const struct param *params, const void *base)
{
	for (; params->type != PARAM_END; params++)
		resolver_param(resolver, prefix, params, base);
}

/* Opens @key's object with members indented by @indent; resolver_close() wants what this returns. */
static const char *resolver_open(struct resolver *resolver, const char *key, char bracket,
				 const char *indent)
{
	const char *outer = resolver->indent;

	resolver_key(resolver, key);
	g_string_append_c(resolver->out, bracket);
	resolver->indent = indent;
	resolver->first = true;
	return outer;
}

static void resolver_close(struct resolver *resolver, char bracket, const char *outer)
{
	if (!resolver->first)
		g_string_append(resolver->out, outer);
	g_string_append_c(resolver->out, bracket);
	resolver->indent = outer;
	resolver->first = false;
}

#define TOP    "\n  "
#define INNER  "\n    "
#define INLINE " "

static void resolve_section(struct resolver *resolver, const struct section *section,
			    const struct scenario *contents, bool with_profile)
{
	const void *base = (const char *)contents + section->offset;
	const char *outer = resolver_open(resolver, section->name, '{', INNER);

	if (section->params == cost_params && with_profile) {
		g_autoptr(GString) text = g_string_new(NULL);

		json_append_string(text, contents->cost_profile);
		resolver_key(resolver, "profile");
		/* of a file only the figures are needed, which all follow */
		if (contents->cost_sources != NULL)
			json_append_string(resolver->out, cost_profile_names[0]);
		else
			g_string_append(resolver->out, text->str);
		resolver_note(resolver, section->name, "profile", NULL, text->str);
	}
	resolver_params(resolver, section->name, section->params, base);
	resolver_close(resolver, '}', outer);
}

/* @with_names: what only names a part of the model, whose content counts, too */
static void resolve_workload(struct resolver *resolver, const struct workload *workload,
			     bool with_names)
{
	g_autofree char *prefix = g_strconcat("workload.", workload->id, NULL);
	g_autofree char *arrive_prefix = g_strconcat(prefix, ".arrive", NULL);
	const char *outer;

	for (const struct param *param = workload_common_params; param->type != PARAM_END; param++)
		if (workload_kind_has(workload->kind, param->name))
			resolver_param(resolver, prefix, param, workload);
	outer = resolver_open(resolver, "arrive", '{', INLINE);
	for (const struct param *param = workload_arrive_params; param->type != PARAM_END; param++)
		if (workload_kind_has(workload->kind, param->name))
			resolver_param(resolver, arrive_prefix, param, workload);
	resolver_close(resolver, '}', outer);
	for (const struct param *param = workload_kinds[workload->kind].params;
	     param->type != PARAM_END; param++)
		if (with_names || strcmp(param->name, "trace") != 0)
			resolver_param(resolver, prefix, param, workload);
}

static void resolve_workloads(struct resolver *resolver, const struct scenario *contents,
			      bool with_names)
{
	const char *outer = resolver_open(resolver, "workload", '[', INNER);

	for (int i = 0; i < contents->n_workloads; i++) {
		g_string_append_printf(resolver->out, "%s" INNER "{", i > 0 ? "," : "");
		resolver->indent = INLINE;
		resolver->first = true;
		resolve_workload(resolver, &contents->workloads[i], with_names);
		g_string_append(resolver->out, " }");
		resolver->first = false;
	}
	resolver_close(resolver, ']', outer);
}

/* What decides the outcome, apart from policy and seed. */
static void resolve_model(struct resolver *resolver, const struct scenario *contents,
			  bool with_names)
{
	for (const struct section *section = sections; section->name != NULL; section++)
		resolve_section(resolver, section, contents, with_names);
	resolve_workloads(resolver, contents, with_names);
}

char *resolve_hash(const struct scenario *contents)
{
	struct resolver resolver = { .out = g_string_new(HASH_FORMAT),
				     .indent = TOP,
				     .first = true };
	const struct param *duration = param_find(root_params, "duration");
	char *hash;

	resolver_param(&resolver, "", duration, contents);
	/* a profile is a name for figures: the figures count */
	resolve_model(&resolver, contents, false);
	hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, resolver.out->str, -1);
	g_string_free(resolver.out, TRUE);
	return hash;
}

static void resolve_policy_members(struct resolver *resolver, const char *prefix,
				   const struct scenario_policy *policy)
{
	resolver_key(resolver, "policy");
	json_append_string(resolver->out, policy->ops->name);
	resolver_params(resolver, prefix, policy->ops->params, policy->params);
}

char *resolve_policy(const struct scenario_policy *policy)
{
	struct resolver resolver = { .out = g_string_new("{"), .indent = INLINE, .first = true };

	resolve_policy_members(&resolver, "", policy);
	g_string_append(resolver.out, " }");
	return g_string_free(resolver.out, FALSE);
}

static void resolve_policies(struct resolver *resolver, const struct scenario *contents)
{
	const char *outer = resolver_open(resolver, "policies", '{', INNER);

	for (int i = 0; i < contents->n_policies; i++) {
		const struct scenario_policy *policy = &contents->policies[i];
		g_autofree char *prefix = g_strconcat("policies.", policy->label, NULL);
		const char *inner = resolver_open(resolver, policy->label, '{', INLINE);

		resolve_policy_members(resolver, prefix, policy);
		g_string_append(resolver->out, " }");
		resolver->indent = inner;
		resolver->first = false;
	}
	resolver_close(resolver, '}', outer);
}

static void resolve_vary(struct resolver *resolver, const struct scenario *contents)
{
	const char *outer = resolver_open(resolver, "vary", '{', INNER);

	for (int i = 0; i < contents->n_vary; i++) {
		const struct scenario_vary *vary = &contents->vary[i];

		resolver_key(resolver, vary->path);
		g_string_append_c(resolver->out, '[');
		for (int k = 0; k < vary->n_values; k++)
			g_string_append_printf(resolver->out, "%s%s", k > 0 ? ", " : "",
					       vary->values[k]);
		g_string_append_c(resolver->out, ']');
	}
	resolver_close(resolver, '}', outer);
}

static void resolve_goals(struct resolver *resolver, const struct scenario *contents)
{
	static const char *const relations[] = { "at_most", "at_least", "equals" };
	const char *outer = resolver_open(resolver, "objectives", '[', INNER);

	for (int i = 0; i < contents->n_objectives; i++) {
		const struct scenario_objective *objective = &contents->objectives[i];

		g_string_append_printf(resolver->out,
				       "%s" INNER "{ \"metric\": \"%s\", \"goal\": \"%s\", "
				       "\"indifference\": \"%" PRId64 ".%02d%%\" }",
				       i > 0 ? "," : "", objective->metric,
				       objective->maximise ? "max" : "min",
				       objective->indifference_permyriad / 100,
				       (int)(objective->indifference_permyriad % 100));
		resolver->first = false;
	}
	resolver_close(resolver, ']', outer);
	outer = resolver_open(resolver, "expect", '[', INNER);
	for (int i = 0; i < contents->n_expects; i++) {
		const struct scenario_expect *expect = &contents->expects[i];

		g_string_append_printf(resolver->out, "%s" INNER "{ \"metric\": \"%s\", ",
				       i > 0 ? "," : "", expect->metric);
		if (expect->policy != NULL)
			g_string_append_printf(resolver->out, "\"policy\": \"%s\", ",
					       expect->policy);
		g_string_append_printf(resolver->out, "\"%s\": %" PRId64 " }",
				       relations[expect->relation], expect->value);
		resolver->first = false;
	}
	resolver_close(resolver, ']', outer);
}

static void resolve_root(struct resolver *resolver, const struct scenario *contents)
{
	g_autofree char *seed = g_strdup_printf("%" PRIu64, contents->seed);

	resolver_key(resolver, "schema_version");
	g_string_append_printf(resolver->out, "%d", SCENARIO_SCHEMA_VERSION);
	for (const struct param *param = root_params; param->type != PARAM_END; param++)
		resolver_param(resolver, "", param, contents);
	resolver_key(resolver, "seed");
	if (contents->seed > MAX_EXACT_INTEGER)
		json_append_string(resolver->out, seed);
	else
		g_string_append(resolver->out, seed);
	resolver_note(resolver, "", "seed", NULL, seed);
}

char *resolve_text(const struct scenario *contents, GTree *origins, GPtrArray **ret_values)
{
	struct resolver resolver = { .out = g_string_new("{"),
				     .values = g_ptr_array_new_with_free_func(resolved_value_free),
				     .origins = origins,
				     .indent = TOP,
				     .first = true };

	resolve_root(&resolver, contents);
	resolve_model(&resolver, contents, true);
	resolve_policies(&resolver, contents);
	resolve_vary(&resolver, contents);
	resolve_goals(&resolver, contents);
	g_string_append(resolver.out, "\n}\n");
	if (ret_values != NULL)
		*ret_values = resolver.values;
	else
		g_ptr_array_unref(resolver.values);
	return g_string_free(resolver.out, FALSE);
}
