/* test_record.c - the database: whole runs, honest hashes, no trust in files. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib.h>
#include <glib/gstdio.h>
#include <sqlite3.h>

#include <rcusim/database.h>

#include "record/database.h"

/* ---- A directory, a run ---- */

static char *dir;

static char *path_of(const char *name)
{
	return g_build_filename(dir, name, NULL);
}

static bool exists(const char *path, const char *suffix)
{
	g_autofree char *name = g_strconcat(path, suffix, NULL);

	return g_file_test(name, G_FILE_TEST_EXISTS);
}

static const struct run_identity identity = {
	.scenario_hash = "5ce0",
	.scenario_name = "storm",
	.question = "What?",
	.text = "{}",
	.resolved =
		"{ \"rcu\": { \"blimit\": 10 }, \"workload\": [ { \"id\": \"w\", \"n\": true } ] }",
	.label = "per-vma",
	.policy = "per-vma",
	.params = "{}",
	.seed = UINT64_MAX,
	.duration_ns = 1000,
};

static void add_histogram(struct run_record *record, const char *name)
{
	struct record_histogram histogram = { .name = name, .unit = "ns" };

	hist_init(&histogram.hist);
	for (int i = 0; i < 100; i++)
		hist_add(&histogram.hist, (int64_t)i * i * 1000);
	g_array_append_val(record->histograms, histogram);
}

static void add_metric(struct run_record *record, const char *name, int64_t value)
{
	const struct record_metric metric = { name, "ns", value };

	g_array_append_val(record->metrics, metric);
}

static struct run_record *make_record(void)
{
	struct run_record *record = run_record_new();
	const struct record_grace_period gps[] = { { 1, 10, 90, 2, 30 }, { 5, 100, -1, 1, 0 } };
	const struct record_batch batch = { 1, 0, 3, "rcuop", 95, 10, 10, 12, 10 };
	const struct record_cpu cpu = { 0, 500, 100, 200, 100, 100, 4, 7, true };
	const struct record_task task = { 3, g_strdup("rcuop/1"), "rcuop", 120, 6, 2, 4 };
	const struct record_sample sample = { 50, 4, 736, 4 };
	const struct record_violation violation = { 1, 70, 60, 55, 75, "vm_area_struct" };

	add_metric(record, "exit_latency_p99_ns", INT64_MAX);
	add_metric(record, "callbacks", -1);
	add_histogram(record, "exit_latency_ns");
	add_histogram(record, "callback_latency_ns");
	g_array_append_vals(record->grace_periods, gps, 2);
	g_array_append_val(record->batches, batch);
	g_array_append_val(record->cpus, cpu);
	g_array_append_val(record->tasks, task);
	g_array_append_val(record->samples, sample);
	g_array_append_val(record->violations, violation);
	return record;
}

static char *write_run(RcuSimDatabase *database, const struct run_identity *id)
{
	static const char *const provenance[] = { "mode=fast", "note=a=b", NULL };
	struct run_record *record = make_record();
	GError *error = NULL;
	char *hash = NULL;

	g_assert_true(database_write_run(database, id, record, provenance, &hash, &error));
	g_assert_no_error(error);
	run_record_free(record);
	return hash;
}

/* A finished database of one run. */
static char *make_database(const char *name)
{
	char *path = path_of(name);
	GError *error = NULL;
	g_autoptr(RcuSimDatabase) database =
		rcusim_database_create(path, RCUSIM_DATABASE_REPLACE, &error);

	g_assert_no_error(error);
	g_free(write_run(database, &identity));
	g_assert_true(rcusim_database_finish(database, &error));
	return path;
}

static void assert_create_fails(const char *path, RcuSimDatabaseMode mode, int code,
				const char *says)
{
	GError *error = NULL;

	g_assert_null(rcusim_database_create(path, mode, &error));
	g_assert_error(error, RCUSIM_ERROR, code);
	if (strstr(error->message, says) == NULL)
		g_error("\"%s\" does not say \"%s\"", error->message, says);
	g_clear_error(&error);
}

static void assert_open_fails(const char *path, int code, const char *says)
{
	GError *error = NULL;

	g_assert_null(rcusim_database_open(path, &error));
	g_assert_error(error, RCUSIM_ERROR, code);
	if (strstr(error->message, says) == NULL)
		g_error("\"%s\" does not say \"%s\"", error->message, says);
	g_clear_error(&error);
}

static char *hash_of(const char *path, GError **error)
{
	g_autoptr(RcuSimDatabase) database = rcusim_database_open(path, error);

	return database == NULL ? NULL : rcusim_database_hash(database, NULL, error);
}

