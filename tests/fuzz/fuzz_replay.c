/* fuzz_replay.c - any bytes as a replay file: refused with a message, or planned, whatever its calls do. */
#include <string.h>

#include "fuzz/fuzz.h"
#include "scenario/replay_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size); /* cut at a NUL byte */
	struct diag *diag = diag_new();
	struct replay *replay = replay_parse(text, strlen(text), "input", diag);

	g_assert((replay == NULL) == (diag_n(diag) > 0));
	if (replay != NULL)
		replay_plan_free(replay_plan_new(replay, 12, 250));
	replay_unref(replay);
	diag_free(diag);
	return 0;
}
