/* read_goals.c - "objectives" and "expect": metrics, and what their values should be. */
#include <string.h>

#include "mm/metric_names.h"
#include "scenario/read.h"

static const struct metric_info *metric_find(const char *name)
{
	for (const struct metric_info *metric = metric_infos; metric->name != NULL; metric++)
		if (strcmp(metric->name, name) == 0)
			return metric;
	return NULL;
}

/* The metric that @object names; NULL after a problem. */
static const struct metric_info *metric_read(struct param_reader *reader, const struct json *object)
{
	const struct json *json = json_find(object, "metric");
	const struct metric_info *metric;
	g_autoptr(GPtrArray) names = NULL;
	g_autofree char *found = NULL;
	g_autofree char *hint = NULL;

	if (json == NULL) {
		json_missing(reader, object, "metric", "the name of a metric");
		return NULL;
	}
	if (json->type != JSON_STRING) {
		json_refuse(reader, json, "the name of a metric");
		return NULL;
	}
	metric = metric_find(json->text);
	if (metric != NULL)
		return metric;
	names = g_ptr_array_new();
	for (metric = metric_infos; metric->name != NULL; metric++)
		g_ptr_array_add(names, (void *)metric->name);
	g_ptr_array_add(names, NULL);
	found = diag_quote(json->text);
	hint = json_hint(reader, json->place, json->text, (const char *const *)names->pdata);
	json_problem(reader, json, "no metric %s%s", found, hint);
	return NULL;
}

/* "2%" as 200; -1 if it is none. */
static int64_t percent_parse(const char *text)
{
	const size_t n_whole = strspn(text, "0123456789");
	const char *at = text + n_whole;
	int64_t value = 0;
	int decimals = 0;

	if (n_whole == 0 || n_whole > 3)
		return -1;
	for (size_t i = 0; i < n_whole; i++)
		value = value * 10 + (text[i] - '0');
	if (*at == '.' && g_ascii_isdigit(at[1]))
		for (at++; g_ascii_isdigit(*at) && decimals < 2; at++, decimals++)
			value = value * 10 + (*at - '0');
	for (; decimals < 2; decimals++)
		value *= 10;
	return strcmp(at, "%") == 0 && value <= 10000 ? value : -1;
}

static void objective_read(struct param_reader *reader, const struct json *json,
			   struct scenario_objective *ret)
{
	static const char *const keys[] = { "metric", "goal", "indifference", NULL };
	static const char *const goals[] = { "min", "max", NULL };
	const struct param goal_param = { .name = "goal", .type = PARAM_ENUM, .choices = goals };
	const struct json *goal = json_find(json, "goal");
	const struct json *indifference = json_find(json, "indifference");
	const struct metric_info *metric;
	int index = 0;

	if (!json_refuse_unknown(reader, json, keys))
		return;
	metric = metric_read(reader, json);
	ret->metric = g_strdup(metric ? metric->name : "");
	if (goal == NULL)
		json_missing(reader, json, "goal", "one of \"min\", \"max\"");
	else if (param_read(reader, &goal_param, goal, &index))
		ret->maximise = index == 1;
	if (indifference == NULL)
		return;
	ret->indifference_permyriad =
		indifference->type == JSON_STRING ? percent_parse(indifference->text) : -1;
	if (ret->indifference_permyriad < 0)
		json_refuse(reader, indifference,
			    "a percentage like \"2%\" or \"0.5%\", at most \"100%\"");
}

void objectives_read(struct param_reader *reader, const struct json *root,
		     struct scenario *contents)
{
	const struct json *json = json_find(root, "objectives");

	if (json == NULL)
		return;
	if (json->type != JSON_ARRAY) {
		json_refuse(reader, json, "an array of objects with \"metric\" and \"goal\"");
		return;
	}
	contents->objectives = g_new0(struct scenario_objective, (gsize)json->n + 1);
	for (const struct json *child = json->first; child != NULL; child = child->next)
		objective_read(reader, child, &contents->objectives[contents->n_objectives++]);
}

static void expect_read_policy(struct param_reader *reader, const struct json *json,
			       const struct scenario *contents, GTree *known,
			       struct scenario_expect *ret)
{
	g_autoptr(GPtrArray) labels = NULL;
	g_autofree char *found = NULL;
	g_autofree char *hint = NULL;

	if (json == NULL)
		return;
	if (json->type != JSON_STRING) {
		json_refuse(reader, json, "a label of \"policies\"");
		return;
	}
	if (g_tree_lookup(known, json->text) != NULL) {
		ret->policy = g_strdup(json->text);
		return;
	}
	labels = g_ptr_array_new();
	for (int i = 0; i < contents->n_policies; i++)
		g_ptr_array_add(labels, contents->policies[i].label);
	g_ptr_array_add(labels, NULL);
	found = diag_quote(json->text);
	hint = json_hint(reader, json->place, json->text, (const char *const *)labels->pdata);
	json_problem(reader, json, "%s is no label of \"policies\"%s", found, hint);
}

/* A value of @metric: with its unit as a string, or an integer, as the metric's name tells the unit. */
static void expect_read_value(struct param_reader *reader, const struct json *json,
			      const struct metric_info *metric, int64_t *ret)
{
	struct param value = { .name = "value", .type = PARAM_INT, .max = INT64_MAX };

	if (strcmp(metric->unit, "ns") == 0) {
		value.name = "value_ns"; /* param_names_unit() */
		value.type = PARAM_DURATION;
	} else if (strcmp(metric->unit, "bytes") == 0) {
		value.type = PARAM_SIZE;
	}
	param_read(reader, &value, json, ret);
}

static void expect_read(struct param_reader *reader, const struct json *json,
			const struct scenario *contents, GTree *labels, struct scenario_expect *ret)
{
	static const char *const keys[] = { "metric",   "policy", "at_most",
					    "at_least", "equals", NULL };
	const struct metric_info *metric;
	int n = 0;

	if (!json_refuse_unknown(reader, json, keys))
		return;
	metric = metric_read(reader, json);
	ret->metric = g_strdup(metric ? metric->name : "");
	expect_read_policy(reader, json_find(json, "policy"), contents, labels, ret);
	for (int relation = EXPECT_AT_MOST; relation <= EXPECT_EQUALS; relation++) {
		const struct json *value = json_find(json, keys[2 + relation]);

		if (value == NULL)
			continue;
		n++;
		ret->relation = relation;
		if (metric != NULL)
			expect_read_value(reader, value, metric, &ret->value);
	}
	if (n != 1)
		json_problem(reader, json, "%s; expected one of at_most, at_least, equals",
			     n == 0 ? "no relation" : "more than one relation");
}

void expects_read(struct param_reader *reader, const struct json *root, struct scenario *contents)
{
	const struct json *json = json_find(root, "expect");
	g_autoptr(GTree) labels = g_tree_new_full(name_order, NULL, NULL, NULL);

	if (json == NULL)
		return;
	if (json->type != JSON_ARRAY) {
		json_refuse(reader, json, "an array of objects with \"metric\" and a relation");
		return;
	}
	for (int i = 0; i < contents->n_policies; i++)
		g_tree_insert(labels, contents->policies[i].label, contents->policies[i].label);
	contents->expects = g_new0(struct scenario_expect, (gsize)json->n + 1);
	for (const struct json *child = json->first; child != NULL; child = child->next)
		expect_read(reader, child, contents, labels,
			    &contents->expects[contents->n_expects++]);
}
