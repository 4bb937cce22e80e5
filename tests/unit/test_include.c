/* test_include.c - scenario files: finding, reading, including each other. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "scenario/json.h"
#include "scenario/load.h"
#include "unit/scenario_text.h"

/* A directory of files, removed with all that is in it. */
struct dir {
	char *path;
	char *before; /* working directory until then */
};

static void dir_enter(struct dir *dir)
{
	dir->path = g_dir_make_tmp("rcusim-XXXXXX", NULL);
	dir->before = g_get_current_dir();
	g_assert_nonnull(dir->path);
	g_assert_cmpint(chdir(dir->path), ==, 0);
}

static void remove_tree(const char *path)
{
	g_autoptr(GDir) entries =
		g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
	const char *name;

	while (entries != NULL && (name = g_dir_read_name(entries)) != NULL) {
		g_autofree char *entry = g_build_filename(path, name, NULL);

		remove_tree(entry);
	}
	g_remove(path);
}

static void dir_leave(struct dir *dir)
{
	g_assert_cmpint(chdir(dir->before), ==, 0);
	remove_tree(dir->path);
	g_free(dir->path);
	g_free(dir->before);
}

static void put(const char *name, const char *text)
{
	g_autofree char *parent = g_path_get_dirname(name);

	g_mkdir_with_parents(parent, 0700);
	g_assert_true(g_file_set_contents(name, text, -1, NULL));
}

static RcuSimScenario *load(const char *name)
{
	g_autoptr(GError) error = NULL;
	RcuSimScenario *scenario = rcusim_scenario_load(name, NULL, &error);

	if (scenario == NULL)
		g_error("%s: %s", name, error->message);
	return scenario;
}

static void assert_refused(const char *name, RcuSimError code, const char *expected)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(RcuSimScenario) scenario = rcusim_scenario_load(name, NULL, &error);

	if (scenario != NULL)
		g_error("accepted: %s", name);
	if (strstr(error->message, expected) == NULL ||
	    !g_error_matches(error, RCUSIM_ERROR, (int)code))
		g_error("for: %s\ncode: %d\nmessage: %s\nlacks: %s", name, error->code,
			error->message, expected);
}

#define MINIMAL                                                           \
	"\"schema_version\": 1, \"name\": \"t\", \"duration\": \"1ms\", " \
	"\"policies\": {\"per-vma\": {}}, \"workload\": []"

static void test_a_file_overrides_what_it_includes(void)
{
	struct dir dir;
	g_autoptr(RcuSimScenario) including = NULL;
	g_autoptr(RcuSimScenario) inlined = NULL;
	const struct scenario *contents;

	dir_enter(&dir);
	put("parts/cpus.json", "{\"machine\": {\"cpus\": 8, \"hz\": 100}, \"rcu\": {\"blimit\": 3},"
			       " \"policies\": {\"whole-list\": {}}, \"comment\": \"part\"}");
	put("parts/hz.json", "{\"schema_version\": 1, \"machine\": {\"hz\": 1000},"
			     " \"workload\": [{\"id\": \"gone\", \"kind\": \"exit\"}]}");
	put("a.json", "{" MINIMAL ", \"include\": [\"parts/cpus.json\", \"parts/hz.json\"],"
		      " \"rcu\": {\"qhimark\": 7, \"qlowmark\": 1}}");
	put("b.json", "{" MINIMAL ", \"machine\": {\"hz\": 1000, \"cpus\": 8},"
		      " \"rcu\": {\"qlowmark\": 1, \"blimit\": 3, \"qhimark\": 7}}");
	including = load("a.json");
	inlined = load("b.json");
	contents = scenario_contents(including);
	g_assert_cmpint(contents->machine.cpus, ==, 8);
	g_assert_cmpint(contents->machine.hz, ==, 1000);
	g_assert_cmpint(contents->rcu.blimit, ==, 3);
	g_assert_cmpint(contents->rcu.qhimark, ==, 7);
	g_assert_cmpint(contents->n_policies, ==, 2);  /* objects are merged */
	g_assert_cmpint(contents->n_workloads, ==, 0); /* arrays are replaced */
	g_assert_cmpstr(rcusim_scenario_hash(including), ==, rcusim_scenario_hash(inlined));
	dir_leave(&dir);
}

