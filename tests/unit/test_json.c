/* test_json.c - the strict scan and the tree: what is JSON, where it stands, what the message says. */
#include <string.h>

#include <glib.h>

#include "base/diag.h"
#include "scenario/json.h"

/* The tree, or NULL and all problems in @ret_message. */
static struct json *parse_bytes(const char *text, size_t len, char **ret_message)
{
	struct diag *diag = diag_new();
	struct json *json = json_parse(text, len, "t.json", diag);

	*ret_message = NULL;
	if (diag_n(diag) > 0) {
		g_autoptr(GError) error = NULL;

		diag_to_error(diag, RCUSIM_ERROR_INVALID, &error);
		g_assert_error(error, RCUSIM_ERROR, RCUSIM_ERROR_INVALID);
		*ret_message = g_strdup(error->message);
	}
	diag_free(diag);
	return json;
}

static void assert_refused(const char *text, size_t len, const char *expected)
{
	g_autofree char *message = NULL;
	struct json *json = parse_bytes(text, len, &message);

	if (message == NULL)
		g_error("accepted: %s", text);
	if (strstr(message, expected) == NULL)
		g_error("for: %s\nmessage: %s\nlacks: %s", text, message, expected);
	json_free(json);
}

static void assert_accepted(const char *text)
{
	g_autofree char *message = NULL;
	struct json *json = parse_bytes(text, strlen(text), &message);

	if (message != NULL)
		g_error("refused: %s\nmessage: %s", text, message);
	g_assert_nonnull(json);
	json_free(json);
}

static const char *const accepted[] = {
	"{}",
	"[]",
	" \t\r\n{ } \n",
	"0",
	"-0",
	"7",
	"-7",
	"10",
	"0.5",
	"-0.25e-7",
	"1E5",
	"1e+05",
	"1.000",
	"123456789012345678901234567890",
	"true",
	"false",
	"null",
	"[true]",
	"[null,null]",
	"\"\"",
	"\"a\"",
	"\"/\"",
	"\"\\/\"",
	"\"\\\"\\\\\\b\\f\\n\\r\\t\"",
	"\"\\u0041\"",
	"\"\\u00e4\"",
	"\"\\uD83D\\uDE00\"",
	"\"\\uffff\"",
	"\"\x7f\"",
	"\"\xc3\xa4\"",
	"\"\xf0\x9f\x98\x80\"",
	"\"\xef\xbb\xbf inside\"",
	"[1,2,3]",
	"[1 , 2]",
	"[[],[[]]]",
	"{\"a\":1}",
	"{\"a\":{\"a\":{\"a\":[]}}}",
	"{\"\":0}",
	"{\"a\":1,\"A\":2}",
	"{\"a\" : \"b\" , \"c\":[ ]}",
	"{\r\"a\":1\r}",
	"{\r\n\"a\":1\r\n}\r\n",
	"[\"// no comment\", \"# none\"]",
	"[1e0, 0e0, 0.0, -0.0]",
};

static void test_accepts_json(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(accepted); i++)
		assert_accepted(accepted[i]);
}

struct refusal {
	const char *text, *message;
};

