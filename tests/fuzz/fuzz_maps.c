/* fuzz_maps.c - any bytes as /proc/PID/maps. */
#include "fuzz/fuzz_import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_import(RCUSIM_TRACE_MAPS, data, size);
	return 0;
}
