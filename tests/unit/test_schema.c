/*
 * test_schema.c - the generated JSON Schema against the loader, judged by an independent validator.
 *
 * Every document here is accepted by both or refused by both. What the schema language cannot say (ranges
 * of durations, CPUs within machine.cpus, references) is left out: test_scenario.c has it.
 */
#include <string.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "unit/scenario_text.h"

static const char *const python = "/usr/bin/python3";

/* Judges the documents of a directory: one line "NAME good" or "NAME bad" each. */
static const char judge[] =
	"import json, os, sys, jsonschema\n"
	"schema = json.load(open(sys.argv[1]))\n"
	"jsonschema.Draft202012Validator.check_schema(schema)\n"
	"v = jsonschema.Draft202012Validator(schema)\n"
	"for name in sys.argv[2:]:\n"
	"    print(name, 'good' if v.is_valid(json.load(open(name))) else 'bad')\n";

/* A change of the storm: @old is replaced by @new. */
struct change {
	const char *old, *new;
};

static const struct change changes[] = {
	{ "", "" },
	{ "\"seed\": 1", "\"seed\": \"0x5eed\"" },
	{ "\"seed\": 1", "\"seed\": 18446744073709551615" },
	{ "\"seed\": 1", "\"seed\": 18446744073709551616" },
	{ "\"seed\": 1", "\"seed\": -1" },
	{ "\"seed\": 1", "\"seed\": \"x\"" },
	{ "\"seed\": 1", "\"sed\": 1" },
	{ "\"seed\": 1", "\"comment\": [\"a\", \"b\"]" },
	{ "\"seed\": 1", "\"comment\": 1" },
	{ "\"schema_version\": 1", "\"schema_version\": 2" },
	{ "\"schema_version\": 1", "\"schema_version\": \"1\"" },
	{ "\"schema_version\": 1,", "" },
	{ "\"name\": \"exit-storm\"", "\"name\": \"\"" },
	{ "\"name\": \"exit-storm\"", "\"name\": 5" },
	{ "\"include\": [\"machines/server-16.json\"],", "" },
	{ "\"include\": [\"machines/server-16.json\"]",
	  "\"include\": \"machines/server-16.json\"" },
	{ "\"include\": [\"machines/server-16.json\"]", "\"include\": [5]" },
	{ "\"duration\": \"500ms\"", "\"duration\": \"0.5s\"" },
	{ "\"duration\": \"500ms\"", "\"duration\": \"500\"" },
	{ "\"duration\": \"500ms\"", "\"duration\": 500000000" },
	{ "\"duration\": \"500ms\"", "\"duration\": \"500 ms\"" },
	{ "\"cpus\": 16, \"hz\"", "\"cpus\": 0, \"hz\"" },
	{ "\"cpus\": 16, \"hz\"", "\"cpus\": 16.0, \"hz\"" },
	{ "\"cpus\": 16, \"hz\"", "\"cpus\": 16.5, \"hz\"" },
	{ "\"cpus\": 16, \"hz\"", "\"cpus\": \"16\", \"hz\"" },
	{ "\"cpus\": 16, \"hz\"", "\"cpus\": 5000, \"hz\"" },
	{ "\"hz\": 250", "\"HZ\": 250" },
	{ "\"hz\": 250", "\"hz\": null" },
	{ "\"hz\": 250", "\"base_slice_ns\": \"3ms\"" },
	{ "\"hz\": 250", "\"base_slice_ns\": true" },
	{ "\"hz\": 250", "\"skew_tick\": 1" },
	{ "\"hz\": 250", "\"comment\": \"x\"" },
	{ "\"voluntary\"", "\"voluntarily\"" },
	{ "\"rcu_nocbs\": \"8-15\"", "\"rcu_nocbs\": \"8-11,12-N\"" },
	{ "\"rcu_nocbs\": \"8-15\"", "\"rcu_nocbs\": \"all:1/2\"" },
	{ "\"rcu_nocbs\": \"8-15\"", "\"rcu_nocbs\": \"8..15\"" },
	{ "\"rcu_nocbs\": \"8-15\"", "\"rcu_nocbs\": \"8-\"" },
	{ "\"rcu_nocbs\": \"8-15\"", "\"rcu_nocbs\": \"8-15,\"" },
	{ "\"rcu_nocbs\": \"8-15\"", "\"rcu_nocbs\": [8, 15]" },
	{ "\"rcu_nocb_gp_stride\": -1", "\"rcu_nocb_gp_stride\": -2" },
	{ "\"profile\": \"server-default\"", "\"profile\": \"server\"" },
	{ "\"call_rcu_bypass\": 30", "\"call_rcu_bypass\": \"30ns\"" },
	{ "\"call_rcu_bypass\": 30", "\"call_rcu_bypass\": -1" },
	{ "\"maple\": \"always\"", "\"size_bytes\": \"1KiB\"" },
	{ "\"maple\": \"always\"", "\"size_bytes\": \"1KB\"" },
	{ "\"maple\": \"always\"", "\"size_bytes\": 0" },
	{ "\"list-32\": {", "\"List 32\": {" },
	{ "\"list-32\": {", "\"all\": {" },
	{ "\"policy\": \"list-batched\", ", "" },
	{ "\"policy\": \"list-batched\"", "\"policy\": \"list-bached\"" },
	{ "\"policy\": \"list-batched\"", "\"policy\": \"per-vma\"" },
	{ "\"list_limit\": 32", "\"list_limit\": 0" },
	{ "\"list_limit\": 32", "\"exact\": true" },
	{ "\"list_limit\": 32", "\"exact\": 1" },
	{ "\"per-vma\": {}", "\"per-vma\": {\"policy\": \"whole-list\"}" },
	{ "\"per-vma\": {}", "\"per-vma\": {\"policy\": \"list-batched\", \"list_limit\": 3}" },
	{ "\"per-vma\": {}", "\"per-vma\": {\"list_limit\": 3}" },
	{ "\"per-vma\": {}", "\"per-vma\": []" },
	{ "\"per-vma\": {}", "\"mine\": {}" },
	{ "\"id\": \"storm\"", "\"id\": \"Storm\"" },
	{ "\"id\": \"storm\", ", "" },
	{ "\"kind\": \"exit\"", "\"kind\": \"exits\"" },
	{ "\"kind\": \"exit\"", "\"kind\": \"munmap\"" },
	{ "\"kind\": \"exit\"", "\"kind\": \"free-loop\"" },
	{ "\"count\": 64", "\"count\": 64, \"rate_per_s\": 5" },
	{ "\"count\": 64", "\"count\": -1" },
	{ "\"spread\": \"20ms\"", "\"until\": \"20ms\"" },
	{ "\"spread\": \"20ms\"", "\"spread\": 20" },
	{ "\"dist\": \"lognormal\"", "\"dist\": \"normal\"" },
	{ "\"dist\": \"lognormal\"", "\"dist\": \"geometric\"" },
	{ "\"median\": 400", "\"mean\": 400" },
	{ "\"median\": 400", "\"median\": \"400\"" },
	{ "\"median\": 400", "\"median\": 0" },
	{ "\"sigma_permille\": 600", "\"sigma_permille\": 6000" },
	{ "{ \"dist\": \"lognormal\", \"median\": 400, \"sigma_permille\": 600, \"max\": 65530 }",
	  "400" },
	{ "{ \"dist\": \"lognormal\", \"median\": 400, \"sigma_permille\": 600, \"max\": 65530 }",
	  "\"400\"" },
	{ "{ \"dist\": \"lognormal\", \"median\": 400, \"sigma_permille\": 600, \"max\": 65530 }",
	  "{ \"dist\": \"table\", \"values\": [1, 2], \"weights\": [1, 1] }" },
	{ "{ \"dist\": \"lognormal\", \"median\": 400, \"sigma_permille\": 600, \"max\": 65530 }",
	  "{ \"dist\": \"table\", \"values\": [], \"weights\": [] }" },
	{ "{ \"dist\": \"exponential\", \"mean\": \"3us\" }", "\"3us\"" },
	{ "{ \"dist\": \"exponential\", \"mean\": \"3us\" }", "3000" },
	{ "\"mean\": \"3us\"", "\"mean\": 3" },
	{ "\"rate_per_s\": 50000", "\"rate_per_s\": 50000, \"count\": 3" },
	{ "\"policy.list_limit\": [1, 8, 32, 128]", "\"policy.list_limit\": [1, 0]" },
	{ "\"policy.list_limit\": [1, 8, 32, 128]", "\"policy.list_limit\": [1, 1]" },
	{ "\"policy.list_limit\": [1, 8, 32, 128]", "\"policy.list_limits\": [1]" },
	{ "\"policy.list_limit\": [1, 8, 32, 128]", "\"policies.list-32.list_limit\": [1]" },
	{ "\"policy.list_limit\": [1, 8, 32, 128]", "\"workload.storm.arrive.from\": [\"1ms\"]" },
	{ "\"policy.list_limit\": [1, 8, 32, 128]", "\"workload.storm.vmas.median\": [10]" },
	{ "\"policy.list_limit\": [1, 8, 32, 128]", "\"duration\": [\"1s\"]" },
	{ "\"policy.list_limit\": [1, 8, 32, 128]", "\"seed\": [1]" },
	{ "\"machine.hz\": [250, 1000]", "\"machine.hz\": []" },
	{ "\"machine.hz\": [250, 1000]", "\"machine.hz\": 250" },
	{ "\"machine.hz\": [250, 1000]", "\"machine.hz\": [\"250\"]" },
	{ "\"machine.hz\": [250, 1000]", "\"hz\": [250]" },
	{ "\"sample_every\": \"100us\"", "\"sample_every\": 100" },
	{ "\"batches\": false", "\"batches\": null" },
	{ "\"goal\": \"min\"", "\"goal\": \"minimum\"" },
	{ "\"goal\": \"min\", ", "" },
	{ "\"2%\"", "\"0.25%\"" },
	{ "\"2%\"", "\"100%\"" },
	{ "\"2%\"", "\"101%\"" },
	{ "\"2%\"", "\"2\"" },
	{ "\"2%\"", "2" },
	{ "\"at_most\": \"12ms\"", "\"at_most\": 12000000" },
	{ "\"at_most\": \"12ms\"", "\"at_most\": \"12MiB\"" },
	{ "\"at_most\": \"12ms\"", "\"at_most\": 1, \"equals\": 1" },
	{ "\"at_most\": \"12ms\"", "\"comment\": \"none\"" },
	{ "\"at_most\": \"12ms\"", "\"below\": 5" },
	{ "\"callbacks_left\", \"equals\": 0", "\"callbacks_left\", \"equals\": \"0ns\"" },
	{ "\"callbacks_left\", \"equals\": 0", "\"callbacks_lost\", \"equals\": 0" },
	{ "\"callbacks_left\", \"equals\": 0", "\"unfreed_bytes_peak\", \"at_most\": \"1MiB\"" },
};

