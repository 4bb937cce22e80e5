/*
 * lab_row.c - runs.csv: what the bench printed, and the parameters of the scenario that does the same.
 */
#include "study/lab_row.h"

#include <inttypes.h>
#include <string.h>

#include <rcusim/error.h>

#include "base/decimal.h"
#include "base/units.h"
#include "trace/input.h"

/* Ticks before the one that the start phases count from; the machine is idle until then. */
#define N_IDLE_TICKS 5
/* Objects between two looks of the bench at what is pending. */
#define LOOK_EVERY 64
/* After the last object is handed over everything is freed within so many ticks, as far as anyone has seen. */
#define N_LAST_TICKS 40

/* --- columns --- */

enum column_type { COLUMN_TEXT, COLUMN_INTEGER };

#define MAX_COUNT INT64_C(1000000000)

static const struct column {
	const char *name;
	enum column_type type;
	size_t offset;
	int64_t min, max; /* of an integer that a scenario gets */
	bool of_trace;    /* of traces.csv only */
} columns[] = {
#define TEXT(column, field)                                                       \
	{                                                                         \
		column, COLUMN_TEXT, offsetof(struct lab_row, field), 0, 0, false \
	}
#define NUMBER(column, field, min, max)                                                  \
	{                                                                                \
		column, COLUMN_INTEGER, offsetof(struct lab_row, field), min, max, false \
	}
#define MEASURED(column, field) NUMBER(column, field, INT64_MIN, INT64_MAX)
	TEXT("set", set),
	TEXT("mode", mode),
	TEXT("tag", tag),
	TEXT("policy", policy),
	NUMBER("vcpus", vcpus, 1, 1024),
	NUMBER("hz", hz, 24, 10000),
	NUMBER("n", n, 0, MAX_COUNT),
	NUMBER("b", b, 0, MAX_COUNT),
	NUMBER("threads", threads, 1, 1024),
	NUMBER("phase_us", phase_us, 0, MAX_COUNT),
	NUMBER("delay_ns", ndelay_ns, 0, NSEC_PER_SEC),
	NUMBER("sleep_us", usleep_us, 0, MAX_COUNT),
	NUMBER("reader_ms", reader_ms, 0, MAX_COUNT),
	NUMBER("lat", lat, 0, 1),
	MEASURED("loop_max_ns", loop_ns),
	MEASURED("first_cb_ns", first_cb_ns),
	MEASURED("total_ns", total_ns),
	MEASURED("after_loop_ns", after_loop_ns),
	MEASURED("peak_pending", peak),
	MEASURED("n_callbacks", n_callbacks),
	MEASURED("gp_count", gp_count),
	{ "trace", COLUMN_TEXT, offsetof(struct lab_row, trace), 0, 0, true },
	{ "reader_section", COLUMN_TEXT, offsetof(struct lab_row, reader_section), 0, 0, true },
	{ "reader_lead_us", COLUMN_INTEGER, offsetof(struct lab_row, reader_lead_us), 0, MAX_COUNT,
	  true },
	{ "trace_event_ns", COLUMN_INTEGER, offsetof(struct lab_row, trace_event_ns), 0, MAX_COUNT,
	  true },
#undef TEXT
#undef NUMBER
#undef MEASURED
};

/* Place of each column in a line. */
struct heading {
	int at[G_N_ELEMENTS(columns)];
	guint n;
};

static bool heading_parse(const struct trace_line *line, bool of_traces, struct heading *ret)
{
	g_auto(GStrv) names = g_strsplit(line->text, ",", -1);

	ret->n = g_strv_length(names);
	for (size_t i = 0; i < G_N_ELEMENTS(columns); i++) {
		ret->at[i] = -1;
		for (guint k = 0; k < ret->n; k++)
			if (strcmp(names[k], columns[i].name) == 0)
				ret->at[i] = (int)k;
		if (ret->at[i] < 0 && (of_traces || !columns[i].of_trace))
			return trace_line_fault(line, NULL, "the heading has no column \"%s\"",
						columns[i].name);
	}
	return true;
}

/*
 * A number beyond the range is a difference that wrapped: the bench read the end of its loop before the loop had
 * written it. It is no measurement.
 */
static bool integer_parse(const char *text, int64_t *ret)
{
	const enum decimal_verdict verdict = decimal_int64(text, ret);

	if (verdict == DECIMAL_TOO_LARGE)
		*ret = -1;
	return verdict == DECIMAL_EXACT || verdict == DECIMAL_TOO_LARGE;
}

static bool is_in_range(const struct column *column, int64_t value)
{
	return value >= column->min && value <= column->max;
}

