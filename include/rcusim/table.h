/*
 * table.h - rows for people and for programs.
 *
 * One way to print every list of the command: aligned for reading, or exact for programs. Names that come
 * from scenarios may hold anything; no control character reaches a terminal and no formula a spreadsheet.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <glib.h>

typedef enum {
	RCUSIM_FORMAT_TABLE, /* aligned columns, values rounded to 3 digits with a unit */
	RCUSIM_FORMAT_TEXT,  /* aligned columns, exact; for mail: ASCII, at most 72 columns */
	RCUSIM_FORMAT_JSON,  /* an array of objects; integers beyond 2^53 are strings */
	RCUSIM_FORMAT_JSONL, /* an object per line */
	RCUSIM_FORMAT_CSV, /* a heading and exact values; quoted as RFC 4180 says, lines end in LF */
} RcuSimFormat;

/* No line of RCUSIM_FORMAT_TEXT is longer. */
#define RCUSIM_TEXT_WIDTH 72

/* Name of format @i: "table", "text", "json", "jsonl", "csv"; NULL past the end. */
const char *rcusim_format_name(int i);
/* Returns: whether @name is one of them. */
bool rcusim_format_parse(const char *name, RcuSimFormat *ret_format);

/* What the reader's terminal can do; all zero for a file. RCUSIM_FORMAT_TEXT has a style of its own. */
typedef struct {
	bool utf8;
	bool color;
	int width; /* wrap the columns of RCUSIM_FORMAT_TABLE into blocks of this width; 0: do not */
} RcuSimStyle;

typedef enum { RCUSIM_MARK_NONE, RCUSIM_MARK_GOOD, RCUSIM_MARK_BAD } RcuSimMark;

typedef struct RcuSimTable RcuSimTable;

/* Writes rows to @out, which stays the caller's; write errors are left in its error indicator. */
RcuSimTable *rcusim_table_new(RcuSimFormat format, FILE *out);
void rcusim_table_free(RcuSimTable *table);

void rcusim_table_set_style(RcuSimTable *table, const RcuSimStyle *style);
/* The first @n columns are repeated in every block; 1 if nothing is said. */
void rcusim_table_set_keys(RcuSimTable *table, int n);

/* A column called @name; its integers are in @unit ("ns", "bytes", ..., "" for a count, NULL: print as is). */
void rcusim_table_column(RcuSimTable *table, const char *name, const char *unit);
/* Columns from here on stand together below the heading @label, where people read. */
void rcusim_table_group(RcuSimTable *table, const char *label);

/* The next cell of the current row; the row ends when every column has one. */
void rcusim_table_integer(RcuSimTable *table, int64_t value);
void rcusim_table_value(RcuSimTable *table, int64_t value,
			const char *unit);                /* in a unit of its own */
void rcusim_table_real(RcuSimTable *table, double value); /* not finite: no value */
void rcusim_table_text(RcuSimTable *table, const char *text);
void rcusim_table_figure(RcuSimTable *table, const char *text); /* text that stands as numbers do */
void rcusim_table_bool(RcuSimTable *table, bool value);
void rcusim_table_null(RcuSimTable *table);
/* The next cell is good or bad news; colour says so besides the text, where there is colour. */
void rcusim_table_mark(RcuSimTable *table, RcuSimMark mark);

/* Prints what is still held back. Further rows are not possible. */
void rcusim_table_end(RcuSimTable *table);

/* All (transfer full). */

/* "12.3 ms", "4.00 KiB", "1.23M", "57.1 %": @value to 3 digits. */
char *rcusim_format_value(int64_t value, const char *unit);
/* The same of a mean, which may lie between integers: "2.4", "98.5 ns". */
char *rcusim_format_real(double value, const char *unit);
/* @text without control characters, as "\x1b", and as valid UTF-8. */
char *rcusim_format_printable(const char *text);
/* The same in ASCII: what is beyond it as "\u00e4". */
char *rcusim_format_ascii(const char *text);
/* @text in lines of at most @width columns, broken at blanks where possible; the second and further lines
   begin with @indent. Ends without a line feed. */
char *rcusim_format_wrapped(const char *text, int width, const char *indent);
/* At most @width (8 or more) columns of @text: what is left out of its middle is "...". */
char *rcusim_format_clipped(const char *text, int width);

/**
 * rcusim_format_sparkline:
 * @values: @n values at equal distances, none negative
 * @width: at most so many columns, each as high as the highest of its values
 * @max: the value of a full column; 0: the highest of @values
 *
 * Returns: (transfer full): "▁▃▆█▇▅", or " .-+#*" in ASCII
 */
char *rcusim_format_sparkline(const int64_t *values, size_t n, int width, int64_t max, bool utf8);

/* @n values of @low ... @high, both inclusive and of one power of two. */
typedef struct {
	int64_t low, high, n;
} RcuSimBucket;

/* Prints "[128, 256)     |@@@@    |  12", a line per power of two from the first to the last. */
void rcusim_print_histogram(FILE *out, const RcuSimBucket *buckets, size_t n, RcuSimFormat format);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RcuSimTable, rcusim_table_free)