static char *changed(const struct change *change)
{
	GString *text = g_string_new(scenario_storm);

	if (*change->old != '\0' && g_string_replace(text, change->old, change->new, 1) == 0)
		g_error("the storm has no %s", change->old);
	return g_string_free(text, FALSE);
}

static bool have_validator(void)
{
	const char *const argv[] = { python, "-c",
				     "import jsonschema; jsonschema.Draft202012Validator", NULL };
	int status = 1;

	return g_spawn_sync(NULL, (char **)(void *)argv, NULL,
			    G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL,
			    NULL, NULL, &status, NULL) &&
	       g_spawn_check_wait_status(status, NULL);
}

/* What the validator prints of @files. */
static char *judged(const char *schema, GPtrArray *files)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	g_autoptr(GError) error = NULL;
	g_autofree char *problems = NULL;
	char *verdicts = NULL;
	int status = 0;

	g_ptr_array_add(argv, (void *)python);
	g_ptr_array_add(argv, (void *)"-c");
	g_ptr_array_add(argv, (void *)judge);
	g_ptr_array_add(argv, (void *)schema);
	for (guint i = 0; i < files->len; i++)
		g_ptr_array_add(argv, g_ptr_array_index(files, i));
	g_ptr_array_add(argv, NULL);
	if (!g_spawn_sync(NULL, (char **)argv->pdata, NULL, G_SPAWN_DEFAULT, NULL, NULL, &verdicts,
			  &problems, &status, &error) ||
	    !g_spawn_check_wait_status(status, NULL))
		g_error("%s: %s", python, problems ? problems : error->message);
	return verdicts;
}

