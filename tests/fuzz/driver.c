/*
 * driver.c - feeds a corpus to a fuzz target, one test per file: `make check` needs no fuzzing engine.
 *
 *   fuzz_NAME CORPUS       CORPUS is a folder; its files are taken in the order of their names
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <glib.h>

#include "fuzz/fuzz.h"

/* A target that needs no preparation. */
__attribute__((weak)) int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	return 0;
}

static int name_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static GPtrArray *files_of(const char *corpus)
{
	GPtrArray *files = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) error = NULL;
	g_autoptr(GDir) dir = g_dir_open(corpus, 0, &error);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
		g_ptr_array_add(files, g_strdup(name));
	if (error != NULL)
		fprintf(stderr, "%s\n", error->message);
	g_ptr_array_sort(files, name_compare);
	return files;
}

int main(int argc, char **argv)
{
	g_autoptr(GPtrArray) files = NULL;

	if (argc != 2) {
		fprintf(stderr, "usage: %s CORPUS\n", argv[0]);
		return 2;
	}
	LLVMFuzzerInitialize(&argc, &argv);
	files = files_of(argv[1]);
	printf("1..%u\n", files->len);
	for (guint i = 0; i < files->len; i++) {
		g_autofree char *path = g_build_filename(argv[1], files->pdata[i], NULL);
		g_autofree char *data = NULL;
		gsize len = 0;
		const bool is_read = g_file_get_contents(path, &data, &len, NULL);

		if (is_read)
			LLVMFuzzerTestOneInput((const uint8_t *)data, len);
		printf("%sok %u - %s\n", is_read ? "" : "not ", i + 1, (char *)files->pdata[i]);
		fflush(stdout);
	}
	return files->len == 0;
}
