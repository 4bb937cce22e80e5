/*
 * source.c - find and read scenario files.
 *
 * The shipped scenarios are one directory: that of $RCUSIM_SCENARIOS, and behind it the one that belongs to
 * this program, wherever its tree was put. An installed tree keeps its shape,
 *
 *     PREFIX/bin/rcusim   PREFIX/lib[/TRIPLET]/librcusim.so.0   PREFIX/share/rcusim/scenarios
 *
 * and so does the one that make builds in (TOP/build/..., TOP/scenarios): from the running program, or
 * from the shared library within someone else's, the way is known. A copy of the command alone takes what
 * is installed under the PREFIX that it was built for.
 */
#define _GNU_SOURCE /* dladdr() */

#include "scenario/source.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <rcusim/error.h>

#include "base/diag.h"
#include "base/edit.h"
#include "scenario/json.h"
#include "scenario/param_json.h"

#ifndef RCUSIM_DATA_DIR
#define RCUSIM_DATA_DIR "/usr/local/share/rcusim"
#endif

static bool source_fail(GError **error, const char *path, const char *why)
{
	g_autofree char *shown = diag_escape(path);

	g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_SYSTEM, "%s: error: %s", shown, why);
	return false;
}

/* Whether something of kind @mode can be read to its end; NULL if so. */
static const char *source_refused(mode_t mode, bool regular_only)
{
	if (S_ISREG(mode))
		return NULL;
	if (S_ISDIR(mode))
		return "is a directory; expected a file";
	if (!regular_only && (S_ISFIFO(mode) || S_ISCHR(mode)))
		return NULL;
	return "is not a regular file";
}

/*
 * Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever; with it, such a pipe is
 * at its end. The flag is taken off again, so that a slow writer is waited for.
 */
static int source_open(const char *path, bool regular_only, GError **error)
{
	const bool standard_input = strcmp(path, "-") == 0;
	const int fd = standard_input ? STDIN_FILENO
				      : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	const char *refused;
	struct stat st;

	if (fd < 0) {
		/* what open() says of a socket is about devices */
		source_fail(error, path,
			    errno == ENXIO ? source_refused(S_IFSOCK, true) : g_strerror(errno));
		return -1;
	}
	if (standard_input && isatty(fd)) {
		source_fail(error, path, "standard input is a terminal; expected a file or a pipe");
		return -1;
	}
	refused = fstat(fd, &st) < 0 ? g_strerror(errno) : source_refused(st.st_mode, regular_only);
	if (refused != NULL) {
		source_fail(error, path, refused);
		if (!standard_input)
			close(fd);
		return -1;
	}
	if (!standard_input)
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
	return fd;
}

/* Bytes that @fd will give, as far as is known; one more tells that it has grown. */
static size_t source_expected(int fd, size_t max_bytes)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size < 0)
		return 4096;
	return MIN((size_t)st.st_size, max_bytes) + 1;
}

/* Up to @max_bytes + 1 bytes and a NUL; memory grows with what comes, and is not held twice where it is
 * known beforehand. NULL with errno set. */
