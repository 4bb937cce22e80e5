/* test_param.c - one table of every type against JSON: defaults, values, refusals, writing. */
#include <stddef.h>
#include <string.h>

#include <glib.h>

#include "base/cpumask.h"
#include "engine/dist.h"
#include "scenario/dist_json.h"
#include "scenario/json.h"
#include "scenario/param_json.h"

struct things {
	int64_t count;
	bool flag;
	int64_t wait, wait_ns, size;
	int word;
	char *text;
	struct cpumask cpus;
	struct dist many, pause;
};

static const char *const words[] = { "never", "always", NULL };

#define ROW(field) .name = #field, .offset = offsetof(struct things, field)

/* clang-format off: a table */
static const struct param params[] = {
	{ ROW(count), .type = PARAM_INT, .min = -1, .max = 100, .dflt = 7, .unit = "callbacks",
	  .special = "-1: from HZ" },
	{ ROW(flag), .type = PARAM_BOOL, .dflt = 1 },
	{ ROW(wait), .type = PARAM_DURATION, .min = 1000, .max = 1000000000, .dflt = 2000000 },
	{ ROW(wait_ns), .type = PARAM_DURATION, .min = 0, .max = 5000, .dflt = 3 },
	{ ROW(size), .type = PARAM_SIZE, .min = 1, .max = 65536, .dflt = 4096, .unit = "bytes" },
	{ ROW(word), .type = PARAM_ENUM, .choices = words, .dflt = 1 },
	{ ROW(text), .type = PARAM_STRING, .min = 1, .max = 4, .dflt_text = "abc" },
	{ ROW(cpus), .type = PARAM_CPULIST, .dflt_text = "all" },
	{ ROW(many), .type = PARAM_COUNT_DIST, .min = 0, .max = 1000, .dflt_text = "40",
	  .unit = "VMAs" },
	{ ROW(pause), .type = PARAM_DURATION_DIST, .min = 0, .max = 1000000000,
	  .dflt_text = "3us" },
	{ .type = PARAM_END },
};
/* clang-format on */

struct table {
	struct things things;
	struct diag *diag;
	struct param_reader reader;
};

static void table_init(struct table *table)
{
	memset(table, 0, sizeof(*table));
	params_set_defaults(params, &table->things, 8);
	table->diag = diag_new();
	table->reader = (struct param_reader){ .diag = table->diag, .n_cpus = 8, .file = "t" };
}

static void table_clear(struct table *table)
{
	params_clear(params, &table->things);
	diag_free(table->diag);
}

/* Reads @text, an object; what was wrong with it, or NULL. */
static char *table_read(struct table *table, const char *text)
{
	struct json *json = json_parse(text, strlen(text), "t", table->diag);
	g_autoptr(GError) error = NULL;

	g_assert_nonnull(json);
	params_read(&table->reader, params, json, "", &table->things);
	json_free(json);
	if (diag_n(table->diag) == 0)
		return NULL;
	diag_to_error(table->diag, RCUSIM_ERROR_INVALID, &error);
	return g_strdup(error->message);
}

static char *table_write(const struct table *table, const char *name)
{
	GString *text = g_string_new(NULL);

	param_write(text, param_find(params, name), &table->things);
	return g_string_free(text, FALSE);
}

static void test_defaults_are_those_of_the_table(void)
{
	static const char *const expected[][2] = {
		{ "count", "7" },       { "flag", "true" },    { "wait", "\"2ms\"" },
		{ "wait_ns", "3" },     { "size", "4096" },    { "word", "\"always\"" },
		{ "text", "\"abc\"" },  { "cpus", "\"0-7\"" }, { "many", "40" },
		{ "pause", "\"3us\"" },
	};
	struct table table;

	table_init(&table);
	for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) {
		g_autofree char *text = table_write(&table, expected[i][0]);

		g_assert_cmpstr(text, ==, expected[i][1]);
	}
	table_clear(&table);
}

