/* json_scan.h - the strict pre-scan: is a text JSON within our limits, and where does every value stand? */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#include "base/diag.h"

/* Older versions of cJSON read no more of a number. */
#define JSON_MAX_PIECE_NUMBER 62

/* One value, in the order of the text (parents before children). */
struct json_value {
	int line, col;
	int key_line, key_col;            /* of a member's key; 0 if it is not a member */
	unsigned int offset, len;         /* of the value's text */
	unsigned int key_offset, key_len; /* of its key, quotes included */
	unsigned int n_below;             /* values within it */
	bool has_nul;                     /* a string with \u0000 in it */
	bool key_has_nul;                 /* the same of the member's key */
	bool has_long_number; /* it or a value within it is one beyond JSON_MAX_PIECE_NUMBER */
};

/**
 * json_scan:
 * @text: @len bytes, NUL behind them
 * @max_values: at most JSON_MAX_VALUES
 * @values: struct json_value, appended
 *
 * Linear in @len; no recursion deeper than JSON_MAX_DEPTH.
 *
 * Returns: whether the text is one JSON document; else one problem was added to @diag
 */
bool json_scan(const char *text, size_t len, const char *file, guint max_values, GArray *values,
	       struct diag *diag);

/* First step of json_scan(): is it text in UTF-8 at all? Names what else it looks like. */
bool json_sniff(const char *text, size_t len, const char *file, struct diag *diag);

/* Line and column (in characters) of @at; a line ends with LF, CR LF or CR. Moves @place from *@from to @at. */
void json_advance(struct diag_place *place, const char **from, const char *at);