static void test_problems_and_origins_name_the_included_file(void)
{
	struct dir dir;
	struct rcusim_scenario_value value;
	g_autoptr(RcuSimScenario) scenario = NULL;
	bool found = false;

	dir_enter(&dir);
	put("part.json", "{\n  \"machine\": {\n    \"hz\": 100 }}");
	put("bad.json", "{\n  \"machine\": { \"hzz\": 100 }}");
	put("broken.json", "{\n  \"machine\": ");
	put("old.json", "{\"schema_version\": 2}");
	put("good.json", "{" MINIMAL ", \"include\": [\"part.json\"]}");
	put("includes-bad.json", "{" MINIMAL ", \"include\": [\"bad.json\"]}");
	put("includes-broken.json", "{" MINIMAL ", \"include\": [\"broken.json\"]}");
	put("includes-old.json", "{" MINIMAL ", \"include\": [\"old.json\"]}");
	scenario = load("good.json");
	for (int i = 0; rcusim_scenario_value(scenario, i, &value); i++)
		if (strcmp(value.path, "machine.hz") == 0) {
			g_assert_cmpstr(value.origin, ==, "include part.json:3");
			found = true;
		}
	g_assert_true(found);
	assert_refused("includes-bad.json", RCUSIM_ERROR_INVALID,
		       "bad.json:2:16: error: $.machine.hzz: unknown key; did you mean \"hz\"?");
	assert_refused("includes-broken.json", RCUSIM_ERROR_INVALID,
		       "broken.json:2:14: error: unexpected end of the file");
	assert_refused("includes-old.json", RCUSIM_ERROR_INVALID,
		       "$.schema_version: expected 1, found 2");
	dir_leave(&dir);
}

static void put_include(const char *name, const char *included)
{
	g_autofree char *text = g_strdup_printf("{" MINIMAL ", \"include\": [%s]}", included);

	put(name, text);
}

static void test_includes_stay_below_the_scenario(void)
{
	struct dir dir;

	dir_enter(&dir);
	put("outside.json", "{}");
	put("sub/d/x.json", "{}");
	g_assert_cmpint(symlink("../outside.json", "sub/link.json"), ==, 0);
	g_assert_cmpint(mkfifo("sub/pipe", 0600), ==, 0);
	put_include("sub/absolute.json", "\"/etc/hosts\"");
	put_include("sub/up.json", "\"../outside.json\"");
	put_include("sub/up-and-down.json", "\"d/../../outside.json\"");
	put_include("sub/url.json", "\"https://example.org/x.json\"");
	put_include("sub/linked.json", "\"link.json\"");
	put_include("sub/directory.json", "\"d\"");
	put_include("sub/fifo.json", "\"pipe\"");
	put_include("sub/empty.json", "\"\"");
	put_include("sub/number.json", "3");
	put_include("sub/missing.json", "\"nowhere.json\"");
	put("sub/string.json", "{" MINIMAL ", \"include\": \"d/x.json\"}");
	put_include("sub/fine.json", "\"d/x.json\"");
	assert_refused("sub/absolute.json", RCUSIM_ERROR_INVALID, "is an absolute path");
	assert_refused("sub/up.json", RCUSIM_ERROR_INVALID, "contains \"..\"");
	assert_refused("sub/up-and-down.json", RCUSIM_ERROR_INVALID, "contains \"..\"");
	assert_refused("sub/url.json", RCUSIM_ERROR_INVALID, "is a URL");
	assert_refused("sub/linked.json", RCUSIM_ERROR_INVALID, "by a symbolic link");
	assert_refused("sub/directory.json", RCUSIM_ERROR_SYSTEM,
		       "is a directory; expected a file");
	assert_refused("sub/fifo.json", RCUSIM_ERROR_SYSTEM, "is not a regular file");
	assert_refused("sub/empty.json", RCUSIM_ERROR_INVALID, "is empty; expected a path");
	assert_refused("sub/number.json", RCUSIM_ERROR_INVALID,
		       "$.include[0]: expected a path like");
	assert_refused("sub/missing.json", RCUSIM_ERROR_SYSTEM, "no such file below sub");
	assert_refused("sub/missing.json", RCUSIM_ERROR_SYSTEM,
		       "included as sub/missing.json -> nowhere.json");
	assert_refused("sub/string.json", RCUSIM_ERROR_INVALID,
		       "$.include: expected an array of paths");
	rcusim_scenario_free(load("sub/fine.json"));
	dir_leave(&dir);
}

static void test_circles_are_shown(void)
{
	struct dir dir;

	dir_enter(&dir);
	put_include("self.json", "\"self.json\"");
	put_include("dotted.json", "\"./dotted.json\"");
	put_include("a.json", "\"b.json\"");
	put_include("b.json", "\"./a.json\"");
	put_include("c.json", "\"d.json\"");
	g_assert_cmpint(symlink("c.json", "d.json"), ==, 0);
	assert_refused("self.json", RCUSIM_ERROR_INVALID,
		       "\"self.json\": includes itself; included as self.json -> self.json");
	assert_refused("dotted.json", RCUSIM_ERROR_INVALID, "includes itself");
	assert_refused("a.json", RCUSIM_ERROR_INVALID, "included as a.json -> b.json -> ./a.json");
	assert_refused("c.json", RCUSIM_ERROR_INVALID, "includes itself");
	dir_leave(&dir);
}

