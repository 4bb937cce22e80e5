/* lab.h - where the lab's files are. */
#pragma once

#include <glib.h>

/* A file of the project, by its path from the top; as the tests do, it looks at $G_TEST_SRCDIR. */
char *lab_path(const char *path);
