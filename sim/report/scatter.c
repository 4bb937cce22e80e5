/*
 * scatter.c - simulated against measured, as SVG.
 *
 * The points of a group are one path of short strokes: thousands of them stay a small file. Points that fall on the same
 * place are drawn once.
 */
#include "report/scatter.h"

#include <inttypes.h>
#include <math.h>

#include <rcusim/table.h>

#define SIZE         440 /* of the plot's square */
#define LEFT         80
#define TOP          40
#define TENTHS       10 /* coordinates are whole tenths of a pixel */
#define MAX_DECADES  19
#define LEGEND_RIGHT 130

static const char *const colors[] = { "#1b6ca8", "#c8553d", "#4f772d", "#6b4e9b" };

/* The decades that all points lie in. */
struct axis {
	int low, high;
};

static int decade_below(int64_t value)
{
	int decade = 0;

	for (; value >= 10; value /= 10)
		decade++;
	return decade;
}

static void axis_take(struct axis *axis, int64_t value)
{
	const int decade = decade_below(MAX(value, 1));

	axis->low = MIN(axis->low, decade);
	axis->high = MAX(axis->high, decade + 1);
}

static struct axis axis_of(const GArray *points)
{
	struct axis axis = { MAX_DECADES, 0 };

	for (guint i = 0; i < points->len; i++) {
		const struct scatter_point *p = &g_array_index(points, struct scatter_point, i);

		axis_take(&axis, p->measured);
		axis_take(&axis, p->simulated);
	}
	if (points->len == 0)
		axis = (struct axis){ 0, 1 };
	return axis;
}

/* Tenths of a pixel from the axis' begin. */
static int place(const struct axis *axis, double value)
{
	const double decades = log10(MAX(value, 1.0)) - axis->low;

	return (int)lround(decades / (axis->high - axis->low) * SIZE * TENTHS);
}

static void append_tenths(GString *svg, int tenths)
{
	g_string_append_printf(svg, "%d.%d", tenths / TENTHS, tenths % TENTHS);
}

/* --- what does not depend on the points --- */

static void append_decade(GString *svg, const struct axis *axis, int decade, const char *unit)
{
	int64_t value = 1;
	int x;
	g_autofree char *text = NULL;

	for (int i = 0; i < decade; i++)
		value *= 10;
	text = rcusim_format_value(value, unit);
	x = (decade - axis->low) * SIZE / (axis->high - axis->low);
	g_string_append_printf(svg,
			       "<path class=\"g\" d=\"M%d %dV%dM%d %dH%d\"/>"
			       "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>"
			       "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n",
			       LEFT + x, TOP, TOP + SIZE, LEFT, TOP + SIZE - x, LEFT + SIZE,
			       LEFT + x, TOP + SIZE + 18, text, LEFT - 8, TOP + SIZE - x + 4, text);
}

static void append_frame(GString *svg, const struct axis *axis, const char *title, const char *unit)
{
	g_string_append_printf(
		svg,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
		"font-family=\"sans-serif\" font-size=\"12\">\n"
		"<title>%s, simulated against measured</title>\n"
		"<style>.g{stroke:#ddd;fill:none}.d{stroke:#888;fill:none}"
		".p{stroke-width:4;stroke-linecap:round;stroke-opacity:.6;fill:none}</style>\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n"
		"<text x=\"%d\" y=\"24\" font-size=\"15\">%s</text>\n",
		LEFT + SIZE + LEGEND_RIGHT, TOP + SIZE + 50, title, LEFT, title);
	for (int decade = axis->low; decade <= axis->high; decade++)
		append_decade(svg, axis, decade, unit);
	g_string_append_printf(
		svg,
		"<path class=\"d\" d=\"M%d %dL%d %d\"/>\n"
		"<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">measured</text>\n"
		"<text transform=\"translate(16 %d) rotate(-90)\" text-anchor=\"middle\">simulated</text>\n",
		LEFT, TOP + SIZE, LEFT + SIZE, TOP, LEFT + SIZE / 2, TOP + SIZE + 40,
		TOP + SIZE / 2);
}

/* --- points --- */

static int compare_places(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* Places of the group's points, each once, in the order of x and y: x << 32 | y. */
static GArray *places_of(const struct axis *axis, const GArray *points, int group)
{
	GArray *all = g_array_new(false, true, sizeof(int64_t));
	guint n = 0;

	for (guint i = 0; i < points->len; i++) {
		const struct scatter_point *p = &g_array_index(points, struct scatter_point, i);
		const int64_t at = (int64_t)place(axis, (double)p->measured) << 32 |
				   place(axis, (double)p->simulated);

		if (p->group == group)
			g_array_append_val(all, at);
	}
	g_array_sort(all, compare_places);
	for (guint i = 0; i < all->len; i++)
		if (i == 0 || g_array_index(all, int64_t, i) != g_array_index(all, int64_t, n - 1))
			g_array_index(all, int64_t, n++) = g_array_index(all, int64_t, i);
	g_array_set_size(all, n);
	return all;
}

static void append_group(GString *svg, const struct axis *axis, const char *name,
			 const GArray *points, int group)
{
	g_autoptr(GArray) places = places_of(axis, points, group);
	const char *color = colors[group % (int)G_N_ELEMENTS(colors)];

	g_string_append_printf(svg, "<path class=\"p\" stroke=\"%s\" d=\"", color);
	for (guint i = 0; i < places->len; i++) {
		const int64_t at = g_array_index(places, int64_t, i);

		g_string_append_c(svg, 'M');
		append_tenths(svg, LEFT * TENTHS + (int)(at >> 32));
		g_string_append_c(svg, ' ');
		append_tenths(svg, (TOP + SIZE) * TENTHS - (int)(at & 0xffffffff));
		g_string_append(svg, "h0");
	}
	g_string_append_printf(svg,
			       "\"/>\n<path class=\"p\" stroke=\"%s\" d=\"M%d %dh0\"/>"
			       "<text x=\"%d\" y=\"%d\">%s</text>\n",
			       color, LEFT + SIZE + 20, TOP + 20 + 20 * group, LEFT + SIZE + 30,
			       TOP + 24 + 20 * group, name);
}

char *scatter_svg(const char *title, const char *unit, const char *const *groups,
		  const GArray *points)
{
	const struct axis axis = axis_of(points);
	GString *svg = g_string_new(NULL);

	append_frame(svg, &axis, title, unit);
	for (int i = 0; groups[i] != NULL; i++)
		append_group(svg, &axis, groups[i], points, i);
	g_string_append(svg, "</svg>\n");
	return g_string_free(svg, false);
}
