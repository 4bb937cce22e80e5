#include "trace/text_output.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <rcusim/error.h>

#include "base/diag.h"

static bool fail_system(const char *name, int saved_errno, GError **error)
{
	g_autofree char *shown = diag_escape(name);

	g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_SYSTEM, "%s: error: %s", shown,
		    g_strerror(saved_errno));
	return false;
}

static bool fail_usage(const char *name, const char *why, GError **error)
{
	g_autofree char *shown = diag_escape(name);

	g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_USAGE, "%s: %s", shown, why);
	return false;
}

/* Whether the regular file @name begins with @mark, white space aside. */
static bool begins_with(const char *name, const char *mark)
{
	char text[256];
	const int fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	const ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	if (n < 0)
		return false;
	text[n] = '\0';
	return g_str_has_prefix(text + strspn(text, " \t\r\n"), mark);
}

/* A missing file, an empty one, or one of our own. */
static bool may_be_written(const char *name, const char *mark, GError **error)
{
	struct stat st;

	if (stat(name, &st) != 0)
		return errno == ENOENT || fail_system(name, errno, error);
	if (!S_ISREG(st.st_mode))
		return fail_usage(name, "is not a regular file; choose another name", error);
	if (mark == NULL)
		return fail_usage(name, "is there already; --force replaces it", error);
	if (st.st_size > 0 && !begins_with(name, mark))
		return fail_usage(
			name,
			"is there, and was not written by rcusim trace; choose another name, or move it away",
			error);
	return true;
}

bool text_output_open(struct text_output *output, const char *name, const char *mark,
		      GError **error)
{
	const size_t length = strlen(name);
	const mode_t mask = umask(0);
	int fd;

	umask(mask);
	*output = (struct text_output){ .name = g_strdup(name) };
	if (length == 0 || name[length - 1] == '/')
		return fail_usage(name, "does not name a file", error);
	if (!may_be_written(name, mark, error))
		return false;
	output->temporary = g_strconcat(name, ".XXXXXX", NULL);
	fd = g_mkstemp_full(output->temporary, O_RDWR | O_CLOEXEC, (int)(0666 & ~mask));
	if (fd < 0) {
		g_clear_pointer(&output->temporary, g_free);
		return fail_system(name, errno, error);
	}
	output->out = fdopen(fd, "w");
	if (output->out != NULL)
		return true;
	close(fd);
	return fail_system(name, errno, error);
}

bool text_output_commit(struct text_output *output, bool replace, GError **error)
{
	const bool is_written = fflush(output->out) == 0 && ferror(output->out) == 0 &&
				fsync(fileno(output->out)) == 0;
	const int write_errno = errno;

	if (fclose(g_steal_pointer(&output->out)) != 0 || !is_written)
		return fail_system(output->name, is_written ? errno : write_errno, error);
	/* link() does not replace a file that has come into being meanwhile. */
	if (replace ? rename(output->temporary, output->name) != 0
		    : link(output->temporary, output->name) != 0)
		return fail_system(output->name, errno, error);
	if (replace)
		g_clear_pointer(&output->temporary, g_free);
	return true;
}

void text_output_clear(struct text_output *output)
{
	if (output->out != NULL)
		fclose(output->out);
	if (output->temporary != NULL)
		unlink(output->temporary);
	g_free(output->temporary);
	g_free(output->name);
	*output = (struct text_output){ 0 };
}