static void put_chain(int n)
{
	for (int i = 0; i < n; i++) {
		g_autofree char *name = g_strdup_printf("%d.json", i);
		g_autofree char *next = g_strdup_printf("\"%d.json\"", i + 1);

		put_include(name, next);
	}
}

static void test_depth_and_number_are_limited(void)
{
	struct dir dir;
	g_autofree char *last = g_strdup("8.json");

	dir_enter(&dir);
	put_chain(8);
	put(last, "{}");
	rcusim_scenario_free(load("0.json"));
	put_include(last, "\"9.json\"");
	put("9.json", "{}");
	assert_refused("0.json", RCUSIM_ERROR_INVALID, "nested too deeply; at most 8 levels");
	/* each includes the next three times: 3^7 files if nobody counted */
	for (int i = 0; i < 7; i++) {
		g_autofree char *name = g_strdup_printf("bomb-%d.json", i);
		g_autofree char *next =
			g_strdup_printf("\"bomb-%d.json\", \"bomb-%d.json\", \"bomb-%d.json\"",
					i + 1, i + 1, i + 1);

		put_include(name, next);
	}
	put("bomb-7.json", "{}");
	assert_refused("bomb-0.json", RCUSIM_ERROR_INVALID, "too many includes; at most 64 files");
	dir_leave(&dir);
}

/* @n files with an object of @values keys each, and a scenario that includes them all. */
static void put_parts(int n, int values, const char *comment)
{
	GString *list = g_string_new(NULL);

	for (int i = 0; i < n; i++) {
		g_autoptr(GString) text = g_string_new("{\"rcu\": {");
		g_autofree char *name = g_strdup_printf("part-%d.json", i);

		for (int k = 0; k < values; k++)
			g_string_append_printf(text, "%s\"k%d\": 0", k > 0 ? ", " : "", k);
		g_string_append_printf(text, "}, \"comment\": [%s]}", comment);
		put(name, text->str);
		g_string_append_printf(list, "%s\"%s\"", i > 0 ? ", " : "", name);
	}
	put_include("parts.json", list->str);
	g_string_free(list, TRUE);
}

static void test_the_whole_is_limited(void)
{
	struct dir dir;
	g_autofree char *text = g_strnfill(65000, 'x');
	g_autofree char *quoted = g_strdup_printf("\"%s\", ", text);
	GString *comment = g_string_new(NULL);

	dir_enter(&dir);
	put_parts(64, 0, "");
	rcusim_scenario_free(load("parts.json"));
	put_parts(65, 0, "");
	assert_refused("parts.json", RCUSIM_ERROR_INVALID, "too many includes; at most 64 files");
	put_parts(24, 4096, "");
	assert_refused("parts.json", RCUSIM_ERROR_INVALID, "$.rcu.k0: unknown key");
	put_parts(25, 4096, "");
	assert_refused(
		"parts.json", RCUSIM_ERROR_INVALID,
		"too many values; at most 100000 values, those of included files among them");
	for (int i = 0; i < 250; i++)
		g_string_append(comment, quoted);
	g_string_append(comment, "\"\"");
	put_parts(2, 0, comment->str); /* of 16.25 MB each */
	rcusim_scenario_free(load("parts.json"));
	put_parts(3, 0, comment->str);
	assert_refused(
		"parts.json", RCUSIM_ERROR_INVALID,
		"too much text; at most 32 MiB are accepted, scenario and includes together");
	g_string_free(comment, TRUE);
	dir_leave(&dir);
}

static void test_files_that_cannot_be_read(void)
{
	struct dir dir;

	dir_enter(&dir);
	put("empty.json", "");
	put("zip.json", "PK\x03\x04");
	g_assert_cmpint(mkdir("dir.json", 0700), ==, 0);
	g_assert_cmpint(mkfifo("pipe", 0600), ==, 0);
	assert_refused("./missing", RCUSIM_ERROR_SYSTEM,
		       "./missing: error: No such file or directory");
	assert_refused("missing.json", RCUSIM_ERROR_SYSTEM, "No such file or directory");
	assert_refused("dir.json", RCUSIM_ERROR_SYSTEM, "dir.json: error: is a directory");
	assert_refused("./pipe", RCUSIM_ERROR_INVALID,
		       "the file is empty"); /* and no waiting for a writer */
	assert_refused("empty.json", RCUSIM_ERROR_INVALID,
		       "empty.json:1:1: error: the file is empty");
	assert_refused("zip.json", RCUSIM_ERROR_INVALID, "looks like a zip file");
	assert_refused("/dev/zero", RCUSIM_ERROR_INVALID, "more than 16 MiB");
	assert_refused("/dev/null", RCUSIM_ERROR_INVALID, "the file is empty");
	if (geteuid() != 0) {
		g_assert_cmpint(chmod("zip.json", 0), ==, 0);
		assert_refused("zip.json", RCUSIM_ERROR_SYSTEM, "Permission denied");
	}
	dir_leave(&dir);
}

