/*
 * layout.c - aligned columns, in blocks where the lines would be too long.
 *
 *   key    group 1      group 2             key    group 1
 *          a     b      a     b                    a     b
 *   x      1     2      3     4     --->    x      1     2
 *                                                               a block per line of columns,
 *                                           key    group 2      each with the key columns;
 *                                                  a     b      a group stays together if it can
 *                                           x      3     4
 *
 * A column of numbers stands to the right, any other to the left.
 */
#include "report/layout.h"

#include <string.h>

#include "report/format.h"

#define GAP 2
/* A key column is not allowed more, nor all of them together more than a line less MIN_ROOM. */
#define MAX_KEY  32
#define MIN_ROOM 24
/* Longer heads are clipped where lines are not wrapped. */
#define MAX_HEAD 40

static const struct layout_cell *cell_at(const struct layout *layout, guint row, guint column)
{
	return &layout->cells[row * layout->n_columns + column];
}

/* Clipped only if it is still told from the others. */
static char *head_of(const struct layout *layout, guint column, const char *text)
{
	g_autofree char *clipped = NULL;

	if (layout->wraps_cells)
		return g_strdup(text);
	clipped = rcusim_format_clipped(text, MAX_HEAD);
	for (guint i = 0; i < layout->n_columns; i++) {
		const char *name = layout->columns[i].name, *group = layout->columns[i].group;
		g_autofree char *other = rcusim_format_clipped(name, MAX_HEAD);
		g_autofree char *other_group =
			group == NULL ? NULL : rcusim_format_clipped(group, MAX_HEAD);

		if (i == column)
			continue;
		if ((strcmp(clipped, other) == 0 && strcmp(text, name) != 0) ||
		    (group != NULL && strcmp(clipped, other_group) == 0 &&
		     strcmp(text, group) != 0))
			return g_strdup(text);
	}
	return g_steal_pointer(&clipped);
}

static void measure(struct layout *layout)
{
	for (guint i = 0; i < layout->n_columns; i++) {
		struct layout_column *column = &layout->columns[i];
		g_autofree char *head = head_of(layout, i, column->name);

		column->width = format_width(head);
	}
	for (guint row = 0; row < layout->n_rows; row++)
		for (guint i = 0; i < layout->n_columns; i++) {
			struct layout_column *column = &layout->columns[i];
			const struct layout_cell *cell = cell_at(layout, row, i);
			const int width = cell->text == NULL ? 1 : format_width(cell->text);

			column->width = MAX(column->width, width);
			column->has_text |= cell->text != NULL && !cell->is_number;
			column->has_number |= cell->text != NULL && cell->is_number;
		}
}

static int keys_width(const struct layout *layout)
{
	int width = 0;

	for (guint i = 0; i < layout->n_keys; i++)
		width += layout->columns[i].width + GAP;
	return width;
}

static void fit_keys(struct layout *layout)
{
	for (guint i = 0; layout->wraps_cells && i < layout->n_keys; i++)
		if (i + 1 < layout->n_columns)
			layout->columns[i].width = MIN(layout->columns[i].width, MAX_KEY);
	while (layout->n_keys > 1 && keys_width(layout) > layout->width - MIN_ROOM)
		layout->n_keys--;
}

/* ---- Which columns stand in a line ---- */

/* Columns of the group that begins with @column, in this block or another. */
static guint group_end(const struct layout *layout, guint column)
{
	const char *group = layout->columns[column].group;
	guint end = column + 1;

	while (group != NULL && end < layout->n_columns &&
	       g_strcmp0(layout->columns[end].group, group) == 0)
		end++;
	return end;
}

static int columns_width(const struct layout *layout, guint begin, guint end)
{
	int width = 0;

	for (guint i = begin; i < end; i++)
		width += layout->columns[i].width + (i > begin ? GAP : 0);
	return width;
}

/* A heading that is wider than its columns widens the last of them. */
static void fit_heading(struct layout *layout, guint begin, guint end, int room)
{
	const char *group = layout->columns[begin].group;
	g_autofree char *head = group == NULL ? NULL : head_of(layout, begin, group);
	int lack;

	if (head == NULL)
		return;
	lack = format_width(head) - columns_width(layout, begin, end);
	if (layout->width > 0)
		lack = MIN(lack, room - columns_width(layout, begin, end));
	if (lack > 0)
		layout->columns[end - 1].width += lack;
}

/* A column of words may be made narrower, down to MIN_ROOM; returns whether it fits then. */
static bool squeeze(const struct layout *layout, guint column, int room)
{
	struct layout_column *it = &layout->columns[column];

	if (it->width <= room)
		return true;
	if (!layout->wraps_cells || room < MIN_ROOM || (it->has_number && !it->has_text))
		return false;
	it->width = room;
	return true;
}

/* The end of the block that begins with @begin: at least one column. */
static guint block_end(struct layout *layout, guint begin)
{
	const int width = layout->width == 0 ? G_MAXINT / 2 : layout->width - keys_width(layout);
	int room = width;
	guint end = begin;

	while (end < layout->n_columns) {
		const guint next = group_end(layout, end);

		fit_heading(layout, end, next, width);
		if (columns_width(layout, end, next) <= room ||
		    (next == end + 1 && squeeze(layout, end, room))) {
			room -= columns_width(layout, end, next) + GAP;
			end = next;
			continue;
		}
		if (end > begin)
			return end;
		/* Wider than a line by itself: as many of its columns as fit. */
		do {
			if (!squeeze(layout, end, room) && end > begin)
				return end;
			if (layout->wraps_cells)
				layout->columns[end].width = MIN(layout->columns[end].width, width);
			room -= layout->columns[end].width + GAP;
		} while (++end < next);
		return end;
	}
	return end;
}

