/*
 * test_json_suite.c - JSON's grammar, case by case, in the classes and under the names that Nicolas Seriot's
 * JSONTestSuite made the common ones; the texts are our own.
 *
 * y: the scan accepts it, and if the scenario is refused, then for what it means, not for its syntax.
 * n: the scan refuses it. i: the grammar leaves it to us; the table says what we decided.
 */
#include <string.h>

#include <glib.h>

#include <rcusim/scenario.h>

#include "scenario/json.h"
#include "scenario/json_scan.h"

struct suite_case {
	const char *name, *text;
	size_t len;
	int times; /* @text that often; 0 is once */
};

struct decided_case {
	struct suite_case the;
	bool is_accepted;
	const char *why;
};

#define CASE(name, text)                        \
	{                                       \
		name, text, sizeof(text) - 1, 0 \
	}
#define TIMES(n, name, text)                    \
	{                                       \
		name, text, sizeof(text) - 1, n \
	}

/* clang-format off */
static const struct suite_case accepted[] = {
	CASE("y_array_arraysWithSpaces", "[ [ ]   ]"),
	CASE("y_array_empty-string", "[\"\"]"),
	CASE("y_array_empty", "[]"),
	CASE("y_array_ending_with_newline", "[\"end\"]\n"),
	CASE("y_array_false", "[false]"),
	CASE("y_array_heterogeneous", "[null, 7, \"seven\", {\"7\": []}]"),
	CASE("y_array_null", "[null]"),
	CASE("y_array_with_1_and_newline", "[1\n]"),
	CASE("y_array_with_leading_space", " [4]"),
	CASE("y_array_with_several_null", "[5,null,null,null,6]"),
	CASE("y_array_with_trailing_space", "[8] "),
	CASE("y_number", "[456e78]"),
	CASE("y_number_0e+1", "[0e+1]"),
	CASE("y_number_0e1", "[0e1]"),
	CASE("y_number_after_space", "[ 16]"),
	CASE("y_number_double_close_to_zero", "[-0.000000000000000000000000000000000000000000000000000000000000000000000000000003]"),
	CASE("y_number_int_with_exp", "[30e1]"),
	CASE("y_number_minus_zero", "[-0]"),
	CASE("y_number_negative_int", "[-456]"),
	CASE("y_number_negative_one", "[-1]"),
	CASE("y_number_negative_zero", "[-0.0]"),
	CASE("y_number_real_capital_e", "[7E11]"),
	CASE("y_number_real_capital_e_neg_exp", "[7E-3]"),
	CASE("y_number_real_capital_e_pos_exp", "[7E+3]"),
	CASE("y_number_real_exponent", "[456e23]"),
	CASE("y_number_real_fraction_exponent", "[456.123e45]"),
	CASE("y_number_real_neg_exp", "[7e-3]"),
	CASE("y_number_real_pos_exponent", "[7e+3]"),
	CASE("y_number_simple_int", "[456]"),
	CASE("y_number_simple_real", "[456.123]"),
	CASE("y_object", "{\"min\": \"ns\", \"max\": \"ms\"}"),
	CASE("y_object_basic", "{\"cpu\":\"one\"}"),
	CASE("y_object_duplicated_key", "{\"k\":\"one\",\"k\":\"two\"}"),
	CASE("y_object_duplicated_key_and_value", "{\"k\":\"one\",\"k\":\"one\"}"),
	CASE("y_object_empty", "{}"),
	CASE("y_object_empty_key", "{\"\":0}"),
	CASE("y_object_escaped_null_in_key", "{\"one\\u0000two\": 3}"),
	CASE("y_object_extreme_numbers", "{ \"least\": -2.5e+37, \"most\": 2.5e+37 }"),
	CASE("y_object_long_strings", "{\"list\":[{\"id\":\"vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv\"}], \"id\":\"wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww\"}"),
	CASE("y_object_simple", "{\"a\":[]}"),
	CASE("y_object_string_unicode", "{\"wort\":\"\\u0424\\u043b\\u0443\\u0434 \\u0438\"}"),
	CASE("y_object_with_newlines", "{\n\"a\": \"b\"\n}"),
	CASE("y_string_1_2_3_bytes_UTF-8_sequences", "[\"\\u0061\\u013b\\u23ab\"]"),
	CASE("y_string_accepted_surrogate_pair", "[\"\\uD83D\\ude80\"]"),
	CASE("y_string_accepted_surrogate_pairs", "[\"\\ud83d\\ude80\\ud83d\\udc27\"]"),
	CASE("y_string_allowed_escapes", "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]"),
	CASE("y_string_backslash_and_u_escaped_zero", "[\"\\\\u0000\"]"),
	CASE("y_string_backslash_doublequotes", "[\"\\\"\"]"),
	CASE("y_string_comments", "[\"x/*y*/z/*a//b\"]"),
	CASE("y_string_double_escape_a", "[\"\\\\a\"]"),
	CASE("y_string_double_escape_n", "[\"\\\\n\"]"),
	CASE("y_string_escaped_control_character", "[\"\\u0013\"]"),
	CASE("y_string_escaped_noncharacter", "[\"\\uFFFE\"]"),
	CASE("y_string_in_array", "[\"call_rcu\"]"),
	CASE("y_string_in_array_with_leading_space", "[ \"call_rcu\"]"),
	CASE("y_string_last_surrogates_1_and_2", "[\"\\uDBFF\\uDFFF\"]"),
	CASE("y_string_nbsp_uescaped", "[\"one\\u00A0two\"]"),
	CASE("y_string_nonCharacterInUTF-8_U+10FFFF", "[\"\364\217\277\277\"]"),
	CASE("y_string_nonCharacterInUTF-8_U+FFFF", "[\"\357\277\277\"]"),
	CASE("y_string_null_escape", "[\"\\u0000\"]"),
	CASE("y_string_one-byte-utf-8", "[\"\\u003c\"]"),
	CASE("y_string_pi", "[\"\317\200\"]"),
	CASE("y_string_reservedCharacterInUTF-8_U+1BFFF", "[\"\360\233\277\277\"]"),
	CASE("y_string_simple_ascii", "[\"rcuog \"]"),
	CASE("y_string_space", "\" \""),
	CASE("y_string_surrogates_U+1D11E_MUSICAL_SYMBOL_G_CLEF", "[\"\\uD834\\uDD1E\"]"),
	CASE("y_string_three-byte-utf-8", "[\"\\u0831\"]"),
	CASE("y_string_two-byte-utf-8", "[\"\\u0133\"]"),
	CASE("y_string_u+2028_line_sep", "[\"\342\200\250\"]"),
	CASE("y_string_u+2029_par_sep", "[\"\342\200\251\"]"),
	CASE("y_string_uEscape", "[\"\\u0071\\u30af\\u0FEF\\u54c2\"]"),
	CASE("y_string_uescaped_newline", "[\"two\\u000Alines\"]"),
	CASE("y_string_unescaped_char_delete", "[\"\177\"]"),
	CASE("y_string_unicode", "[\"\\uB77D\"]"),
	CASE("y_string_unicodeEscapedBackslash", "[\"\\u005c\"]"),
	CASE("y_string_unicode_2", "[\"\342\215\202\343\211\210\342\215\205\"]"),
	CASE("y_string_unicode_U+10FFFE_nonchar", "[\"\\uDBFF\\uDFFE\"]"),
	CASE("y_string_unicode_U+1FFFE_nonchar", "[\"\\uD83F\\uDFFE\"]"),
	CASE("y_string_unicode_U+200B_ZERO_WIDTH_SPACE", "[\"\\u200b\"]"),
	CASE("y_string_unicode_U+2064_invisible_plus", "[\"\\u2064\"]"),
	CASE("y_string_unicode_U+FDD0_nonchar", "[\"\\ufdd0\"]"),
	CASE("y_string_unicode_U+FFFE_nonchar", "[\"\357\277\276\"]"),
	CASE("y_string_unicode_escaped_double_quote", "[\"\\u0022\"]"),
	CASE("y_string_utf8", "[\"\342\202\254\360\235\204\236\"]"),
	CASE("y_string_with_del_character", "[\"b\177c\"]"),
	CASE("y_structure_lonely_false", "false"),
	CASE("y_structure_lonely_int", "77"),
	CASE("y_structure_lonely_negative_real", "-0.7"),
	CASE("y_structure_lonely_null", "null"),
	CASE("y_structure_lonely_string", "\"rcuop\""),
	CASE("y_structure_lonely_true", "true"),
	CASE("y_structure_string_empty", "\"\""),
	CASE("y_structure_trailing_newline", "[\"b\"]\n"),
	CASE("y_structure_true_in_array", "[true]"),
	CASE("y_structure_whitespace_array", " [] "),
};

