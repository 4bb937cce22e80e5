#include "record/event_log.h"

#include "record/database.h"

struct event_log *event_log_new(int n_cpus)
{
	struct event_log *log = g_new0(struct event_log, 1);

	log->n_cpus = n_cpus;
	log->events = g_array_new(false, true, sizeof(struct record_event));
	log->strings = g_string_chunk_new(64 * 1024);
	return log;
}

void event_log_free(struct event_log *log)
{
	if (log == NULL)
		return;
	g_array_unref(log->events);
	g_string_chunk_free(log->strings);
	g_free(log);
}

void event_log_add(struct event_log *log, const struct record_event *event)
{
	struct record_event copy = *event;

	if (log->events->len == RECORD_MAX_EVENTS) {
		log->n_lost++;
		return;
	}
	copy.comm = g_string_chunk_insert_const(log->strings, event->comm);
	copy.flags = g_string_chunk_insert_const(log->strings, event->flags);
	copy.event = g_string_chunk_insert_const(log->strings, event->event);
	copy.body = g_string_chunk_insert(log->strings, event->body);
	g_array_append_val(log->events, copy);
}

static bool load_events(struct event_log *log, const struct sql *sql, int64_t run, GError **error)
{
	g_autoptr(sqlite3_stmt) stmt = sql_prepare(sql, "list-events", error);
	const struct sql_value key = sql_int(run);
	int row;

	if (stmt == NULL || !sql_bind(sql, stmt, &key, 1, error))
		return false;
	while ((row = sql_step(sql, stmt, error)) > 0)
		event_log_add(log, &(struct record_event){
					   .t_ns = sqlite3_column_int64(stmt, 0),
					   .cpu = sqlite3_column_int64(stmt, 1),
					   .comm = (const char *)sqlite3_column_text(stmt, 2),
					   .pid = sqlite3_column_int64(stmt, 3),
					   .flags = (const char *)sqlite3_column_text(stmt, 4),
					   .event = (const char *)sqlite3_column_text(stmt, 5),
					   .body = (const char *)sqlite3_column_text(stmt, 6) });
	return row == 0;
}

struct event_log *event_log_load(RcuSimDatabase *database, int64_t run, GError **error)
{
	const struct sql *sql = &database->sql;
	int64_t n_events = 0, n_cpus = 0, n_lost = 0;
	struct event_log *log;

	if (!database_ensure_open(database, error) ||
	    (run == 0 && !sql_lookup(sql, "first-traced-run", NULL, 0, &run, error)))
		return NULL;
	const struct sql_value key = sql_int(run);

	if (!sql_lookup(sql, "count-events", &key, 1, &n_events, error) ||
	    !sql_lookup(sql, "count-lost-events", &key, 1, &n_lost, error) ||
	    !sql_lookup(sql, "count-cpus", &key, 1, &n_cpus, error))
		return NULL;
	if (n_events == 0) {
		g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_INVALID,
			    "%s: holds no trace events%s; rcusim run --trace keeps them",
			    rcusim_database_path(database), run == 0 ? "" : " of that run");
		return NULL;
	}
	log = event_log_new((int)n_cpus);
	if (!load_events(log, sql, run, error)) {
		event_log_free(log);
		return NULL;
	}
	log->n_lost = n_lost;
	return log;
}
