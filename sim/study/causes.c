/*
 * causes.c - why rows miss: causes.md of a lab, written by hand.
 *
 * A heading "## name" begins a cause; its list items "- SET POLICY N B THREADS PHASE_US TAG" say which rows it explains,
 * each word a pattern with * and ?, and words may be left out at the end. The rest is for people. A row that misses has
 * the first cause that fits.
 */
#include <inttypes.h>
#include <string.h>

#include "scenario/source.h"
#include "study/validate.h"

#define CAUSES_MAX_BYTES (1 << 20)
#define N_WORDS          7

static void cause_free(void *data)
{
	struct cause *cause = data;

	g_free(cause->name);
	g_ptr_array_unref(cause->patterns);
	g_free(cause);
}

GPtrArray *causes_new(void)
{
	return g_ptr_array_new_with_free_func(cause_free);
}

static void free_words(void *words)
{
	g_strfreev(words);
}

static void add_cause(RcuSimValidation *v, const char *name)
{
	struct cause *cause = g_new0(struct cause, 1);

	cause->name = g_strstrip(g_strdup(name));
	cause->patterns = g_ptr_array_new_with_free_func(free_words);
	g_ptr_array_add(v->causes, cause);
}

static bool add_pattern(RcuSimValidation *v, const char *text, int line, GError **error)
{
	struct cause *cause =
		v->causes->len == 0 ? NULL : g_ptr_array_index(v->causes, v->causes->len - 1);
	char **words = g_strsplit(text, " ", -1);

	if (cause != NULL && g_strv_length(words) <= N_WORDS) {
		g_ptr_array_add(cause->patterns, words);
		return true;
	}
	g_strfreev(words);
	g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_INVALID,
		    "%s/causes.md:%d: error: \"- %s\"; expected, below a heading \"## name\", "
		    "\"- SET POLICY N B THREADS PHASE_US TAG\" or less",
		    v->dir, line, text);
	return false;
}

static bool read_causes(RcuSimValidation *v, GError **error)
{
	g_autofree char *path = g_build_filename(v->dir, "causes.md", NULL);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	size_t len;

	if (!g_file_test(path, G_FILE_TEST_EXISTS))
		return true;
	if (!source_read(path, CAUSES_MAX_BYTES, true, &text, &len, error))
		return false;
	lines = g_strsplit(text, "\n", -1);
	for (int i = 0; lines[i] != NULL; i++) {
		if (g_str_has_prefix(lines[i], "## "))
			add_cause(v, lines[i] + 3);
		else if (g_str_has_prefix(lines[i], "- ") &&
			 !add_pattern(v, lines[i] + 2, i + 1, error))
			return false;
	}
	return true;
}

static bool fits(const struct cause *cause, char *const *words)
{
	for (guint i = 0; i < cause->patterns->len; i++) {
		char **pattern = g_ptr_array_index(cause->patterns, i);
		int k = 0;

		while (pattern[k] != NULL && g_pattern_match_simple(pattern[k], words[k]))
			k++;
		if (pattern[k] == NULL)
			return true;
	}
	return false;
}

static void find_cause(RcuSimValidation *v, RcuSimRow *row)
{
	g_autofree char *text = g_strdup_printf(
		"%s %s %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %s", row->set, row->policy,
		row->n, row->b, row->threads, row->phase_us, row->tag);
	g_auto(GStrv) words = g_strsplit(text, " ", N_WORDS);

	for (guint i = 0; i < v->causes->len; i++) {
		struct cause *cause = g_ptr_array_index(v->causes, i);

		if (!fits(cause, words))
			continue;
		cause->n_rows++;
		row->cause = cause->name;
		return;
	}
}

bool validation_find_causes(RcuSimValidation *v, GError **error)
{
	if (!read_causes(v, error))
		return false;
	for (guint i = 0; i < v->rows->len; i++) {
		RcuSimRow *row = &g_array_index(v->rows, struct validated_row, i).row;

		if (rcusim_row_misses_any(row))
			find_cause(v, row);
	}
	return true;
}

const char *rcusim_validation_cause(const RcuSimValidation *v, int i)
{
	const struct cause *cause =
		i >= 0 && (guint)i < v->causes->len ? g_ptr_array_index(v->causes, i) : NULL;

	return cause == NULL ? NULL : cause->name;
}

int rcusim_validation_cause_n_rows(const RcuSimValidation *v, int i)
{
	const struct cause *cause = g_ptr_array_index(v->causes, i);

	return cause->n_rows;
}
