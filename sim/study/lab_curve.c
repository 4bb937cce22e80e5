/*
 * lab_curve.c - free curves: when a tenth, half and nine tenths of a run's objects had been freed.
 *
 * A set's results, data/SET/results.csv or .csv.gz, have lines "SMP,tag,thread,kind,count,ns" of runs that sampled; kind 1
 * counts freed objects. The first sample that reaches a share is the curve's point, with the count that it has.
 */
#include <string.h>

#include "base/decimal.h"
#include "study/lab_row.h"
#include "trace/input.h"

static const int percents[LAB_N_CURVE_POINTS] = { 10, 50, 90 };

enum { SMP_NAME, SMP_TAG, SMP_THREAD, SMP_KIND, SMP_COUNT, SMP_NS, SMP_N_CELLS };

/* The rows of @set that have curves, by tag: one thread each. */
static GHashTable *rows_by_tag(GArray *rows, const char *set)
{
	GHashTable *by_tag = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < rows->len; i++) {
		struct lab_row *row = &g_array_index(rows, struct lab_row, i);

		if (strcmp(row->set, set) == 0 && row->threads == 1)
			g_hash_table_insert(by_tag, row->tag, row);
	}
	return by_tag;
}

static void take_sample(struct lab_row *row, int64_t count, int64_t ns)
{
	for (int k = 0; k < LAB_N_CURVE_POINTS; k++)
		if (row->curve[k].count == 0 && count * 100 >= row->n * percents[k])
			row->curve[k] = (struct lab_curve_point){ .count = count, .ns = ns };
}

static void take_line(GHashTable *by_tag, const struct trace_line *line)
{
	g_auto(GStrv) cells = g_strsplit(line->text, ",", -1);
	struct lab_row *row;
	int64_t count, ns;

	if (g_strv_length(cells) != SMP_N_CELLS || strcmp(cells[SMP_KIND], "1") != 0)
		return;
	row = g_hash_table_lookup(by_tag, cells[SMP_TAG]);
	if (row == NULL)
		return;
	if (decimal_int64(cells[SMP_COUNT], &count) != DECIMAL_EXACT ||
	    decimal_int64(cells[SMP_NS], &ns) != DECIMAL_EXACT)
		trace_line_fault(line, NULL, "\"%s\" has no count and time", line->text);
	else
		take_sample(row, count, ns);
}

static bool read_set(const char *path, GArray *rows, const char *set, struct diag *diag,
		     GError **error)
{
	g_autoptr(GHashTable) by_tag = rows_by_tag(rows, set);
	struct trace_input *input = trace_input_open(path, error);
	GError *failed = NULL;
	struct trace_line line;

	if (input == NULL)
		return false;
	while (trace_input_next(input, diag, &line, &failed))
		if (g_str_has_prefix(line.text, "SMP,"))
			take_line(by_tag, &line);
	trace_input_free(input);
	if (failed != NULL)
		g_propagate_error(error, failed);
	return failed == NULL;
}

bool lab_curves_read(const char *dir, GArray *rows, struct diag *diag, GError **error)
{
	static const char *const names[] = { "results.csv", "results.csv.gz" };
	const char *last = "";

	for (guint i = 0; i < rows->len; i++) {
		const char *set = g_array_index(rows, struct lab_row, i).set;

		if (strcmp(set, last) == 0)
			continue;
		last = set;
		for (size_t k = 0; k < G_N_ELEMENTS(names); k++) {
			g_autofree char *path = g_build_filename(dir, "data", set, names[k], NULL);

			if (g_file_test(path, G_FILE_TEST_EXISTS) &&
			    !read_set(path, rows, set, diag, error))
				return false;
		}
	}
	return true;
}
