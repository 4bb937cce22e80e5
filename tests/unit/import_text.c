#include "unit/import_text.h"

#include <stdlib.h>
#include <string.h>

char *import_text(const char *text, const char *name, const struct rcusim_trace_options *options,
		  char **ret_message)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(RcuSimTrace) trace =
		rcusim_trace_parse(text, strlen(text), name, options, &error);
	char *replay = NULL;
	char *copy;
	size_t size;
	FILE *out;

	*ret_message = error != NULL ? g_strdup(error->message) : NULL;
	if (trace == NULL) {
		g_assert_error(error, RCUSIM_ERROR, RCUSIM_ERROR_INVALID);
		return NULL;
	}
	out = open_memstream(&replay, &size);
	rcusim_trace_print(trace, out);
	fclose(out);
	copy = g_strdup(replay);
	free(replay); /* not g_free(): it is open_memstream()'s */
	return copy;
}
