/*
 * doctor.c - rcusim doctor: whether this program is well on this machine.
 *
 * Every check looks, says what it found and, if that is not well, what to do. Nothing is repaired and
 * nothing is left behind. What a check measures is not a result: clocks and terminals may be looked at here.
 */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "cli.h"
#include "doctor_hash.h"

/* A bit of everything that chance and order touch: lists, bypass, readers, a flood, two kinds of sampling. */
static const char patient[] =
	"{ \"schema_version\": 1, \"name\": \"doctor\", \"seed\": \"0x5eed\", \"duration\": \"60ms\","
	"  \"machine\": { \"cpus\": 4 }, \"rcu\": { \"rcu_nocbs\": \"2-3\", \"qhimark\": 500 },"
	"  \"policies\": { \"per-vma\": {}, \"list-batched\": {} },"
	"  \"workload\": ["
	"    { \"id\": \"exits\", \"kind\": \"exit\", \"cpus\": \"1-3\", \"count\": 8,"
	"      \"arrive\": { \"from\": \"1ms\", \"spread\": \"9ms\" },"
	"      \"vmas\": { \"dist\": \"lognormal\", \"median\": 200, \"sigma_permille\": 600, \"max\": 2000 } },"
	"    { \"id\": \"faults\", \"kind\": \"fault\", \"rate_per_s\": 20000,"
	"      \"hold\": { \"dist\": \"exponential\", \"mean\": \"3us\" } } ] }";

enum verdict { VERDICT_OK, VERDICT_WARNING, VERDICT_FAILED };

struct doctor {
	const struct cli_options *options;
	RcuSimTable *table; /* of a format for programs, else NULL */
	int status;
};

static void tell(struct doctor *doctor, const char *check, enum verdict verdict, int status,
		 const char *advice, const char *format, ...) G_GNUC_PRINTF(6, 7);

/* @status: exit status if @verdict is FAILED; @advice: what to do if it is not ok */
static void tell(struct doctor *doctor, const char *check, enum verdict verdict, int status,
		 const char *advice, const char *format, ...)
{
	static const char *const words[] = { "ok", "warning", "FAILED" };
	g_autofree char *found = NULL;
	g_autofree char *printable = NULL;
	va_list args;

	va_start(args, format);
	found = g_strdup_vprintf(format, args);
	va_end(args);
	if (verdict == VERDICT_FAILED)
		doctor->status = cli_worse(doctor->status, status);
	if (doctor->table != NULL) {
		rcusim_table_text(doctor->table, check);
		rcusim_table_text(doctor->table, words[verdict]);
		rcusim_table_text(doctor->table, found);
		rcusim_table_text(doctor->table, verdict == VERDICT_OK ? "" : advice);
		return;
	}
	printable = rcusim_format_printable(found);
	printf("%-8s %-12s %s\n", words[verdict], check, printable);
	if (verdict != VERDICT_OK)
		printf("%-21s -> %s\n", "", advice);
}

static void check_versions(struct doctor *doctor)
{
	tell(doctor, "program", VERDICT_OK, 0, "", "rcusim %s, revision %s, %s", rcusim_version(),
	     rcusim_version_revision(), rcusim_version_compiler());
	tell(doctor, "libraries", VERDICT_OK, 0, "", "SQLite %s, GLib %u.%u.%u, cJSON %s",
	     rcusim_version_sqlite(), glib_major_version, glib_minor_version, glib_micro_version,
	     rcusim_version_cjson());
	tell(doctor, "formats", VERDICT_OK, 0, "",
	     "scenarios of version %d, databases of version %d", rcusim_version_scenario(),
	     rcusim_version_database());
}