static char *source_read_all(int fd, size_t max_bytes, size_t *ret_len)
{
	size_t size = source_expected(fd, max_bytes), len = 0;
	g_autofree char *text = g_malloc(size + 1);
	ssize_t n;

	for (;;) {
		n = read(fd, text + len, size - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		len += (size_t)n;
		if (len > max_bytes)
			break;
		if (len == size) {
			size = MIN(2 * size, max_bytes + 1);
			text = g_realloc(text, size + 1);
		}
	}
	if (n < 0)
		return NULL;
	text[len] = '\0';
	*ret_len = len;
	return g_steal_pointer(&text);
}

bool source_read(const char *path, size_t max_bytes, bool regular_only, char **ret_text,
		 size_t *ret_len, GError **error)
{
	const int fd = source_open(path, regular_only, error);
	int failed;

	if (fd < 0)
		return false;
	*ret_text = source_read_all(fd, max_bytes, ret_len);
	failed = errno;
	if (fd != STDIN_FILENO)
		close(fd);
	return *ret_text != NULL || source_fail(error, path, g_strerror(failed));
}

/* TOP/scenarios if @file is TOP/build/... of a tree that was built in place, else NULL. */
static char *source_dir_of_build(const char *file)
{
	const char *build = g_strrstr(file, "/build/");
	g_autofree char *top = build == NULL ? NULL : g_strndup(file, (gsize)(build - file));
	g_autofree char *mark = NULL;

	if (top == NULL)
		return NULL;
	mark = g_build_filename(top, "include", "rcusim", "scenario.h", NULL);
	return g_file_test(mark, G_FILE_TEST_EXISTS) ? g_build_filename(top, "scenarios", NULL)
						     : NULL;
}

/* PREFIX/share/rcusim/scenarios if @file is PREFIX/bin/x, PREFIX/lib/x or PREFIX/lib/TRIPLET/x, else NULL. */
static char *source_dir_of_prefix(const char *file)
{
	g_autofree char *prefix = g_path_get_dirname(file);

	for (int i = 0; i < 2; i++) {
		char *parent = g_path_get_dirname(prefix);
		g_autofree char *dir = NULL;

		g_free(prefix);
		prefix = parent;
		dir = g_build_filename(prefix, "share", "rcusim", "scenarios", NULL);
		if (g_file_test(dir, G_FILE_TEST_IS_DIR))
			return g_steal_pointer(&dir);
	}
	return NULL;
}

static char *source_dir_beside(const char *file)
{
	char *real = realpath(file, NULL);
	char *dir = real == NULL ? NULL : source_dir_of_build(real);

	if (real != NULL && dir == NULL)
		dir = source_dir_of_prefix(real);
	free(real);
	return dir;
}

/* The shared library that this is in, or the program if that holds it itself. */
static const char *source_object(void)
{
	static const char anchor = 0;
	Dl_info info;

	/* of a program dladdr() gives argv[0], which may be anything */
	if (dladdr(&anchor, &info) != 0 && info.dli_fname != NULL &&
	    strstr(info.dli_fname, "/librcusim.so") != NULL)
		return info.dli_fname;
	return "/proc/self/exe";
}

char **source_dirs(void)
{
	GPtrArray *dirs = g_ptr_array_new();
	const char *env = g_getenv("RCUSIM_SCENARIOS");
	char *own = source_dir_beside(source_object());

	if (own == NULL)
		own = g_build_filename(RCUSIM_DATA_DIR, "scenarios", NULL);
	if (env != NULL && *env != '\0')
		g_ptr_array_add(dirs, g_strdup(env));
	g_ptr_array_add(dirs, own);
	g_ptr_array_add(dirs, NULL);
	return (char **)g_ptr_array_free(dirs, FALSE);
}

static int name_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

char **source_list(void)
{
	g_auto(GStrv) dirs = source_dirs();
	GPtrArray *names = g_ptr_array_new();

	for (int i = 0; dirs[i] != NULL; i++) {
		g_autoptr(GDir) dir = g_dir_open(dirs[i], 0, NULL);
		const char *file;

		while (dir != NULL && (file = g_dir_read_name(dir)) != NULL) {
			g_autofree char *path = g_build_filename(dirs[i], file, NULL);
			g_autofree char *name = NULL;

			if (!g_str_has_suffix(file, ".json") || file[0] == '.' ||
			    !g_file_test(path, G_FILE_TEST_IS_REGULAR))
				continue;
			name = g_strndup(file, strlen(file) - strlen(".json"));
			if (!g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
				g_ptr_array_add(names, g_steal_pointer(&name));
		}
	}
	g_ptr_array_sort(names, name_compare);
	g_ptr_array_add(names, NULL);
	return (char **)g_ptr_array_free(names, FALSE);
}

/* @path as messages show it: relative to the working directory if it is below it. */
static char *source_shorten(char *path)
{
	g_autofree char *here = g_get_current_dir();
	const size_t n = strlen(here);
	char *shorter;

	if (strncmp(path, here, n) != 0 || path[n] != '/')
		return path;
	shorter = g_strdup(path + n + 1);
	g_free(path);
	return shorter;
}

char *source_find(const char *name, GError **error)
{
	g_auto(GStrv) dirs = source_dirs();
	g_auto(GStrv) names = NULL;
	g_autofree char *file = g_strconcat(name, ".json", NULL);
	g_autofree char *shown = diag_quote(name);
	g_autofree char *all = NULL;
	const char *near;

	if (strcmp(name, "-") == 0 || strchr(name, '/') != NULL ||
	    g_str_has_suffix(name, ".json") || g_file_test(name, G_FILE_TEST_IS_REGULAR))
		return g_strdup(name);
	for (int i = 0; dirs[i] != NULL && *name != '\0'; i++) {
		g_autofree char *path = g_build_filename(dirs[i], file, NULL);

		if (g_file_test(path, G_FILE_TEST_EXISTS))
			return source_shorten(g_steal_pointer(&path));
	}
	names = source_list();
	near = edit_nearest(name, (const char *const *)names);
	all = names_list((const char *const *)names);
	g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_SYSTEM,
		    "no scenario %s: it is neither a file nor shipped%s%s%s%s", shown,
		    near ? "; did you mean \"" : "; shipped are: ", near ? near : all,
		    near ? "\"?" : "", near || *all != '\0' ? "" : "none");
	return NULL;
}

/* Whether @path, all links followed, is below @dir. */
static bool source_is_below(const char *path, const char *dir)
{
	char real_path[PATH_MAX], real_dir[PATH_MAX];
	size_t n;

	if (realpath(path, real_path) == NULL || realpath(dir, real_dir) == NULL)
		return false;
	n = strlen(real_dir);
	return strncmp(real_path, real_dir, n) == 0 && (n == 1 || real_path[n] == '/');
}

static const char *include_refused(const char *name)
{
	if (*name == '\0')
		return "is empty; expected a path like \"machines/server-16.json\"";
	if (strstr(name, "://") != NULL)
		return "is a URL; expected a path below the scenario's directory";
	if (g_path_is_absolute(name))
		return "is an absolute path; expected one relative to the scenario's directory";
	return NULL;
}

/* Adds what lies in @dir and in its folders, as an include names it. */
static void source_add_includes(GPtrArray *names, const char *dir, const char *folder)
{
	g_autofree char *path = g_build_filename(dir, folder, NULL);
	g_autoptr(GDir) list = g_dir_open(path, 0, NULL);
	const char *file;

	while (list != NULL && (file = g_dir_read_name(list)) != NULL) {
		g_autofree char *full = g_build_filename(path, file, NULL);
		char *name = g_strconcat(folder, *folder != '\0' ? "/" : "", file, NULL);

		if (*file != '.' && g_str_has_suffix(file, ".json")) {
			g_ptr_array_add(names, name);
			continue;
		}
		if (*folder == '\0' && *file != '.' && g_file_test(full, G_FILE_TEST_IS_DIR))
			source_add_includes(names, dir, file);
		g_free(name);
	}
}

/* What @name may have been meant to be, or NULL; g_free(). */
static char *source_nearest_include(const char *name, const char *scenario_dir, char **dirs)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);

	source_add_includes(names, scenario_dir, "");
	for (int i = 0; dirs[i] != NULL; i++)
		source_add_includes(names, dirs[i], "");
	g_ptr_array_sort(names, name_compare); /* directories have no order of their own */
	g_ptr_array_add(names, NULL);
	return g_strdup(edit_nearest(name, (const char *const *)names->pdata));
}

