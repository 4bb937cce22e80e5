/* fuzz_strace.c - any bytes as what strace writes. */
#include "fuzz/fuzz_import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_import(RCUSIM_TRACE_STRACE, data, size);
	return 0;
}
