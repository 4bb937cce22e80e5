/*
 * fuzz_scenario.c - any bytes as a scenario, and as overrides of one.
 *
 * Bytes up to the first NUL are the file's text, the NUL-terminated strings behind them "path=value"
 * overrides. What is refused must say why in the one shape of messages; what is accepted must survive its own
 * resolved form, with the same hash. Files to include are made in a directory of their own.
 */
#include <stdlib.h>
#include <string.h>

#include <glib.h>
#include <glib/gstdio.h>

#include <rcusim/scenario.h>

#include "fuzz/fuzz.h"

static const struct {
	const char *name, *text;
} includes[] = {
	{ "m.json", "{ \"machine\": { \"cpus\": 8 }, \"rcu\": { \"rcu_nocbs\": \"4-7\" } }" },
	{ "deep.json",
	  "{ \"include\": [ \"m.json\", \"m.json\" ], \"policies\": { \"per-vma\": {} } }" },
	{ "loop.json", "{ \"include\": [ \"m.json\", \"loop.json\" ] }" },
	{ "bad.json", "{ \"machine\": { \"cpus\": 0 }, " },
	{ "t.replay", "rcusim-replay 1\ntask 1 make at 0\n1 +0 exec make\n"
		      "1 +129000 mmap 0x7efe8acd8000 0x2000 rw- pa - 0\n1 +30000 exit\n" },
};

static void scenario_dir_remove(void)
{
	const char *dir = g_getenv("RCUSIM_SCENARIOS");

	for (size_t i = 0; dir != NULL && i < G_N_ELEMENTS(includes); i++) {
		g_autofree char *path = g_build_filename(dir, includes[i].name, NULL);

		g_remove(path);
	}
	if (dir != NULL)
		g_rmdir(dir);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	g_autofree char *dir = g_dir_make_tmp("rcusim-fuzz-XXXXXX", NULL);

	g_assert_nonnull(dir);
	for (size_t i = 0; i < G_N_ELEMENTS(includes); i++) {
		g_autofree char *path = g_build_filename(dir, includes[i].name, NULL);

		g_assert_true(g_file_set_contents(path, includes[i].text, -1, NULL));
	}
	g_setenv("RCUSIM_SCENARIOS", dir, TRUE);
	return atexit(scenario_dir_remove);
}

/* Every line names a file, and perhaps a place in it; nothing in it acts on a terminal. */
static void check_message(const char *message)
{
	g_auto(GStrv) lines = g_strsplit(message, "\n", -1);

	g_assert_cmpuint(g_strv_length(lines), <=, 21);
	g_assert_true(g_utf8_validate(message, -1, NULL));
	for (int i = 0; lines[i] != NULL; i++) {
		g_assert_true(strstr(lines[i], ": error: ") != NULL ||
			      g_str_has_prefix(lines[i], "... "));
		for (const char *p = lines[i]; *p != '\0'; p = g_utf8_next_char(p))
			g_assert_true(g_unichar_isprint(g_utf8_get_char(p)));
	}
}

/* The resolved form is a scenario with the same meaning. */
static void check_resolved(const RcuSimScenario *scenario, const char *file)
{
	const char *text = rcusim_scenario_resolved(scenario);
	g_autoptr(GError) error = NULL;
	g_autoptr(RcuSimScenario) again =
		rcusim_scenario_parse(text, strlen(text), file, NULL, &error);

	g_assert_no_error(error);
	g_assert_cmpstr(rcusim_scenario_hash(again), ==, rcusim_scenario_hash(scenario));
	g_assert_true(rcusim_scenario_select_policies(again, "all", &error));
}

/* The strings of @data, each ended by a NUL or the end; g_strfreev(). */
static char **overrides(const char *data, const char *end)
{
	g_autoptr(GStrvBuilder) sets = g_strv_builder_new();

	while (data < end) {
		g_autofree char *set = g_strndup(data, (gsize)(end - data));

		g_strv_builder_add(sets, set);
		data += strlen(set) + 1;
	}
	return g_strv_builder_end(sets);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	const size_t len = strlen(text);
	g_autofree char *file = g_build_filename(g_getenv("RCUSIM_SCENARIOS"), "fuzzed.json", NULL);
	const char *end = (const char *)data + size;
	g_auto(GStrv) sets = overrides(len < size ? (const char *)data + len + 1 : end, end);
	g_autoptr(GError) error = NULL;
	g_autoptr(RcuSimScenario) scenario =
		rcusim_scenario_parse(text, len, file, (const char *const *)sets, &error);

	g_assert_true((scenario == NULL) == (error != NULL));
	if (scenario != NULL)
		check_resolved(scenario, file);
	else
		check_message(error->message);
	return 0;
}
