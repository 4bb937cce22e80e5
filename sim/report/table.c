/*
 * table.c - one printer for every list of the command.
 *
 * Formats for programs are written cell by cell as they come; the aligned table is held back until its end,
 * because the widths of its columns are known only then.
 */
#include <string.h>

#include <rcusim/table.h>

struct column {
	char *name;
	char *unit; /* NULL: print integers as they are */
	int width;
	bool has_text, has_number;
};

struct cell {
	char *text; /* NULL: no value */
};

struct RcuSimTable {
	RcuSimFormat format;
	FILE *out;
	GArray *columns; /* struct column */
	GArray *cells;   /* struct cell; table only */
	guint column;    /* of the next cell */
	uint64_t n_rows;
	bool ended;
};

static void column_clear(void *data)
{
	struct column *column = data;

	g_free(column->name);
	g_free(column->unit);
}

static void cell_clear(void *data)
{
	g_free(((struct cell *)data)->text);
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
	table->columns = g_array_new(false, true, sizeof(struct column));
	g_array_set_clear_func(table->columns, column_clear);
	table->cells = g_array_new(false, true, sizeof(struct cell));
	g_array_set_clear_func(table->cells, cell_clear);
	return table;
}

void rcusim_table_free(RcuSimTable *table)
{
	if (table == NULL)
		return;
	g_array_unref(table->columns);
	g_array_unref(table->cells);
	g_free(table);
}

static struct column *column_at(RcuSimTable *table, guint i)
{
	return &g_array_index(table->columns, struct column, i);
}

static bool has_column(RcuSimTable *table, const char *name)
{
	for (guint i = 0; i < table->columns->len; i++)
		if (strcmp(column_at(table, i)->name, name) == 0)
			return true;
	return false;
}

void rcusim_table_column(RcuSimTable *table, const char *name, const char *unit)
{
	struct column column = { .name = g_strdup(name), .unit = g_strdup(unit) };

	/* An object's keys differ from each other, whatever a SELECT calls its columns. */
	for (int i = 2; has_column(table, column.name); i++) {
		g_free(column.name);
		column.name = g_strdup_printf("%s:%d", name, i);
	}
	g_array_append_val(table->columns, column);
}

/* ---- Text that a terminal, a JSON reader and a spreadsheet may have ---- */

/* Characters that move, hide or reverse what is around them. */
static bool is_unprintable(gunichar c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x200b || c == 0x200e ||
	       c == 0x200f || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
	       c == 0xfeff;
}

char *rcusim_format_printable(const char *text)
{
	GString *out = g_string_new(NULL);

	for (const char *p = text; *p != '\0';) {
		const gunichar c = g_utf8_get_char_validated(p, -1);

		if (c == (gunichar)-1 || c == (gunichar)-2) {
			g_string_append_printf(out, "\\x%02x", (unsigned char)*p++);
			continue;
		}
		if (!is_unprintable(c))
			g_string_append_unichar(out, c);
		else if (c < 0x80)
			g_string_append_printf(out, "\\x%02x", c);
		else
			g_string_append_printf(out, "\\u%04x", c);
		p = g_utf8_next_char(p);
	}
	return g_string_free(out, false);
}

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
		else if (is_unprintable(c))
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

/* Columns that @text takes on a terminal. */
static int width_of(const char *text)
{
	int width = 0;

	for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
		const gunichar c = g_utf8_get_char(p);

		width += g_unichar_iszerowidth(c) ? 0 : g_unichar_iswide(c) ? 2 : 1;
	}
	return width;
}

/* ---- Values ---- */

struct scale {
	uint64_t factor; /* of the one below */
	const char *suffix;
};

static const struct scale ns_scales[] = { { 1, " ns" },
					  { 1000, " us" },
					  { 1000, " ms" },
					  { 1000, " s" },
					  { 0, NULL } };
static const struct scale byte_scales[] = { { 1, " B" },      { 1024, " KiB" }, { 1024, " MiB" },
					    { 1024, " GiB" }, { 1024, " TiB" }, { 0, NULL } };
static const struct scale count_scales[] = { { 1, "" },     { 1000, "k" }, { 1000, "M" },
					     { 1000, "G" }, { 1000, "T" }, { 1000, "P" },
					     { 0, NULL } };

/* @value in units of @one, to 3 digits: "999", "12.3", "1.23"; NULL if it rounds to @limit or more. */
static char *format_digits(uint64_t value, uint64_t one, uint64_t limit)
{
	for (int decimals = 2; decimals >= 0; decimals--) {
		const unsigned int power = decimals == 2 ? 100 : decimals == 1 ? 10 : 1;
		const unsigned __int128 scaled = ((unsigned __int128)value * power + one / 2) / one;

		if (scaled >= 1000 && decimals > 0)
			continue;
		if (limit != 0 && scaled >= (unsigned __int128)limit * power)
			return NULL;
		if (decimals == 0)
			return g_strdup_printf("%" G_GUINT64_FORMAT, (uint64_t)scaled);
		return g_strdup_printf("%u.%0*u", (unsigned int)scaled / power, decimals,
				       (unsigned int)scaled % power);
	}
	return NULL;
}

static char *format_scaled(uint64_t value, const struct scale *scales)
{
	uint64_t one = 1;

	for (int i = 0;; i++) {
		const bool is_last = scales[i + 1].suffix == NULL;
		g_autofree char *digits = NULL;

		one *= scales[i].factor;
		if (i == 0 && (is_last || value < scales[1].factor))
			return g_strdup_printf("%" G_GUINT64_FORMAT "%s", value, scales[0].suffix);
		if (i == 0)
			continue;
		digits = format_digits(value, one, is_last ? 0 : scales[i + 1].factor);
		if (digits != NULL)
			return g_strconcat(digits, scales[i].suffix, NULL);
	}
}