static const struct refusal refused[] = {
	{ "", "t.json:1:1: error: the file is empty" },
	{ " \n\t ", "the file is empty" },
	{ "{", "t.json:1:2: error: unexpected end of the file; expected a key" },
	{ "{\"a\"", "unexpected end of the file; expected ':'" },
	{ "{\"a\":", "unexpected end of the file; expected a value" },
	{ "{\"a\":1", "unexpected end of the file; expected ',' or '}'" },
	{ "[1", "unexpected end of the file; expected ',' or ']'" },
	{ "[1,", "t.json:1:4: error: unexpected end of the file; expected a value" },
	{ "\"abc", "t.json:1:5: error: unexpected end of the file in a string" },
	{ "{} x", "t.json:1:4: error: text after the end of the document" },
	{ "{}{}", "t.json:1:3: error: text after the end" },
	{ "{}\n}", "t.json:2:1: error: text after the end" },
	{ "1 2", "text after the end" },
	{ "{\"a\":1,}", "t.json:1:8: error: trailing comma" },
	{ "[1,]", "t.json:1:4: error: trailing comma" },
	{ "[,1]", "t.json:1:2: error: unexpected \",\"; expected a value" },
	{ "[1,,2]", "t.json:1:4: error: unexpected \",\"" },
	{ "{,}", "expected a key in double quotes" },
	{ "{\"a\":1 \"b\":2}", "t.json:1:8: error: unexpected \"\\\"\"; expected ',' or '}'" },
	{ "{\"a\" 1}", "t.json:1:6: error: unexpected \"1\"; expected ':'" },
	{ "{\"a\"=1}", "unexpected \"=\"; expected ':'" },
	{ "{\"a\"::1}", "unexpected \":\"; expected a value" },
	{ "{a:1}", "t.json:1:2: error: unexpected \"a\"; expected a key in double quotes" },
	{ "{1:1}", "expected a key in double quotes" },
	{ "{'a':1}", "single quotes are not JSON" },
	{ "['a']", "single quotes are not JSON" },
	{ "[1}", "expected ',' or ']'" },
	{ "{\"a\":1]", "expected ',' or '}'" },
	{ "]", "unexpected \"]\"; expected a value" },
	{ "// c\n{}", "comments are not JSON; use a \"comment\" key" },
	{ "{} // c", "comments are not JSON" },
	{ "{/* c */}", "comments are not JSON" },
	{ "# c\n{}", "comments are not JSON" },
	{ "{\"a\":1 # c\n}", "t.json:1:8: error: comments are not JSON" },
	{ "{\"a\": // c\n1}", "comments are not JSON" },
	{ "NaN", "not-a-number" },
	{ "nan", "not-a-number" },
	{ "[Infinity]", "infinity" },
	{ "inf", "infinity" },
	{ "-Infinity", "expected a digit" },
	{ "True", "unexpected \"T\"; expected a value" },
	{ "nul", "expected a value" },
	{ "nulls", "expected a value" },
	{ "undefined", "unexpected \"u\"" },
	{ "01", "leading zeros" },
	{ "-01", "leading zeros" },
	{ "00", "leading zeros" },
	{ "+1", "unexpected \"+\"" },
	{ ".5", "unexpected \".\"" },
	{ "5.", "expected a digit behind the point" },
	{ "[5.]", "t.json:1:4: error: unexpected \"]\"; expected a digit behind the point" },
	{ "0.e1", "expected a digit behind the point" },
	{ "-.5", "expected a digit" },
	{ "1e", "expected a digit in the exponent" },
	{ "1e+", "expected a digit in the exponent" },
	{ "1e-x", "expected a digit in the exponent" },
	{ "0x10", "unexpected \"x\"; expected the end of a number" },
	{ "1_000", "unexpected \"_\"; expected the end of a number" },
	{ "--1", "unexpected \"-\"; expected a digit" },
	{ "1.2.3", "expected the end of a number" },
	{ "10ms", "write \"10ms\" in quotes" },
	{ "\"a\nb\"",
	  "t.json:1:3: error: raw control character 0x0a in a string; write it as \\n" },
	{ "\"a\tb\"", "write it as \\t" },
	{ "\"a\x01\"", "raw control character 0x01" },
	{ "\"\\x41\"", "unknown escape" },
	{ "\"\\", "unknown escape" },
	{ "\"\\u12\"", "without four hexadecimal digits" },
	{ "\"\\u00g0\"", "without four hexadecimal digits" },
	{ "\"\\u0000\"", "t.json:1:1: error: $: \\u0000 in a string; NUL is not accepted" },
	{ "{\"a\":[0,\"x\\u0000y\"]}", "t.json:1:9: error: $.a[1]: \\u0000 in a string" },
	{ "{\"x\\u0000y\":0}", "t.json:1:2: error: $.x: \\u0000 in a key; NUL is not accepted" },
	{ "\"\\ud800\"", "high surrogate without a low one" },
	{ "\"\\ud800\\u0041\"", "high surrogate without a low one" },
	{ "\"\\ude00\\ud800\"", "low surrogate without a high one" },
	{ "[\"\\uD834\\\"]", "high surrogate" },
	{ "\xef\xbb\xbf{}", "byte order mark" },
	{ "\xff\xfe{", "UTF-16" },
	{ "\xfe\xff", "UTF-16" },
	{ "\"\xff\"", "t.json:1:2: error: byte 0xff at offset 1 is not UTF-8" },
	{ "\"\xc0\x80\"", "byte 0xc0 at offset 1 is not UTF-8" },
	{ "\"\xed\xa0\x80\"", "byte 0xed at offset 1 is not UTF-8" },
	{ "\"\xf5\x80\x80\x80\"", "is not UTF-8" },
	{ "\"\xc3", "byte 0xc3 at offset 1 is not UTF-8" },
	{ "[1\v]", "expected ',' or ']'" },
	{ "[1\f]", "expected ',' or ']'" },
	{ "[\xc2\xa0]", "expected a value" },
	{ "\x1f\x8b\x08", "gzip" },
	{ "SQLite format 3", "SQLite" },
	{ "\x7f"
	  "ELF",
	  "ELF" },
	{ "\x89PNG\r\n", "PNG" },
	{ "PK\x03\x04", "zip" },
};