static void test_scenarios_are_found_by_name(void)
{
	struct dir dir;
	g_auto(GStrv) names = NULL;
	g_autoptr(RcuSimScenario) shipped = NULL;

	dir_enter(&dir);
	put("shipped/quiet-night.json", "{" MINIMAL ", \"include\": [\"machines/m.json\"]}");
	put("shipped/another.json", "{}");
	put("shipped/notes.txt", "");
	put("shipped/machines/m.json", "{}");
	put("plain", "{" MINIMAL "}");
	g_setenv("RCUSIM_SCENARIOS", "shipped", TRUE);
	shipped = load("quiet-night");
	g_assert_cmpstr(rcusim_scenario_name(shipped), ==, "t");
	rcusim_scenario_free(load("plain"));
	names = rcusim_scenario_list();
	g_assert_true(g_strv_contains((const char *const *)names, "another"));
	g_assert_true(g_strv_contains((const char *const *)names, "quiet-night"));
	g_assert_false(g_strv_contains((const char *const *)names, "notes"));
	g_assert_false(g_strv_contains((const char *const *)names, "m"));
	for (int i = 1; names[i] != NULL; i++)
		g_assert_cmpstr(names[i - 1], <, names[i]);
	assert_refused("quiet-nihgt", RCUSIM_ERROR_SYSTEM,
		       "no scenario \"quiet-nihgt\": it is neither a file nor shipped; "
		       "did you mean \"quiet-night\"?");
	assert_refused("nothing-like-it", RCUSIM_ERROR_SYSTEM, "shipped are: another");
	assert_refused("", RCUSIM_ERROR_SYSTEM, "no scenario \"\"");
	assert_refused("another", RCUSIM_ERROR_INVALID,
		       "shipped/another.json:1:1: error: $.schema_version");
	g_unsetenv("RCUSIM_SCENARIOS");
	dir_leave(&dir);
}

static void test_every_shipped_scenario_loads(void)
{
	g_auto(GStrv) names = rcusim_scenario_list();

	for (int i = 0; names[i] != NULL; i++)
		rcusim_scenario_free(load(names[i]));
}

static void test_line_ends_do_not_matter(void)
{
	g_autoptr(RcuSimScenario) lf = scenario_accept(scenario_storm, NULL);
	g_autoptr(GString) crlf_text = g_string_new(scenario_storm);
	g_autoptr(RcuSimScenario) crlf = NULL;

	g_string_replace(crlf_text, "\n", "\r\n", 0);
	crlf = scenario_accept(crlf_text->str, NULL);
	g_assert_cmpstr(rcusim_scenario_resolved(lf), ==, rcusim_scenario_resolved(crlf));
	g_string_replace(crlf_text, "\"hz\": 250,", "\"hz\": 0,", 0);
	scenario_refuse(crlf_text->str, NULL, RCUSIM_ERROR_INVALID,
			"t.json:8:34: error: $.machine.hz");
	g_string_replace(crlf_text, "\r\n", "\r", 0);
	scenario_refuse(crlf_text->str, NULL, RCUSIM_ERROR_INVALID,
			"t.json:8:34: error: $.machine.hz");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_unsetenv("RCUSIM_SCENARIOS");
	g_test_add_func("/include/a-file-overrides-what-it-includes",
			test_a_file_overrides_what_it_includes);
	g_test_add_func("/include/problems-and-origins-name-the-included-file",
			test_problems_and_origins_name_the_included_file);
	g_test_add_func("/include/includes-stay-below-the-scenario",
			test_includes_stay_below_the_scenario);
	g_test_add_func("/include/circles-are-shown", test_circles_are_shown);
	g_test_add_func("/include/depth-and-number-are-limited", test_depth_and_number_are_limited);
	g_test_add_func("/include/the-whole-is-limited", test_the_whole_is_limited);
	g_test_add_func("/include/files-that-cannot-be-read", test_files_that_cannot_be_read);
	g_test_add_func("/include/scenarios-are-found-by-name", test_scenarios_are_found_by_name);
	g_test_add_func("/include/every-shipped-scenario-loads", test_every_shipped_scenario_loads);
	g_test_add_func("/include/line-ends-do-not-matter", test_line_ends_do_not_matter);
	return g_test_run();
}
