/* chart.c - the course of a quantity in one line, and a distribution in a few. */
#include <string.h>

#include "report/format.h"

#define N_LEVELS 8

/* ---- Sparklines ---- */

/* 0 is the lowest level, and nothing but 0 is, so that an empty backlog is told from a small one. */
static int level_of(int64_t value, int64_t max)
{
	if (value <= 0 || max <= 0)
		return 0;
	return 1 + (int)((__int128)(MIN(value, max) - 1) * (N_LEVELS - 1) / max);
}

char *rcusim_format_sparkline(const int64_t *values, size_t n, int width, int64_t max, bool utf8)
{
	static const char *const blocks[N_LEVELS] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	static const char ascii[N_LEVELS + 1] = " .:-=+*#";
	const size_t n_columns = MIN(n, (size_t)MAX(width, 0));
	GString *out = g_string_new(NULL);

	if (max == 0)
		for (size_t i = 0; i < n; i++)
			max = MAX(max, values[i]);
	for (size_t column = 0; column < n_columns; column++) {
		int64_t highest = 0;

		for (size_t i = column * n / n_columns; i < (column + 1) * n / n_columns; i++)
			highest = MAX(highest, values[i]);
		if (utf8)
			g_string_append(out, blocks[level_of(highest, max)]);
		else
			g_string_append_c(out, ascii[level_of(highest, max)]);
	}
	return g_string_free(out, false);
}

/* ---- Histograms, as bpftrace prints them ---- */

#define BAR_WIDTH 40

/* Values of a power of two up to the next: number 0 holds 0, number i those from 2^(i - 1). */
static int power_of(int64_t value)
{
	return value <= 0 ? 0 : 64 - __builtin_clzll((unsigned long long)value);
}

/* "512", "1K", "4M": powers of two are whole there. */
static char *power_text(int power)
{
	static const char suffixes[] = " KMGTPE";
	const int exponent = power - 1;

	if (exponent < 0)
		return g_strdup("0");
	if (exponent < 10)
		return g_strdup_printf("%d", 1 << exponent);
	return g_strdup_printf("%d%c", 1 << exponent % 10, suffixes[MIN(exponent / 10, 6)]);
}

static char *range_text(int power)
{
	g_autofree char *low = power_text(power);
	g_autofree char *high = power_text(power + 1);

	return power == 0 ? g_strdup("[0]") : g_strdup_printf("[%s, %s)", low, high);
}

void rcusim_print_histogram(FILE *out, const RcuSimBucket *buckets, size_t n, RcuSimFormat format)
{
	int64_t counts[65] = { 0 };
	int first = 64, last = 0;
	int64_t most = 1;

	for (size_t i = 0; i < n; i++) {
		const int power = power_of(buckets[i].low);

		counts[power] += buckets[i].n;
		most = MAX(most, counts[power]);
		first = MIN(first, power);
		last = MAX(last, power);
	}
	for (int power = first; power <= last; power++) {
		g_autofree char *range = range_text(power);
		g_autofree char *count =
			format == RCUSIM_FORMAT_TEXT
				? g_strdup_printf("%" G_GINT64_FORMAT, counts[power])
				: rcusim_format_value(counts[power], "");
		const int length = (int)((__int128)counts[power] * BAR_WIDTH / most);
		char bar[BAR_WIDTH + 1];

		memset(bar, '@', (size_t)length);
		bar[length] = '\0';
		fprintf(out, "%-14s |%-*s|  %s\n", range, BAR_WIDTH, bar, count);
	}
}
