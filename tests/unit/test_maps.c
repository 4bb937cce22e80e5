/* test_maps.c - /proc/PID/maps, line by line; and the sets of ranges that guess what exec mapped. */
#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include <rcusim/trace.h>

#include "trace/range_set.h"
#include "unit/import_text.h"

static char *import_maps(const char *text, bool lenient, char **ret_message)
{
	const struct rcusim_trace_options options = { .source = RCUSIM_TRACE_MAPS,
						      .lenient = lenient };

	return import_text(text, "t.maps", &options, ret_message);
}

#define FIRST "00400000-00401000 r--p 00000000 fe:00 77                 /usr/bin/x y\n"

static void test_an_address_space_becomes_a_task(void)
{
	g_autofree char *message = NULL;
	g_autofree char *replay = import_maps(
		FIRST
		"00401000-00403000 r-xp 00001000 fe:00 77                 /usr/bin/x y\r\n"
		"00500000-00501000 rw-p 00000000 00:00 0 \n"
		"\n"
		"7f0000000000-7f0000001000 rw-s 00003000 00:05 1024               /dev/zero (deleted)\n"
		"7ffc00000000-7ffc00021000 rw-p 00000000 00:00 0                  [stack]\n"
		"7ffc00030000-7ffc00034000 r--p 00000000 00:00 0                  [vvar]\n"
		"7ffc00034000-7ffc00036000 r-xp 00000000 00:00 0                  [vdso]\n"
		"ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0          [vsyscall]",
		false, &message);

	g_assert_cmpstr(message, ==, NULL);
	g_assert_cmpstr(replay, ==,
			"rcusim-replay 1\n"
			"# from t.maps: 7 VMAs; 0 lines skipped\n"
			"# an address space as it was\n"
			"task 1 maps at 0\n"
			"1 . image 0x400000 0x1000 r-- 1 0\n"
			"1 . image 0x401000 0x2000 r-x 1 0x1000\n"
			"1 . image 0x500000 0x1000 rw- - 0\n"
			"1 . image 0x7f0000000000 0x1000 rw-s 2 0x3000\n"
			"1 . image 0x7ffc00000000 0x21000 rw-g - 0\n"
			"1 . image 0x7ffc00030000 0x4000 r--v - 0\n"
			"1 . image 0x7ffc00034000 0x2000 r-xv - 0\n"
			"1 . exit\n");
}

static const struct {
	const char *line, *message;
} bad_lines[] = {
	{ "00400800-00402000 r--p 00000000 00:00 0", "not one of whole pages" },
	{ "00400000-00402000 r--p 00000000 00:00 0", "begins before the last one ends" },
	{ "00300000-00302000 r--p 00000000 00:00 0", "begins before the last one ends" },
	{ "00500000-00500000 r--p 00000000 00:00 0", "ends where it begins" },
	{ "00500000-00480000 r--p 00000000 00:00 0", "ends before it begins" },
	{ "005000zz-00600000 r--p 00000000 00:00 0", "expected hexadecimal digits, then '-'" },
	{ "0x500000-00600000 r--p 00000000 00:00 0", "expected hexadecimal digits, then '-'" },
	{ "11112222333344445-5 r--p 0 00:00 0", "expected hexadecimal digits, then '-'" },
	{ "00500000 00600000 r--p 00000000 00:00 0", "expected hexadecimal digits, then '-'" },
	{ "00500000-00600000 q--p 00000000 00:00 0", "t.maps:2:19: error: found no permissions" },
	{ "00500000-00600000 r--", "found no permissions" },
	{ "00500000-00600000 r--p zz 00:00 0", "expected hexadecimal digits, then ' '" },
	{ "00500000-00600000 r--p 00000000 0000 0", "expected hexadecimal digits, then ':'" },
	{ "00500000-00600000 r--p 00000000 00:00 x", "found no inode" },
	{ "00500000-00600000 r--p 00000000 00:00", "expected hexadecimal digits, then ' '" },
	{ "Size:                  4 kB", "expected hexadecimal digits" },
};

static void test_bad_lines_are_told_with_their_place(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(bad_lines); i++) {
		g_autofree char *text = g_strconcat(FIRST, bad_lines[i].line, "\n", NULL);
		g_autofree char *message = NULL, *good = NULL, *lenient = NULL;

		g_assert_null(import_maps(text, false, &message));
		if (strstr(message, bad_lines[i].message) == NULL)
			g_error("%s\ngives %s\nnot   %s", bad_lines[i].line, message,
				bad_lines[i].message);
		g_assert_true(g_str_has_prefix(message, "t.maps:2:"));
		lenient = import_maps(text, true, &good);
		g_assert_nonnull(strstr(lenient, ": 1 VMA; 1 line skipped"));
	}
}

static void test_nothing_is_no_address_space(void)
{
	g_autofree char *message = NULL;

	g_assert_null(import_maps("\n \n", false, &message));
	g_assert_nonnull(strstr(message, "t.maps: error: found no mapping; expected a line like"));
}

/* Ranges against an array of flags. */
static void test_ranges_are_those_of_an_array(void)
{
	enum { N = 64 };
	struct range_set *set = range_set_new();
	bool naive[N] = { false };

	for (int round = 0; round < 2000; round++) {
		const int start = g_test_rand_int_range(0, N);
		const int end = g_test_rand_int_range(start, N + 1);
		struct range range;
		int i = start;
		bool any = false;

		if (round % 40 == 0) {
			range_set_free(set);
			set = range_set_new();
			memset(naive, 0, sizeof(naive));
		}
		if (round % 5 == 0) {
			const int short_end = MIN(end, start + 3);

			range_set_add(set, (uint64_t)start, (uint64_t)short_end);
			for (int k = start; k < short_end; k++)
				naive[k] = true;
		}
		while (i < end && naive[i])
			i++;
		for (int k = start; k < end; k++)
			any |= naive[k];
		g_assert_cmpint(range_set_overlaps(set, (uint64_t)start, (uint64_t)end, NULL), ==,
				any);
		g_assert_cmpint(range_set_hole(set, (uint64_t)start, (uint64_t)end, &range), ==,
				i < end);
		if (i < end)
			g_assert_cmpint((int64_t)range.start, ==, i);
	}
	range_set_free(set);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/maps/an-address-space-becomes-a-task",
			test_an_address_space_becomes_a_task);
	g_test_add_func("/maps/bad-lines-are-told-with-their-place",
			test_bad_lines_are_told_with_their_place);
	g_test_add_func("/maps/nothing-is-no-address-space", test_nothing_is_no_address_space);
	g_test_add_func("/maps/ranges-are-those-of-an-array", test_ranges_are_those_of_an_array);
	return g_test_run();
}
