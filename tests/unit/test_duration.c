/* test_duration.c - exact numbers: durations, sizes, integers and seeds; and words nearly right. */
#include <inttypes.h>
#include <string.h>

#include <glib.h>

#include "base/decimal.h"
#include "base/duration.h"
#include "base/edit.h"

struct quantity_case {
	const char *text;
	int64_t value;
	const char *formatted;
};

static const struct quantity_case durations[] = {
	{ "0ns", 0, "0ns" },
	{ "0s", 0, "0ns" },
	{ "1ns", 1, "1ns" },
	{ "999ns", 999, "999ns" },
	{ "1000ns", 1000, "1us" },
	{ "10ms", 10000000, "10ms" },
	{ "1500us", 1500000, "1500us" },
	{ "1.5ms", 1500000, "1500us" },
	{ "0.5us", 500, "500ns" },
	{ "0.000000001s", 1, "1ns" },
	{ "2.50000000000000000000000s", 2500000000, "2500ms" },
	{ "007ms", 7000000, "7ms" },
	{ "1s", 1000000000, "1s" },
	{ "3600s", 3600000000000, "3600s" },
	{ "9223372036854775807ns", INT64_MAX, "9223372036854775807ns" },
	{ "9223372036s", 9223372036000000000, "9223372036s" },
	{ "9223372036.854775807s", INT64_MAX, "9223372036854775807ns" },
};

static const struct quantity_case sizes[] = { { "0B", 0, "0B" },
					      { "184B", 184, "184B" },
					      { "4KiB", 4096, "4KiB" },
					      { "1.5KiB", 1536, "1536B" },
					      { "1MiB", 1048576, "1MiB" },
					      { "2GiB", INT64_C(1) << 31, "2GiB" },
					      { "1024KiB", 1048576, "1MiB" } };

static void assert_reads(bool (*parse)(const char *, int64_t *, char **), char *(*format)(int64_t),
			 const struct quantity_case *c)
{
	g_autofree char *why = NULL;
	g_autofree char *formatted = NULL;
	int64_t value = -1;

	if (!parse(c->text, &value, &why))
		g_error("refused: %s: %s", c->text, why);
	g_assert_cmpint(value, ==, c->value);
	formatted = format(value);
	g_assert_cmpstr(formatted, ==, c->formatted);
}

static void test_reads_and_writes_exactly(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(durations); i++)
		assert_reads(duration_parse, duration_format, &durations[i]);
	for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++)
		assert_reads(size_parse, size_format, &sizes[i]);
}

struct refusal {
	const char *text, *message;
};

static const struct refusal refused[] = {
	{ "", "does not start with a number" },
	{ "10",
	  "\"10\" has no unit; a duration is a number with one of ns, us, ms, s, like \"10ms\"" },
	{ "ms", "does not start with a number" },
	{ ".5s", "does not start with a number" },
	{ "1.s", "does not start with a number" },
	{ "10 ms", "has the unknown unit \" ms\"" },
	{ "10 ms", "did you mean \"10ms\"?" },
	{ "1 s", "did you mean \"1s\"?" },
	{ " 10ms", "does not start with a number" },
	{ "10ms ", "has the unknown unit \"ms \"" },
	{ "10ms\n", "has the unknown unit \"ms\\u000a\"" },
	{ "10mss", "did you mean \"10ms\"?" },
	{ "10MS", "did you mean \"10ms\"?" },
	{ "1e3us", "has the unknown unit \"e3us\"" },
	{ "-1ms", "is negative" },
	{ "-0s", "is negative" },
	{ "+1ms", "does not start with a number" },
	{ "10\xc2\xb5s", "did you mean \"10us\"?" },
	{ "292y", "has the unknown unit \"y\"" },
	{ "5min", "has the unknown unit \"min\"" },
	{ "99999999999h", "has the unknown unit \"h\"" },
	{ "9223372037s", "is more than 2^63 - 1 ns" },
	{ "9223372036854775808ns", "is more than 2^63 - 1 ns" },
	{ "99999999999999999999ns", "has too many digits" },
	{ "0.5ns", "is not a whole number of ns" },
	{ "1.0000000001s", "is not a whole number of ns" },
	{ "0.0000000000000000001s", "has too many digits" },
	{ "1,5ms", "has the unknown unit" },
	{ "0x10ms", "has the unknown unit" },
	{ "NaNs", "does not start with a number" },
};

