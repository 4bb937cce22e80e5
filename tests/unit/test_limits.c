/*
 * test_limits.c - what a scenario may be at most: accepted at the limit, refused one beyond it, and what floods cost.
 *
 * The limits of JSON text itself are in test_json.c, those of includes in test_include.c.
 */
#include <string.h>
#include <time.h>

#include <glib.h>

#include "scenario/json.h"
#include "scenario/root.h"
#include "unit/scenario_text.h"

/* @each once for every i below @n, its "%d" replaced, with commas between them. */
static char *listed(const char *before, const char *each, int n, const char *after)
{
	GString *text = g_string_new(before);
	g_auto(GStrv) parts = g_strsplit(each, "%d", 2);

	for (int i = 0; i < n; i++) {
		g_string_append_printf(text, "%s%s", i > 0 ? ", " : "", parts[0]);
		if (parts[1] != NULL)
			g_string_append_printf(text, "%d%s", i, parts[1]);
	}
	g_string_append(text, after);
	return g_string_free(text, FALSE);
}

static void assert_limit(const char *before, const char *each, int limit, const char *after,
			 const char *message)
{
	g_autofree char *within = listed(before, each, limit, after);
	g_autofree char *beyond = listed(before, each, limit + 1, after);
	g_autofree char *good = scenario_text(within);
	g_autofree char *bad = scenario_text(beyond);

	rcusim_scenario_free(scenario_accept(good, NULL));
	scenario_refuse(bad, NULL, RCUSIM_ERROR_INVALID, message);
}

static void test_numbers_of_things(void)
{
	assert_limit("\"workload\": [", "{\"id\": \"w%d\", \"kind\": \"exit\"}", JSON_MAX_MEMBERS,
		     "]", "array is too large; at most 4096 elements");
	assert_limit("\"policies\": {", "\"p%d\": {\"policy\": \"per-vma\"}", JSON_MAX_MEMBERS, "}",
		     "object is too large; at most 4096 members");
	assert_limit("\"comment\": [", "\"%d\"", JSON_MAX_MEMBERS, "]",
		     "array is too large; at most 4096 elements");
	assert_limit("\"expect\": [", "{\"metric\": \"exits\", \"equals\": %d}", JSON_MAX_MEMBERS,
		     "]", "array is too large");
}

static char *name_of(int n)
{
	g_autofree char *name = g_strnfill((gsize)n, 'x');

	return g_strdup_printf("{\"schema_version\": 1, \"name\": \"%s\", \"duration\": \"1ms\", "
			       "\"policies\": {\"per-vma\": {}}, \"workload\": []}",
			       name);
}

static char *with_text(const char *format, int n)
{
	g_autofree char *text = g_strnfill((gsize)n, 'x');
	g_auto(GStrv) parts = g_strsplit(format, "%s", 2);
	g_autofree char *members = g_strjoin(text, parts[0], parts[1], NULL);

	return scenario_text(members);
}

static void assert_length(const char *format, int limit, const char *message)
{
	g_autofree char *good = with_text(format, limit);
	g_autofree char *bad = with_text(format, limit + 1);

	rcusim_scenario_free(scenario_accept(good, NULL));
	scenario_refuse(bad, NULL, RCUSIM_ERROR_INVALID, message);
}

static void test_lengths_of_names(void)
{
	g_autofree char *good = name_of(255);
	g_autofree char *bad = name_of(256);

	rcusim_scenario_free(scenario_accept(good, NULL));
	scenario_refuse(bad, NULL, RCUSIM_ERROR_INVALID,
			"$.name: 256 characters; expected 1 ... 255");
	assert_length("\"question\": \"%s\"", 4096, "4097 characters; expected 0 ... 4096");
	assert_length("\"workload\": [{\"id\": \"%s\", \"kind\": \"exit\"}]", 64,
		      "$.workload[0].id: expected a name");
	assert_length("\"policies\": {\"%s\": {\"policy\": \"per-vma\"}}", 64,
		      "not a label of a policy");
	assert_length("\"comment\": \"%s\"", JSON_MAX_STRING_BYTES, "string is too long");
}

/* "vary": @n lists of @values values each. */
static char *grid(int n, int values)
{
	static const char *const names[] = { "batch", "tick", "timer", "softirq" };
	GString *vary = g_string_new("\"vary\": {");
	char *text;

	for (int i = 0; i < n; i++) {
		g_autofree char *list = listed("[", "%d", values, "]");

		g_string_append_printf(vary, "%s\"costs_ns.%s\": %s", i > 0 ? ", " : "", names[i],
				       list);
	}
	g_string_append(vary, "}");
	text = scenario_text(vary->str);
	g_string_free(vary, TRUE);
	return text;
}

