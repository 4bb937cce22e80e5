/*
 * test_calibrate.c - the shipped profiles: what `rcusim calibrate` makes of the shipped measurements, and what is built in.
 */
#include <string.h>

#include <glib/gstdio.h>

#include <rcusim/calibrate.h>
#include <rcusim/scenario.h>

#include "machine/costs.h"
#include "model/lab.h"
#include "scenario/json.h"

static char *shipped(const char *name)
{
	g_autofree char *file = g_strdup_printf("scenarios/profiles/%s.json", name);
	g_autofree char *path = lab_path(file);
	g_autoptr(GError) error = NULL;
	char *text;

	g_file_get_contents(path, &text, NULL, &error);
	g_assert_no_error(error);
	return text;
}

/* The same bytes, from the same measurements. */
static void test_calibrate_gives_the_shipped(gconstpointer data)
{
	const char *name = data;
	g_autofree char *file = g_strdup_printf("scenarios/lab/data/%s.csv", name);
	g_autofree char *list = lab_path(file);
	g_autofree char *profile = NULL;
	g_autofree char *report = NULL;
	g_autofree char *expected = shipped(name);
	g_autoptr(GError) error = NULL;

	profile = rcusim_calibrate(list, &report, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(profile, ==, expected);
	g_assert_nonnull(strstr(report, "first callback after tick"));
}

static void assert_figure(const struct json *figures, const struct cost_source *source,
			  const struct param *p)
{
	const struct json *figure = json_find(figures, p->name);
	const int64_t value = *(const int64_t *)((const char *)&source->costs + p->offset);
	g_autofree char *number = g_strdup_printf("%" G_GINT64_FORMAT, value);

	g_test_message("%s: %s", source->name, p->name);
	g_assert_nonnull(figure);
	g_assert_cmpstr(json_find(figure, "value")->text, ==, number);
	g_assert_cmpstr(json_find(figure, "source")->text, ==,
			cost_figure_source(source->name, p->name));
}

/* What a scenario gets by name is what the file says, figure by figure. */
static void test_built_in_is_the_shipped(void)
{
	for (const struct cost_source *source = cost_profiles; source->name != NULL; source++) {
		g_autofree char *text = shipped(source->name);
		struct diag *diag = diag_new();
		struct json *root = json_parse(text, strlen(text), source->name, diag);
		const struct json *figures = json_find(root, "figures");
		int n = 0;

		g_assert_cmpstr(json_find(root, "name")->text, ==, source->name);
		g_assert_cmpstr(json_find(root, "about")->text, ==, source->about);
		for (const struct param *p = cost_params; p->type != PARAM_END; p++, n++)
			assert_figure(figures, source, p);
		g_assert_cmpint(figures->n, ==, n);
		json_free(root);
		diag_free(diag);
	}
}

/* The parameter table's defaults are the default profile's figures. */
static void test_defaults_are_the_first(void)
{
	for (const struct param *p = cost_params; p->type != PARAM_END; p++)
		g_assert_cmpint(
			p->dflt, ==,
			*(const int64_t *)((const char *)&cost_profiles[0].costs + p->offset));
}

/* --- measurements made up: every figure known beforehand --- */

struct made_up {
	char *dir;
};

static void write_file(const struct made_up *made, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(made->dir, name, NULL);
	g_autofree char *dir = g_path_get_dirname(path);
	g_autoptr(GError) error = NULL;

	g_mkdir_with_parents(dir, 0700);
	g_file_set_contents(path, text, -1, &error);
	g_assert_no_error(error);
}

static const char list[] = "key,value\nname,mine\nabout,made up\nhz,250\n"
			   "offloaded,offloaded\nsoftirq,softirq\n";
/* loop 10, clock read 40, call_rcu 100, kmem_cache_free 90, cond_resched 5 */
static const char micro_softirq[] = "MICRO,loop,1000,10000\nMICRO,now,1000,50000\n"
				    "MICRO,cond_resched,1000,5000\n"
				    "MICRO,rcu_read_lock_unlock,1000,30000\n"
				    "MICRO,kmem_cache_free,5000,500000\n"
				    "MICRO,call_rcu_preempt_off,1000,110000\n";
/*
 * call_rcu: direct 300, bypass 150, wakeup 2000; a clock read and the loop's steps are in each measurement.
 * 1000: 40 + 1000 * 10 + 2000 + 64 * 300 + 936 * 150; 5000: 4000 * 160 more; slow: 40 + 10 + 2000 + 300
 */
static const char micro_offloaded[] = "MICRO,call_rcu_preempt_off,1000,171640\n"
				      "MICRO,call_rcu_preempt_off,5000,811640\n"
				      "MICRO,call_rcu_slow,1,2350\n";
/*
 * A loop of 200 ns and 0.4 of a sample every 100 objects, 50 more with a bypassed call; frees every 250 ns, 30 more if offloaded. Offloaded the
 * first callback runs 14000 ns after tick 1, counted from the loop's start.
 */
static const char curves_softirq[] =
	"CSV,c,per_vma,1000,0,1,0,400,0,0,0,0,200400,200400,11600000,11850000,1,1,1000,1,0,0,0\n"
	"SMP,c,0,0,100,20040\nSMP,c,0,0,200,40080\nSMP,c,0,1,100,11600000\nSMP,c,0,1,1000,11825400\n";
static const char curves_offloaded[] =
	"CSV,c,per_vma,1000,0,1,0,400,0,0,0,0,240400,240400,3614000,3900000,1,1,1000,1,0,0,0\n"
	"SMP,c,0,0,100,24040\nSMP,c,0,0,200,49080\nSMP,c,0,1,100,3614000\nSMP,c,0,1,1000,3866400\n";

static struct made_up make_up(void)
{
	struct made_up made = { g_dir_make_tmp("rcusim-calibrate-XXXXXX", NULL) };

	write_file(&made, "calibration.csv", list);
	write_file(&made, "softirq/micro.csv", micro_softirq);
	write_file(&made, "softirq/curves.csv", curves_softirq);
	write_file(&made, "offloaded/micro.csv", micro_offloaded);
	write_file(&made, "offloaded/curves.csv", curves_offloaded);
	return made;
}

static void made_up_clear(struct made_up *made)
{
	static const char *const names[] = { "calibration.csv",
					     "softirq/micro.csv",
					     "softirq/curves.csv",
					     "offloaded/micro.csv",
					     "offloaded/curves.csv",
					     "softirq",
					     "offloaded",
					     "mine.json" };

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_build_filename(made->dir, names[i], NULL);

		g_remove(path);
	}
	g_remove(made->dir);
	g_free(made->dir);
}

