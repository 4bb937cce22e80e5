/*
 * table.c - one printer for every list of the command.
 *
 * Formats for programs are written cell by cell as they come; what people read is held back until its end,
 * because the widths of its columns are known only then (layout.c).
 */
#include <math.h>
#include <string.h>

#include "report/format.h"
#include "report/layout.h"

struct column {
	char *name;
	char *unit;  /* NULL: print integers as they are */
	char *group; /* heading above, or NULL */
};

struct RcuSimTable {
	RcuSimFormat format;
	FILE *out;
	RcuSimStyle style;
	GArray *columns; /* struct column */
	GArray *cells;   /* struct layout_cell; held back */
	char *group;     /* of the next column */
	RcuSimMark mark; /* of the next cell */
	int n_keys;
	guint column; /* of the next cell */
	uint64_t n_rows;
	bool ended;
};

static void column_clear(void *data)
{
	struct column *column = data;

	g_free(column->name);
	g_free(column->unit);
	g_free(column->group);
}

static void cell_clear(void *data)
{
	g_free(((struct layout_cell *)data)->text);
}

static bool is_held(const RcuSimTable *table)
{
	return table->format == RCUSIM_FORMAT_TABLE || table->format == RCUSIM_FORMAT_TEXT;
}

static bool is_json(const RcuSimTable *table)
{
	return table->format == RCUSIM_FORMAT_JSON || table->format == RCUSIM_FORMAT_JSONL;
}

const char *rcusim_format_name(int i)
{
	static const char *const names[] = { "table", "text", "json", "jsonl", "csv" };

	return i >= 0 && i < (int)G_N_ELEMENTS(names) ? names[i] : NULL;
}

bool rcusim_format_parse(const char *name, RcuSimFormat *ret_format)
{
	for (int i = 0; rcusim_format_name(i) != NULL; i++) {
		if (strcmp(name, rcusim_format_name(i)) != 0)
			continue;
		*ret_format = (RcuSimFormat)i;
		return true;
	}
	return false;
}

RcuSimTable *rcusim_table_new(RcuSimFormat format, FILE *out)
{
	RcuSimTable *table = g_new0(RcuSimTable, 1);

	table->format = format;
	table->out = out;
	table->n_keys = 1;
	table->columns = g_array_new(false, true, sizeof(struct column));
	g_array_set_clear_func(table->columns, column_clear);
	table->cells = g_array_new(false, true, sizeof(struct layout_cell));
	g_array_set_clear_func(table->cells, cell_clear);
	return table;
}

void rcusim_table_free(RcuSimTable *table)
{
	if (table == NULL)
		return;
	g_array_unref(table->columns);
	g_array_unref(table->cells);
	g_free(table->group);
	g_free(table);
}

void rcusim_table_set_style(RcuSimTable *table, const RcuSimStyle *style)
{
	table->style = *style;
}

void rcusim_table_set_keys(RcuSimTable *table, int n)
{
	table->n_keys = n;
}

static struct column *column_at(RcuSimTable *table, guint i)
{
	return &g_array_index(table->columns, struct column, i);
}

static bool has_column(RcuSimTable *table, const char *name)
{
	for (guint i = 0; i < table->columns->len; i++)
		if (strcmp(column_at(table, i)->name, name) == 0 &&
		    g_strcmp0(column_at(table, i)->group, table->group) == 0)
			return true;
	return false;
}

void rcusim_table_column(RcuSimTable *table, const char *name, const char *unit)
{
	struct column column = { .name = g_strdup(name),
				 .unit = g_strdup(unit),
				 .group = g_strdup(table->group) };

	/* An object's keys differ from each other, whatever a SELECT calls its columns. */
	for (int i = 2; has_column(table, column.name); i++) {
		g_free(column.name);
		column.name = g_strdup_printf("%s:%d", name, i);
	}
	g_array_append_val(table->columns, column);
}

void rcusim_table_group(RcuSimTable *table, const char *label)
{
	g_free(table->group);
	table->group = g_strdup(label);
}

