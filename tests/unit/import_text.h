/* import_text.h - recordings from text, for tests of the importers. */
#pragma once

#include <stdbool.h>

#include <rcusim/trace.h>

/* The replay of @text, which messages call @name, or NULL with the message in @ret_message; g_free() both. */
char *import_text(const char *text, const char *name, const struct rcusim_trace_options *options,
		  char **ret_message);