static int64_t value_of(const char *profile, const char *name)
{
	struct diag *diag = diag_new();
	struct json *root = json_parse(profile, strlen(profile), "profile", diag);
	const struct json *figure = json_find(json_find(root, "figures"), name);
	const int64_t value = g_ascii_strtoll(json_find(figure, "value")->text, NULL, 10);

	json_free(root);
	diag_free(diag);
	return value;
}

static void test_what_was_put_in_comes_out(void)
{
	static const struct {
		const char *name;
		int64_t value;
	} expected[] = {
		{ "call_rcu", 100 },
		{ "call_rcu_direct", 300 },
		{ "call_rcu_bypass", 150 },
		{ "wakeup", 2000 },
		{ "kmem_cache_free", 90 },
		{ "cond_resched", 5 },
		{ "rcu_read_lock", 20 },
		{ "free_loop_body", 200 - 100 - 5 },
		{ "callback_invoke", 250 - 90 }, /* the sample's 0.4 is in neither */
		{ "callback_bh", 30 },
		{ "hrtimer", 2000 },
		{ "idle_wake", 0 },
		/* 14000 = 3 * wakeup - hrtimer + 10 steps, the two switches left among them */
		{ "context_switch", 1000 },
		{ "gp_node", 1000 },
		{ "fork", 0 },
	};
	struct made_up made = make_up();
	g_autoptr(GError) error = NULL;
	g_autofree char *profile = rcusim_calibrate(made.dir, NULL, &error);

	g_assert_no_error(error);
	for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) {
		g_test_message("%s", expected[i].name);
		g_assert_cmpint(value_of(profile, expected[i].name), ==, expected[i].value);
	}
	made_up_clear(&made);
}

static void assert_refused(const char *file, const char *text, const char *why)
{
	struct made_up made = make_up();
	g_autoptr(GError) error = NULL;

	write_file(&made, file, text);
	g_assert_null(rcusim_calibrate(made.dir, NULL, &error));
	g_assert_error(error, RCUSIM_ERROR, RCUSIM_ERROR_INVALID);
	g_test_message("%s", error->message);
	g_assert_nonnull(strstr(error->message, why));
	made_up_clear(&made);
}

static void test_what_is_not_valid_is_refused(void)
{
	assert_refused("calibration.csv", "key,value\nname,x\nhz,250\n", "it must have");
	assert_refused("calibration.csv", "hz,fast\n", "hz is 1 ... 10000");
	assert_refused("calibration.csv", "colour,red\n", "the keys are");
	assert_refused("softirq/micro.csv", "MICRO,loop,ten,10\n", "no integer");
	assert_refused("softirq/micro.csv", "MICRO,loop,0,10\n", "no operation");
	assert_refused("softirq/micro.csv", "MICRO,loop\n", "a line MICRO has 4");
	assert_refused("softirq/micro.csv", "MICRO,loop,1000,10000\n", "lack: kmem_cache_free");
	assert_refused("softirq/curves.csv", "\n", "lack: softirq curve");
}

/* --- scenarios that name a profile's file --- */

