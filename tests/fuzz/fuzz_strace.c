/* fuzz_strace.c - any bytes are imported as a recording, or refused with a message. */
#include <rcusim/trace.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (int lenient = 0; lenient < 2; lenient++) {
		const struct rcusim_trace_options options = { .source = RCUSIM_TRACE_STRACE,
							      .lenient = lenient != 0 };
		g_autoptr(GError) error = NULL;
		g_autoptr(RcuSimTrace) trace =
			rcusim_trace_parse(data, size, "input", &options, &error);

		g_assert((trace == NULL) == (error != NULL));
		if (trace != NULL) {
			FILE *out = fopen("/dev/null", "w");

			rcusim_trace_print(trace, out);
			fclose(out);
		}
	}
	return 0;
}
