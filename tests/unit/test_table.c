/* test_table.c - what people read: blocks, headings, wrapped and clipped text, sparklines, histograms. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include <rcusim/table.h>

/* A table that is written to memory. */
struct page {
	RcuSimTable *table;
	FILE *out;
	char *text;
	size_t length;
};

static struct page *page_new(RcuSimFormat format)
{
	struct page *page = g_new0(struct page, 1);

	page->out = open_memstream(&page->text, &page->length);
	page->table = rcusim_table_new(format, page->out);
	return page;
}

/* What it says; the page is gone. */
static char *page_end(struct page *page)
{
	char *text;

	rcusim_table_end(page->table);
	rcusim_table_free(page->table);
	fclose(page->out);
	text = g_strdup(page->text);
	free(page->text);
	g_free(page);
	return text;
}

static void assert_page(struct page *page, const char *expected)
{
	g_autofree char *text = page_end(page);

	g_assert_cmpstr(text, ==, expected);
}

static void test_numbers_stand_to_the_right(void)
{
	struct page *page = page_new(RCUSIM_FORMAT_TABLE);

	rcusim_table_column(page->table, "policy", NULL);
	rcusim_table_column(page->table, "t_ns", "ns");
	rcusim_table_text(page->table, "a");
	rcusim_table_integer(page->table, 1234567);
	rcusim_table_text(page->table, "longer");
	rcusim_table_null(page->table);
	rcusim_table_text(page->table, "c");
	rcusim_table_figure(page->table, "~5");
	assert_page(page, "policy     t_ns\n"
			  "a       1.23 ms\n"
			  "longer        -\n"
			  "c            ~5\n");
}

static struct page *make_groups(RcuSimFormat format)
{
	struct page *page = page_new(format);

	rcusim_table_column(page->table, "metric", NULL);
	rcusim_table_group(page->table, "base");
	rcusim_table_column(page->table, "value", NULL);
	rcusim_table_group(page->table, "a label wider than its columns");
	rcusim_table_column(page->table, "change", NULL);
	rcusim_table_column(page->table, "value", NULL);
	rcusim_table_text(page->table, "wakeups");
	rcusim_table_integer(page->table, 7);
	rcusim_table_figure(page->table, "+14.3%");
	rcusim_table_integer(page->table, 8);
	return page;
}

static void test_groups_have_a_heading(void)
{
	assert_page(make_groups(RCUSIM_FORMAT_TABLE),
		    "         base   a label wider than its columns\n"
		    "metric   value  change                   value\n"
		    "wakeups      7  +14.3%                       8\n");
}

static void test_a_narrow_terminal_has_blocks(void)
{
	const RcuSimStyle style = { .width = 40 };
	struct page *page = make_groups(RCUSIM_FORMAT_TABLE);

	rcusim_table_set_style(page->table, &style);
	assert_page(page, "         base\n"
			  "metric   value\n"
			  "wakeups      7\n"
			  "\n"
			  "         a label wider than its columns\n"
			  "metric   change                   value\n"
			  "wakeups  +14.3%                       8\n");
}

static void test_text_is_never_too_wide(void)
{
	for (int n_columns = 1; n_columns < 9; n_columns++)
		for (int width = 1; width < 120; width += 7) {
			struct page *page = page_new(RCUSIM_FORMAT_TEXT);
			g_autofree char *word = g_strnfill((gsize)width, 'x');
			g_autofree char *text = NULL;
			g_auto(GStrv) lines = NULL;

			rcusim_table_set_keys(page->table, n_columns / 2);
			for (int i = 0; i < n_columns; i++) {
				rcusim_table_group(page->table, i % 3 == 0 ? NULL : word);
				rcusim_table_column(page->table, i % 2 == 0 ? word : "n", NULL);
			}
			for (int i = 0; i < n_columns; i++) {
				if (i % 2 == 0)
					rcusim_table_text(page->table, word);
				else
					rcusim_table_integer(page->table, INT64_MIN);
			}
			text = page_end(page);
			lines = g_strsplit(text, "\n", -1);
			for (int i = 0; lines[i] != NULL; i++)
				g_assert_cmpuint(strlen(lines[i]), <=, RCUSIM_TEXT_WIDTH);
		}
}