static void test_refuses_with_the_reason(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
		g_autofree char *why = NULL;
		int64_t value = 4711;

		if (duration_parse(refused[i].text, &value, &why))
			g_error("accepted: %s", refused[i].text);
		if (strstr(why, refused[i].message) == NULL)
			g_error("for: %s\nmessage: %s\nlacks: %s", refused[i].text, why,
				refused[i].message);
		g_assert_cmpint(value, ==, 4711);
	}
}

static void test_random_durations_survive_a_round_trip(void)
{
	for (int i = 0; i < 2000; i++) {
		const int64_t high = g_test_rand_int() & 0x7fffffff;
		const int64_t value = (high << 32 | (uint32_t)g_test_rand_int()) >> (i % 63);
		g_autofree char *text = duration_format(value);
		g_autofree char *size = size_format(value);
		g_autofree char *why = NULL;
		int64_t again = -1;

		g_assert_true(duration_parse(text, &again, &why));
		g_assert_cmpint(again, ==, value);
		g_assert_true(size_parse(size, &again, &why));
		g_assert_cmpint(again, ==, value);
	}
}

struct number_case {
	const char *token;
	enum decimal_verdict verdict;
	int64_t value;
};

static const struct number_case numbers[] = {
	{ "0", DECIMAL_EXACT, 0 },
	{ "-0", DECIMAL_EXACT, 0 },
	{ "-0.0e5", DECIMAL_EXACT, 0 },
	{ "0e999999999999", DECIMAL_EXACT, 0 },
	{ "1.0", DECIMAL_EXACT, 1 },
	{ "1e3", DECIMAL_EXACT, 1000 },
	{ "1.5e1", DECIMAL_EXACT, 15 },
	{ "1500e-2", DECIMAL_EXACT, 15 },
	{ "-7", DECIMAL_EXACT, -7 },
	{ "9007199254740993", DECIMAL_EXACT, 9007199254740993 },
	{ "9223372036854775807", DECIMAL_EXACT, INT64_MAX },
	{ "-9223372036854775808", DECIMAL_EXACT, INT64_MIN },
	{ "0.9223372036854775807e19", DECIMAL_EXACT, INT64_MAX },
	{ "1e18", DECIMAL_EXACT, 1000000000000000000 },
	{ "9223372036854775808", DECIMAL_TOO_LARGE, 0 },
	{ "-9223372036854775809", DECIMAL_TOO_LARGE, 0 },
	{ "1e19", DECIMAL_TOO_LARGE, 0 },
	{ "1e309", DECIMAL_TOO_LARGE, 0 },
	{ "1e99999999999999999999", DECIMAL_TOO_LARGE, 0 },
	{ "123456789012345678901234567890", DECIMAL_TOO_LARGE, 0 },
	{ "1.5", DECIMAL_FRACTION, 0 },
	{ "1e-3", DECIMAL_FRACTION, 0 },
	{ "1e-400", DECIMAL_FRACTION, 0 },
	{ "-1e-9", DECIMAL_FRACTION, 0 },
	{ "1.25e1", DECIMAL_FRACTION, 0 },
	{ "", DECIMAL_NOT_A_NUMBER, 0 },
	{ "-", DECIMAL_NOT_A_NUMBER, 0 },
	{ "01", DECIMAL_NOT_A_NUMBER, 0 },
	{ "+1", DECIMAL_NOT_A_NUMBER, 0 },
	{ "1.", DECIMAL_NOT_A_NUMBER, 0 },
	{ ".1", DECIMAL_NOT_A_NUMBER, 0 },
	{ "1e", DECIMAL_NOT_A_NUMBER, 0 },
	{ "0x1", DECIMAL_NOT_A_NUMBER, 0 },
	{ "1 ", DECIMAL_NOT_A_NUMBER, 0 },
};