static void row_clear(void *data)
{
	struct lab_row *row = data;

	g_free(row->id);
	g_free(row->set);
	g_free(row->mode);
	g_free(row->tag);
	g_free(row->policy);
	g_free(row->trace);
	g_free(row->reader_section);
}

static bool row_parse(const struct trace_line *line, const struct heading *heading,
		      struct lab_row *row)
{
	g_auto(GStrv) cells = g_strsplit(line->text, ",", -1);

	*row = (struct lab_row){ 0 };
	if (g_strv_length(cells) != heading->n)
		return trace_line_fault(line, NULL, "%u cells; the heading has %u",
					g_strv_length(cells), heading->n);
	for (size_t i = 0; i < G_N_ELEMENTS(columns); i++) {
		void *into = (char *)row + columns[i].offset;
		const char *cell = heading->at[i] < 0 ? NULL : cells[heading->at[i]];

		if (cell == NULL)
			continue;
		if (columns[i].type == COLUMN_TEXT)
			*(char **)into = g_strdup(cell);
		else if (!integer_parse(cell, into))
			return trace_line_fault(line, NULL, "column %s: \"%s\" is no integer",
						columns[i].name, cell);
		else if (!is_in_range(&columns[i], *(int64_t *)into))
			return trace_line_fault(
				line, NULL, "column %s: %s; accepted: %" PRId64 " ... %" PRId64,
				columns[i].name, cell, columns[i].min, columns[i].max);
	}
	if (row->loop_ns < 0)
		row->after_loop_ns = -1;
	return true;
}

static int64_t number_in_set(GHashTable *counts, const char *set)
{
	const int64_t n = GPOINTER_TO_INT(g_hash_table_lookup(counts, set)) + 1;

	g_hash_table_insert(counts, g_strdup(set), GINT_TO_POINTER((int)n));
	return n;
}

/* Appends the rows of @input to @rows. */
static void rows_parse(struct trace_input *input, bool of_traces, GArray *rows, struct diag *diag,
		       GError **error)
{
	g_autoptr(GHashTable) counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	struct heading heading = { .n = 0 };
	struct trace_line line;

	while (diag_n(diag) == 0 && trace_input_next(input, diag, &line, error)) {
		struct lab_row row;

		if (line.text[0] == '\0' || line.text[0] == '#')
			continue;
		if (heading.n == 0) {
			heading_parse(&line, of_traces, &heading);
			continue;
		}
		if (row_parse(&line, &heading, &row))
			row.id = g_strdup_printf("%s/%" PRId64, row.set,
						 number_in_set(counts, row.set));
		g_array_append_val(rows, row);
	}
}

static struct trace_input *rows_open(const char *dir, GError **error)
{
	static const char *const names[] = { "runs.csv", "runs.csv.gz" };

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_build_filename(dir, "data", names[i], NULL);

		if (i + 1 == G_N_ELEMENTS(names) || g_file_test(path, G_FILE_TEST_EXISTS))
			return trace_input_open(path, error);
	}
	return NULL;
}

/* @input is freed; NULL: it could not be opened. */
static bool rows_read(struct trace_input *input, bool of_traces, GArray *rows, struct diag *diag,
		      GError **error)
{
	GError *failed = NULL;

	if (input == NULL)
		return false;
	rows_parse(input, of_traces, rows, diag, &failed);
	trace_input_free(input);
	if (failed == NULL)
		return true;
	g_propagate_error(error, failed);
	return false;
}

static bool traces_read(const char *dir, GArray *rows, struct diag *diag, GError **error)
{
	g_autofree char *path = g_build_filename(dir, "data", "traces.csv", NULL);

	return !g_file_test(path, G_FILE_TEST_EXISTS) ||
	       rows_read(trace_input_open(path, error), true, rows, diag, error);
}

GArray *lab_rows_read(const char *dir, GError **error)
{
	g_autoptr(GArray) rows = g_array_new(false, true, sizeof(struct lab_row));
	struct diag *diag = diag_new();
	bool good;

	g_array_set_clear_func(rows, row_clear);
	good = rows_read(rows_open(dir, error), false, rows, diag, error) &&
	       (diag_n(diag) > 0 || traces_read(dir, rows, diag, error)) &&
	       (diag_n(diag) > 0 || lab_curves_read(dir, rows, diag, error));
	if (good && diag_n(diag) > 0) {
		diag_to_error(diag, RCUSIM_ERROR_INVALID, error);
		good = false;
	}
	diag_free(diag);
	return good ? g_steal_pointer(&rows) : NULL;
}

/* --- what of a scenario a row sets --- */

