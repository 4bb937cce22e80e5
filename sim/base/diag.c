#include "base/diag.h"

#include <stdarg.h>
#include <string.h>

#include "base/assert.h"

#define MAX_QUOTED 60

struct problem {
	char *file;
	int file_order; /* place of @file among the files, by first problem */
	int line, col;
	int order;
	char *text; /* path and message */
};

struct diag {
	GPtrArray *problems; /* struct problem: the first DIAG_MAX_SHOWN, in order */
	int n;               /* the others are only counted */
	int n_unplaced;
	GHashTable *file_order; /* file -> its number + 1 */
};

static void problem_free(void *data)
{
	struct problem *problem = data;

	g_free(problem->file);
	g_free(problem->text);
	g_free(problem);
}

struct diag *diag_new(void)
{
	struct diag *diag = g_new0(struct diag, 1);

	diag->problems = g_ptr_array_new_with_free_func(problem_free);
	diag->file_order = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return diag;
}

void diag_free(struct diag *diag)
{
	if (diag == NULL)
		return;
	g_ptr_array_unref(diag->problems);
	g_hash_table_unref(diag->file_order);
	g_free(diag);
}

static int diag_file_order(struct diag *diag, const char *file)
{
	int order = GPOINTER_TO_INT(g_hash_table_lookup(diag->file_order, file));

	if (order == 0) {
		order = (int)g_hash_table_size(diag->file_order) + 1;
		g_hash_table_insert(diag->file_order, g_strdup(file), GINT_TO_POINTER(order));
	}
	return order;
}

static int problem_compare(const struct problem *x, const struct problem *y)
{
	if (x->file_order != y->file_order)
		return x->file_order < y->file_order ? -1 : 1;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	if (x->col != y->col)
		return x->col < y->col ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

/* Where among the problems the next one, at @place, belongs; DIAG_MAX_SHOWN if it is not shown. */
static guint diag_index(struct diag *diag, struct diag_place place)
{
	const struct problem next = { .file_order = diag_file_order(diag, place.file),
				      .line = place.line,
				      .col = place.col,
				      .order = diag->n + 1 };
	guint i = diag->problems->len;

	while (i > 0 && problem_compare(&next, diag->problems->pdata[i - 1]) < 0)
		i--;
	return i;
}

bool diag_wants(struct diag *diag, struct diag_place place)
{
	return diag_index(diag, place) < DIAG_MAX_SHOWN;
}

void diag_add(struct diag *diag, struct diag_place place, const char *path, const char *format, ...)
{
	const guint index = diag_index(diag, place);
	struct problem *problem;
	g_autofree char *message = NULL;
	va_list args;

	diag->n++;
	diag->n_unplaced += place.line == 0;
	if (index >= DIAG_MAX_SHOWN)
		return;
	va_start(args, format);
	message = g_strdup_vprintf(format, args);
	va_end(args);
	problem = g_new0(struct problem, 1);
	problem->file = g_strdup(place.file);
	problem->file_order = diag_file_order(diag, place.file);
	problem->line = place.line;
	problem->col = place.col;
	problem->order = diag->n;
	problem->text = g_strdup_printf("%s%s%s", path ? path : "", path ? ": " : "", message);
	g_ptr_array_insert(diag->problems, (gint)index, problem);
	if (diag->problems->len > DIAG_MAX_SHOWN)
		g_ptr_array_set_size(diag->problems, DIAG_MAX_SHOWN);
}

int diag_n(const struct diag *diag)
{
	return diag->n;
}

int diag_n_unplaced(const struct diag *diag)
{
	return diag->n_unplaced;
}

void diag_to_error(struct diag *diag, RcuSimError code, GError **error)
{
	g_autoptr(GString) all = g_string_new(NULL);

	sim_assert(diag->n > 0);
	for (guint i = 0; i < diag->problems->len; i++) {
		const struct problem *problem = g_ptr_array_index(diag->problems, i);
		g_autofree char *file = diag_escape(problem->file);

		g_string_append_printf(all, "%s%s:", i > 0 ? "\n" : "", file);
		if (problem->line > 0)
			g_string_append_printf(all, "%d:%d:", problem->line, problem->col);
		g_string_append_printf(all, " error: %s", problem->text);
	}
	if (diag->n > DIAG_MAX_SHOWN)
		g_string_append_printf(all, "\n... %d more", diag->n - DIAG_MAX_SHOWN);
	g_set_error_literal(error, RCUSIM_ERROR, (int)code, all->str);
}

static char *diag_escape_to(const char *text, const char *quote, glong max_chars)
{
	g_autofree char *valid =
		g_utf8_make_valid(text, (gssize)strnlen(text, 4 * MAX_QUOTED + 1024));
	GString *shown = g_string_new(quote);
	glong n = 0;

	for (const char *p = valid; *p != '\0'; p = g_utf8_next_char(p), n++) {
		const gunichar c = g_utf8_get_char(p);

		if (n == max_chars) {
			g_string_append(shown, "...");
			break;
		}
		if (*quote != '\0' && (c == '"' || c == '\\'))
			g_string_append_printf(shown, "\\%c", (char)c);
		else if (g_unichar_isprint(c))
			g_string_append_unichar(shown, c);
		else if (c > 0xffff)
			g_string_append_printf(shown, "\\U%08x", c);
		else
			g_string_append_printf(shown, "\\u%04x", c);
	}
	g_string_append(shown, quote);
	return g_string_free(shown, FALSE);
}

char *diag_quote(const char *text)
{
	return diag_escape_to(text, "\"", MAX_QUOTED);
}

char *diag_escape(const char *text)
{
	return diag_escape_to(text, "", 1024);
}