static void test_integers_are_exact(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
		int64_t value = 0;
		const enum decimal_verdict verdict = decimal_int64(numbers[i].token, &value);

		if (verdict != numbers[i].verdict || value != numbers[i].value)
			g_error("%s: verdict %d, value %" PRId64, numbers[i].token, (int)verdict,
				value);
	}
}

static void test_seeds_have_64_bits(void)
{
	uint64_t value = 0;

	g_assert_cmpint(decimal_uint64("18446744073709551615", &value), ==, DECIMAL_EXACT);
	g_assert_cmpuint(value, ==, UINT64_MAX);
	g_assert_cmpint(decimal_uint64("18446744073709551616", &value), ==, DECIMAL_TOO_LARGE);
	g_assert_cmpint(decimal_uint64("-1", &value), ==, DECIMAL_TOO_LARGE);
	g_assert_cmpint(decimal_seed("18446744073709551615", &value), ==, DECIMAL_EXACT);
	g_assert_cmpint(decimal_seed("0xFfFfFfFfFfFfFfFf", &value), ==, DECIMAL_EXACT);
	g_assert_cmpuint(value, ==, UINT64_MAX);
	g_assert_cmpint(decimal_seed("0x5eed", &value), ==, DECIMAL_EXACT);
	g_assert_cmpuint(value, ==, 0x5eed);
	g_assert_cmpint(decimal_seed("0x10000000000000000", &value), ==, DECIMAL_TOO_LARGE);
	g_assert_cmpint(decimal_seed("18446744073709551616", &value), ==, DECIMAL_TOO_LARGE);
	g_assert_cmpint(decimal_seed("", &value), ==, DECIMAL_NOT_A_NUMBER);
	g_assert_cmpint(decimal_seed("0x", &value), ==, DECIMAL_NOT_A_NUMBER);
	g_assert_cmpint(decimal_seed(" 1", &value), ==, DECIMAL_NOT_A_NUMBER);
	g_assert_cmpint(decimal_seed("-1", &value), ==, DECIMAL_NOT_A_NUMBER);
	g_assert_cmpint(decimal_seed("1e3", &value), ==, DECIMAL_NOT_A_NUMBER);
	g_assert_cmpint(decimal_seed("abc", &value), ==, DECIMAL_NOT_A_NUMBER);
}

static void test_did_you_mean(void)
{
	static const char *const words[] = { "blimit", "qhimark",   "qlowmark", "cpus",
					     "hz",     "rcu_nocbs", NULL };

	g_assert_cmpint(edit_distance("abc", "abc"), ==, 0);
	g_assert_cmpint(edit_distance("abc", "acb"), ==, 1);
	g_assert_cmpint(edit_distance("", "abc"), ==, 3);
	g_assert_cmpint(edit_distance("kitten", "sitting"), ==, 3);
	g_assert_cmpint(edit_distance("CPU-S", "cpu_s"), ==, 0);
	g_assert_cmpstr(edit_nearest("blimt", words), ==, "blimit");
	g_assert_cmpstr(edit_nearest("cpu_s", words), ==, "cpus");
	g_assert_cmpstr(edit_nearest("CPUs", words), ==, "cpus");
	g_assert_cmpstr(edit_nearest("qihmark", words), ==, "qhimark");
	g_assert_cmpstr(edit_nearest("rcu_nocb", words), ==, "rcu_nocbs");
	g_assert_cmpstr(edit_nearest("HZ", words), ==, "hz");
	g_assert_null(edit_nearest("xy", words));
	g_assert_null(edit_nearest("", words));
	g_assert_null(edit_nearest("completely-else", words));
	g_assert_null(edit_nearest("\xff\xfe", words));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/duration/reads-and-writes-exactly", test_reads_and_writes_exactly);
	g_test_add_func("/duration/refuses-with-the-reason", test_refuses_with_the_reason);
	g_test_add_func("/duration/random-durations-survive-a-round-trip",
			test_random_durations_survive_a_round_trip);
	g_test_add_func("/duration/integers-are-exact", test_integers_are_exact);
	g_test_add_func("/duration/seeds-have-64-bits", test_seeds_have_64_bits);
	g_test_add_func("/duration/did-you-mean", test_did_you_mean);
	return g_test_run();
}