static void assert_same_verdict(const char *verdicts, const char *file, const char *text)
{
	g_autofree char *good = g_strdup_printf("%s good\n", file);
	g_autofree char *bad = g_strdup_printf("%s bad\n", file);
	g_autofree char *message = scenario_message(text, NULL);

	g_assert_true((strstr(verdicts, good) == NULL) != (strstr(verdicts, bad) == NULL));
	if ((message == NULL) != (strstr(verdicts, good) != NULL))
		g_error("the schema says %s, the loader %s, of:\n%s",
			strstr(verdicts, good) ? "good" : "bad", message ? message : "good", text);
}

static void test_schema_and_loader_agree(void)
{
	g_autofree char *dir = g_dir_make_tmp("rcusim-schema-XXXXXX", NULL);
	g_autofree char *schema_file = g_build_filename(dir, "schema", NULL);
	g_autofree char *schema = rcusim_scenario_schema();
	g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *verdicts = NULL;

	if (!have_validator()) {
		g_test_skip("needs Debian's package python3-jsonschema");
		g_rmdir(dir);
		return;
	}
	g_assert_true(g_file_set_contents(schema_file, schema, -1, NULL));
	for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
		g_autofree char *text = changed(&changes[i]);

		g_ptr_array_add(files, g_strdup_printf("%s/%zu.json", dir, i));
		g_assert_true(g_file_set_contents(g_ptr_array_index(files, i), text, -1, NULL));
	}
	verdicts = judged(schema_file, files);
	for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
		g_autofree char *text = changed(&changes[i]);

		assert_same_verdict(verdicts, g_ptr_array_index(files, i), text);
		g_unlink(g_ptr_array_index(files, i));
	}
	g_unlink(schema_file);
	g_rmdir(dir);
}

