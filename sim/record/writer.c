/* writer.c - one run into the tables, in one transaction; its row of "run" comes last. */
#include <stdlib.h>
#include <string.h>

#include "record/database.h"

/* An insert that is executed for many rows of one run. */
struct insert {
	const struct sql *sql;
	sqlite3_stmt *stmt;
};

#define ROW(...)                                   \
	(const struct sql_value[]){ __VA_ARGS__ }, \
		sizeof((const struct sql_value[]){ __VA_ARGS__ }) / sizeof(struct sql_value)

typedef bool write_table(const struct insert *into, int64_t run, const struct run_record *record,
			 GError **error);

static bool put(const struct insert *into, const struct sql_value *values, size_t n, GError **error)
{
	return sql_insert(into->sql, into->stmt, values, n, error);
}

static bool write_metrics(const struct insert *into, int64_t run, const struct run_record *record,
			  GError **error)
{
	for (guint i = 0; i < record->metrics->len; i++) {
		const struct record_metric *m =
			&g_array_index(record->metrics, struct record_metric, i);

		if (!put(into,
			 ROW(sql_int(run), sql_text(m->name), sql_int(i), sql_text(m->unit),
			     sql_int(m->value)),
			 error))
			return false;
	}
	return true;
}

/* @value in decimal into @text; @return where it starts. */
static const char *format_uint128(unsigned __int128 value, char text[static 40])
{
	char *p = text + 39;

	*p = '\0';
	do {
		*--p = (char)('0' + (int)(value % 10));
		value /= 10;
	} while (value > 0);
	return p;
}

static bool write_histograms(const struct insert *into, int64_t run,
			     const struct run_record *record, GError **error)
{
	for (guint i = 0; i < record->histograms->len; i++) {
		const struct record_histogram *h =
			&g_array_index(record->histograms, struct record_histogram, i);
		const bool is_empty = h->hist.n == 0;
		char sum[40];

		if (!put(into,
			 ROW(sql_int(run), sql_text(h->name), sql_text(h->unit),
			     sql_int((int64_t)h->hist.n), sql_int_or_null(h->hist.min, is_empty),
			     sql_int_or_null(h->hist.max, is_empty),
			     sql_text(format_uint128(h->hist.sum, sum))),
			 error))
			return false;
	}
	return true;
}

static bool write_buckets(const struct insert *into, int64_t run, const struct run_record *record,
			  GError **error)
{
	for (guint i = 0; i < record->histograms->len; i++) {
		const struct record_histogram *h =
			&g_array_index(record->histograms, struct record_histogram, i);

		for (int b = 0; b < h->hist.n_buckets; b++) {
			if (h->hist.counts[b] == 0)
				continue;
			if (!put(into,
				 ROW(sql_int(run), sql_text(h->name), sql_int(hist_bucket_low(b)),
				     sql_int(hist_bucket_high(b)),
				     sql_int((int64_t)h->hist.counts[b])),
				 error))
				return false;
		}
	}
	return true;
}

static bool write_grace_periods(const struct insert *into, int64_t run,
				const struct run_record *record, GError **error)
{
	for (guint i = 0; i < record->grace_periods->len; i++) {
		const struct record_grace_period *gp =
			&g_array_index(record->grace_periods, struct record_grace_period, i);

		if (!put(into,
			 ROW(sql_int(run), sql_int(gp->gp_seq), sql_int(gp->start_ns),
			     sql_int_or_null(gp->end_ns, gp->end_ns < 0), sql_int(gp->n_fqs_scans),
			     sql_int(gp->n_callbacks)),
			 error))
			return false;
	}
	return true;
}

static bool write_batches(const struct insert *into, int64_t run, const struct run_record *record,
			  GError **error)
{
	for (guint i = 0; i < record->batches->len; i++) {
		const struct record_batch *b =
			&g_array_index(record->batches, struct record_batch, i);

		if (!put(into,
			 ROW(sql_int(run), sql_int(b->cpu), sql_int(b->seq), sql_int(b->n_batches),
			     sql_text(b->context), sql_int(b->start_ns), sql_int(b->stride_ns),
			     sql_int(b->n_callbacks), sql_int(b->n_objects), sql_int(b->blimit)),
			 error))
			return false;
	}
	return true;
}