/* Name, value as it may be spelled, value as it is written. */
static const char *const good[][3] = {
	{ "count", "-1", "-1" },
	{ "count", "100", "100" },
	{ "count", "1e2", "100" },
	{ "count", "1.0", "1" },
	{ "flag", "false", "false" },
	{ "wait", "\"1000us\"", "\"1ms\"" },
	{ "wait", "\"0.001s\"", "\"1ms\"" },
	{ "wait_ns", "5000", "5000" },
	{ "wait_ns", "\"5us\"", "5000" },
	{ "size", "\"64KiB\"", "65536" },
	{ "size", "184", "184" },
	{ "word", "\"never\"", "\"never\"" },
	{ "text", "\"\\u00e4\\\"\\n\xf0\x9f\x98\x80\"", "\"\xc3\xa4\\\"\\n\xf0\x9f\x98\x80\"" },
	{ "cpus", "\"7,0-2\"", "\"0-2,7\"" },
	{ "cpus", "\"\"", "\"\"" },
	{ "many", "1000", "1000" },
	{ "many", "{\"dist\":\"fixed\",\"value\":9}", "9" },
	{ "many", "{\"dist\":\"uniform\",\"min\":0,\"max\":9}",
	  "{ \"dist\": \"uniform\", \"min\": 0, \"max\": 9 }" },
	{ "many", "{\"max\":900,\"mean\":10,\"dist\":\"exponential\",\"comment\":\"x\"}",
	  "{ \"dist\": \"exponential\", \"mean\": 10, \"min\": 0, \"max\": 900 }" },
	{ "many", "{\"dist\":\"geometric\",\"mean\":10,\"min\":2}",
	  "{ \"dist\": \"geometric\", \"mean\": 10, \"min\": 2, \"max\": 1000 }" },
	{ "many", "{\"dist\":\"lognormal\",\"median\":400,\"sigma_permille\":600}",
	  "{ \"dist\": \"lognormal\", \"median\": 400, \"sigma_permille\": 600, \"min\": 0, \"max\": 1000 }" },
	{ "many", "{\"dist\":\"table\",\"values\":[5,1,5],\"weights\":[1,0,2]}",
	  "{ \"dist\": \"table\", \"values\": [5, 1, 5], \"weights\": [1, 0, 2] }" },
	{ "pause", "\"0ns\"", "\"0ns\"" },
	{ "pause", "{\"dist\":\"exponential\",\"mean\":\"1500ns\",\"max\":\"1ms\"}",
	  "{ \"dist\": \"exponential\", \"mean\": \"1500ns\", \"min\": \"0ns\", \"max\": \"1ms\" }" },
	{ "pause", "{\"dist\":\"table\",\"values\":[\"1us\"],\"weights\":[3]}",
	  "{ \"dist\": \"table\", \"values\": [\"1us\"], \"weights\": [3] }" },
};

/* What is written reads back to the same. */
static void test_values_are_read_and_written(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
		g_autofree char *object = g_strdup_printf("{\"%s\": %s}", good[i][0], good[i][1]);
		g_autofree char *again = g_strdup_printf("{\"%s\": %s}", good[i][0], good[i][2]);
		const char *const objects[] = { object, again };

		for (size_t k = 0; k < G_N_ELEMENTS(objects); k++) {
			struct table table;
			g_autofree char *why = NULL;
			g_autofree char *text = NULL;

			table_init(&table);
			why = table_read(&table, objects[k]);
			g_assert_cmpstr(why, ==, NULL);
			text = table_write(&table, good[i][0]);
			g_assert_cmpstr(text, ==, good[i][2]);
			table_clear(&table);
		}
	}
}