static char *run_hash_of(const char *path, guint i)
{
	GError *error = NULL;
	g_autoptr(RcuSimDatabase) database = rcusim_database_open(path, &error);
	g_autoptr(GPtrArray) runs = NULL;
	g_autofree char *hash = rcusim_database_hash(database, &runs, &error);

	g_assert_no_error(error);
	g_assert_nonnull(hash);
	return g_strdup(((RcuSimDatabaseRun *)runs->pdata[i])->hash);
}

static void edit(const char *path, const char *sql)
{
	sqlite3 *db;

	g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_exec(db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
	sqlite3_close(db);
}

static int64_t ask(const char *path, const char *sql)
{
	g_autoptr(RcuSimDatabase) database = rcusim_database_open(path, NULL);
	g_autoptr(RcuSimQuery) query = rcusim_query_new(database, sql, NULL);

	g_assert_true(rcusim_query_next(query, NULL));
	return rcusim_query_integer(query, 0);
}

/* ---- Writing ---- */

static void test_a_file_appears_with_its_first_run(void)
{
	g_autofree char *path = path_of("first.db");
	g_autoptr(RcuSimDatabase) database =
		rcusim_database_create(path, RCUSIM_DATABASE_NEW, NULL);

	g_assert_false(exists(path, ""));
	g_assert_true(exists(path, ".partial"));
	g_free(write_run(database, &identity));
	g_assert_true(exists(path, ""));
	g_assert_false(exists(path, ".partial"));
}

static void test_without_a_run_there_is_no_file(void)
{
	g_autofree char *path = path_of("none.db");
	RcuSimDatabase *database = rcusim_database_create(path, RCUSIM_DATABASE_NEW, NULL);

	rcusim_database_free(database);
	g_assert_false(exists(path, ""));
	g_assert_false(exists(path, ".partial"));
	g_assert_false(exists(path, ".partial-journal"));
}

static void test_every_row_is_stored(void)
{
	g_autofree char *path = make_database("rows.db");

	g_assert_cmpint(ask(path, "select count(*) from metric"), ==, 2);
	g_assert_cmpint(ask(path, "select value from metric where name = 'exit_latency_p99_ns'"),
			==, INT64_MAX);
	g_assert_cmpint(ask(path, "select seed = '18446744073709551615' from run"), ==, 1);
	g_assert_cmpint(ask(path, "select sum = '328350000' from histogram"), ==, 1);
	g_assert_cmpint(ask(path, "select sum(n) from histogram_bucket"), ==, 200);
	g_assert_cmpint(ask(path, "select count(*) from grace_period where end_ns is null"), ==, 1);
	g_assert_cmpint(ask(path, "select n_callbacks * n_batches from batch"), ==, 30);
	g_assert_cmpint(
		ask(path,
		    "select idle_ns + user_ns + kernel_ns + softirq_ns + hardirq_ns from cpu"),
		==, 1000);
	g_assert_cmpint(ask(path, "select cpu_ns from task where name = 'rcuop/1'"), ==, 120);
	g_assert_cmpint(ask(path, "select unfreed_bytes from sample where t_ns = 50"), ==, 736);
	g_assert_cmpint(ask(path, "select t_ns - freed_ns from violation"), ==, 10);
	g_assert_cmpint(ask(path, "select value = 'a=b' from provenance where key = 'note'"), ==,
			1);
}

static void test_finish_leaves_one_file(void)
{
	g_autofree char *path = path_of("finish.db");
	g_autoptr(RcuSimDatabase) database =
		rcusim_database_create(path, RCUSIM_DATABASE_NEW, NULL);
	struct run_identity second = identity;

	second.seed = 2;
	g_free(write_run(database, &identity));
	g_free(write_run(database, &second));
	g_assert_true(exists(path, "-wal"));
	g_assert_true(rcusim_database_finish(database, NULL));
	g_assert_false(exists(path, "-wal"));
	g_assert_false(exists(path, "-shm"));
	g_assert_cmpint(ask(path, "select count(*) from run"), ==, 2);
}

static void test_an_existing_file_is_replaced_only_on_demand(void)
{
	g_autofree char *path = make_database("existing.db");
	RcuSimDatabase *database;

	assert_create_fails(path, RCUSIM_DATABASE_NEW, RCUSIM_ERROR_SYSTEM,
			    "--force replaces it, --append");
	database = rcusim_database_create(path, RCUSIM_DATABASE_REPLACE, NULL);
	rcusim_database_free(database); /* without a run, the old one stays */
	g_assert_cmpint(ask(path, "select count(*) from run"), ==, 1);
}

static void test_a_foreign_file_is_never_replaced(void)
{
	static const char *const contents[] = { "", "notes", "SQLite format 3" };

	for (size_t i = 0; i < G_N_ELEMENTS(contents); i++) {
		g_autofree char *path = path_of("foreign.db");
		g_autofree char *after = NULL;

		g_assert_true(g_file_set_contents(path, contents[i], -1, NULL));
		assert_create_fails(path, RCUSIM_DATABASE_NEW, RCUSIM_ERROR_SYSTEM,
				    "not an rcusim database");
		assert_create_fails(path, RCUSIM_DATABASE_REPLACE, RCUSIM_ERROR_SYSTEM,
				    "not an rcusim database");
		assert_create_fails(path, RCUSIM_DATABASE_APPEND, RCUSIM_ERROR_INVALID,
				    "not an rcusim database");
		g_assert_true(g_file_get_contents(path, &after, NULL, NULL));
		g_assert_cmpstr(after, ==, contents[i]);
	}
	assert_create_fails(dir, RCUSIM_DATABASE_REPLACE, RCUSIM_ERROR_SYSTEM, "is a directory");
	assert_create_fails("/dev/null", RCUSIM_DATABASE_REPLACE, RCUSIM_ERROR_SYSTEM,
			    "not an rcusim database");
	assert_create_fails("", RCUSIM_DATABASE_NEW, RCUSIM_ERROR_USAGE, "does not name a file");
	assert_create_fails("/nonexistent/x.db", RCUSIM_DATABASE_NEW, RCUSIM_ERROR_SYSTEM,
			    "No such file");
}

static void test_runs_are_appended(void)
{
	g_autofree char *path = make_database("append.db");
	g_autoptr(RcuSimDatabase) database =
		rcusim_database_create(path, RCUSIM_DATABASE_APPEND, NULL);
	struct run_identity second = identity;
	struct run_record *record = make_record();
	GError *error = NULL;

	second.seed = 7;
	g_free(write_run(database, &second));
	g_assert_false(database_write_run(database, &second, record, NULL, NULL, &error));
	g_assert_error(error, RCUSIM_ERROR, RCUSIM_ERROR_SYSTEM);
	g_assert_nonnull(strstr(error->message,
				"holds this run already: storm, policy per-vma, seed 7 is run 2"));
	g_clear_error(&error);
	run_record_free(record);
	rcusim_database_finish(database, NULL);
	g_assert_cmpint(ask(path, "select count(*) from run"), ==, 2);
	g_assert_cmpint(ask(path, "select count(*) from scenario"), ==, 1);
	g_assert_cmpint(ask(path, "select max(run) from metric"), ==, 2);
}

static void test_a_leftover_is_used_again(void)
{
	g_autofree char *whole = make_database("whole.db");
	g_autofree char *path = path_of("leftover.db");
	g_autofree char *partial = g_strconcat(path, ".partial", NULL);
	RcuSimDatabase *database;

	g_assert_cmpint(g_rename(whole, partial), ==, 0);
	database = rcusim_database_create(path, RCUSIM_DATABASE_NEW, NULL);
	g_assert_nonnull(database);
	g_free(write_run(database, &identity));
	rcusim_database_free(database);
	g_assert_cmpint(ask(path, "select count(*) from run"), ==, 1);
	g_assert_false(exists(path, ".partial"));

	/* Appending clears it away. */
	g_assert_true(g_file_set_contents(partial, "", 0, NULL));
	database = rcusim_database_create(path, RCUSIM_DATABASE_APPEND, NULL);
	rcusim_database_free(database);
	g_assert_false(exists(path, ".partial"));

	/* What we did not begin is not ours. */
	g_assert_true(g_file_set_contents(partial, "my notes", -1, NULL));
	assert_create_fails(path, RCUSIM_DATABASE_REPLACE, RCUSIM_ERROR_SYSTEM, "move it away");
}

static void test_a_stale_journal_does_not_enter_a_new_database(void)
{
	g_autofree char *path = path_of("stale.db");
	g_autofree char *wal = g_strconcat(path, "-wal", NULL);
	g_autofree char *journal = g_strconcat(path, "-journal", NULL);
	RcuSimDatabase *database = rcusim_database_create(path, RCUSIM_DATABASE_NEW, NULL);

	g_assert_true(g_file_set_contents(wal, "stale", -1, NULL));
	g_assert_true(g_file_set_contents(journal, "stale", -1, NULL));
	g_free(write_run(database, &identity));
	rcusim_database_finish(database, NULL);
	rcusim_database_free(database);
	g_assert_cmpint(ask(path, "select count(*) from run"), ==, 1);
	g_assert_false(exists(path, "-wal"));
	g_assert_false(exists(path, "-journal"));
}

static void test_one_writer_at_a_time(void)
{
	g_autofree char *path = path_of("two.db");
	g_autoptr(RcuSimDatabase) database =
		rcusim_database_create(path, RCUSIM_DATABASE_NEW, NULL);

	g_assert_nonnull(database);
	assert_create_fails(path, RCUSIM_DATABASE_NEW, RCUSIM_ERROR_SYSTEM, "in use");
	assert_create_fails(path, RCUSIM_DATABASE_APPEND, RCUSIM_ERROR_SYSTEM, "in use");
}

static void test_a_file_that_appears_meanwhile_is_kept(void)
{
	g_autofree char *path = path_of("meanwhile.db");
	g_autoptr(RcuSimDatabase) database =
		rcusim_database_create(path, RCUSIM_DATABASE_NEW, NULL);
	struct run_record *record = make_record();
	g_autofree char *after = NULL;
	GError *error = NULL;

	g_assert_true(g_file_set_contents(path, "theirs", -1, NULL));
	g_assert_false(database_write_run(database, &identity, record, NULL, NULL, &error));
	g_assert_error(error, RCUSIM_ERROR, RCUSIM_ERROR_SYSTEM);
	g_clear_error(&error);
	run_record_free(record);
	g_assert_true(g_file_get_contents(path, &after, NULL, NULL));
	g_assert_cmpstr(after, ==, "theirs");
}

static void test_a_file_that_goes_away_is_noticed(void)
{
	g_autofree char *path = make_database("gone.db");
	g_autoptr(RcuSimDatabase) database =
		rcusim_database_create(path, RCUSIM_DATABASE_APPEND, NULL);
	struct run_identity second = identity;
	struct run_record *record = make_record();
	GError *error = NULL;

	second.seed = 3;
	g_unlink(path);
	g_assert_false(database_write_run(database, &second, record, NULL, NULL, &error));
	g_assert_error(error, RCUSIM_ERROR, RCUSIM_ERROR_SYSTEM);
	g_assert_nonnull(strstr(error->message, "deleted, renamed or replaced"));
	g_clear_error(&error);
	run_record_free(record);
}

static void test_a_path_is_never_a_uri(void)
{
	static const char *const names[] = { "file:x?mode=memory", ":memory:",     "-x.db",
					     "a'b\"c;--.db",       "new\nline.db", "sp ace.db" };
	g_autofree char *before = g_get_current_dir();

	g_assert_cmpint(g_chdir(dir), ==, 0);
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		RcuSimDatabase *database =
			rcusim_database_create(names[i], RCUSIM_DATABASE_NEW, NULL);

		g_assert_nonnull(database);
		g_free(write_run(database, &identity));
		rcusim_database_free(database);
		g_assert_true(exists(names[i], ""));
		g_assert_cmpint(ask(names[i], "select count(*) from run"), ==, 1);
	}
	g_assert_cmpint(g_chdir(before), ==, 0);
}

