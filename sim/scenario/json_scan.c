/*
 * json_scan.c - recursive descent over RFC 8259, one function per production.
 *
 * What cJSON lets pass (numbers like 01 and 2., raw control characters, bad escapes, NUL, text behind the
 * document) ends here, with the place and with what to write instead. Depth is limited before the
 * descent, counts before anything is built.
 */
#include "scenario/json_scan.h"

#include <string.h>

#include "scenario/json.h"

struct scan {
	const char *text, *end; /* *end is NUL */
	const char *at;
	struct diag_place place; /* of @mark */
	const char *mark;        /* everything before it is counted */
	GArray *values;
	guint max_values;
	struct diag *diag;
	int depth;
	bool has_nul; /* of the string scanned last */
	unsigned int n_long_numbers;
};

static struct diag_place scan_place(struct scan *scan, const char *at)
{
	if (at < scan->mark) { /* only on the way to an error: scan once more */
		scan->mark = scan->text;
		scan->place.line = scan->place.col = 1;
	}
	json_advance(&scan->place, &scan->mark, at);
	return scan->place;
}

/* Adds the one problem of this text; always false. */
static bool scan_fail(struct scan *scan, const char *at, const char *message)
{
	diag_add(scan->diag, scan_place(scan, at), NULL, "%s", message);
	return false;
}

static bool scan_fail_limit(struct scan *scan, const char *at, const char *what, int limit,
			    const char *of)
{
	g_autofree char *message =
		g_strdup_printf("%s; at most %d %s are accepted", what, limit, of);

	return scan_fail(scan, at, message);
}

/* Something else stands where @expected is due: say what, with advice where it is a usual slip. */
static bool scan_unexpected(struct scan *scan, const char *expected)
{
	const char *at = scan->at;
	g_autofree char *found = NULL;
	g_autofree char *message = NULL;
	char one[8] = { 0 };

	if (at == scan->end) {
		message = g_strdup_printf("unexpected end of the file; expected %s", expected);
		return scan_fail(scan, at, message);
	}
	if (*at == '#' || (*at == '/' && (at[1] == '/' || at[1] == '*')))
		return scan_fail(
			scan, at,
			"comments are not JSON; use a \"comment\" key, any object may have one");
	if (*at == '\'')
		return scan_fail(scan, at, "single quotes are not JSON; expected double quotes");
	g_unichar_to_utf8(g_utf8_get_char(at), one);
	found = diag_quote(one);
	message = g_strdup_printf("unexpected %s; expected %s", found, expected);
	return scan_fail(scan, at, message);
}

/* Only space, tab, LF and CR are white space. */
static void scan_space(struct scan *scan)
{
	while (*scan->at == ' ' || *scan->at == '\t' || *scan->at == '\n' || *scan->at == '\r')
		scan->at++;
}