static const struct suite_case refused[] = {
	CASE("n_array_1_true_without_comma", "[2 true]"),
	CASE("n_array_a_invalid_utf8", "[b\345]"),
	CASE("n_array_colon_instead_of_comma", "[\"\": 7]"),
	CASE("n_array_comma_after_close", "[\"\"],"),
	CASE("n_array_comma_and_number", "[,7]"),
	CASE("n_array_double_comma", "[7,,8]"),
	CASE("n_array_double_extra_comma", "[\"y\",,]"),
	CASE("n_array_extra_close", "[\"y\"]]"),
	CASE("n_array_extra_comma", "[\"\",]"),
	CASE("n_array_incomplete", "[\"y\""),
	CASE("n_array_incomplete_invalid_value", "[y"),
	CASE("n_array_inner_array_no_comma", "[7[8]]"),
	CASE("n_array_invalid_utf8", "[\377]"),
	CASE("n_array_items_separated_by_semicolon", "[7:8]"),
	CASE("n_array_just_comma", "[,]"),
	CASE("n_array_just_minus", "[-]"),
	CASE("n_array_missing_value", "[   , \"\"]"),
	CASE("n_array_newlines_unclosed", "[\"b\",\n7\n,8,"),
	CASE("n_array_number_and_comma", "[7,]"),
	CASE("n_array_number_and_several_commas", "[7,,]"),
	CASE("n_array_spaces_vertical_tab_formfeed", "[\"\013b\"\\f]"),
	CASE("n_array_star_inside", "[*]"),
	CASE("n_array_unclosed", "[\"\""),
	CASE("n_array_unclosed_trailing_comma", "[7,"),
	CASE("n_array_unclosed_with_new_lines", "[7,\n8\n,9"),
	CASE("n_array_unclosed_with_object_inside", "[{}"),
	CASE("n_incomplete_false", "[fals]"),
	CASE("n_incomplete_null", "[nul]"),
	CASE("n_incomplete_true", "[tru]"),
	CASE("n_multidigit_number_then_00", "456\000"),
	CASE("n_number_++", "[++789]"),
	CASE("n_number_+1", "[+7]"),
	CASE("n_number_+Inf", "[+Inf]"),
	CASE("n_number_-01", "[-07]"),
	CASE("n_number_-1.0.", "[-7.0.]"),
	CASE("n_number_-2.", "[-7.]"),
	CASE("n_number_-NaN", "[-NaN]"),
	CASE("n_number_.-1", "[.-7]"),
	CASE("n_number_.2e-3", "[.7e-3]"),
	CASE("n_number_0.1.2", "[0.7.8]"),
	CASE("n_number_0.3e+", "[0.7e+]"),
	CASE("n_number_0.3e", "[0.7e]"),
	CASE("n_number_0.e1", "[0.e7]"),
	CASE("n_number_0_capital_E+", "[0E+]"),
	CASE("n_number_0_capital_E", "[0E]"),
	CASE("n_number_0e+", "[0e+]"),
	CASE("n_number_0e", "[0e]"),
	CASE("n_number_1.0e+", "[7.0e+]"),
	CASE("n_number_1.0e-", "[7.0e-]"),
	CASE("n_number_1.0e", "[7.0e]"),
	CASE("n_number_1_000", "[7 000.0]"),
	CASE("n_number_1eE2", "[7eE2]"),
	CASE("n_number_2.e+3", "[7.e+3]"),
	CASE("n_number_2.e-3", "[7.e-3]"),
	CASE("n_number_2.e3", "[7.e3]"),
	CASE("n_number_9.e+", "[7.e+]"),
	CASE("n_number_Inf", "[Inf]"),
	CASE("n_number_NaN", "[NaN]"),
	CASE("n_number_U+FF11_fullwidth_digit_one", "[\357\274\227]"),
	CASE("n_number_expression", "[7+8]"),
	CASE("n_number_hex_1_digit", "[0x7]"),
	CASE("n_number_hex_2_digits", "[0x78]"),
	CASE("n_number_infinity", "[Infinity]"),
	CASE("n_number_invalid+-", "[0e+-7]"),
	CASE("n_number_invalid-negative-real", "[-789.456foo]"),
	CASE("n_number_invalid-utf-8-in-bigger-int", "[456\345]"),
	CASE("n_number_invalid-utf-8-in-exponent", "[7e7\345]"),
	CASE("n_number_invalid-utf-8-in-int", "[0\345]"),
	CASE("n_number_minus_infinity", "[-Infinity]"),
	CASE("n_number_minus_sign_with_trailing_garbage", "[-foo]"),
	CASE("n_number_minus_space_1", "[- 7]"),
	CASE("n_number_neg_int_starting_with_zero", "[-078]"),
	CASE("n_number_neg_real_without_int_part", "[-.789]"),
	CASE("n_number_neg_with_garbage_at_end", "[-7x]"),
	CASE("n_number_real_garbage_after_e", "[7ea]"),
	CASE("n_number_real_with_invalid_utf8_after_e", "[7e\345]"),
	CASE("n_number_real_without_fractional_part", "[7.]"),
	CASE("n_number_starting_with_dot", "[.789]"),
	CASE("n_number_with_alpha", "[7.2a-3]"),
	CASE("n_number_with_alpha_char", "[7.8b-9]"),
	CASE("n_number_with_leading_zero", "[078]"),
	CASE("n_object_bad_value", "[\"k\", verity]"),
	CASE("n_object_bracket_key", "{[: \"k\"}\n"),
	CASE("n_object_comma_instead_of_colon", "{\"k\", null}"),
	CASE("n_object_double_colon", "{\"k\"::\"b\"}"),
	CASE("n_object_emoji", "{\360\237\220\247\360\237\232\200}"),
	CASE("n_object_garbage_at_end", "{\"k\":\"b\" 789}"),
	CASE("n_object_key_with_single_quotes", "{key: 'value'}"),
	CASE("n_object_lone_continuation_byte_in_key_and_trailing_comma", "{\"\271\":\"0\",}"),
	CASE("n_object_missing_colon", "{\"k\" b}"),
	CASE("n_object_missing_key", "{:\"b\"}"),
	CASE("n_object_missing_semicolon", "{\"k\" \"b\"}"),
	CASE("n_object_missing_value", "{\"k\":"),
	CASE("n_object_no-colon", "{\"k\""),
	CASE("n_object_non_string_key", "{7:7}"),
	CASE("n_object_non_string_key_but_huge_number_instead", "{8888E8888:7}"),
	CASE("n_object_repeated_null_null", "{null:null,null:null}"),
	CASE("n_object_several_trailing_commas", "{\"k\":0,,,,,}"),
	CASE("n_object_single_quote", "{'k':0}"),
	CASE("n_object_trailing_comma", "{\"k\":0,}"),
	CASE("n_object_trailing_comment", "{\"k\":\"b\"}/**/"),
	CASE("n_object_trailing_comment_open", "{\"k\":\"b\"}/**//"),
	CASE("n_object_trailing_comment_slash_open", "{\"k\":\"b\"}//"),
	CASE("n_object_trailing_comment_slash_open_incomplete", "{\"k\":\"b\"}/"),
	CASE("n_object_two_commas_in_a_row", "{\"k\":\"b\",,\"c\":\"d\"}"),
	CASE("n_object_unquoted_key", "{k: \"b\"}"),
	CASE("n_object_unterminated-value", "{\"k\":\"b"),
	CASE("n_object_with_single_string", "{ \"k\" : \"b\", \"c\" }"),
	CASE("n_object_with_trailing_garbage", "{\"k\":\"b\"}#"),
	CASE("n_single_space", " "),
	CASE("n_string_1_surrogate_then_escape", "[\"\\uD83D\\\"]"),
	CASE("n_string_1_surrogate_then_escape_u", "[\"\\uD83D\\u\"]"),
	CASE("n_string_1_surrogate_then_escape_u1", "[\"\\uD83D\\u1\"]"),
	CASE("n_string_1_surrogate_then_escape_u1x", "[\"\\uD83D\\u1y\"]"),
	CASE("n_string_accentuated_char_no_quotes", "[\303\250]"),
	CASE("n_string_backslash_00", "[\"\\\000\"]"),
	CASE("n_string_escape_x", "[\"\\x41\"]"),
	CASE("n_string_escaped_backslash_bad", "[\"\\\\\\\"]"),
	CASE("n_string_escaped_ctrl_char_tab", "[\"\\\t\"]"),
	CASE("n_string_escaped_emoji", "[\"\\\360\237\220\247\"]"),
	CASE("n_string_incomplete_escape", "[\"\\\"]"),
	CASE("n_string_incomplete_escaped_character", "[\"\\u00B\"]"),
	CASE("n_string_incomplete_surrogate", "[\"\\uD83D\\uDe\"]"),
	CASE("n_string_incomplete_surrogate_escape_invalid", "[\"\\uD800\\uD800\\y\"]"),
	CASE("n_string_invalid-utf-8-in-escape", "[\"\\u\345\"]"),
	CASE("n_string_invalid_backslash_esc", "[\"\\c\"]"),
	CASE("n_string_invalid_unicode_escape", "[\"\\urstu\"]"),
	CASE("n_string_invalid_utf8_after_escape", "[\"\\\345\"]"),
	CASE("n_string_leading_uescaped_thinspace", "[\\u0020\"rcu\"]"),
	CASE("n_string_no_quotes_with_bad_escape", "[\\n]"),
	CASE("n_string_single_doublequote", "\""),
	CASE("n_string_single_quote", "['one quote']"),
	CASE("n_string_single_string_no_double_quotes", "rcu"),
	CASE("n_string_start_escape_unclosed", "[\"\\"),
	CASE("n_string_unescaped_ctrl_char", "[\"b\001b\"]"),
	CASE("n_string_unescaped_newline", "[\"two\nlines\"]"),
	CASE("n_string_unescaped_tab", "[\"\t\"]"),
	CASE("n_string_unicode_CapitalU", "\"\\UB77D\""),
	CASE("n_string_with_trailing_garbage", "\"\" y"),
	CASE("n_structure_U+2060_word_joined", "[\342\201\240]"),
	CASE("n_structure_UTF8_BOM_no_data", "\357\273\277"),
	CASE("n_structure_angle_bracket_.", "<.>"),
	CASE("n_structure_angle_bracket_null", "[<null>]"),
	CASE("n_structure_array_trailing_garbage", "[7]y"),
	CASE("n_structure_array_with_extra_array_close", "[7]]"),
	CASE("n_structure_array_with_unclosed_string", "[\"bcd]"),
	CASE("n_structure_ascii-unicode-identifier", "b\303\245"),
	CASE("n_structure_capitalized_True", "[True]"),
	CASE("n_structure_close_unopened_array", "7]"),
	CASE("n_structure_comma_instead_of_closing_brace", "{\"y\": true,"),
	CASE("n_structure_double_array", "[][]"),
	CASE("n_structure_end_array", "]"),
	CASE("n_structure_incomplete_UTF8_BOM", "\357\273{}"),
	CASE("n_structure_lone-invalid-utf-8", "\345"),
	CASE("n_structure_lone-open-bracket", "["),
	CASE("n_structure_no_data", ""),
	CASE("n_structure_null-byte-outside-string", "[\000]"),
	CASE("n_structure_number_with_trailing_garbage", "7#"),
	CASE("n_structure_object_followed_by_closing_object", "{}}"),
	CASE("n_structure_object_unclosed_no_value", "{\"\":"),
	CASE("n_structure_object_with_comment", "{\"k\":/*note*/\"b\"}"),
	CASE("n_structure_object_with_trailing_garbage", "{\"k\": true} \"y\""),
	CASE("n_structure_open_array_apostrophe", "['"),
	CASE("n_structure_open_array_comma", "[,"),
	CASE("n_structure_open_array_open_object", "[{"),
	CASE("n_structure_open_array_open_string", "[\"k"),
	CASE("n_structure_open_array_string", "[\"k\""),
	CASE("n_structure_open_object", "{"),
	CASE("n_structure_open_object_close_array", "{]"),
	CASE("n_structure_open_object_comma", "{,"),
	CASE("n_structure_open_object_open_array", "{["),
	CASE("n_structure_open_object_open_string", "{\"k"),
	CASE("n_structure_open_object_string_with_apostrophes", "{'k'"),
	CASE("n_structure_open_open", "[\"\\{[\"\\{[\"\\{[\"\\{"),
	CASE("n_structure_single_eacute", "\351"),
	CASE("n_structure_single_star", "*"),
	CASE("n_structure_trailing_#", "{\"k\":\"b\"}#{}"),
	CASE("n_structure_uescaped_LF_before_string", "[\\u000A\"\"]"),
	CASE("n_structure_unclosed_array", "[7"),
	CASE("n_structure_unclosed_array_partial_null", "[ true, nul"),
	CASE("n_structure_unclosed_array_unfinished_false", "[ false, fals"),
	CASE("n_structure_unclosed_array_unfinished_true", "[ true, tru"),
	CASE("n_structure_unclosed_object", "{\"k\":\"b\""),
	CASE("n_structure_unicode-identifier", "\303\245"),
	CASE("n_structure_whitespace_U+2060_word_joiner", "\342\201\240"),
	CASE("n_structure_whitespace_formfeed", "[\014]"),
	TIMES(100000, "n_structure_100000_opening_arrays", "["),
	TIMES(50000, "n_structure_open_array_object", "[{\"\":"),
};