/* The bench's policies as methods of free-loop. */
static const char *const methods[][2] = {
	{ "per_vma", "per-object" }, { "batch", "batch" }, { "whole_list", "whole-list" },
	{ "direct", "direct" },      { "srcu", "srcu" },   { "kfree_rcu", "kfree-rcu" },
	{ "hurry", "hurry" },
};

static const char *method_of(const struct lab_row *row)
{
	for (size_t i = 0; i < G_N_ELEMENTS(methods); i++)
		if (strcmp(methods[i][0], row->policy) == 0)
			return methods[i][1];
	return NULL;
}

bool lab_row_is_direct(const struct lab_row *row)
{
	return strcmp(row->policy, "direct") == 0;
}

bool lab_row_has_barrier(const struct lab_row *row)
{
	return strcmp(row->policy, "kfree_rcu") == 0;
}

char *lab_row_trace_path(const char *dir, const struct lab_row *row)
{
	g_autofree char *name = g_strconcat(row->trace, ".trace.gz", NULL);

	return g_build_filename(dir, "data", "traces", row->set, name, NULL);
}

const char *lab_row_why_not(const struct lab_row *row)
{
	if (row->n == 0)
		return "nothing is freed";
	return method_of(row) == NULL ? "no method of free-loop does this" : NULL;
}

int64_t lab_row_tick_ns(const struct lab_row *row)
{
	return NSEC_PER_SEC / row->hz;
}

int64_t lab_row_start_ns(const struct lab_row *row)
{
	return N_IDLE_TICKS * lab_row_tick_ns(row) + row->phase_us * NSEC_PER_USEC;
}

/* Long enough for the loop and what it leaves, by its parameters alone. */
static int64_t duration_ns(const struct lab_row *row)
{
	const int64_t each_ns = 1000 + row->ndelay_ns * 5 / 4 + row->usleep_us * 1100 +
				(row->usleep_us > 0 ? 20000 : 0);

	return lab_row_start_ns(row) + N_LAST_TICKS * lab_row_tick_ns(row) +
	       row->threads * row->n * each_ns;
}

static void add(GStrvBuilder *sets, const char *path, const char *format, ...) G_GNUC_PRINTF(3, 4);

static void add(GStrvBuilder *sets, const char *path, const char *format, ...)
{
	g_autofree char *value = NULL;
	g_autofree char *set = NULL;
	va_list args;

	va_start(args, format);
	value = g_strdup_vprintf(format, args);
	va_end(args);
	set = g_strconcat(path, "=", value, NULL);
	g_strv_builder_add(sets, set);
}

/* What a traced run has besides its loop. */
static void add_traced(GStrvBuilder *sets, const struct lab_row *row)
{
	add(sets, "costs_ns.trace_event", "%" PRId64, row->trace_event_ns);
	if (row->reader_lead_us == 0)
		return;
	add(sets, "workload.reader.count", "1");
	add(sets, "workload.reader.section", "%s", row->reader_section);
	add(sets, "workload.reader.run", "%" PRId64 "ms", row->reader_ms);
	add(sets, "workload.reader.arrive.from", "%" PRId64 "ns",
	    lab_row_start_ns(row) - row->reader_lead_us * NSEC_PER_USEC);
}

char **lab_row_sets(const struct lab_row *row)
{
	g_autoptr(GStrvBuilder) sets = g_strv_builder_new();

	add(sets, "duration", "%" PRId64 "ns", duration_ns(row));
	add(sets, "workload.loop.method", "%s", method_of(row));
	add(sets, "workload.loop.objects", "%" PRId64, row->n);
	if (row->b > 0)
		add(sets, "workload.loop.batch", "%" PRId64, row->b);
	add(sets, "workload.loop.count", "%" PRId64, row->threads);
	add(sets, "workload.loop.cpus", "0-%" PRId64, MIN(row->threads, row->vcpus) - 1);
	add(sets, "workload.loop.arrive.from", "%" PRId64 "ns", lab_row_start_ns(row));
	add(sets, "workload.loop.look_every", "%d", LOOK_EVERY);
	if (row->lat != 0)
		add(sets, "workload.loop.timestamps", "true");
	if (g_str_has_prefix(row->tag, "c_")) /* the curves */
		add(sets, "workload.loop.samples", "true");
	if (lab_row_has_barrier(row))
		add(sets, "workload.loop.barrier", "true");
	if (row->ndelay_ns > 0)
		add(sets, "workload.loop.ndelay", "%" PRId64 "ns", row->ndelay_ns);
	if (row->usleep_us > 0)
		add(sets, "workload.loop.usleep", "%" PRId64 "us", row->usleep_us);
	if (row->trace != NULL)
		add_traced(sets, row);
	return g_strv_builder_end(sets);
}
