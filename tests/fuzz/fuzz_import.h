/* fuzz_import.h - any bytes are imported as a recording, or refused with a message; what comes out is a replay. */
#pragma once

#include <stdlib.h>

#include <rcusim/trace.h>

#include "fuzz/fuzz.h"
#include "scenario/replay_file.h"

static inline void fuzz_check_replay(const RcuSimTrace *trace)
{
	struct diag *diag = diag_new();
	struct replay *replay;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	rcusim_trace_print(trace, out);
	fclose(out);
	replay = replay_parse(text, len, "output", diag);
	if (replay == NULL) {
		g_autoptr(GError) error = NULL;

		diag_to_error(diag, RCUSIM_ERROR_INVALID, &error);
		g_error("%s\n%s", error->message, text);
	}
	replay_plan_free(replay_plan_new(replay, 65530, 1000));
	replay_unref(replay);
	diag_free(diag);
	free(text);
}

static inline void fuzz_import(enum rcusim_trace_source source, const uint8_t *data, size_t size)
{
	for (int lenient = 0; lenient < 2; lenient++) {
		const struct rcusim_trace_options options = { .source = source,
							      .lenient = lenient != 0 };
		g_autoptr(GError) error = NULL;
		g_autoptr(RcuSimTrace) trace =
			rcusim_trace_parse(data, size, "input", &options, &error);

		g_assert((trace == NULL) == (error != NULL));
		if (trace != NULL)
			fuzz_check_replay(trace);
	}
}