/* What is no character, and what does not fit, is refused; numbers are not judged before their use. */
static const struct decided_case decided[] = {
	{ CASE("i_number_huge_exp", "[0.7e00778899]"), true, "a number is its spelling; what it is used for must be within range" },
	{ CASE("i_number_neg_int_huge_exp", "[-1e+7788]"), true, "the same" },
	{ CASE("i_number_too_big_pos_int", "[7777777777777777777777777777777777777777]"), true, "the same: a table refuses it, the scan does not" },
	{ CASE("i_number_real_underflow", "[456e-78910]"), true, "the same" },
	{ CASE("i_object_key_lone_2nd_surrogate", "{\"\\uDF78\":0}"), false, "half a pair is no character" },
	{ CASE("i_string_1st_surrogate_but_2nd_missing", "[\"\\uDB7B\"]"), false, "the same" },
	{ CASE("i_string_incomplete_surrogates_escape_valid", "[\"\\uD800\\uD800\\n\"]"), false, "the same" },
	{ CASE("i_string_UTF-16LE_with_BOM", "\377\376[\000\"\000\351\000\"\000]\000"), false, "UTF-8 only, and the message says UTF-16" },
	{ CASE("i_string_UTF-8_invalid_sequence", "[\"\346\227\245\321\372\"]"), false, "bytes that are not UTF-8 are refused with their offset" },
	{ CASE("i_string_overlong_sequence_2_bytes", "[\"\300\257\"]"), false, "the same" },
	{ CASE("i_string_UTF8_surrogate_U+D800", "[\"\355\240\200\"]"), false, "the same" },
	{ CASE("i_structure_500_nested_arrays", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"), false, "JSON_MAX_DEPTH is 64" },
	{ CASE("i_structure_64_nested_arrays", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"), true, "and that many are accepted" },
	{ CASE("i_structure_UTF-8_BOM_empty_object", "\357\273\277{}"), false, "a byte order mark is refused, and the message names it" },
};
/* clang-format on */

static char *text_of(const struct suite_case *the, size_t *ret_len)
{
	const size_t times = the->times == 0 ? 1 : (size_t)the->times;
	char *text = g_malloc(times * the->len + 1);

	for (size_t i = 0; i < times; i++)
		memcpy(text + i * the->len, the->text, the->len);
	text[times * the->len] = '\0';
	*ret_len = times * the->len;
	return text;
}

/* Whether the scan takes it; a refusal has one problem, with a place. */
static bool is_scanned(const struct suite_case *the)
{
	g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(struct json_value));
	struct diag *diag = diag_new();
	size_t len;
	g_autofree char *text = text_of(the, &len);
	const bool is_json = json_scan(text, len, "t.json", JSON_MAX_VALUES, values, diag);

	g_assert_cmpint(diag_n(diag), ==, is_json ? 0 : 1);
	g_assert_cmpint(diag_n_unplaced(diag), ==, 0);
	diag_free(diag);
	return is_json;
}

/* How the whole loader refuses it: none of the cases is a scenario. */
static char *message_of(const struct suite_case *the)
{
	size_t len;
	g_autofree char *text = text_of(the, &len);
	g_autoptr(GError) error = NULL;
	g_autoptr(RcuSimScenario) scenario =
		rcusim_scenario_parse(text, len, "t.json", NULL, &error);

	g_assert_null(scenario);
	g_assert_error(error, RCUSIM_ERROR, RCUSIM_ERROR_INVALID);
	return g_strdup(error->message);
}

/* A problem of meaning names a path, one of syntax has none. */
static bool is_about_meaning(const char *message)
{
	return strstr(message, ": error: $") != NULL;
}

static void test_accepts_what_is_json(void)
{
	int n_wrong = 0;

	g_assert_cmpuint(G_N_ELEMENTS(accepted), ==, 95);
	for (size_t i = 0; i < G_N_ELEMENTS(accepted); i++) {
		g_autofree char *message = message_of(&accepted[i]);

		if (is_scanned(&accepted[i]) && is_about_meaning(message))
			continue;
		g_test_message("%s: %s", accepted[i].name, message);
		n_wrong++;
	}
	g_assert_cmpint(n_wrong, ==, 0);
}

static void test_refuses_what_is_not(void)
{
	int n_wrong = 0;

	g_assert_cmpuint(G_N_ELEMENTS(refused), ==, 188);
	for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
		g_autofree char *message = message_of(&refused[i]);

		if (!is_scanned(&refused[i]) && !is_about_meaning(message))
			continue;
		g_test_message("%s: %s", refused[i].name, message);
		n_wrong++;
	}
	g_assert_cmpint(n_wrong, ==, 0);
}

static void test_decides_what_is_left_open(void)
{
	int n_wrong = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(decided); i++) {
		g_autofree char *message = message_of(&decided[i].the);

		if (is_scanned(&decided[i].the) == decided[i].is_accepted &&
		    is_about_meaning(message) == decided[i].is_accepted)
			continue;
		g_test_message("%s (%s): %s", decided[i].the.name, decided[i].why, message);
		n_wrong++;
	}
	g_assert_cmpint(n_wrong, ==, 0);
}

static int name_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void test_names_are_different(void)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();

	for (size_t i = 0; i < G_N_ELEMENTS(accepted); i++)
		g_ptr_array_add(names, (void *)accepted[i].name);
	for (size_t i = 0; i < G_N_ELEMENTS(refused); i++)
		g_ptr_array_add(names, (void *)refused[i].name);
	g_ptr_array_sort(names, name_compare);
	for (guint i = 1; i < names->len; i++)
		g_assert_cmpstr(names->pdata[i - 1], !=, names->pdata[i]);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/json-suite/accepts-what-is-json", test_accepts_what_is_json);
	g_test_add_func("/json-suite/refuses-what-is-not", test_refuses_what_is_not);
	g_test_add_func("/json-suite/decides-what-is-left-open", test_decides_what_is_left_open);
	g_test_add_func("/json-suite/names-are-different", test_names_are_different);
	return g_test_run();
}
