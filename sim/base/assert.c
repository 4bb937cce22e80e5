#include "base/assert.h"

#include <stdio.h>
#include <unistd.h>

/* RCUSIM_ERROR_INTERNAL: "the simulator broke an invariant of its own". */
#define EXIT_INTERNAL 5

/*
 * One write(2) and _exit(2): stdio buffers and exit handlers are left alone, so that neither half a row
 * nor half a report of a broken simulation reaches a file.
 */
void sim_assert_failed(const char *condition, const char *file, int line, const char *function)
{
	char text[512];
	int n = snprintf(text, sizeof(text),
			 "rcusim: internal error: %s:%d: %s: %s does not hold\n", file, line,
			 function, condition);

	if (n >= (int)sizeof(text)) {
		n = (int)sizeof(text) - 1;
		text[n - 1] = '\n';
	}
	if (n > 0 && write(STDERR_FILENO, text, (size_t)n) < 0)
		_exit(EXIT_INTERNAL); /* nobody listens: the status still tells */
	_exit(EXIT_INTERNAL);
}