static void test_runs_of_a_sweep(void)
{
	g_autofree char *million = grid(2, 1000);
	g_autofree char *more = grid(3, 101);

	rcusim_scenario_free(scenario_accept(million, NULL));
	scenario_refuse(more, NULL, RCUSIM_ERROR_INVALID,
			"$.vary: 1030301 runs; at most 1000000 are accepted");
}

static void test_parameters_of_a_sweep(void)
{
	g_autofree char *entries =
		listed("\"workload\": [", "{\"id\": \"w%d\", \"kind\": \"exit\"}",
		       SCENARIO_MAX_VARY + 1, "], \"vary\": {");
	g_autofree char *good_members =
		listed(entries, "\"workload.w%d.count\": [1]", SCENARIO_MAX_VARY, "}");
	g_autofree char *bad_members =
		listed(entries, "\"workload.w%d.count\": [1]", SCENARIO_MAX_VARY + 1, "}");
	g_autofree char *good = scenario_text(good_members);
	g_autofree char *bad = scenario_text(bad_members);

	rcusim_scenario_free(scenario_accept(good, NULL));
	scenario_refuse(bad, NULL, RCUSIM_ERROR_INVALID,
			"$.vary: 257 parameters to vary; at most 256 are accepted");
}

static void test_cpus_of_a_machine(void)
{
	g_autofree char *good = scenario_text("\"machine\": {\"cpus\": 4096}");
	g_autofree char *bad = scenario_text("\"machine\": {\"cpus\": 4097}");

	rcusim_scenario_free(scenario_accept(good, NULL));
	scenario_refuse(bad, NULL, RCUSIM_ERROR_INVALID, "4097 is out of range, 1 ... 4096 CPUs");
}

/* Ticks of the 100 ms count, too: 1 CPU at 250 Hz makes 25 of them. */
static void test_operations_of_a_run(void)
{
	static const char calls[] = "\"machine\": {\"cpus\": 1}, \"workload\": "
				    "[{\"id\": \"a\", \"kind\": \"call-rcu\", \"calls\": 975}]";
	g_autofree char *text = scenario_text(calls);
	const char *const enough[] = { "max_operations=1000", NULL };
	const char *const less[] = { "max_operations=999", NULL };
	const char *const most[] = { "max_operations=1000000000000", NULL };
	const char *const more[] = { "max_operations=1000000000001", NULL };

	rcusim_scenario_free(scenario_accept(text, enough));
	rcusim_scenario_free(scenario_accept(text, most));
	scenario_refuse(
		text, less, RCUSIM_ERROR_INVALID,
		"about 1000 operations in one run; at most 999 are accepted: lower the rate, "
		"the count or the duration, or raise max_operations");
	scenario_refuse(text, more, RCUSIM_ERROR_USAGE,
			"is out of range, 1 ... 1000000000000 operations");
}

static void test_samples_of_a_run(void)
{
	g_autofree char *good = scenario_text("\"record\": {\"sample_every\": \"10ns\"}");
	g_autofree char *bad = scenario_text("\"record\": {\"sample_every\": \"9ns\"}");

	rcusim_scenario_free(scenario_accept(good, NULL));
	scenario_refuse(bad, NULL, RCUSIM_ERROR_INVALID,
			"about 11111111 samples in one run; at most 10000000 are accepted");
}

static int lines_of(const char *message)
{
	int n = 1;

	for (const char *p = message; (p = strchr(p, '\n')) != NULL; p++)
		n++;
	return n;
}

static void test_problems_that_are_shown(void)
{
	g_autofree char *twenty = listed("\"machine\": {", "\"k%d\": 1", 20, "}");
	g_autofree char *one_more = listed("\"machine\": {", "\"k%d\": 1", 21, "}");
	g_autofree char *shown = scenario_text(twenty);
	g_autofree char *counted = scenario_text(one_more);
	g_autofree char *all = scenario_message(shown, NULL);
	g_autofree char *some = scenario_message(counted, NULL);

	g_assert_cmpint(lines_of(all), ==, 20);
	g_assert_cmpint(lines_of(some), ==, 21);
	g_assert_true(g_str_has_suffix(some, "\n... 1 more"));
}