static void test_a_link_is_followed(void)
{
	g_autofree char *path = make_database("target.db");
	g_autofree char *link = path_of("link.db");
	g_autofree char *dangling = path_of("dangling.db");
	g_autofree char *linked = path_of("linked");
	g_autofree char *through = NULL;
	RcuSimDatabase *database;

	g_assert_cmpint(symlink(path, link), ==, 0);
	g_assert_cmpint(symlink("/nonexistent/x", dangling), ==, 0);
	database = rcusim_database_create(link, RCUSIM_DATABASE_REPLACE, NULL);
	g_free(write_run(database, &identity));
	rcusim_database_free(database);
	g_assert_true(g_file_test(link, G_FILE_TEST_IS_SYMLINK));
	g_assert_cmpint(ask(link, "select count(*) from run"), ==, 1);
	assert_create_fails(dangling, RCUSIM_DATABASE_NEW, RCUSIM_ERROR_SYSTEM, "No such file");
	/* Links to directories on the way are as good as directories. */
	g_assert_cmpint(symlink(dir, linked), ==, 0);
	through = g_build_filename(linked, "through.db", NULL);
	database = rcusim_database_create(through, RCUSIM_DATABASE_NEW, NULL);
	g_assert_nonnull(database);
	g_free(write_run(database, &identity));
	rcusim_database_free(database);
	g_assert_cmpint(ask(through, "select count(*) from run"), ==, 1);
}

