/*
 * lab.h - what the kernel lab measured of single operations, and what the cost profile "icount-6.12" makes of it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

/*
 * The composition of a figure of the profile "icount-6.12": its value from micro.csv in ns, rounded to the
 * nearest, and the expression as text, g_free(). False: the figure is not composed of anything measured.
 */
bool lab_compose(const char *param, int64_t *ret_ns, char **ret_text);

/* A file of the project, by its path from the top; as the tests do, it looks at $G_TEST_SRCDIR. */
char *lab_path(const char *path);
