#include "trace/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <rcusim/error.h>

#include "trace/unpack.h"

#define BLOCK (TRACE_MAX_LINE + 4096)

struct trace_input {
	char *file;
	struct unpack *unpack;
	int64_t n_bytes; /* unpacked */
	int line;
	bool at_end;
	size_t begin, end;
	uint8_t block[BLOCK + 1]; /* the line, what follows it, and a NUL */
};

static int input_fail(const char *path, const char *why, GError **error)
{
	g_autofree char *shown = diag_escape(path);

	g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_SYSTEM, "%s: error: %s", shown, why);
	return -1;
}

static const char *input_refused(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return g_strerror(errno);
	if (S_ISDIR(st.st_mode))
		return "is a directory; expected a file";
	if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode) && !S_ISCHR(st.st_mode))
		return "is not a regular file";
	return NULL;
}

/* Opened without waiting for someone to write into a pipe, read with waiting; as scenario/source.c does. */
static int input_open(const char *path, GError **error)
{
	const bool is_stdin = strcmp(path, "-") == 0;
	const int fd =
		is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	const char *refused;

	if (fd < 0)
		return input_fail(path, g_strerror(errno), error);
	refused = input_refused(fd);
	if (refused == NULL && is_stdin && isatty(fd))
		refused = "standard input is a terminal; expected a file or a pipe";
	if (refused != NULL) {
		input_fail(path, refused, error);
		if (!is_stdin)
			close(fd);
		return -1;
	}
	if (!is_stdin)
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
	return fd;
}

static struct trace_input *input_new(const char *file, int fd, const void *bytes, size_t len)
{
	struct trace_input *input = g_new0(struct trace_input, 1);

	input->file = g_strdup(file);
	input->unpack = unpack_new(file, fd, bytes, len);
	return input;
}

struct trace_input *trace_input_open(const char *path, GError **error)
{
	const int fd = input_open(path, error);

	return fd < 0 ? NULL : input_new(path, fd, NULL, 0);
}

struct trace_input *trace_input_new(const char *file, const void *bytes, size_t len)
{
	return input_new(file, -1, bytes, len);
}

void trace_input_free(struct trace_input *input)
{
	if (input == NULL)
		return;
	unpack_free(input->unpack);
	g_free(input->file);
	g_free(input);
}

/* Moves what is unread to the front and reads behind it. */
static bool input_fill(struct trace_input *input, GError **error)
{
	ssize_t n;

	memmove(input->block, input->block + input->begin, input->end - input->begin);
	input->end -= input->begin;
	input->begin = 0;
	n = unpack_read(input->unpack, input->block + input->end, BLOCK - input->end, error);
	if (n < 0)
		return false;
	input->end += (size_t)n;
	input->n_bytes += n;
	input->at_end = n == 0;
	if (input->n_bytes <= TRACE_MAX_BYTES)
		return true;
	g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_INVALID,
		    "%s: error: found more than 1 GiB of text; no more is accepted", input->file);
	return false;
}

static uint8_t *input_find_end(struct trace_input *input)
{
	return memchr(input->block + input->begin, '\n', input->end - input->begin);
}

/* Passes over the rest of a line that is too long. */
static bool input_skip_line(struct trace_input *input, GError **error)
{
	uint8_t *end;

	while ((end = input_find_end(input)) == NULL && !input->at_end) {
		input->begin = input->end;
		if (!input_fill(input, error))
			return false;
	}
	input->begin = end == NULL ? input->end : (size_t)(end - input->block) + 1;
	return true;
}

static bool line_is_text(struct trace_line *line)
{
	const char *nul = memchr(line->text, '\0', line->len);

	if (nul == NULL)
		return true;
	trace_line_fault(line, nul, "found a NUL byte; expected text");
	return false;
}

bool trace_input_next(struct trace_input *input, struct diag *diag, struct trace_line *ret,
		      GError **error)
{
	for (;;) {
		uint8_t *end;

		while ((end = input_find_end(input)) == NULL && !input->at_end &&
		       input->end - input->begin <= TRACE_MAX_LINE)
			if (!input_fill(input, error))
				return false;
		if (end == NULL && input->begin == input->end)
			return false;
		input->line++;
		if (end == NULL)
			end = input->block + input->end;
		*ret = (struct trace_line){ .text = (char *)input->block + input->begin,
					    .len = (size_t)(end - input->block) - input->begin,
					    .file = input->file,
					    .number = input->line,
					    .diag = diag };
		if (ret->len > TRACE_MAX_LINE) {
			trace_line_fault(ret, NULL,
					 "found a line of more than %d bytes; no more are accepted",
					 TRACE_MAX_LINE);
			if (!input_skip_line(input, error))
				return false;
			continue;
		}
		input->begin = MIN((size_t)(end - input->block) + 1, input->end);
		*end = '\0';
		if (ret->len > 0 && ret->text[ret->len - 1] == '\r')
			ret->text[--ret->len] = '\0';
		if (line_is_text(ret))
			return true;
	}
}

bool trace_line_fault(const struct trace_line *line, const char *where, const char *format, ...)
{
	struct diag_place place = { .file = line->file, .line = line->number, .col = 1 };
	g_autofree char *message = NULL;
	va_list args;

	for (const char *p = line->text; where != NULL && p < where; p++)
		place.col += ((unsigned char)*p & 0xc0) != 0x80; /* characters, not bytes */
	va_start(args, format);
	message = g_strdup_vprintf(format, args);
	va_end(args);
	diag_add(line->diag, place, NULL, "%s", message);
	return false;
}