static void test_a_long_path_works_or_is_refused(void)
{
	GError *error = NULL;
	int n_refused = 0;

	for (int length = 100; length <= 255; length += 5) {
		g_autofree char *deep = g_strnfill(230, 'd');
		g_autofree char *name = g_strnfill((gsize)length, 'x');
		g_autofree char *path = g_build_filename(dir, deep, name, NULL);
		g_autofree char *directory = g_path_get_dirname(path);
		RcuSimDatabase *database;

		g_mkdir(directory, 0777);
		database = rcusim_database_create(path, RCUSIM_DATABASE_NEW, &error);
		if (database != NULL) {
			g_free(write_run(database, &identity));
			rcusim_database_free(database);
			g_assert_cmpint(ask(path, "select count(*) from run"), ==, 1);
		} else {
			g_assert_error(error, RCUSIM_ERROR, RCUSIM_ERROR_SYSTEM);
			g_assert_nonnull(strstr(error->message, "File name too long"));
			g_clear_error(&error);
			n_refused++;
		}
		g_unlink(path);
		g_rmdir(directory);
	}
	g_assert_cmpint(n_refused, >, 0);
}

static void test_a_reader_does_not_stop_a_writer(void)
{
	g_autofree char *path = path_of("reader.db");
	g_autoptr(RcuSimDatabase) database =
		rcusim_database_create(path, RCUSIM_DATABASE_NEW, NULL);
	struct run_identity next = identity;

	g_free(write_run(database, &identity));
	next.seed = 1;
	g_free(write_run(database, &next)); /* in WAL mode from here on */
	{
		g_autoptr(RcuSimDatabase) reader = rcusim_database_open(path, NULL);
		g_autoptr(RcuSimQuery) query = rcusim_query_new(reader, "metrics", NULL);

		g_assert_true(rcusim_query_next(query, NULL));
		next.seed = 2;
		g_free(write_run(database, &next));
		g_assert_true(rcusim_database_finish(database, NULL));
	}
	g_assert_cmpint(ask(path, "select count(*) from run"), ==, 3);
}