/* The first problems of the file are shown, not the first that were found: policies are read before it. */
static void test_what_is_shown_comes_first_in_the_file(void)
{
	g_autofree char *keys = listed("\"vary\": {", "\"k%d\": [1]", 30, "}, \"policies\": {");
	g_autofree char *labels = listed(keys, "\"q%d\": {}", 30, "}");
	g_autofree char *text = scenario_text(labels);
	g_autofree char *message = scenario_message(text, NULL);

	g_assert_nonnull(strstr(message, "$.vary.k0: "));
	g_assert_nonnull(strstr(message, "$.vary.k19: "));
	g_assert_null(strstr(message, "$.vary.k20: "));
	g_assert_null(strstr(message, "$.policies"));
	g_assert_true(g_str_has_suffix(message, "\n... 40 more"));
}

/* Refused within two seconds of CPU time, whatever the build, in a message that is not longer than what it shows. */
static void assert_quick(const char *members, const char *expected)
{
	g_autofree char *text = scenario_text(members);
	const clock_t start = clock();
	g_autofree char *message = scenario_message(text, NULL);

	g_assert_nonnull(message);
	g_assert_nonnull(strstr(message, expected));
	g_assert_cmpint((gint64)strlen(message), <, 100000);
	g_assert_cmpint(clock() - start, <, 2 * CLOCKS_PER_SEC);
}

/* For each of 4096 unknown labels, a nearest one among 4096 was sought, and a list of them all made. */
static void test_many_wrong_references(void)
{
	g_autofree char *labels = listed(
		"\"policies\": {",
		"\"l%d-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\": {\"policy\": \"per-vma\"}",
		4096, "}, \"expect\": [");
	g_autofree char *members =
		listed(labels,
		       "{\"metric\": \"exits\", \"equals\": 1, "
		       "\"policy\": \"y%d-yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\"}",
		       4096, "]");

	assert_quick(members, "-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx, ... 4032 more");
}

/* A path counts its way through the array: 24 problems in each of 4096 entries are 98,304 paths. */
static void test_many_problems_in_a_long_array(void)
{
	g_autofree char *keys = listed("{", "\"k%d\": 0", 20, "}");
	g_autofree char *members = listed("\"workload\": [", keys, 4096, "]");

	assert_quick(members, "$.workload[0].id: missing");
}

/* Keys are told from each other by sorting; taking one out looked for it from the start each time. */
static void test_many_repeated_keys(void)
{
	g_autofree char *repeated = listed("{", "\"a\": 1", 4095, "}");
	g_autofree char *members = listed("\"x\": [", repeated, 24, "]");

	assert_quick(members, "$.x[0].a: the key appears twice");
}

/* 4096 ids of equal hash: "aro" and "at-" are the same to g_str_hash(). */
static void test_ids_of_equal_hash(void)
{
	g_autoptr(GString) members = g_string_new("\"workload\": [");
	g_autofree char *text = NULL;
	clock_t start;

	for (int i = 0; i < 4096; i++) {
		g_string_append(members, i > 0 ? ", {\"id\": \"" : "{\"id\": \"");
		for (int bit = 0; bit < 12; bit++)
			g_string_append(members, i & (1 << bit) ? "aro" : "at-");
		g_string_append(members, "\", \"kind\": \"exit\"}");
	}
	g_string_append(members, "]");
	g_assert_cmpuint(g_str_hash("aro"), ==, g_str_hash("at-"));
	text = scenario_text(members->str);
	start = clock();
	rcusim_scenario_free(scenario_accept(text, NULL));
	g_assert_cmpint(clock() - start, <, 2 * CLOCKS_PER_SEC);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/limits/numbers-of-things", test_numbers_of_things);
	g_test_add_func("/limits/lengths-of-names", test_lengths_of_names);
	g_test_add_func("/limits/runs-of-a-sweep", test_runs_of_a_sweep);
	g_test_add_func("/limits/parameters-of-a-sweep", test_parameters_of_a_sweep);
	g_test_add_func("/limits/cpus-of-a-machine", test_cpus_of_a_machine);
	g_test_add_func("/limits/operations-of-a-run", test_operations_of_a_run);
	g_test_add_func("/limits/samples-of-a-run", test_samples_of_a_run);
	g_test_add_func("/limits/problems-that-are-shown", test_problems_that_are_shown);
	g_test_add_func("/limits/what-is-shown-comes-first-in-the-file",
			test_what_is_shown_comes_first_in_the_file);
	g_test_add_func("/limits/many-wrong-references", test_many_wrong_references);
	g_test_add_func("/limits/many-problems-in-a-long-array",
			test_many_problems_in_a_long_array);
	g_test_add_func("/limits/many-repeated-keys", test_many_repeated_keys);
	g_test_add_func("/limits/ids-of-equal-hash", test_ids_of_equal_hash);
	return g_test_run();
}