/* Four hexadecimal digits behind "\u", or -1. */
static int scan_hex4(const char *at)
{
	int value = 0;

	for (int i = 0; i < 4; i++) {
		const int digit = g_ascii_xdigit_value(at[i]);

		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

static bool scan_escape(struct scan *scan)
{
	const char *start = scan->at; /* at the backslash */
	int code;

	if (start[1] != 'u') {
		if (start[1] == '\0' || strchr("\"\\/bfnrt", start[1]) == NULL)
			return scan_fail(scan, start,
					 "unknown escape in a string; accepted are "
					 "\\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\uXXXX");
		scan->at += 2;
		return true;
	}
	code = scan_hex4(start + 2);
	if (code < 0)
		return scan_fail(scan, start, "\\u without four hexadecimal digits in a string");
	scan->has_nul |= code == 0;
	scan->at += 6;
	if (code >= 0xdc00 && code <= 0xdfff)
		return scan_fail(scan, start, "low surrogate without a high one before it");
	if (code >= 0xd800 && code <= 0xdbff) {
		const int low =
			scan->at[0] == '\\' && scan->at[1] == 'u' ? scan_hex4(scan->at + 2) : -1;

		if (low < 0xdc00 || low > 0xdfff)
			return scan_fail(scan, start, "high surrogate without a low one behind it");
		scan->at += 6;
	}
	return true;
}

static bool scan_control(struct scan *scan)
{
	g_autofree char *message = NULL;

	if (scan->at == scan->end)
		return scan_fail(scan, scan->at,
				 "unexpected end of the file in a string; expected '\"'");
	message = g_strdup_printf("raw control character 0x%02x in a string; write it as \\%s",
				  *scan->at,
				  *scan->at == '\n'   ? "n"
				  : *scan->at == '\t' ? "t"
				  : *scan->at == '\r' ? "r"
						      : "uXXXX");
	return scan_fail(scan, scan->at, message);
}

static bool scan_string(struct scan *scan, size_t max_bytes)
{
	const char *start = scan->at++;

	scan->has_nul = false;
	while (*scan->at != '"') {
		if ((unsigned char)*scan->at < 0x20)
			return scan_control(scan);
		if (*scan->at != '\\')
			scan->at++;
		else if (!scan_escape(scan))
			return false;
		if ((size_t)(scan->at - start) > max_bytes + 1)
			return scan_fail_limit(scan, start,
					       max_bytes == JSON_MAX_KEY_BYTES
						       ? "key is too long"
						       : "string is too long",
					       (int)max_bytes, "bytes");
	}
	scan->at++;
	return true;
}

static int scan_digits(struct scan *scan)
{
	int n = 0;

	while (g_ascii_isdigit(*scan->at)) {
		scan->at++;
		n++;
	}
	return n;
}

static bool scan_number(struct scan *scan)
{
	const char *start = scan->at;
	const char *digits;

	scan->at += *scan->at == '-';
	digits = scan->at;
	if (scan_digits(scan) == 0)
		return scan_unexpected(scan, "a digit (numbers are like 10, -1 or 2.5e3)");
	if (scan->at - digits > 1 && *digits == '0')
		return scan_fail(scan, start,
				 "number with leading zeros; expected it without them");
	if (*scan->at == '.') {
		scan->at++;
		if (scan_digits(scan) == 0)
			return scan_unexpected(scan, "a digit behind the point of a number");
	}
	if (*scan->at == 'e' || *scan->at == 'E') {
		scan->at++;
		scan->at += *scan->at == '-' || *scan->at == '+';
		if (scan_digits(scan) == 0)
			return scan_unexpected(scan, "a digit in the exponent of a number");
	}
	if (g_ascii_isalnum(*scan->at) || *scan->at == '_' || *scan->at == '.' || *scan->at == '+')
		return scan_unexpected(scan,
				       "the end of a number (neither 0x, _ nor units belong to it; "
				       "write \"10ms\" in quotes)");
	if (scan->at - start > JSON_MAX_NUMBER_BYTES)
		return scan_fail_limit(scan, start, "number is too long", JSON_MAX_NUMBER_BYTES,
				       "characters");
	scan->n_long_numbers += scan->at - start > JSON_MAX_PIECE_NUMBER;
	return true;
}

static bool scan_word(struct scan *scan)
{
	static const char *const words[] = { "null", "true", "false" };
	static const char *const not_json[] = { "NaN", "nan", "Infinity", "inf" };

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		const size_t n = strlen(words[i]);

		if (strncmp(scan->at, words[i], n) == 0 && !g_ascii_isalnum(scan->at[n])) {
			scan->at += n;
			return true;
		}
	}
	for (size_t i = 0; i < G_N_ELEMENTS(not_json); i++)
		if (g_str_has_prefix(scan->at, not_json[i]))
			return scan_fail(
				scan, scan->at,
				"infinity and not-a-number are not JSON; expected a value");
	return scan_unexpected(scan,
			       "a value: an object, an array, a string in double quotes, a number, "
			       "true or false");
}

/* A value, with what is known of its key if it is a member. */
static bool scan_value(struct scan *scan, struct json_value value);

static bool scan_member(struct scan *scan)
{
	const char *start = scan->at;
	struct json_value value = { 0 };
	struct diag_place key;

	if (*scan->at != '"')
		return scan_unexpected(scan, "a key in double quotes");
	key = scan_place(scan, scan->at);
	if (!scan_string(scan, JSON_MAX_KEY_BYTES))
		return false;
	value.key_offset = (unsigned int)(start - scan->text);
	value.key_len = (unsigned int)(scan->at - start);
	value.key_line = key.line;
	value.key_col = key.col;
	value.key_has_nul = scan->has_nul;
	scan_space(scan);
	if (*scan->at != ':')
		return scan_unexpected(scan, "':' behind a key");
	scan->at++;
	scan_space(scan);
	return scan_value(scan, value);
}

/* Objects and arrays: '{' or '[', elements with ',' between them, @close. */
static bool scan_children(struct scan *scan, char close)
{
	const char *start = scan->at++;
	const bool object = close == '}';

	if (++scan->depth > JSON_MAX_DEPTH)
		return scan_fail_limit(scan, start, "nested too deeply", JSON_MAX_DEPTH, "levels");
	scan_space(scan);
	for (int n = 1; n > 1 || *scan->at != close; n++) {
		if (n > JSON_MAX_MEMBERS)
			return scan_fail_limit(
				scan, start, object ? "object is too large" : "array is too large",
				JSON_MAX_MEMBERS, object ? "members" : "elements");
		if (n > 1 && *scan->at == close)
			return scan_fail(scan, scan->at,
					 "trailing comma; expected another value before "
					 "the closing bracket, or no comma");
		if (!(object ? scan_member(scan) : scan_value(scan, (struct json_value){ 0 })))
			return false;
		scan_space(scan);
		if (*scan->at == close)
			break;
		if (*scan->at != ',')
			return scan_unexpected(scan, object ? "',' or '}'" : "',' or ']'");
		scan->at++;
		scan_space(scan);
	}
	scan->at++;
	scan->depth--;
	return true;
}

static bool scan_any(struct scan *scan)
{
	switch (*scan->at) {
	case '{':
		return scan_children(scan, '}');
	case '[':
		return scan_children(scan, ']');
	case '"':
		return scan_string(scan, JSON_MAX_STRING_BYTES);
	default:
		return *scan->at == '-' || g_ascii_isdigit(*scan->at) ? scan_number(scan)
								      : scan_word(scan);
	}
}

static bool scan_value(struct scan *scan, struct json_value value)
{
	const struct diag_place here = scan_place(scan, scan->at);
	const char *start = scan->at;
	const guint index = scan->values->len;
	const unsigned int n_long_numbers = scan->n_long_numbers;

	if (index >= scan->max_values)
		return scan_fail_limit(scan, scan->at, "too many values", JSON_MAX_VALUES,
				       "values, those of included files among them,");
	g_array_append_val(scan->values, value); /* parents stand before children */
	if (!scan_any(scan))
		return false;
	value.line = here.line;
	value.col = here.col;
	value.offset = (unsigned int)(start - scan->text);
	value.len = (unsigned int)(scan->at - start);
	value.n_below = scan->values->len - index - 1;
	value.has_nul = *start == '"' && scan->has_nul;
	value.has_long_number = scan->n_long_numbers > n_long_numbers;
	g_array_index(scan->values, struct json_value, index) = value;
	return true;
}

bool json_scan(const char *text, size_t len, const char *file, guint max_values, GArray *values,
	       struct diag *diag)
{
	struct scan scan = { .text = text,
			     .end = text + len,
			     .at = text,
			     .place = { file, 1, 1 },
			     .mark = text,
			     .values = values,
			     .max_values = max_values,
			     .diag = diag };

	if (!json_sniff(text, len, file, diag))
		return false;
	scan_space(&scan);
	if (!scan_value(&scan, (struct json_value){ 0 }))
		return false;
	scan_space(&scan);
	if (scan.at != scan.end) {
		if (*scan.at == '#' || *scan.at == '/')
			return scan_unexpected(&scan, "the end of the file");
		return scan_fail(&scan, scan.at,
				 "text after the end of the document; expected one JSON object");
	}
	return true;
}