/* ---- Hash ---- */

static void test_equal_runs_have_equal_hashes(void)
{
	g_autofree char *a = make_database("equal-a.db");
	g_autofree char *b = path_of("equal-b.db");
	g_autoptr(RcuSimDatabase) database = rcusim_database_create(b, RCUSIM_DATABASE_NEW, NULL);
	struct run_identity other = identity, same = identity;
	g_autofree char *first = run_hash_of(a, 0);
	g_autofree char *second = NULL;
	struct run_record *record = make_record();
	GError *error = NULL;

	other.seed = 1;
	g_free(write_run(database, &other)); /* so that ours has another number */
	same.label = "another label";
	same.scenario_name = "another name";
	same.question = "?";
	same.text = "{\"comment\": \"x\"}";
	g_array_set_size(record->histograms, 0); /* the order of filling does not count */
	add_histogram(record, "callback_latency_ns");
	add_histogram(record, "exit_latency_ns");
	g_assert_true(database_write_run(database, &same, record, NULL, NULL, &error));
	run_record_free(record);
	rcusim_database_finish(database, NULL);
	second = run_hash_of(b, 1);
	g_assert_cmpstr(first, ==, second);
}

static char *hash_with(const struct run_identity *id)
{
	static int n;
	g_autofree char *name = g_strdup_printf("with-%d.db", n++);
	g_autofree char *path = path_of(name);
	g_autoptr(RcuSimDatabase) database =
		rcusim_database_create(path, RCUSIM_DATABASE_NEW, NULL);

	return write_run(database, id);
}

static void test_what_was_run_counts(void)
{
	struct run_identity ids[5] = { identity, identity, identity, identity, identity };
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	ids[1].scenario_hash = "5ce1";
	ids[2].policy = "direct";
	ids[3].params = "{\"list_limit\": 32}";
	ids[4].seed = 0;
	for (size_t i = 0; i < G_N_ELEMENTS(ids); i++)
		g_assert_true(g_hash_table_add(seen, hash_with(&ids[i])));
}

/* Adds 1 to numbers and a letter to texts; a key stays a key because each table has few rows. */
static char *spoil(const char *table, const char *column, const char *type)
{
	if (strcmp(type, "INTEGER") == 0)
		return g_strdup_printf("UPDATE %s SET %s = coalesce(%s, 0) - 1", table, column,
				       column);
	return g_strdup_printf("UPDATE %s SET %s = %s || 'x'", table, column, column);
}

static void test_every_column_counts(void)
{
	static const char *const tables[] = { "metric",       "histogram", "histogram_bucket",
					      "grace_period", "batch",     "cpu",
					      "task",         "sample",    "violation" };
	g_autofree char *path = make_database("columns.db");
	sqlite3 *db;
	int n_columns = 0;

	g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
	for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
		g_autofree char *text = g_strdup_printf(
			"SELECT name, type FROM pragma_table_info('%s')", tables[i]);
		sqlite3_stmt *stmt;

		g_assert_cmpint(sqlite3_prepare_v2(db, text, -1, &stmt, NULL), ==, SQLITE_OK);
		while (sqlite3_step(stmt) == SQLITE_ROW) {
			const char *column = (const char *)sqlite3_column_text(stmt, 0);
			g_autofree char *copy = make_database("columns-copy.db");
			g_autofree char *sql = spoil(tables[i], column,
						     (const char *)sqlite3_column_text(stmt, 1));
			g_autofree char *hash = NULL;
			GError *error = NULL;

			edit(copy, sql);
			hash = hash_of(copy, &error);
			if (hash != NULL)
				g_error("%s.%s does not count", tables[i], column);
			g_assert_error(error, RCUSIM_ERROR, RCUSIM_ERROR_INVALID);
			g_assert_nonnull(
				strstr(error->message, "run 1 was changed after it was stored"));
			g_clear_error(&error);
			n_columns++;
		}
		sqlite3_finalize(stmt);
	}
	sqlite3_close(db);
	g_assert_cmpint(n_columns, ==, 63);
}