/* The shipped scenarios are there, and this program reads all of them. */
static void check_scenarios(struct doctor *doctor)
{
	g_auto(GStrv) dirs = rcusim_scenario_dirs();
	g_auto(GStrv) names = rcusim_scenario_list();
	g_autofree char *where = g_strjoinv(", ", dirs);
	const guint n = g_strv_length(names);

	for (guint i = 0; i < n; i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(RcuSimScenario) scenario = rcusim_scenario_load(names[i], NULL, &error);

		if (scenario == NULL) {
			tell(doctor, "scenarios", VERDICT_FAILED, CLI_SYSTEM,
			     "install program and scenarios of the same version", "%s",
			     error->message);
			return;
		}
	}
	if (g_strv_length(dirs) > 1 && !g_file_test(dirs[0], G_FILE_TEST_IS_DIR)) {
		tell(doctor, "scenarios", VERDICT_WARNING, 0,
		     "set RCUSIM_SCENARIOS to a directory, or unset it",
		     "RCUSIM_SCENARIOS is %s, which is no directory", dirs[0]);
		return;
	}
	tell(doctor, "scenarios", n > 0 ? VERDICT_OK : VERDICT_FAILED, CLI_SYSTEM,
	     "set RCUSIM_SCENARIOS to the directory scenarios/ of the sources", "%u in %s", n,
	     where);
}

/* Whether a file can be made in @dir; nothing stays of it. */
static bool is_writable(const char *dir)
{
	g_autofree char *path = g_build_filename(dir, ".rcusim-doctor-XXXXXX", NULL);
	const int fd = g_mkstemp(path);

	if (fd < 0)
		return false;
	close(fd);
	g_unlink(path);
	return true;
}

static void check_output(struct doctor *doctor)
{
	const bool has_output = g_file_test("output", G_FILE_TEST_IS_DIR);
	const char *dir = has_output ? "output" : ".";
	const char *called =
		has_output ? "output/" : "the working directory, for there is no output/";
	struct statvfs fs;
	g_autofree char *free_space = NULL;
	uint64_t n_bytes;

	if (is_writable(dir))
		tell(doctor, "output", VERDICT_OK, 0, "", "databases go to %s", called);
	else
		tell(doctor, "output", VERDICT_FAILED, CLI_SYSTEM,
		     "give yourself the right to write there, or use --output",
		     "no file can be made in %s: %s", called, g_strerror(errno));
	if (statvfs(dir, &fs) != 0)
		return;
	n_bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
	free_space = rcusim_format_value((int64_t)MIN(n_bytes, (uint64_t)INT64_MAX), "bytes");
	tell(doctor, "space",
	     n_bytes < (1U << 20)     ? VERDICT_FAILED
	     : n_bytes < (256U << 20) ? VERDICT_WARNING
				      : VERDICT_OK,
	     CLI_SYSTEM, "make room, or write elsewhere with --output", "%s free", free_space);
}

static void check_terminal(struct doctor *doctor)
{
	struct winsize size = { 0 };
	const char *charset;
	const bool is_utf8 = g_get_charset(&charset);

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) {
		tell(doctor, "terminal", VERDICT_OK, 0, "",
		     "none: output goes to a file or a pipe");
		return;
	}
	tell(doctor, "terminal", size.ws_col > 0 && size.ws_col < 80 ? VERDICT_WARNING : VERDICT_OK,
	     0, "tables want 80 columns and more; --format text has one value per line",
	     "%d columns, %s%s", size.ws_col, charset, is_utf8 ? "" : "; names may show as \\x..");
}

/* The locale is set here and nowhere else, to show that it changes nothing. */
static void check_locale(struct doctor *doctor)
{
	g_autofree char *name = g_strdup(setlocale(LC_NUMERIC, ""));
	const bool is_comma = name != NULL && *localeconv()->decimal_point == ',';
	g_autofree char *value = rcusim_format_value(1500, "ns");
	const bool is_good = strcmp(value, "1.50 us") == 0;

	setlocale(LC_NUMERIC, "C");
	tell(doctor, "locale", is_good ? VERDICT_OK : VERDICT_FAILED, RCUSIM_ERROR_INTERNAL,
	     "set LC_ALL=C, and report this", "%s, decimal %s; 1500 ns is written \"%s\" in any",
	     name == NULL ? "unknown" : name, is_comma ? "comma" : "point", value);
}