static bool write_cpus(const struct insert *into, int64_t run, const struct run_record *record,
		       GError **error)
{
	for (guint i = 0; i < record->cpus->len; i++) {
		const struct record_cpu *c = &g_array_index(record->cpus, struct record_cpu, i);

		if (!put(into,
			 ROW(sql_int(run), sql_int(c->cpu), sql_int(c->offloaded),
			     sql_int(c->idle_ns), sql_int(c->user_ns), sql_int(c->kernel_ns),
			     sql_int(c->softirq_ns), sql_int(c->hardirq_ns), sql_int(c->ticks),
			     sql_int(c->context_switches)),
			 error))
			return false;
	}
	return true;
}

static bool write_tasks(const struct insert *into, int64_t run, const struct run_record *record,
			GError **error)
{
	for (guint i = 0; i < record->tasks->len; i++) {
		const struct record_task *t = &g_array_index(record->tasks, struct record_task, i);

		if (!put(into,
			 ROW(sql_int(run), sql_int(t->id), sql_text(t->name), sql_text(t->kind),
			     sql_int(t->cpu_ns), sql_int(t->lock_wait_ns), sql_int(t->wakeups),
			     sql_int(t->context_switches)),
			 error))
			return false;
	}
	return true;
}

static bool write_samples(const struct insert *into, int64_t run, const struct run_record *record,
			  GError **error)
{
	for (guint i = 0; i < record->samples->len; i++) {
		const struct record_sample *s =
			&g_array_index(record->samples, struct record_sample, i);

		if (!put(into,
			 ROW(sql_int(run), sql_int(s->t_ns), sql_int(s->unfreed_objects),
			     sql_int(s->unfreed_bytes), sql_int(s->callbacks)),
			 error))
			return false;
	}
	return true;
}

static bool write_violations(const struct insert *into, int64_t run,
			     const struct run_record *record, GError **error)
{
	for (guint i = 0; i < record->violations->len; i++) {
		const struct record_violation *v =
			&g_array_index(record->violations, struct record_violation, i);

		if (!put(into,
			 ROW(sql_int(run), sql_int(v->seq), sql_int(v->t_ns), sql_int(v->freed_ns),
			     sql_int(v->reader_start_ns), sql_int(v->reader_end_ns),
			     sql_text(v->what)),
			 error))
			return false;
	}
	return true;
}

static bool write_events(const struct insert *into, int64_t run, const struct run_record *record,
			 GError **error)
{
	for (guint i = 0; record->trace != NULL && i < record->trace->events->len; i++) {
		const struct record_event *e =
			&g_array_index(record->trace->events, struct record_event, i);

		if (!put(into,
			 ROW(sql_int(run), sql_int(i), sql_int(e->t_ns), sql_int(e->cpu),
			     sql_text(e->comm), sql_int(e->pid), sql_text(e->flags),
			     sql_text(e->event), sql_text(e->body)),
			 error))
			return false;
	}
	return true;
}

static bool write_provenance(const struct sql *sql, int64_t run, const char *const *provenance,
			     GError **error)
{
	g_autoptr(sqlite3_stmt) stmt = sql_prepare(sql, "insert-provenance", error);
	const struct insert into = { sql, stmt };

	if (stmt == NULL)
		return false;
	for (int i = 0; provenance != NULL && provenance[i] != NULL; i++) {
		const char *equals = strchr(provenance[i], '=');
		g_autofree char *key = NULL;

		g_assert(equals != NULL);
		key = g_strndup(provenance[i], (gsize)(equals - provenance[i]));
		if (!put(&into, ROW(sql_int(run), sql_text(key), sql_text(equals + 1)), error))
			return false;
	}
	return true;
}

static const struct {
	const char *insert;
	write_table *write;
} tables[] = {
	{ "insert-metric", write_metrics },
	{ "insert-histogram", write_histograms },
	{ "insert-histogram_bucket", write_buckets },
	{ "insert-grace_period", write_grace_periods },
	{ "insert-batch", write_batches },
	{ "insert-cpu", write_cpus },
	{ "insert-task", write_tasks },
	{ "insert-sample", write_samples },
	{ "insert-violation", write_violations },
	{ "insert-event", write_events },
};

static bool write_tables(const struct sql *sql, int64_t run, const struct run_record *record,
			 GError **error)
{
	for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
		g_autoptr(sqlite3_stmt) stmt = sql_prepare(sql, tables[i].insert, error);
		const struct insert into = { sql, stmt };

		if (stmt == NULL || !tables[i].write(&into, run, record, error))
			return false;
	}
	return true;
}

static bool insert_named(const struct sql *sql, const char *name, const struct sql_value *values,
			 size_t n, GError **error)
{
	g_autoptr(sqlite3_stmt) stmt = sql_prepare(sql, name, error);

	return stmt != NULL && sql_insert(sql, stmt, values, n, error);
}