static void test_mode_and_provenance_do_not_count(void)
{
	g_autofree char *path = make_database("provenance.db");
	g_autofree char *before = hash_of(path, NULL);
	g_autofree char *after = NULL;

	edit(path,
	     "UPDATE provenance SET value = 'reference' WHERE key = 'mode';"
	     "DELETE FROM provenance WHERE key <> 'mode'; UPDATE scenario SET text = '', name = 'x';"
	     "VACUUM");
	after = hash_of(path, NULL);
	g_assert_nonnull(before);
	g_assert_cmpstr(before, ==, after);
}

static void test_the_hash_is_recorded(void)
{
	g_autofree char *path = make_database("golden.db");
	g_autofree char *hash = run_hash_of(path, 0);

	/* Changes only with a reason: every stored database has hashes of this kind. */
	g_assert_cmpstr(hash, ==,
			"a4109c00ac0458d11c540cd6ea45f1d03c00ff95658e21dc587a5d93fceb26ca");
}

/* ---- Opening what others made ---- */

static void test_what_is_no_database_is_refused(void)
{
	g_autofree char *path = path_of("refused.db");

	assert_open_fails(path, RCUSIM_ERROR_SYSTEM, "No such file");
	assert_open_fails(dir, RCUSIM_ERROR_INVALID, "is a directory");
	g_assert_true(g_file_set_contents(path, "{}", -1, NULL));
	assert_open_fails(path, RCUSIM_ERROR_INVALID, "not an rcusim database");
	g_unlink(path);
	edit(path, "CREATE TABLE run (run INTEGER)");
	assert_open_fails(path, RCUSIM_ERROR_INVALID, "not an rcusim database");
}

static void test_a_changed_schema_is_refused(void)
{
	static const struct {
		const char *sql, *says;
	} changes[] = {
		{ "PRAGMA user_version = 4", "written by a newer rcusim" },
		{ "PRAGMA user_version = 0", "written by an older rcusim" },
		{ "PRAGMA application_id = 7", "not an rcusim database" },
		{ "CREATE TRIGGER t AFTER INSERT ON run BEGIN DELETE FROM metric; END",
		  "schema is not ours" },
		{ "CREATE TABLE zz (a)", "from here on: zz" },
		{ "DROP VIEW v_worst", "it lacks v_worst" },
		{ "DROP VIEW v_help; CREATE VIEW v_help AS SELECT 1 AS question, 2 AS query",
		  "v_help" },
		{ "ALTER TABLE task ADD COLUMN x INTEGER", "task" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
		g_autofree char *path = make_database("schema.db");

		edit(path, changes[i].sql);
		assert_open_fails(path, RCUSIM_ERROR_INVALID, changes[i].says);
		g_unlink(path);
	}
}

static void write_bytes(const char *path, const char *bytes, gsize length)
{
	g_assert_true(g_file_set_contents(path, bytes, (gssize)length, NULL));
}

/* Either it is refused as not valid, or the damage was in a byte that holds nothing. */
static void assert_refused_or_unharmed(const char *path, const char *hash)
{
	GError *error = NULL;
	g_autofree char *now = hash_of(path, &error);

	if (now == NULL) {
		g_assert_error(error, RCUSIM_ERROR, RCUSIM_ERROR_INVALID);
		g_clear_error(&error);
	} else {
		g_assert_cmpstr(now, ==, hash);
	}
}

/* A run that its scenario's key no longer leads to must not be passed over. */
static void test_a_run_without_its_scenario_is_damage(void)
{
	g_autofree char *path = make_database("orphan.db");
	g_autoptr(GError) error = NULL;

	edit(path, "PRAGMA foreign_keys = OFF; UPDATE scenario SET scenario = 3");
	g_assert_null(hash_of(path, &error));
	g_assert_error(error, RCUSIM_ERROR, RCUSIM_ERROR_INVALID);
	g_assert_nonnull(strstr(error->message, "damaged: run 1 has no scenario"));
}

static void test_damage_is_noticed(void)
{
	g_autofree char *path = make_database("damaged.db");
	g_autofree char *hash = hash_of(path, NULL);
	g_autofree char *bytes = NULL;
	gsize length;
	const int n = g_test_thorough() ? 20000 : 1000;

	g_assert_true(g_file_get_contents(path, &bytes, &length, NULL));
	for (int i = 0; i < n; i++) {
		const gsize at = i < n / 2 ? (gsize)g_test_rand_int_range(0, 4096)
					   : (gsize)g_test_rand_int_range(0, (gint32)length);
		const char old = bytes[at];

		bytes[at] = (char)(old ^ (1 << g_test_rand_int_range(0, 8)));
		write_bytes(path, bytes, length);
		bytes[at] = old;
		assert_refused_or_unharmed(path, hash);
	}
	for (int i = 0; i < n / 10; i++) {
		write_bytes(path, bytes, (gsize)g_test_rand_int_range(0, (gint32)length));
		assert_refused_or_unharmed(path, hash);
	}
}

/* ---- Queries ---- */

static void test_sql_only_reads(void)
{
	static const char *const refused[] = {
		"DELETE FROM run",
		"INSERT INTO provenance VALUES (1, 'a', 'b')",
		"UPDATE run SET label = 'x' ",
		"DROP TABLE run ",
		"CREATE TEMP TABLE t (a)",
		"ATTACH 'x.db' AS x",
		"PRAGMA user_version = 9",
		"PRAGMA table_info(run)",
		"SELECT 1; DELETE FROM run",
		"SELECT ?1 ",
		"SELECT load_extension('x')",
		"BEGIN ",
		"VACUUM INTO 'x.db'",
		" ; ",
		"-- nothing\n",
		"selct 1",
	};
	g_autofree char *path = make_database("readonly.db");
	g_autoptr(RcuSimDatabase) database = rcusim_database_open(path, NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
		GError *error = NULL;

		if (rcusim_query_new(database, refused[i], &error) != NULL)
			g_error("accepted: %s", refused[i]);
		g_assert_error(error, RCUSIM_ERROR, RCUSIM_ERROR_USAGE);
		g_clear_error(&error);
	}
	g_assert_cmpint(
		ask(path,
		    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9)"
		    " SELECT sum(i) FROM n;  "),
		==, 45);
}