/* Shipped scenarios, and their resolved forms, which have every key there is. */
static void test_shipped_scenarios_are_valid(void)
{
	g_auto(GStrv) names = rcusim_scenario_list();
	g_autofree char *dir = g_dir_make_tmp("rcusim-schema-XXXXXX", NULL);
	g_autofree char *schema_file = g_build_filename(dir, "schema", NULL);
	g_autofree char *schema = rcusim_scenario_schema();
	g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *verdicts = NULL;

	if (!have_validator()) {
		g_test_skip("needs Debian's package python3-jsonschema");
		g_rmdir(dir);
		return;
	}
	g_assert_true(g_file_set_contents(schema_file, schema, -1, NULL));
	for (int i = 0; names[i] != NULL; i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(RcuSimScenario) scenario = rcusim_scenario_load(names[i], NULL, &error);
		const char *texts[2];

		g_assert_no_error(error);
		texts[0] = rcusim_scenario_text(scenario);
		texts[1] = rcusim_scenario_resolved(scenario);
		for (int k = 0; k < 2; k++) {
			char *file = g_strdup_printf("%s/%s-%d.json", dir, names[i], k);

			g_assert_true(g_file_set_contents(file, texts[k], -1, NULL));
			g_ptr_array_add(files, file);
		}
	}
	verdicts = judged(schema_file, files);
	g_assert_null(strstr(verdicts, " bad\n"));
	for (guint i = 0; i < files->len; i++)
		g_unlink(g_ptr_array_index(files, i));
	g_unlink(schema_file);
	g_rmdir(dir);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_unsetenv("RCUSIM_SCENARIOS");
	g_test_add_func("/schema/schema-and-loader-agree", test_schema_and_loader_agree);
	g_test_add_func("/schema/shipped-scenarios-are-valid", test_shipped_scenarios_are_valid);
	return g_test_run();
}
