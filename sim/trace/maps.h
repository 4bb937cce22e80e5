/* maps.h - an address space as /proc/PID/maps shows it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "trace/doc.h"
#include "trace/input.h"

/**
 * maps_read:
 * @doc: gets one task that starts with this address space, and exits
 * @ret_n: (out): VMAs
 * @error: the input's
 */
bool maps_read(struct trace_input *input, const char *file, struct trace_doc *doc,
	       struct diag *diag, int64_t *ret_n, GError **error);