/* ---- Text that a JSON reader and a spreadsheet may have ---- */

static void write_json_string(FILE *out, const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);

	fputc('"', out);
	for (const char *p = valid; *p != '\0'; p = g_utf8_next_char(p)) {
		const gunichar c = g_utf8_get_char(p);

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", (char)c);
		else if (c == '\n')
			fputs("\\n", out);
		else if (c == '\t')
			fputs("\\t", out);
		else if (format_is_unprintable(c))
			fprintf(out, "\\u%04x", c);
		else
			fwrite(p, 1, (size_t)(g_utf8_next_char(p) - p), out);
	}
	fputc('"', out);
}

/* A spreadsheet takes what begins with = + - @ for a formula; an apostrophe makes it text. */
static void write_csv_text(FILE *out, const char *text)
{
	const bool is_formula = *text != '\0' && strchr("=+-@\t\r", *text) != NULL;

	if (!is_formula && strpbrk(text, ",\"\r\n") == NULL) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	if (is_formula)
		fputc('\'', out);
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '"')
			fputc('"', out);
		fputc(*p, out);
	}
	fputc('"', out);
}

/* ---- Rows ---- */

static void write_heading(RcuSimTable *table)
{
	if (table->format == RCUSIM_FORMAT_JSON)
		fputs("[", table->out);
	if (table->format != RCUSIM_FORMAT_CSV)
		return;
	for (guint i = 0; i < table->columns->len; i++) {
		if (i > 0)
			fputc(',', table->out);
		write_csv_text(table->out, column_at(table, i)->name);
	}
	fputc('\n', table->out);
}

static void write_before_cell(RcuSimTable *table)
{
	const bool is_first = table->column == 0;
	const char *name = column_at(table, table->column)->name;

	if (is_first && table->n_rows == 0)
		write_heading(table);
	if (table->format == RCUSIM_FORMAT_CSV) {
		if (!is_first)
			fputc(',', table->out);
	} else {
		if (is_first && table->format == RCUSIM_FORMAT_JSON)
			fputs(table->n_rows > 0 ? ",\n  " : "\n  ", table->out);
		fputs(is_first ? "{" : ", ", table->out);
		write_json_string(table->out, name);
		fputs(": ", table->out);
	}
}

static void write_after_cell(RcuSimTable *table)
{
	const bool is_last = table->column + 1 == table->columns->len;

	if (is_last && table->format == RCUSIM_FORMAT_CSV)
		fputc('\n', table->out);
	else if (is_last && table->format == RCUSIM_FORMAT_JSON)
		fputc('}', table->out);
	else if (is_last && table->format == RCUSIM_FORMAT_JSONL)
		fputs("}\n", table->out);
}

static void next_cell(RcuSimTable *table)
{
	if (++table->column < table->columns->len)
		return;
	table->column = 0;
	table->n_rows++;
}

/* Keeps @text (transfer full; NULL: no value) for the layout. */
static void hold(RcuSimTable *table, char *text, bool is_number)
{
	const struct layout_cell cell = { text, is_number, table->mark };

	g_array_append_val(table->cells, cell);
	table->mark = RCUSIM_MARK_NONE;
}

/* What is read with the eye may say more than ASCII only on a terminal. */
static char *readable(const RcuSimTable *table, const char *text)
{
	return table->format == RCUSIM_FORMAT_TEXT ? rcusim_format_ascii(text)
						   : rcusim_format_printable(text);
}

void rcusim_table_value(RcuSimTable *table, int64_t value, const char *unit)
{
	/* Beyond this, readers that keep numbers as doubles would change it. */
	static const int64_t json_max = INT64_C(1) << 53;
	const char *quote = is_json(table) && (value > json_max || value < -json_max) ? "\"" : "";

	if (is_held(table)) {
		hold(table,
		     unit == NULL || table->format == RCUSIM_FORMAT_TEXT
			     ? g_strdup_printf("%" G_GINT64_FORMAT, value)
			     : rcusim_format_value(value, unit),
		     true);
	} else {
		write_before_cell(table);
		fprintf(table->out, "%s%" G_GINT64_FORMAT "%s", quote, value, quote);
		write_after_cell(table);
	}
	next_cell(table);
}