static void test_refuses_what_is_not_json(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(refused); i++)
		assert_refused(refused[i].text, strlen(refused[i].text), refused[i].message);
}

static void test_refuses_nul_bytes(void)
{
	assert_refused("{}\0", 3, "NUL byte at offset 2");
	assert_refused("{\"a\0\":1}", 8, "t.json:1:4: error: NUL byte at offset 3");
	assert_refused("{\0\"\0a\0", 6, "UTF-16");
	assert_refused("\0{\0\"", 4, "UTF-16");
}

/* Every beginning of a document is refused, and never read beyond. */
static void test_refuses_every_truncation(void)
{
	static const char whole[] =
		"{\"a\": [1, -2.5e3, true, null, \"x\\u00e4\\n\xc3\xa4\"], \"b\": {\"c\": {}}}";

	assert_accepted(whole);
	for (size_t n = 0; n + 1 < sizeof(whole) - 1; n++) {
		g_autofree char *part = g_strndup(whole, n);

		assert_refused(part, n, "t.json:1:");
	}
}

static char *repeated(const char *head, const char *what, int n, const char *tail)
{
	GString *text = g_string_new(head);

	for (int i = 0; i < n; i++)
		g_string_append(text, what);
	g_string_append(text, tail);
	return g_string_free(text, FALSE);
}

static void assert_limit(const char *head, const char *what, int limit, const char *tail,
			 const char *message)
{
	g_autofree char *within = repeated(head, what, limit, tail);
	g_autofree char *beyond = repeated(head, what, limit + 1, tail);

	assert_accepted(within);
	assert_refused(beyond, strlen(beyond), message);
}

static void test_limits_hold_at_the_limit(void)
{
	g_autofree char *open = repeated("", "[", JSON_MAX_DEPTH, "");
	g_autofree char *deep = repeated(open, "]", JSON_MAX_DEPTH, "");
	g_autofree char *deeper = g_strdup_printf("[%s]", deep);

	assert_accepted(deep);
	assert_refused(deeper, strlen(deeper), "nested too deeply; at most 64 levels");
	assert_limit("\"", "x", JSON_MAX_STRING_BYTES, "\"",
		     "string is too long; at most 65536 bytes");
	assert_limit("{\"", "k", JSON_MAX_KEY_BYTES, "\":0}", "key is too long; at most 255 bytes");
	assert_limit("1", "0", JSON_MAX_NUMBER_BYTES - 1, "", "number is too long");
	assert_limit("[0", ",0", JSON_MAX_MEMBERS - 1, "]",
		     "array is too large; at most 4096 elements");
}

