#include "model/lab.h"

char *lab_path(const char *path)
{
	const char *tests = g_getenv("G_TEST_SRCDIR");

	return g_build_filename(tests == NULL ? "tests" : tests, "..", path, NULL);
}
