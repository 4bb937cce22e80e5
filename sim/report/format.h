/* format.h - what the printers of this room share. */
#pragma once

#include <rcusim/table.h>

/* Characters that move, hide or reverse what is around them. */
bool format_is_unprintable(gunichar c);
/* Columns that @text takes on a terminal. */
int format_width(const char *text);