/* Hash of the patient's runs, through a database as any other; NULL with @error set. */
static char *examine(const char *dir, RcuSimFlags flags, GError **error)
{
	g_autofree char *path =
		g_build_filename(dir, flags == RCUSIM_FLAG_NONE ? "fast.db" : "reference.db", NULL);
	const RcuSimRunOptions run_options = { .flags = flags, .source = "doctor" };
	g_autoptr(RcuSimScenario) scenario =
		rcusim_scenario_parse(patient, strlen(patient), "doctor", NULL, error);
	g_autoptr(RcuSimDatabase) database =
		scenario == NULL ? NULL : rcusim_database_create(path, RCUSIM_DATABASE_NEW, error);
	g_autoptr(RcuSimResults) results =
		database == NULL ? NULL
				 : rcusim_run_scenario(scenario, &run_options, database, error);
	char *hash = NULL;

	if (results != NULL && rcusim_database_finish(database, error)) {
		g_autoptr(RcuSimDatabase) again = rcusim_database_open(path, error);

		hash = again == NULL ? NULL : rcusim_database_hash(again, NULL, error);
	}
	g_unlink(path);
	return hash;
}

static void check_determinism(struct doctor *doctor)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *dir = g_dir_make_tmp("rcusim-doctor-XXXXXX", &error);
	g_autofree char *fast = dir == NULL ? NULL : examine(dir, RCUSIM_FLAG_NONE, &error);
	g_autofree char *reference =
		fast == NULL ? NULL : examine(dir, RCUSIM_FLAG_REFERENCE, &error);

	if (dir != NULL)
		g_rmdir(dir);
	if (reference == NULL)
		tell(doctor, "determinism", VERDICT_FAILED, CLI_SYSTEM,
		     "set TMPDIR to a directory that can be written", "%s", error->message);
	else if (strcmp(fast, reference) != 0)
		tell(doctor, "determinism", VERDICT_FAILED, RCUSIM_ERROR_INTERNAL,
		     "do not trust results of this build; report this",
		     "fast %.16s differs from event by event %.16s", fast, reference);
	else if (strcmp(fast, DOCTOR_HASH) != 0)
		tell(doctor, "determinism", VERDICT_FAILED, RCUSIM_ERROR_INTERNAL,
		     "do not compare results of this build with those of others; report this",
		     "the outcome is %s, recorded is %.16s", fast, DOCTOR_HASH);
	else
		tell(doctor, "determinism", VERDICT_OK, 0, "",
		     "fast and event by event give the recorded outcome, %.16s", fast);
}

static int run(const struct cli_options *options, int argc, char **argv)
{
	static const char *const columns[] = { "check", "verdict", "found", "advice" };
	struct doctor doctor = { .options = options };

	if (argc > 0)
		return cli_usage(&cli_doctor, "doctor takes no argument");
	if (options->has_format && options->format != RCUSIM_FORMAT_TABLE) {
		doctor.table = rcusim_table_new(options->format, stdout);
		for (size_t i = 0; i < G_N_ELEMENTS(columns); i++)
			rcusim_table_column(doctor.table, columns[i], NULL);
	}
	check_versions(&doctor);
	check_scenarios(&doctor);
	check_output(&doctor);
	check_terminal(&doctor);
	check_locale(&doctor);
	check_determinism(&doctor);
	if (doctor.table != NULL)
		rcusim_table_end(doctor.table);
	rcusim_table_free(doctor.table);
	return doctor.status;
}

const struct cli_command cli_doctor = {
	.name = "doctor",
	.arguments = "",
	.summary = "whether this program is well on this machine",
	.about =
		"Looks at versions, shipped scenarios, where databases go, disk, terminal and locale, and runs a small\n"
		"scenario fast and event by event, whose outcome must be the recorded one. Each line is ok, warning or\n"
		"FAILED, with what to do. Status 4: something around it is wrong; 5: its outcomes are.",
	.example = "  rcusim doctor --json",
	.options = CLI_FORMAT,
	.run = run,
};
