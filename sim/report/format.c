/* format.c - values and texts as people read them. */
#include "report/format.h"

#include <math.h>
#include <string.h>

/* ---- Text ---- */

bool format_is_unprintable(gunichar c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x200b || c == 0x200e ||
	       c == 0x200f || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
	       c == 0xfeff;
}

char *rcusim_format_printable(const char *text)
{
	GString *out = g_string_new(NULL);

	for (const char *p = text; *p != '\0';) {
		const gunichar c = g_utf8_get_char_validated(p, -1);

		if (c == (gunichar)-1 || c == (gunichar)-2) {
			g_string_append_printf(out, "\\x%02x", (unsigned char)*p++);
			continue;
		}
		if (!format_is_unprintable(c))
			g_string_append_unichar(out, c);
		else if (c < 0x80)
			g_string_append_printf(out, "\\x%02x", c);
		else
			g_string_append_printf(out, "\\u%04x", c);
		p = g_utf8_next_char(p);
	}
	return g_string_free(out, false);
}

char *rcusim_format_ascii(const char *text)
{
	g_autofree char *printable = rcusim_format_printable(text);
	GString *out = g_string_new(NULL);

	for (const char *p = printable; *p != '\0'; p = g_utf8_next_char(p)) {
		const gunichar c = g_utf8_get_char(p);

		if (c < 0x80)
			g_string_append_c(out, (char)c);
		else
			g_string_append_printf(out, c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
	}
	return g_string_free(out, false);
}

int format_width(const char *text)
{
	int width = 0;

	for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
		const gunichar c = g_utf8_get_char(p);

		width += g_unichar_iszerowidth(c) ? 0 : g_unichar_iswide(c) ? 2 : 1;
	}
	return width;
}

/* Bytes of @text that fit into @width columns, at least one character. */
static size_t fitting(const char *text, int width)
{
	const char *p = text;
	int used = 0;

	while (*p != '\0') {
		const gunichar c = g_utf8_get_char(p);

		used += g_unichar_iszerowidth(c) ? 0 : g_unichar_iswide(c) ? 2 : 1;
		if (used > width && p > text)
			break;
		p = g_utf8_next_char(p);
	}
	return (size_t)(p - text);
}

/* Length of the first line of @text: up to a blank if there is one, else as much as fits. */
static size_t first_line(const char *text, int width)
{
	const size_t all = fitting(text, width);
	size_t end = all;

	if (text[all] == '\0' || text[all] == ' ')
		return all;
	while (end > 0 && text[end - 1] != ' ')
		end--;
	while (end > 0 && text[end - 1] == ' ')
		end--;
	return end == 0 ? all : end;
}

char *rcusim_format_wrapped(const char *text, int width, const char *indent)
{
	GString *out = g_string_new(NULL);
	int room = width;

	for (;;) {
		const size_t length = first_line(text, MAX(room, 1));

		g_string_append_len(out, text, (gssize)length);
		text += length;
		text += strspn(text, " ");
		if (*text == '\0')
			return g_string_free(out, false);
		g_string_append_printf(out, "\n%s", indent);
		room = width - format_width(indent);
	}
}

char *rcusim_format_clipped(const char *text, int width)
{
	const int tail = (width - 3) / 2;
	const char *end = text + strlen(text);
	size_t head;

	if (format_width(text) <= width)
		return g_strdup(text);
	head = fitting(text, width - 3 - tail);
	while (end > text && format_width(g_utf8_prev_char(end)) <= tail)
		end = g_utf8_prev_char(end);
	return g_strdup_printf("%.*s...%s", (int)head, text, end);
}

/* ---- Values ---- */

struct scale {
	uint64_t factor; /* of the one below */
	const char *suffix;
};

static const struct scale ns_scales[] = { { 1, " ns" },
					  { 1000, " us" },
					  { 1000, " ms" },
					  { 1000, " s" },
					  { 0, NULL } };
static const struct scale byte_scales[] = { { 1, " B" },      { 1024, " KiB" }, { 1024, " MiB" },
					    { 1024, " GiB" }, { 1024, " TiB" }, { 0, NULL } };
static const struct scale count_scales[] = { { 1, "" },     { 1000, "k" }, { 1000, "M" },
					     { 1000, "G" }, { 1000, "T" }, { 1000, "P" },
					     { 0, NULL } };

/* @value in units of @one, to 3 digits: "999", "12.3", "1.23"; NULL if it rounds to @limit or more. */
static char *format_digits(uint64_t value, uint64_t one, uint64_t limit)
{
	for (int decimals = 2; decimals >= 0; decimals--) {
		const unsigned int power = decimals == 2 ? 100 : decimals == 1 ? 10 : 1;
		const unsigned __int128 scaled = ((unsigned __int128)value * power + one / 2) / one;

		if (scaled >= 1000 && decimals > 0)
			continue;
		if (limit != 0 && scaled >= (unsigned __int128)limit * power)
			return NULL;
		if (decimals == 0)
			return g_strdup_printf("%" G_GUINT64_FORMAT, (uint64_t)scaled);
		return g_strdup_printf("%u.%0*u", (unsigned int)scaled / power, decimals,
				       (unsigned int)scaled % power);
	}
	return NULL;
}

static char *format_scaled(uint64_t value, const struct scale *scales)
{
	uint64_t one = 1;

	for (int i = 0;; i++) {
		const bool is_last = scales[i + 1].suffix == NULL;
		g_autofree char *digits = NULL;

		one *= scales[i].factor;
		if (i == 0 && (is_last || value < scales[1].factor))
			return g_strdup_printf("%" G_GUINT64_FORMAT "%s", value, scales[0].suffix);
		if (i == 0)
			continue;
		digits = format_digits(value, one, is_last ? 0 : scales[i + 1].factor);
		if (digits != NULL)
			return g_strconcat(digits, scales[i].suffix, NULL);
	}
}

static char *format_magnitude(uint64_t value, const char *unit)
{
	g_autofree char *count = NULL;

	if (strcmp(unit, "ns") == 0)
		return format_scaled(value, ns_scales);
	if (strcmp(unit, "bytes") == 0)
		return format_scaled(value, byte_scales);
	if (strcmp(unit, "permille") == 0)
		return g_strdup_printf("%" G_GUINT64_FORMAT ".%u %%", value / 10,
				       (unsigned int)(value % 10));
	count = format_scaled(value, count_scales);
	return *unit == '\0' ? g_steal_pointer(&count) : g_strconcat(count, " ", unit, NULL);
}

char *rcusim_format_value(int64_t value, const char *unit)
{
	const uint64_t magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value;
	g_autofree char *text = format_magnitude(magnitude, unit);

	return value < 0 ? g_strconcat("-", text, NULL) : g_steal_pointer(&text);
}

char *rcusim_format_real(double value, const char *unit)
{
	const double rounded = round(value);

	if (fabs(rounded) >= 9e18)
		return g_strdup_printf("%.3g", value);
	/* From 1000 on the scaled value has as many digits as there are. */
	if (value == rounded || fabs(value) >= 1000)
		return rcusim_format_value((int64_t)rounded, unit);
	if (strcmp(unit, "permille") == 0)
		return g_strdup_printf("%.2f %%", value / 10);
	if (strcmp(unit, "bytes") == 0)
		return g_strdup_printf("%.1f B", value);
	return g_strdup_printf("%.1f%s%s", value, *unit == '\0' ? "" : " ", unit);
}
