/* text_output.h - a text file that is there as a whole, or not at all. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include <glib.h>

struct text_output {
	char *name; /* as the caller spelled it */
	char *temporary;
	FILE *out; /* to be written to */
};

/**
 * text_output_open:
 * @mark: what a file that may be replaced begins with, after white space; %NULL: none may be
 *
 * Returns: false with %RCUSIM_ERROR_USAGE if there is a file that may not be replaced, or
 *   %RCUSIM_ERROR_SYSTEM
 */
bool text_output_open(struct text_output *output, const char *name, const char *mark,
		      GError **error);
/* Gives it its name. */
bool text_output_commit(struct text_output *output, bool replace, GError **error);
/* Gives it up, if it is not committed; frees. */
void text_output_clear(struct text_output *output);
