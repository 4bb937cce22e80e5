/*
 * diag.h - every problem of one input, collected and told at once.
 *
 * One line per problem: FILE:LINE:COL: error: $.path: what was found; what is accepted. Lines and columns
 * count from 1, columns in characters (Unicode code points; a tab is one).
 */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include <rcusim/error.h>

#define DIAG_MAX_SHOWN 20

struct diag_place {
	const char *file;
	int line, col; /* line 0: @file alone is the place, as "--set rcu.blimit=0" is */
};

struct diag;

struct diag *diag_new(void);
void diag_free(struct diag *diag);

/**
 * diag_add:
 * @place: copied
 * @path: (nullable): JSON path of what is wrong
 * @format: what was found; what is accepted
 */
void diag_add(struct diag *diag, struct diag_place place, const char *path, const char *format, ...)
	G_GNUC_PRINTF(4, 5);
/* Whether a problem at @place would be among those that are shown; if not, its words are not worth making. */
bool diag_wants(struct diag *diag, struct diag_place place);
int diag_n(const struct diag *diag);
/* Of these, problems whose place has no line. */
int diag_n_unplaced(const struct diag *diag);

/* Sets @error to the first DIAG_MAX_SHOWN problems, files in the order of their first problem, then
 * by line and column, and "... N more" if there are more. At least one must have been added. */
void diag_to_error(struct diag *diag, RcuSimError code, GError **error);

/* @text in double quotes, at most 60 characters of it, what does not print as \uXXXX; g_free(). */
char *diag_quote(const char *text);
/* The same without quotes. */
char *diag_escape(const char *text);
