/* layout.h - cells as aligned columns. */
#pragma once

#include <rcusim/table.h>

struct layout_cell {
	char *text; /* printable; NULL: no value */
	bool is_number;
	RcuSimMark mark;
};

struct layout_column {
	const char *name;
	const char *group; /* heading of this and its neighbours of the same group, or NULL */
	/* layout.c's own */
	int width;
	bool has_text, has_number;
};

struct layout {
	struct layout_column *columns;
	guint n_columns;
	guint n_keys;                    /* leading columns that every block repeats */
	const struct layout_cell *cells; /* row by row */
	guint n_rows;
	int width;        /* of the lines; 0: as long as need be */
	bool wraps_cells; /* what is too wide for a line goes on in the next one */
	bool color;
};

void layout_write(struct layout *layout, FILE *out);