static const char *const bad[][3] = {
	{ "count", "101",
	  "t:1:11: error: $.count: 101 is out of range, -1 ... 100 callbacks; -1: from HZ" },
	{ "count", "-2", "-2 is out of range" },
	{ "count", "1e309", "1e309 is out of range" },
	{ "count", "9223372036854775808", "9223372036854775808 is out of range" },
	{ "count", "1.5", "expected an integer, found 1.5" },
	{ "count", "1e-400", "expected an integer, found 1e-400" },
	{ "count", "\"7\"", "expected an integer, found \"7\"" },
	{ "count", "null", "expected an integer, found null" },
	{ "count", "true", "expected an integer, found true" },
	{ "count", "[7]", "expected an integer, found an array" },
	{ "count", "{}", "expected an integer, found an object" },
	{ "flag", "1", "expected true or false, found 1" },
	{ "flag", "\"true\"", "expected true or false, found \"true\"" },
	{ "flag", "null", "expected true or false, found null" },
	{ "wait", "3.5", "expected a duration like \"10ms\", found 3.5" },
	{ "wait", "1000000", "expected a duration like \"10ms\", found 1000000" },
	{ "wait", "\"10 ms\"", "\"10 ms\" has the unknown unit \" ms\"" },
	{ "wait", "\"999ns\"", "\"999ns\" is out of range, 1us ... 1s" },
	{ "wait", "\"2s\"", "\"2s\" is out of range" },
	{ "wait", "true", "expected a duration like \"10ms\", found true" },
	{ "wait_ns", "-1", "-1 is out of range, 0ns ... 5us" },
	{ "wait_ns", "\"6us\"", "\"6us\" is out of range" },
	{ "wait_ns", "[]", "expected nanoseconds or a duration like \"10ms\", found an array" },
	{ "size", "0", "0 is out of range, 1 ... 65536 bytes" },
	{ "size", "\"4KB\"",
	  "has the unknown unit \"KB\"; a size is a number with one of B, KiB, MiB, GiB" },
	{ "size", "\"4KB\"", "did you mean \"4KiB\"?" },
	{ "size", "false", "expected a number of bytes or a size like \"4KiB\", found false" },
	{ "word", "\"nevr\"",
	  "expected one of \"never\", \"always\", found \"nevr\"; did you mean \"never\"?" },
	{ "word", "\"\"", "expected one of \"never\", \"always\", found \"\"" },
	{ "word", "\"never \"", "did you mean \"never\"?" },
	{ "word", "0", "expected one of \"never\", \"always\", found 0" },
	{ "text", "\"\"", "0 characters; expected 1 ... 4" },
	{ "text", "\"abcde\"", "5 characters; expected 1 ... 4" },
	{ "text", "5", "expected a string, found 5" },
	{ "cpus", "\"8\"", "refers to CPU 8; expected a CPU list within 0-7" },
	{ "cpus", "3", "expected a CPU list like \"0-3,8\", found 3" },
	{ "cpus", "[0,1]", "expected a CPU list like \"0-3,8\", found an array" },
	{ "many", "1001", "1001 is out of range, 0 ... 1000 VMAs" },
	{ "many", "-1", "-1 is out of range" },
	{ "many", "\"9\"", "expected an integer or a distribution like" },
	{ "many", "[9]", "found an array" },
	{ "many", "{}", "$.many.dist: missing; expected one of \"fixed\", \"uniform\"" },
	{ "many", "{\"dist\":\"unifrm\"}", "did you mean \"uniform\"?" },
	{ "many", "{\"dist\":\"pareto\"}", "found \"pareto\"" },
	{ "many", "{\"dist\":\"uniform\",\"min\":3}", "$.many.max: missing; expected an integer" },
	{ "many", "{\"dist\":\"uniform\",\"min\":3,\"max\":2}",
	  "$.many.max: min 3 is above max 2" },
	{ "many", "{\"dist\":\"uniform\",\"min\":3,\"max\":5000}",
	  "5000 is out of range, 0 ... 1000" },
	{ "many", "{\"dist\":\"uniform\",\"min\":3,\"max\":5,\"mean\":4}",
	  "$.many.mean: unknown key; accepted: dist, min, max" },
	{ "many", "{\"dist\":\"exponential\"}", "$.many.mean: missing" },
	{ "many", "{\"dist\":\"exponential\",\"mean\":0}", "0 is out of range, 1 ... 1000" },
	{ "many", "{\"dist\":\"exponential\",\"mean\":9,\"max\":5}", "mean 9 is above max 5" },
	{ "many", "{\"dist\":\"exponential\",\"mean\":9,\"min\":10}", "min 10 is above mean 9" },
	{ "many", "{\"dist\":\"exponential\",\"maen\":9}", "unknown key; did you mean \"mean\"?" },
	{ "many", "{\"dist\":\"lognormal\",\"median\":9}", "$.many.sigma_permille: missing" },
	{ "many", "{\"dist\":\"lognormal\",\"median\":9,\"sigma_permille\":-1}",
	  "-1 is out of range" },
	{ "many", "{\"dist\":\"lognormal\",\"median\":9,\"sigma_permille\":5001}",
	  "5001 is out of range" },
	{ "many", "{\"dist\":\"table\",\"values\":[],\"weights\":[]}",
	  "expected an array of at least one element" },
	{ "many", "{\"dist\":\"table\",\"values\":[1,2],\"weights\":[1]}",
	  "1 weights for 2 values" },
	{ "many", "{\"dist\":\"table\",\"values\":[1,2],\"weights\":[0,0]}", "all weights are 0" },
	{ "many", "{\"dist\":\"table\",\"values\":[1,2],\"weights\":[1,-1]}",
	  "$.many.weights[1]: -1 is out of range" },
	{ "many", "{\"dist\":\"table\",\"values\":[1,\"2\"],\"weights\":[1,1]}",
	  "$.many.values[1]: expected an integer, found \"2\"" },
	{ "many", "{\"dist\":\"table\",\"values\":1,\"weights\":1}", "expected an array" },
	{ "pause", "3", "expected a duration like \"10ms\" or a distribution" },
	{ "pause", "\"2s\"", "\"2s\" is out of range, 0ns ... 1s" },
	{ "pause", "{\"dist\":\"exponential\",\"mean\":3}",
	  "expected a duration like \"10ms\", found 3" },
	{ "pause", "{\"dist\":\"uniform\",\"min\":\"2us\",\"max\":\"1us\"}",
	  "min 2us is above max 1us" },
};

