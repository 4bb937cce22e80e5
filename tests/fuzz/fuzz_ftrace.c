/* fuzz_ftrace.c - any bytes as a trace file: read or refused, compared with itself, and a scenario made of it. */
#include <stdlib.h>
#include <string.h>

#include <rcusim/ftrace.h>
#include <rcusim/scenario.h>

#include "fuzz/fuzz.h"
#include "trace/ftrace_calls.h"
#include "trace/ftrace_read.h"

static void check_scenario(const RcuSimFtrace *ftrace)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	g_autofree char *problem =
		ftrace_calls_print_scenario(ftrace->calls, "t", rcusim_ftrace_summary(ftrace), out);

	fclose(out);
	if (problem == NULL) {
		g_autoptr(GError) error = NULL;
		g_autoptr(RcuSimScenario) scenario =
			rcusim_scenario_parse(text, len, "output", NULL, &error);

		if (scenario == NULL)
			g_error("%s\n%s", error->message, text);
	}
	free(text);
}

static void check_comparison(const RcuSimFtrace *ftrace)
{
	RcuSimFtraceParting *parting;

	for (int i = 0; (parting = rcusim_ftrace_compare(ftrace, ftrace, i)) != NULL; i++) {
		g_assert(!parting->differs && parting->n_same == parting->n_a);
		rcusim_ftrace_parting_free(parting);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (int lenient = 0; lenient < 2; lenient++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(RcuSimFtrace) ftrace =
			rcusim_ftrace_parse(data, size, "input", lenient != 0, &error);
		RcuSimFtraceFigure figure;

		g_assert((ftrace == NULL) == (error != NULL));
		if (ftrace == NULL)
			continue;
		for (int i = 0; rcusim_ftrace_figure(ftrace, i, &figure); i++)
			g_assert(figure.n == 0 || figure.min <= figure.max);
		check_comparison(ftrace);
		check_scenario(ftrace);
	}
	return 0;
}
