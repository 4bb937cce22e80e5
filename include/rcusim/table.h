/*
 * table.h - rows for people and for programs.
 *
 * One way to print every list of the command: aligned for reading, or exact for programs. Names that come
 * from scenarios may hold anything; no control character reaches a terminal and no formula a spreadsheet.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <glib.h>

typedef enum {
	RCUSIM_FORMAT_TABLE, /* aligned columns, values rounded to 3 digits with a unit */
	RCUSIM_FORMAT_TEXT,  /* a line "column: value" each, exact, an empty line between rows */
	RCUSIM_FORMAT_JSON,  /* an array of objects; integers beyond 2^53 are strings */
	RCUSIM_FORMAT_JSONL, /* an object per line */
	RCUSIM_FORMAT_CSV, /* a heading and exact values; quoted as RFC 4180 says, lines end in LF */
} RcuSimFormat;

/* Name of format @i: "table", "text", "json", "jsonl", "csv"; NULL past the end. */
const char *rcusim_format_name(int i);
/* Returns: whether @name is one of them. */
bool rcusim_format_parse(const char *name, RcuSimFormat *ret_format);

typedef struct RcuSimTable RcuSimTable;

/* Writes rows to @out, which stays the caller's; write errors are left in its error indicator. */
RcuSimTable *rcusim_table_new(RcuSimFormat format, FILE *out);
void rcusim_table_free(RcuSimTable *table);

/* A column called @name; its integers are in @unit ("ns", "bytes", ..., "" for a count, NULL: print as is). */
void rcusim_table_column(RcuSimTable *table, const char *name, const char *unit);

/* The next cell of the current row; the row ends when every column has one. */
void rcusim_table_integer(RcuSimTable *table, int64_t value);
void rcusim_table_value(RcuSimTable *table, int64_t value,
			const char *unit); /* in a unit of its own */
void rcusim_table_text(RcuSimTable *table, const char *text);
void rcusim_table_bool(RcuSimTable *table, bool value);
void rcusim_table_null(RcuSimTable *table);

/* Prints what is still held back. Further rows are not possible. */
void rcusim_table_end(RcuSimTable *table);

/* "12.3 ms", "4.00 KiB", "1.23M", "57.1 %": @value to 3 digits; (transfer full). */
char *rcusim_format_value(int64_t value, const char *unit);
/* @text without control characters, as "\x1b", and as valid UTF-8; (transfer full). */
char *rcusim_format_printable(const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RcuSimTable, rcusim_table_free)