static void test_limits_stop_floods(void)
{
	g_autofree char *row = repeated("[0", ",0", JSON_MAX_MEMBERS - 1, "]");
	g_autofree char *row_comma = g_strconcat(row, ",", NULL);
	g_autofree char *values = repeated("[", row_comma, 25, "0]");
	g_autofree char *arrays = repeated("", "[", 1000000, "");
	g_autofree char *objects = repeated("", "{\"a\":", 100000, "");
	g_autofree char *digits = repeated("", "7", 1000000, "");
	g_autofree char *bytes = repeated("{", " ", JSON_MAX_BYTES - 1, "}");
	g_autofree char *most_bytes = repeated("{", " ", JSON_MAX_BYTES - 2, "}");

	assert_accepted(most_bytes);
	assert_refused(values, strlen(values), "too many values; at most 100000");
	assert_refused(arrays, strlen(arrays), "nested too deeply");
	assert_refused(objects, strlen(objects), "nested too deeply");
	assert_refused(digits, strlen(digits), "number is too long");
	assert_refused(bytes, strlen(bytes), "more than 16 MiB");
}

/* The document is one value, and so is each row. */
static void test_values_hold_at_the_limit(void)
{
	g_autofree char *row = repeated("[0", ",0", 998, "],");
	g_autofree char *last = repeated("[0", ",0", 997, "]]");
	g_autofree char *more = repeated("[0", ",0", 998, "]]");
	g_autofree char *within = repeated("[", row, 99, last);
	g_autofree char *beyond = repeated("[", row, 99, more);

	assert_accepted(within);
	assert_refused(beyond, strlen(beyond), "too many values; at most 100000");
}

/* Many values on one long line: places are counted forward, not from the start each time. */
static void test_a_long_line_takes_linear_time(void)
{
	g_autofree char *row = repeated("[\"", "x", 3000, "\"");
	g_autofree char *rows = repeated(row, ",\"yyyyyyyy\"", 4000, "]");
	const gint64 start_us = g_get_monotonic_time();

	assert_accepted(rows);
	g_assert_cmpint(g_get_monotonic_time() - start_us, <, 1000000);
}

static void assert_place(const struct json *json, int line, int col)
{
	g_assert_nonnull(json);
	g_assert_cmpint(json->place.line, ==, line);
	g_assert_cmpint(json->place.col, ==, col);
}

static void test_every_value_knows_its_place(void)
{
	static const char text[] = "{\n"
				   "  \"a\": 1,\r\n"
				   "  \"\xc3\xa4\xf0\x9f\x98\x80\": [ true,\r"
				   "\t\"x\" ]\n"
				   "}";
	g_autofree char *message = NULL;
	struct json *json = parse_bytes(text, strlen(text), &message);
	const struct json *array = json_find(json, "\xc3\xa4\xf0\x9f\x98\x80");

	g_assert_null(message);
	assert_place(json, 1, 1);
	assert_place(json_find(json, "a"), 2, 8);
	g_assert_cmpint(json_find(json, "a")->key_place.col, ==, 3);
	assert_place(array, 3, 9); /* columns count characters */
	assert_place(array->first, 3, 11);
	assert_place(array->last, 4, 2);
	json_free(json);
}

static void test_paths_name_every_value(void)
{
	static const char text[] = "{\"a\":{\"b-c\":[0,{\"d\":1}]},\"x.y\":2,\"\":3}";
	g_autofree char *message = NULL;
	struct json *json = parse_bytes(text, strlen(text), &message);
	const struct json *array = json_find(json_find(json, "a"), "b-c");
	g_autofree char *deep = json_path(json_find(array->last, "d"));
	g_autofree char *dotted = json_path(json_find(json, "x.y"));
	g_autofree char *empty = json_path(json_find(json, ""));
	g_autofree char *root = json_path(json);

	g_assert_cmpstr(deep, ==, "$.a.b-c[1].d");
	g_assert_cmpstr(dotted, ==, "$[\"x.y\"]");
	g_assert_cmpstr(empty, ==, "$[\"\"]");
	g_assert_cmpstr(root, ==, "$");
	json_free(json);
}

static void test_repeated_keys_name_both_places(void)
{
	assert_refused(
		"{\"a\":1,\n \"a\":1}", 15,
		"t.json:2:2: error: $.a: the key appears twice in this object; the first is at 1:2");
	assert_refused("{\"a\":1,\"b\":0,\"a\":2}", 19, "1:14: error: $.a: the key appears twice");
	assert_refused("{\"a\":1,\"\\u0061\":2}", 18, "1:8: error: $.a: the key appears twice");
	assert_refused("{\"x\":{\"k\":[{\"b\":1,\"b\":2}]}}", 27,
		       "$.x.k[0].b: the key appears twice");
	assert_refused(
		"{\"a\":1,\"a\":2,\"a\":3}", 19,
		"t.json:1:8: error: $.a: the key appears twice in this object; the first is at 1:2\n"
		"t.json:1:14: error: $.a: the key appears twice");
}