static int count_rows(RcuSimDatabase *database, const char *what)
{
	GError *error = NULL;
	g_autoptr(RcuSimQuery) query = rcusim_query_new(database, what, &error);
	int n = 0;

	g_assert_no_error(error);
	while (rcusim_query_next(query, &error))
		n++;
	g_assert_no_error(error);
	return n;
}

static void test_every_named_query_answers(void)
{
	g_autofree char *path = make_database("named.db");
	g_autoptr(RcuSimDatabase) database = rcusim_database_open(path, NULL);
	int i;

	for (i = 0; rcusim_query_name(i) != NULL; i++) {
		const char *name = rcusim_query_name(i);
		const int n = count_rows(database, name);

		g_assert_nonnull(rcusim_query_help(i));
		/* There was no munmap, and one run has nothing to differ from. */
		g_assert_true(n > 0 || strcmp(name, "munmap-latency") == 0 ||
			      strcmp(name, "differences") == 0);
	}
	g_assert_cmpint(i, ==, 24);
	g_assert_null(rcusim_query_help(i));
}

static void test_every_example_of_v_help_works(void)
{
	g_autofree char *path = make_database("help.db");
	g_autoptr(RcuSimDatabase) database = rcusim_database_open(path, NULL);
	g_autoptr(RcuSimQuery) help = rcusim_query_new(database, "help", NULL);
	int n = 0;

	while (rcusim_query_next(help, NULL)) {
		count_rows(database, rcusim_query_text(help, 1));
		n++;
	}
	g_assert_cmpint(n, >, 10);
}

static void test_parameters_are_spelled_as_set_takes_them(void)
{
	g_autofree char *path = make_database("params.db");

	g_assert_cmpint(ask(path, "select value from v_params where parameter = 'rcu.blimit'"), ==,
			10);
	g_assert_cmpint(ask(path, "select count(*) from v_params where parameter = 'workload.w.n'"
				  " and value = 'true'"),
			==, 1);
}

static void test_percentiles_are_those_of_the_histogram(void)
{
	g_autofree char *path = make_database("latency.db");
	struct run_record *record = make_record();
	const struct hist *hist =
		&g_array_index(record->histograms, struct record_histogram, 0).hist;
	static const struct {
		const char *column;
		int permyriad;
	} columns[] = { { "p50_ns", 5000 },  { "p90_ns", 9000 }, { "p99_ns", 9900 },
			{ "p999_ns", 9990 }, { "min_ns", 0 },    { "max_ns", 10000 } };

	for (size_t i = 0; i < G_N_ELEMENTS(columns); i++) {
		g_autofree char *sql =
			g_strdup_printf("select %s from v_latency where what = 'exit_latency_ns'",
					columns[i].column);

		g_assert_cmpint(ask(path, sql), ==, hist_percentile(hist, columns[i].permyriad));
	}
	run_record_free(record);
}