static void test_text_is_ascii_without_colour(void)
{
	const RcuSimStyle style = { .utf8 = true, .color = true };
	struct page *page = page_new(RCUSIM_FORMAT_TEXT);

	rcusim_table_set_style(page->table, &style);
	rcusim_table_column(page->table, "\xc3\xa4", NULL);
	rcusim_table_mark(page->table, RCUSIM_MARK_BAD);
	rcusim_table_text(page->table, "\xf0\x9f\x98\x80");
	assert_page(page, "\\u00e4\n\\U0001f600\n");
}

static void test_colour_is_around_the_cell(void)
{
	const RcuSimStyle style = { .color = true };
	struct page *page = page_new(RCUSIM_FORMAT_TABLE);

	rcusim_table_set_style(page->table, &style);
	rcusim_table_column(page->table, "v", NULL);
	rcusim_table_column(page->table, "w", NULL);
	rcusim_table_mark(page->table, RCUSIM_MARK_GOOD);
	rcusim_table_text(page->table, "better");
	rcusim_table_text(page->table, "x");
	rcusim_table_text(page->table, "y");
	rcusim_table_mark(page->table, RCUSIM_MARK_BAD);
	rcusim_table_text(page->table, "worse");
	assert_page(page, "v       w\n\033[32mbetter\033[0m  x\ny       \033[31mworse\033[0m\n");
}

static void test_long_heads_are_clipped_unless_that_confuses(void)
{
	struct page *page = page_new(RCUSIM_FORMAT_TABLE);

	rcusim_table_column(page->table, "k", NULL);
	rcusim_table_column(page->table, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
			    NULL);
	rcusim_table_column(page->table, "cccccccccccccccccccc1cccccccccccccccccccccccccc", NULL);
	rcusim_table_column(page->table, "cccccccccccccccccccc2cccccccccccccccccccccccccc", NULL);
	assert_page(page, "k  aaaaaaaaaaaaaaaaaaa...aaaaaaaaaaaaaaaaab"
			  "  cccccccccccccccccccc1cccccccccccccccccccccccccc"
			  "  cccccccccccccccccccc2cccccccccccccccccccccccccc\n");
}

static void test_reals_are_read_back_as_they_were(void)
{
	static const double values[] = { 0,    1,     -3,     0.1,       1.0 / 3,
					 2e15, 1e300, 123.25, 0.1 + 0.2, -5e-324 };

	for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
		struct page *page = page_new(RCUSIM_FORMAT_CSV);
		g_autofree char *text = NULL;

		rcusim_table_column(page->table, "x", NULL);
		rcusim_table_real(page->table, values[i]);
		text = page_end(page);
		g_assert_true(g_str_has_prefix(text, "x\n"));
		g_assert_cmpfloat(g_ascii_strtod(text + 2, NULL), ==, values[i]);
	}
	{
		struct page *page = page_new(RCUSIM_FORMAT_JSONL);

		rcusim_table_column(page->table, "x", NULL);
		rcusim_table_real(page->table, NAN);
		rcusim_table_real(page->table, 3);
		assert_page(page, "{\"x\": null}\n{\"x\": 3}\n");
	}
}