static char *format_magnitude(uint64_t value, const char *unit)
{
	g_autofree char *count = NULL;

	if (strcmp(unit, "ns") == 0)
		return format_scaled(value, ns_scales);
	if (strcmp(unit, "bytes") == 0)
		return format_scaled(value, byte_scales);
	if (strcmp(unit, "permille") == 0)
		return g_strdup_printf("%" G_GUINT64_FORMAT ".%u %%", value / 10,
				       (unsigned int)(value % 10));
	count = format_scaled(value, count_scales);
	return *unit == '\0' ? g_steal_pointer(&count) : g_strconcat(count, " ", unit, NULL);
}

char *rcusim_format_value(int64_t value, const char *unit)
{
	const uint64_t magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value;
	g_autofree char *text = format_magnitude(magnitude, unit);

	return value < 0 ? g_strconcat("-", text, NULL) : g_steal_pointer(&text);
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
	} else if (table->format == RCUSIM_FORMAT_TEXT) {
		g_autofree char *printable = rcusim_format_printable(name);

		fprintf(table->out, "%s%s: ", is_first && table->n_rows > 0 ? "\n" : "", printable);
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

	if (table->format == RCUSIM_FORMAT_TEXT)
		fputc('\n', table->out);
	else if (is_last && table->format == RCUSIM_FORMAT_CSV)
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

/* Keeps @text (transfer full) for the aligned table. */
static void hold(RcuSimTable *table, char *text, bool is_number)
{
	struct column *column = column_at(table, table->column);
	const struct cell cell = { .text = text };

	if (text != NULL) {
		column->width = MAX(column->width, width_of(text));
		column->has_number |= is_number;
		column->has_text |= !is_number;
	}
	g_array_append_val(table->cells, cell);
}

void rcusim_table_value(RcuSimTable *table, int64_t value, const char *unit)
{
	/* Beyond this, readers that keep numbers as doubles would change it. */
	static const int64_t json_max = INT64_C(1) << 53;
	const bool is_json =
		table->format == RCUSIM_FORMAT_JSON || table->format == RCUSIM_FORMAT_JSONL;
	const char *quote = is_json && (value > json_max || value < -json_max) ? "\"" : "";

	if (table->format == RCUSIM_FORMAT_TABLE) {
		hold(table,
		     unit == NULL ? g_strdup_printf("%" G_GINT64_FORMAT, value)
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

void rcusim_table_text(RcuSimTable *table, const char *text)
{
	switch (table->format) {
	case RCUSIM_FORMAT_TABLE:
		hold(table, rcusim_format_printable(text), false);
		break;
	case RCUSIM_FORMAT_TEXT: {
		g_autofree char *printable = rcusim_format_printable(text);

		write_before_cell(table);
		fputs(printable, table->out);
		write_after_cell(table);
		break;
	}
	case RCUSIM_FORMAT_CSV:
		write_before_cell(table);
		write_csv_text(table->out, text);
		write_after_cell(table);
		break;
	case RCUSIM_FORMAT_JSON:
	case RCUSIM_FORMAT_JSONL:
	default:
		write_before_cell(table);
		write_json_string(table->out, text);
		write_after_cell(table);
	}
	next_cell(table);
}

/* A word that is not text in JSON; @human is what the aligned table shows. */
static void put_word(RcuSimTable *table, const char *json, const char *other, const char *human)
{
	const bool is_json =
		table->format == RCUSIM_FORMAT_JSON || table->format == RCUSIM_FORMAT_JSONL;

	if (table->format == RCUSIM_FORMAT_TABLE) {
		hold(table, g_strdup(human), false);
	} else {
		write_before_cell(table);
		fputs(is_json ? json : other, table->out);
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

/* ---- The aligned table ---- */

static void write_aligned(RcuSimTable *table, guint i, const char *text)
{
	const struct column *column = column_at(table, i);
	const bool is_right = column->has_number && !column->has_text;
	const bool is_last = i + 1 == table->columns->len;
	const int pad = column->width - width_of(text);

	if (i > 0)
		fputs("  ", table->out);
	if (is_right)
		fprintf(table->out, "%*s", pad, "");
	fputs(text, table->out);
	if (!is_right && !is_last)
		fprintf(table->out, "%*s", pad, "");
	if (is_last)
		fputc('\n', table->out);
}

static void write_table(RcuSimTable *table)
{
	for (guint i = 0; i < table->columns->len; i++) {
		g_autofree char *name = rcusim_format_printable(column_at(table, i)->name);

		column_at(table, i)->width = MAX(column_at(table, i)->width, width_of(name));
		write_aligned(table, i, name);
	}
	for (guint i = 0; i < table->cells->len; i++) {
		const char *text = g_array_index(table->cells, struct cell, i).text;

		write_aligned(table, i % table->columns->len, text == NULL ? "-" : text);
	}
}

void rcusim_table_end(RcuSimTable *table)
{
	if (table->ended || table->columns->len == 0)
		return;
	table->ended = true;
	if (table->format == RCUSIM_FORMAT_TABLE)
		write_table(table);
	else if (table->n_rows == 0)
		write_heading(table);
	if (table->format == RCUSIM_FORMAT_JSON)
		fputs(table->n_rows > 0 ? "\n]\n" : "]\n", table->out);
}