/* Number of the scenario's row, which is made if there is none. */
static bool write_scenario(const struct sql *sql, const struct run_identity *id,
			   int64_t *ret_scenario, GError **error)
{
	if (!sql_lookup(sql, "find-scenario",
			ROW(sql_text(id->scenario_hash), sql_text(id->scenario_name),
			    sql_text(id->question), sql_text(id->text), sql_text(id->resolved)),
			ret_scenario, error))
		return false;
	if (*ret_scenario != 0)
		return true;
	return sql_lookup(sql, "next-scenario", NULL, 0, ret_scenario, error) &&
	       insert_named(sql, "insert-scenario",
			    ROW(sql_int(*ret_scenario), sql_text(id->scenario_hash),
				sql_text(id->scenario_name), sql_text(id->question),
				sql_text(id->text), sql_text(id->resolved)),
			    error);
}

static void format_seed(uint64_t seed, char text[static 24])
{
	g_snprintf(text, 24, "%" G_GUINT64_FORMAT, seed);
}

bool database_find_run(RcuSimDatabase *database, const struct run_identity *id, int64_t *ret_run,
		       GError **error)
{
	char seed[24];

	format_seed(id->seed, seed);
	return database_ensure_open(database, error) &&
	       sql_lookup(&database->sql, "find-run",
			  ROW(sql_text(id->scenario_hash), sql_text(id->label),
			      sql_text(id->policy), sql_text(id->params), sql_text(seed)),
			  ret_run, error);
}

static bool refuse_repetition(RcuSimDatabase *database, const struct run_identity *id,
			      GError **error)
{
	int64_t run;

	if (!database_find_run(database, id, &run, error))
		return false;
	if (run == 0)
		return true;
	g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_SYSTEM,
		    "%s: holds this run already: %s, policy %s, seed %" G_GUINT64_FORMAT
		    " is run %" G_GINT64_FORMAT,
		    database->file.name, id->scenario_name, id->label, id->seed, run);
	return false;
}

static bool write_all(RcuSimDatabase *database, const struct run_identity *id,
		      const struct run_record *record, const char *const *provenance,
		      char **ret_hash, GError **error)
{
	const struct sql *sql = &database->sql;
	g_autofree char *hash = NULL;
	int64_t run, scenario;
	char seed[24];

	format_seed(id->seed, seed);
	if (!refuse_repetition(database, id, error) || !write_scenario(sql, id, &scenario, error) ||
	    !sql_lookup(sql, "next-run", NULL, 0, &run, error) ||
	    !write_tables(sql, run, record, error) ||
	    !write_provenance(sql, run, provenance, error))
		return false;
	hash = record_hash_run(sql, run, id->scenario_hash, id->policy, id->params, seed, error);
	if (hash == NULL)
		return false;
	if (!insert_named(sql, "insert-run",
			  ROW(sql_int(run), sql_int(scenario), sql_text(id->scenario_hash),
			      sql_text(id->label), sql_text(id->policy), sql_text(id->params),
			      sql_text(seed), sql_int(id->duration_ns), sql_text(hash)),
			  error))
		return false;
	if (ret_hash != NULL)
		*ret_hash = g_steal_pointer(&hash);
	return true;
}

/* A file that was deleted or replaced under us would swallow the run. */
static bool check_place(RcuSimDatabase *database, GError **error)
{
	int has_moved = 0;

	if (database->is_partial)
		return true;
	sqlite3_file_control(database->sql.db, "main", SQLITE_FCNTL_HAS_MOVED, &has_moved);
	if (!has_moved)
		return true;
	g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_SYSTEM,
		    "%s: was deleted, renamed or replaced meanwhile", database->file.name);
	return false;
}

bool database_write_run(RcuSimDatabase *database, const struct run_identity *identity,
			const struct run_record *record, const char *const *provenance,
			char **ret_hash, GError **error)
{
	const struct sql *sql = &database->sql;
	g_autofree char *hash = NULL;

	if (!database_ensure_open(database, error) || !check_place(database, error) ||
	    !sql_exec(sql, "BEGIN IMMEDIATE", error))
		return false;
	if (!write_all(database, identity, record, provenance, &hash, error) ||
	    !check_place(database, error) || !sql_exec(sql, "COMMIT", error)) {
		sqlite3_exec(sql->db, "ROLLBACK", NULL, NULL, NULL);
		return false;
	}
	if (!database_publish(database, error))
		return false;
	if (ret_hash != NULL)
		*ret_hash = g_steal_pointer(&hash);
	return true;
}