char *source_include(const char *name, const char *scenario_dir, char **ret_why,
		     bool *ret_is_missing)
{
	g_auto(GStrv) dirs = source_dirs();
	g_auto(GStrv) parts = g_strsplit(name, "/", -1);
	const char *refused = include_refused(name);
	const char *dir = scenario_dir;

	*ret_is_missing = false;
	if (refused == NULL && g_strv_contains((const char *const *)parts, ".."))
		refused = "contains \"..\"; expected a path below the scenario's directory";
	for (int i = -1; refused == NULL && (i < 0 || dirs[i] != NULL); i++) {
		g_autofree char *path = NULL;

		dir = i < 0 ? scenario_dir : dirs[i];
		path = strcmp(dir, ".") == 0 ? g_strdup(name) : g_build_filename(dir, name, NULL);
		if (!g_file_test(path, G_FILE_TEST_EXISTS))
			continue;
		if (!source_is_below(path, dir))
			refused = "leads out of the scenario's directory by a symbolic link";
		else
			return i < 0 ? g_steal_pointer(&path)
				     : source_shorten(g_steal_pointer(&path));
	}
	*ret_is_missing = refused == NULL;
	if (refused == NULL) {
		g_autofree char *near = source_nearest_include(name, scenario_dir, dirs);

		*ret_why = g_strdup_printf("no such file below %s or the shipped scenarios%s%s%s",
					   scenario_dir, near ? "; did you mean \"" : "",
					   near ? near : "", near ? "\"?" : "");
	} else {
		*ret_why = g_strdup(refused);
	}
	return NULL;
}