void rcusim_table_integer(RcuSimTable *table, int64_t value)
{
	rcusim_table_value(table, value, column_at(table, table->column)->unit);
}

/* The shortest spelling that reads back as the same number. */
void rcusim_table_real(RcuSimTable *table, double value)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	if (!isfinite(value)) {
		rcusim_table_null(table);
		return;
	}
	if (fabs(value) < 1e15 && value == trunc(value)) {
		rcusim_table_value(table, (int64_t)value, NULL);
		return;
	}
	g_ascii_formatd(text, sizeof(text), "%.15g", value);
	if (g_ascii_strtod(text, NULL) != value)
		g_ascii_dtostr(text, sizeof(text), value);
	if (is_held(table)) {
		hold(table, g_strdup(text), true);
	} else {
		write_before_cell(table);
		fputs(text, table->out);
		write_after_cell(table);
	}
	next_cell(table);
}

static void put_text(RcuSimTable *table, const char *text, bool is_number)
{
	if (is_held(table)) {
		hold(table, readable(table, text), is_number);
	} else {
		write_before_cell(table);
		if (is_json(table))
			write_json_string(table->out, text);
		else
			write_csv_text(table->out, text);
		write_after_cell(table);
	}
	next_cell(table);
}

void rcusim_table_text(RcuSimTable *table, const char *text)
{
	put_text(table, text, false);
}

void rcusim_table_figure(RcuSimTable *table, const char *text)
{
	put_text(table, text, true);
}

/* A word that is not text in JSON; @human is what people read. */
static void put_word(RcuSimTable *table, const char *json, const char *csv, const char *human)
{
	if (is_held(table)) {
		hold(table, g_strdup(human), false);
	} else {
		write_before_cell(table);
		fputs(is_json(table) ? json : csv, table->out);
		write_after_cell(table);
	}
	next_cell(table);
}

void rcusim_table_bool(RcuSimTable *table, bool value)
{
	put_word(table, value ? "true" : "false", value ? "1" : "0", value ? "yes" : "no");
}

void rcusim_table_null(RcuSimTable *table)
{
	put_word(table, "null", "", NULL);
}

void rcusim_table_mark(RcuSimTable *table, RcuSimMark mark)
{
	table->mark = mark;
}

/* ---- The end ---- */

static void lay_out(RcuSimTable *table)
{
	const bool is_text = table->format == RCUSIM_FORMAT_TEXT;
	struct layout layout = {
		.cells = (const struct layout_cell *)table->cells->data,
		.n_rows = table->cells->len / table->columns->len,
		.n_columns = table->columns->len,
		.n_keys = CLAMP((guint)MAX(table->n_keys, 0), 0, table->columns->len),
		.width = is_text ? RCUSIM_TEXT_WIDTH : table->style.width,
		.wraps_cells = is_text,
		.color = !is_text && table->style.color,
	};
	g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);

	layout.columns = g_new0(struct layout_column, MAX(layout.n_columns, 1));
	for (guint i = 0; i < layout.n_columns; i++) {
		const struct column *column = column_at(table, i);

		g_ptr_array_add(texts, readable(table, column->name));
		layout.columns[i].name = texts->pdata[texts->len - 1];
		if (column->group == NULL)
			continue;
		g_ptr_array_add(texts, readable(table, column->group));
		layout.columns[i].group = texts->pdata[texts->len - 1];
	}
	layout_write(&layout, table->out);
	g_free(layout.columns);
}

void rcusim_table_end(RcuSimTable *table)
{
	if (table->ended || table->columns->len == 0)
		return;
	table->ended = true;
	if (is_held(table))
		lay_out(table);
	else if (table->n_rows == 0)
		write_heading(table);
	if (table->format == RCUSIM_FORMAT_JSON)
		fputs(table->n_rows > 0 ? "\n]\n" : "]\n", table->out);
}
