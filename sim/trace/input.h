/*
 * input.h - the lines of a recorded text, whatever it is packed in.
 *
 * A file is read once, in blocks: plain, gzip and xz are told apart by their first bytes. Only one line is
 * held, so that memory does not grow with the text. What a line is wrong about is told with its place.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "base/diag.h"

#define TRACE_MAX_BYTES (INT64_C(1) << 30) /* of text, when unpacked */
#define TRACE_MAX_LINE  (64 * 1024)
#define TRACE_MAX_TASKS 1000000
#define TRACE_MAX_OPS   10000000

struct trace_input;

/* One line; the reader may cut it into words. */
struct trace_line {
	char *text; /* NUL-terminated, without line end */
	size_t len;
	const char *file;
	int number; /* from 1 */
	struct diag *diag;
};

/**
 * trace_input_open:
 * @path: of a regular file, a pipe or a character device; "-" is standard input
 * @error: %RCUSIM_ERROR_SYSTEM
 *
 * Returns: (transfer full): trace_input_free(), or %NULL
 */
struct trace_input *trace_input_open(const char *path, GError **error);
/* The same for @len bytes in memory, which must stay; @file is its name in messages. */
struct trace_input *trace_input_new(const char *file, const void *bytes, size_t len);
void trace_input_free(struct trace_input *input);

/**
 * trace_input_next:
 * @diag: lines that are too long or hold a NUL byte are told there, and passed over
 * @ret: (out): valid until the next call
 * @error: %RCUSIM_ERROR_SYSTEM if reading fails; %RCUSIM_ERROR_INVALID if what is packed is damaged, or a
 *   limit is reached
 *
 * Returns: false at the end, or with @error set
 */
bool trace_input_next(struct trace_input *input, struct diag *diag, struct trace_line *ret,
		      GError **error);

/* Tells what is wrong with @line at @where, a place in its text, or %NULL for the whole. Returns: false. */
bool trace_line_fault(const struct trace_line *line, const char *where, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