/* ---- Writing ---- */

/* A line of cells under way: blanks are owed until something follows them. */
struct line {
	FILE *out;
	int owed;
};

static void put(struct line *line, const char *text, int width, bool is_right, const char *color)
{
	const int pad = MAX(width - format_width(text), 0);
	size_t length = strlen(text);

	while (length > 0 && text[length - 1] == ' ') /* of a sparkline */
		length--;
	line->owed += is_right ? pad : 0;
	if (length > 0) {
		fprintf(line->out, "%*s%s%.*s%s", line->owed, "", color, (int)length, text,
			*color == '\0' ? "" : "\033[0m");
		line->owed = 0;
	}
	line->owed += (int)(strlen(text) - length);
	line->owed += is_right ? 0 : pad;
}

static char **split(const struct layout *layout, const char *text, int width)
{
	g_autofree char *wrapped =
		layout->wraps_cells ? rcusim_format_wrapped(text, width, "") : g_strdup(text);

	return g_strsplit(wrapped, "\n", -1);
}

/* A column, or a heading over several. */
struct box {
	char **lines;
	int width;
	bool is_right;
	const char *color;
};

static void write_boxes(FILE *out, const GArray *boxes)
{
	guint n_lines = 1;

	for (guint i = 0; i < boxes->len; i++)
		n_lines = MAX(n_lines, g_strv_length(g_array_index(boxes, struct box, i).lines));
	for (guint l = 0; l < n_lines; l++) {
		struct line line = { .out = out };

		for (guint i = 0; i < boxes->len; i++) {
			const struct box *box = &g_array_index(boxes, struct box, i);
			const bool has_line = l < g_strv_length(box->lines);

			line.owed += i > 0 ? GAP : 0;
			put(&line, has_line ? box->lines[l] : "", box->width, box->is_right,
			    has_line ? box->color : "");
		}
		fputc('\n', out);
	}
}

static void box_clear(void *data)
{
	g_strfreev(((struct box *)data)->lines);
}

static GArray *boxes_new(void)
{
	GArray *boxes = g_array_new(false, true, sizeof(struct box));

	g_array_set_clear_func(boxes, box_clear);
	return boxes;
}

static void add_box(const struct layout *layout, GArray *boxes, guint column, const char *text,
		    const char *color)
{
	const struct layout_column *it = &layout->columns[column];
	const struct box box = { .lines = split(layout, text, it->width),
				 .width = it->width,
				 .is_right = it->has_number && !it->has_text,
				 .color = color };

	g_array_append_val(boxes, box);
}

/* Calls for every column of the block: the keys, then @begin ... @end - 1. */
#define for_each_column(i, layout, begin, end)                        \
	for (guint i = (layout)->n_keys > 0 ? 0 : (begin); i < (end); \
	     i = i + 1 == (layout)->n_keys && i + 1 < (begin) ? (begin) : i + 1)

static void write_headings(const struct layout *layout, guint begin, guint end, FILE *out)
{
	g_autoptr(GArray) boxes = boxes_new();
	bool has_group = false;

	for (guint i = 0; i < layout->n_keys; i++)
		add_box(layout, boxes, i, "", "");
	for (guint i = begin, next; i < end; i = next) {
		const char *group = layout->columns[i].group;
		g_autofree char *head = group == NULL ? g_strdup("") : head_of(layout, i, group);
		struct box box = { .color = "" };

		next = MIN(group_end(layout, i), end);
		box.width = columns_width(layout, i, next);
		box.lines = split(layout, head, box.width);
		g_array_append_val(boxes, box);
		has_group |= group != NULL;
	}
	if (has_group)
		write_boxes(out, boxes);
}

static void write_names(const struct layout *layout, guint begin, guint end, FILE *out)
{
	g_autoptr(GArray) boxes = boxes_new();

	for_each_column(i, layout, begin, end)
	{
		g_autofree char *head = head_of(layout, i, layout->columns[i].name);

		add_box(layout, boxes, i, head, "");
	}
	write_boxes(out, boxes);
}

static const char *color_of(const struct layout *layout, RcuSimMark mark)
{
	if (!layout->color || mark == RCUSIM_MARK_NONE)
		return "";
	return mark == RCUSIM_MARK_GOOD ? "\033[32m" : "\033[31m";
}

static void write_block(const struct layout *layout, guint begin, guint end, FILE *out)
{
	write_headings(layout, begin, end, out);
	write_names(layout, begin, end, out);
	for (guint row = 0; row < layout->n_rows; row++) {
		g_autoptr(GArray) boxes = boxes_new();

		for_each_column(i, layout, begin, end)
		{
			const struct layout_cell *cell = cell_at(layout, row, i);

			add_box(layout, boxes, i, cell->text == NULL ? "-" : cell->text,
				color_of(layout, cell->mark));
		}
		write_boxes(out, boxes);
	}
}

void layout_write(struct layout *layout, FILE *out)
{
	layout->n_keys = MIN(layout->n_keys, layout->n_columns - 1);
	measure(layout);
	if (layout->width > 0)
		fit_keys(layout);
	for (guint begin = layout->n_keys, end; begin < layout->n_columns; begin = end) {
		if (begin > layout->n_keys)
			fputc('\n', out);
		end = block_end(layout, begin);
		write_block(layout, begin, end, out);
	}
}