static void test_refusals_say_what_is_accepted(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autofree char *object = g_strdup_printf("{\"%s\": %s}", bad[i][0], bad[i][1]);
		g_autofree char *before = NULL;
		g_autofree char *after = NULL;
		g_autofree char *why = NULL;
		struct table table;

		table_init(&table);
		before = table_write(&table, bad[i][0]);
		why = table_read(&table, object);
		if (why == NULL)
			g_error("accepted: %s", object);
		if (strstr(why, bad[i][2]) == NULL)
			g_error("for: %s\nmessage: %s\nlacks: %s", object, why, bad[i][2]);
		after = table_write(&table, bad[i][0]);
		g_assert_cmpstr(after, ==, before);
		table_clear(&table);
	}
}

/* Every type of value for every type of parameter: taken or refused, never anything else. */
static void test_no_value_of_any_type_is_taken_for_another(void)
{
	static const char *const values[] = { "null",  "true", "7",        "7.5",
					      "\"x\"", "[1]",  "{\"a\":1}" };

	for (const struct param *param = params; param->type != PARAM_END; param++)
		for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
			g_autofree char *object =
				g_strdup_printf("{\"%s\": %s}", param->name, values[i]);
			g_autofree char *why = NULL;
			struct table table;

			table_init(&table);
			why = table_read(&table, object);
			if (why == NULL) {
				g_autofree char *text = table_write(&table, param->name);

				g_assert_cmpstr(text, ==, values[i]);
			} else {
				g_assert_nonnull(strstr(why, "error: $."));
			}
			table_clear(&table);
		}
}

static void test_estimates_are_near_the_mean(void)
{
	int64_t values[] = { 10, 20 }, cumulative[] = { 3, 4 };
	const struct dist fixed = { .kind = DIST_FIXED, .value = 5, .min = 5, .max = 5 };
	const struct dist uniform = { .kind = DIST_UNIFORM, .min = 10, .max = 20 };
	const struct dist lognormal = {
		.kind = DIST_LOGNORMAL, .value = 1000, .sigma_permille = 1000, .max = 1000000
	};
	const struct dist clamped = {
		.kind = DIST_LOGNORMAL, .value = 1000, .sigma_permille = 5000, .max = 2000
	};
	const struct dist table = {
		.kind = DIST_TABLE, .n = 2, .values = values, .cumulative = cumulative
	};

	g_assert_cmpint(dist_estimate(&fixed), ==, 5);
	g_assert_cmpint(dist_estimate(&uniform), ==, 15);
	g_assert_cmpint(dist_estimate(&lognormal), >=, 1640); /* 1000 exp(1/2) = 1648.7 */
	g_assert_cmpint(dist_estimate(&lognormal), <=, 1649);
	g_assert_cmpint(dist_estimate(&clamped), ==, 2000);
	g_assert_cmpint(dist_estimate(&table), ==, 12);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/param/defaults-are-those-of-the-table",
			test_defaults_are_those_of_the_table);
	g_test_add_func("/param/values-are-read-and-written", test_values_are_read_and_written);
	g_test_add_func("/param/refusals-say-what-is-accepted", test_refusals_say_what_is_accepted);
	g_test_add_func("/param/no-value-of-any-type-is-taken-for-another",
			test_no_value_of_any_type_is_taken_for_another);
	g_test_add_func("/param/estimates-are-near-the-mean", test_estimates_are_near_the_mean);
	return g_test_run();
}