static const char scenario[] =
	"{ \"schema_version\": 1, \"name\": \"s\", \"question\": \"?\", \"duration\": \"10ms\","
	"  \"costs_ns\": { \"profile\": \"%s\", \"tick\": 7 }, \"policies\": { \"per-vma\": {} },"
	"  \"workload\": [ { \"id\": \"l\", \"kind\": \"free-loop\", \"cpus\": \"0\", \"objects\": 9 } ] }";

static RcuSimScenario *scenario_with(const struct made_up *made, const char *profile,
				     GError **error)
{
	g_autofree char *text = g_strdup_printf(scenario, profile);
	g_autofree char *file = g_build_filename(made->dir, "s.json", NULL);

	return rcusim_scenario_parse(text, strlen(text), file, NULL, error);
}

/* The same scenario, whether the profile is named or its file is; a single figure goes before both. */
static void test_a_file_is_as_good_as_a_name(void)
{
	struct made_up made = make_up();
	g_autofree char *profile = shipped("icount-6.12");
	g_autoptr(GError) error = NULL;
	g_autoptr(RcuSimScenario) by_file = NULL;
	g_autoptr(RcuSimScenario) by_name = NULL;
	g_autoptr(RcuSimScenario) resolved = NULL;
	const char *text;

	write_file(&made, "mine.json", profile);
	by_file = scenario_with(&made, "mine.json", &error);
	g_assert_no_error(error);
	by_name = scenario_with(&made, "icount-6.12", &error);
	g_assert_no_error(error);
	g_assert_cmpstr(rcusim_scenario_hash(by_file), ==, rcusim_scenario_hash(by_name));
	/* the resolved form does not need the file */
	text = rcusim_scenario_resolved(by_file);
	resolved = rcusim_scenario_parse(text, strlen(text), "elsewhere.json", NULL, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(rcusim_scenario_hash(resolved), ==, rcusim_scenario_hash(by_name));
	made_up_clear(&made);
}

static void test_a_files_sources_are_shown(void)
{
	struct made_up made = make_up();
	g_autoptr(GError) error = NULL;
	g_autoptr(RcuSimScenario) s = NULL;
	struct rcusim_scenario_value value;
	bool found = false;

	write_file(
		&made, "mine.json",
		"{ \"figures\": { \"wakeup\": { \"value\": 41, \"source\": \"a stopwatch\" } } }");
	s = scenario_with(&made, "mine.json", &error);
	g_assert_no_error(error);
	for (int i = 0; rcusim_scenario_value(s, i, &value); i++) {
		if (strcmp(value.path, "costs_ns.wakeup") != 0)
			continue;
		found = true;
		g_assert_cmpstr(value.value, ==, "41");
		g_assert_cmpstr(value.source, ==, "a stopwatch");
	}
	g_assert_true(found);
	made_up_clear(&made);
}

static void assert_file_refused(const char *text, const char *why)
{
	struct made_up made = make_up();
	g_autoptr(GError) error = NULL;

	if (text != NULL)
		write_file(&made, "mine.json", text);
	g_assert_null(scenario_with(&made, "mine.json", &error));
	if (text == NULL)
		g_assert_error(error, RCUSIM_ERROR, RCUSIM_ERROR_SYSTEM);
	else
		g_assert_error(error, RCUSIM_ERROR, RCUSIM_ERROR_INVALID);
	g_test_message("%s", error->message);
	g_assert_nonnull(strstr(error->message, why));
	made_up_clear(&made);
}

static void test_a_bad_file_is_refused(void)
{
	assert_file_refused(NULL, "no such file");
	assert_file_refused("{", "mine.json:1:");
	assert_file_refused("[]", "an object with figures");
	assert_file_refused("{ \"figures\": { \"colour\": {} } }", "there is no such figure");
	assert_file_refused("{ \"figures\": { \"tick\": 5 } }", "an object with value and source");
	assert_file_refused("{ \"figures\": { \"tick\": { \"value\": -5, \"source\": \"\" } } }",
			    "out of range");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_data_func("/calibrate/icount-6.12", "icount-6.12",
			     test_calibrate_gives_the_shipped);
	g_test_add_data_func("/calibrate/uml-6.12-native", "uml-6.12-native",
			     test_calibrate_gives_the_shipped);
	g_test_add_func("/calibrate/built-in-is-the-shipped", test_built_in_is_the_shipped);
	g_test_add_func("/calibrate/defaults-are-the-first", test_defaults_are_the_first);
	g_test_add_func("/calibrate/what-was-put-in-comes-out", test_what_was_put_in_comes_out);
	g_test_add_func("/calibrate/what-is-not-valid-is-refused",
			test_what_is_not_valid_is_refused);
	g_test_add_func("/profile/a-file-is-as-good-as-a-name", test_a_file_is_as_good_as_a_name);
	g_test_add_func("/profile/a-files-sources-are-shown", test_a_files_sources_are_shown);
	g_test_add_func("/profile/a-bad-file-is-refused", test_a_bad_file_is_refused);
	return g_test_run();
}