static void test_numbers_keep_their_spelling(void)
{
	static const char text[] = "[9007199254740993, 18446744073709551615, 1.50, -0]";
	g_autofree char *message = NULL;
	struct json *json = parse_bytes(text, strlen(text), &message);
	g_autofree char *again = json_to_text(json);

	g_assert_cmpstr(again, ==, text);
	json_free(json);
}

static void test_strings_are_unescaped_and_written_back(void)
{
	static const char text[] = "[\"a\\u0041\\n\\\"\\\\\\ud83d\\ude00\"]";
	g_autofree char *message = NULL;
	struct json *json = parse_bytes(text, strlen(text), &message);
	g_autofree char *again = json_to_text(json);

	g_assert_cmpstr(json->first->text, ==, "aA\n\"\\\xf0\x9f\x98\x80");
	g_assert_cmpstr(again, ==, "[\"aA\\n\\\"\\\\\xf0\x9f\x98\x80\"]");
	json_free(json);
}

/* cJSON sees a long text in pieces: values, keys and numbers are the same wherever one ends. */
static void test_pieces_do_not_show(void)
{
	static const char *const rows[] = {
		"{\"k\": [true, false, null, -0.5e3, \"s\"]}",
		"{\"\u00e4\\\"\": {\"a\": {}, \"b\": []}}",
		/* longer than what cJSON reads of a number */
		"[0.1234567890123456789012345678901234567890123456789012345678901234567890]",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *row = g_strconcat(rows[i], ", ", NULL);
		g_autofree char *tail = g_strconcat(rows[i], "]}", NULL);
		g_autofree char *text = repeated("{\"all\": [", row, 2000, tail);
		g_autofree char *message = NULL;
		struct json *json = parse_bytes(text, strlen(text), &message);
		g_autofree char *again = NULL;

		g_assert_cmpstr(message, ==, NULL);
		again = json_to_text(json);
		g_assert_cmpstr(again, ==, text);
		json_free(json);
	}
}

/* What a hostile file says is shown, shortened and without effect on a terminal. */
static void test_messages_escape_what_they_show(void)
{
	assert_refused("{\"a\": \xe2\x80\xae}", 10, "unexpected \"\\u202e\"");
	assert_refused("{\"a\": \x1b}", 8, "unexpected \"\\u001b\"");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/json/accepts-json", test_accepts_json);
	g_test_add_func("/json/refuses-what-is-not-json", test_refuses_what_is_not_json);
	g_test_add_func("/json/refuses-nul-bytes", test_refuses_nul_bytes);
	g_test_add_func("/json/refuses-every-truncation", test_refuses_every_truncation);
	g_test_add_func("/json/limits-hold-at-the-limit", test_limits_hold_at_the_limit);
	g_test_add_func("/json/limits-stop-floods", test_limits_stop_floods);
	g_test_add_func("/json/values-hold-at-the-limit", test_values_hold_at_the_limit);
	g_test_add_func("/json/a-long-line-takes-linear-time", test_a_long_line_takes_linear_time);
	g_test_add_func("/json/every-value-knows-its-place", test_every_value_knows_its_place);
	g_test_add_func("/json/paths-name-every-value", test_paths_name_every_value);
	g_test_add_func("/json/repeated-keys-name-both-places",
			test_repeated_keys_name_both_places);
	g_test_add_func("/json/numbers-keep-their-spelling", test_numbers_keep_their_spelling);
	g_test_add_func("/json/strings-are-unescaped-and-written-back",
			test_strings_are_unescaped_and_written_back);
	g_test_add_func("/json/pieces-do-not-show", test_pieces_do_not_show);
	g_test_add_func("/json/messages-escape-what-they-show",
			test_messages_escape_what_they_show);
	return g_test_run();
}