static void test_names_are_data(void)
{
	g_autofree char *path = path_of("names.db");
	g_autoptr(RcuSimDatabase) database =
		rcusim_database_create(path, RCUSIM_DATABASE_NEW, NULL);
	struct run_identity id = identity;

	id.label = "\"x\"'); DROP TABLE run;-- \x1b[31m %s%n";
	id.scenario_name = "=cmd()";
	g_free(write_run(database, &id));
	rcusim_database_finish(database, NULL);
	{
		g_autoptr(RcuSimDatabase) reader = rcusim_database_open(path, NULL);
		g_autoptr(RcuSimQuery) query = rcusim_query_new(reader, "compare", NULL);

		g_assert_cmpint(rcusim_query_n_columns(query), ==, 3);
		g_assert_cmpstr(rcusim_query_column(query, 2), ==, id.label);
	}
	g_assert_cmpint(ask(path, "select count(*) from run"), ==, 1);
}

static void remove_all(const char *path)
{
	GDir *entries = g_dir_open(path, 0, NULL);
	const char *name;

	while ((name = g_dir_read_name(entries)) != NULL) {
		g_autofree char *entry = g_build_filename(path, name, NULL);

		g_unlink(entry);
	}
	g_dir_close(entries);
	g_rmdir(path);
}

#define TEST(path, function) g_test_add_func("/record/" path, function)

int main(int argc, char **argv)
{
	int status;

	g_test_init(&argc, &argv, NULL);
	dir = g_dir_make_tmp("rcusim-record-XXXXXX", NULL);
	TEST("write/a-file-appears-with-its-first-run", test_a_file_appears_with_its_first_run);
	TEST("write/without-a-run-there-is-no-file", test_without_a_run_there_is_no_file);
	TEST("write/every-row-is-stored", test_every_row_is_stored);
	TEST("write/finish-leaves-one-file", test_finish_leaves_one_file);
	TEST("write/an-existing-file-is-replaced-only-on-demand",
	     test_an_existing_file_is_replaced_only_on_demand);
	TEST("write/a-foreign-file-is-never-replaced", test_a_foreign_file_is_never_replaced);
	TEST("write/runs-are-appended", test_runs_are_appended);
	TEST("write/a-leftover-is-used-again", test_a_leftover_is_used_again);
	TEST("write/a-stale-journal-does-not-enter",
	     test_a_stale_journal_does_not_enter_a_new_database);
	TEST("write/one-writer-at-a-time", test_one_writer_at_a_time);
	TEST("write/a-file-that-appears-meanwhile-is-kept",
	     test_a_file_that_appears_meanwhile_is_kept);
	TEST("write/a-file-that-goes-away-is-noticed", test_a_file_that_goes_away_is_noticed);
	TEST("write/a-path-is-never-a-uri", test_a_path_is_never_a_uri);
	TEST("write/a-link-is-followed", test_a_link_is_followed);
	TEST("write/a-long-path-works-or-is-refused", test_a_long_path_works_or_is_refused);
	TEST("write/a-reader-does-not-stop-a-writer", test_a_reader_does_not_stop_a_writer);
	TEST("hash/equal-runs-have-equal-hashes", test_equal_runs_have_equal_hashes);
	TEST("hash/what-was-run-counts", test_what_was_run_counts);
	TEST("hash/every-column-counts", test_every_column_counts);
	TEST("hash/mode-and-provenance-do-not-count", test_mode_and_provenance_do_not_count);
	TEST("hash/is-recorded", test_the_hash_is_recorded);
	TEST("open/what-is-no-database-is-refused", test_what_is_no_database_is_refused);
	TEST("open/a-changed-schema-is-refused", test_a_changed_schema_is_refused);
	TEST("open/damage-is-noticed", test_damage_is_noticed);
	TEST("open/a-run-without-its-scenario-is-damage",
	     test_a_run_without_its_scenario_is_damage);
	TEST("query/sql-only-reads", test_sql_only_reads);
	TEST("query/every-named-query-answers", test_every_named_query_answers);
	TEST("query/every-example-of-v_help-works", test_every_example_of_v_help_works);
	TEST("query/parameters-are-spelled-as-set-takes-them",
	     test_parameters_are_spelled_as_set_takes_them);
	TEST("query/percentiles-are-those-of-the-histogram",
	     test_percentiles_are_those_of_the_histogram);
	TEST("query/names-are-data", test_names_are_data);
	status = g_test_run();
	remove_all(dir);
	g_free(dir);
	return status;
}