static void test_means_are_rounded_for_people(void)
{
	static const struct {
		double value;
		const char *unit, *text;
	} rows[] = {
		{ 2.4, "", "2.4" },
		{ 2, "", "2" },
		{ 31912.4, "", "31.9k" },
		{ 98.46, "ns", "98.5 ns" },
		{ 1234.5, "ns", "1.24 us" },
		{ 12.34, "bytes", "12.3 B" },
		{ 573.4, "permille", "57.34 %" },
		{ -0.25, "", "-0.2" },
		{ 1e30, "ns", "1e+30" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = rcusim_format_real(rows[i].value, rows[i].unit);

		g_assert_cmpstr(text, ==, rows[i].text);
	}
}

static void test_text_is_wrapped_at_blanks(void)
{
	g_autofree char *words = rcusim_format_wrapped("one two  three four", 9, "  ");
	g_autofree char *word = rcusim_format_wrapped("abcdefghij", 4, "");
	g_autofree char *fits = rcusim_format_wrapped("exactly nine", 12, "");
	g_autofree char *nothing = rcusim_format_wrapped("", 5, "");

	g_assert_cmpstr(words, ==, "one two\n  three\n  four");
	g_assert_cmpstr(word, ==, "abcd\nefgh\nij");
	g_assert_cmpstr(fits, ==, "exactly nine");
	g_assert_cmpstr(nothing, ==, "");
}

static void test_clipping_keeps_both_ends(void)
{
	g_autofree char *clipped = rcusim_format_clipped("abcdefghijklmnop", 9);
	g_autofree char *whole = rcusim_format_clipped("abcdefghi", 9);
	g_autofree char *umlauts = rcusim_format_clipped(
		"\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4", 8);

	g_assert_cmpstr(clipped, ==, "abc...nop");
	g_assert_cmpstr(whole, ==, "abcdefghi");
	g_assert_cmpstr(umlauts, ==, "\xc3\xa4\xc3\xa4\xc3\xa4...\xc3\xa4\xc3\xa4");
}

static void test_a_sparkline_shows_the_highest_of_each_column(void)
{
	static const int64_t values[] = { 0, 1, 50, 100, 0, 7, 0, 0 };
	g_autofree char *all = rcusim_format_sparkline(values, 8, 8, 0, false);
	g_autofree char *half = rcusim_format_sparkline(values, 8, 4, 0, false);
	g_autofree char *scaled = rcusim_format_sparkline(values, 8, 4, 1000, false);
	g_autofree char *blocks = rcusim_format_sparkline(values, 8, 4, 0, true);
	g_autofree char *nothing = rcusim_format_sparkline(NULL, 0, 4, 0, true);

	g_assert_cmpstr(all, ==, " .=# .  ");
	g_assert_cmpstr(half, ==, ".#. ");
	g_assert_cmpstr(scaled, ==, "... ");
	g_assert_cmpstr(blocks, ==, "\xe2\x96\x82\xe2\x96\x88\xe2\x96\x82\xe2\x96\x81");
	g_assert_cmpstr(nothing, ==, "");
}

static void test_a_histogram_has_every_power_of_two(void)
{
	static const RcuSimBucket buckets[] = {
		{ 0, 0, 5 }, { 1, 1, 10 }, { 4, 5, 20 }, { 6, 7, 20 }, { 1024, 2047, 1 },
	};
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	rcusim_print_histogram(out, buckets, G_N_ELEMENTS(buckets), RCUSIM_FORMAT_TEXT);
	fclose(out);
	g_assert_cmpstr(text, ==,
			"[0]            |@@@@@                                   |  5\n"
			"[1, 2)         |@@@@@@@@@@                              |  10\n"
			"[2, 4)         |                                        |  0\n"
			"[4, 8)         |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|  40\n"
			"[8, 16)        |                                        |  0\n"
			"[16, 32)       |                                        |  0\n"
			"[32, 64)       |                                        |  0\n"
			"[64, 128)      |                                        |  0\n"
			"[128, 256)     |                                        |  0\n"
			"[256, 512)     |                                        |  0\n"
			"[512, 1K)      |                                        |  0\n"
			"[1K, 2K)       |@                                       |  1\n");
	free(text);
}

static void test_an_empty_table_has_its_heads(void)
{
	struct page *page = page_new(RCUSIM_FORMAT_TEXT);

	rcusim_table_column(page->table, "a", NULL);
	rcusim_table_column(page->table, "b", NULL);
	assert_page(page, "a  b\n");
}

#define TEST(path, function) g_test_add_func("/table/" path, function)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	TEST("layout/numbers-stand-to-the-right", test_numbers_stand_to_the_right);
	TEST("layout/groups-have-a-heading", test_groups_have_a_heading);
	TEST("layout/a-narrow-terminal-has-blocks", test_a_narrow_terminal_has_blocks);
	TEST("layout/text-is-never-too-wide", test_text_is_never_too_wide);
	TEST("layout/text-is-ascii-without-colour", test_text_is_ascii_without_colour);
	TEST("layout/colour-is-around-the-cell", test_colour_is_around_the_cell);
	TEST("layout/long-heads-are-clipped-unless-that-confuses",
	     test_long_heads_are_clipped_unless_that_confuses);
	TEST("layout/an-empty-table-has-its-heads", test_an_empty_table_has_its_heads);
	TEST("cells/reals-are-read-back-as-they-were", test_reals_are_read_back_as_they_were);
	TEST("format/means-are-rounded-for-people", test_means_are_rounded_for_people);
	TEST("format/text-is-wrapped-at-blanks", test_text_is_wrapped_at_blanks);
	TEST("format/clipping-keeps-both-ends", test_clipping_keeps_both_ends);
	TEST("chart/a-sparkline-shows-the-highest-of-each-column",
	     test_a_sparkline_shows_the_highest_of_each_column);
	TEST("chart/a-histogram-has-every-power-of-two", test_a_histogram_has_every_power_of_two);
	return g_test_run();
}
