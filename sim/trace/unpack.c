#include "trace/unpack.h"

#include <errno.h>
#include <lzma.h>
#include <string.h>
#include <unistd.h>

#include <gio/gio.h>

#include <rcusim/error.h>

#include "base/diag.h"

/* xz -9 needs 65 MiB to unpack. */
#define XZ_MEMORY (UINT64_C(256) << 20)
#define BLOCK     65536

enum packing { PACKING_UNKNOWN, PACKING_NONE, PACKING_GZIP, PACKING_XZ };

struct unpack {
	char *file;
	int fd; /* -1: memory */
	const uint8_t *bytes;
	size_t n_bytes;
	enum packing packing;
	uint8_t block[BLOCK]; /* as it was read */
	size_t begin, end;
	bool at_end; /* nothing more to read */
	bool done;   /* everything is unpacked */
	GConverter *gzip;
	lzma_stream xz;
};

struct unpack *unpack_new(const char *file, int fd, const void *bytes, size_t len)
{
	struct unpack *u = g_new0(struct unpack, 1);

	u->file = g_strdup(file);
	u->fd = fd;
	u->bytes = bytes;
	u->n_bytes = len;
	return u;
}

void unpack_free(struct unpack *u)
{
	if (u == NULL)
		return;
	if (u->fd >= 0 && u->fd != STDIN_FILENO)
		close(u->fd);
	g_clear_object(&u->gzip);
	lzma_end(&u->xz);
	g_free(u->file);
	g_free(u);
}

static bool unpack_fail(struct unpack *u, RcuSimError code, const char *why, GError **error)
{
	g_autofree char *shown = diag_escape(u->file);

	g_set_error(error, RCUSIM_ERROR, (int)code, "%s: error: %s", shown, why);
	return false;
}

/* Adds to the block what there is room for; a short read is not the end. */
static bool unpack_fill(struct unpack *u, GError **error)
{
	const size_t room = BLOCK - u->end;
	ssize_t n;

	if (u->at_end || room == 0)
		return true;
	if (u->fd < 0) {
		n = (ssize_t)MIN(room, u->n_bytes);
		if (n > 0) /* memcpy() takes no null pointer, not even for nothing */
			memcpy(u->block + u->end, u->bytes, (size_t)n);
		u->bytes += n;
		u->n_bytes -= (size_t)n;
	} else {
		do
			n = read(u->fd, u->block + u->end, room);
		while (n < 0 && errno == EINTR);
		if (n < 0)
			return unpack_fail(u, RCUSIM_ERROR_SYSTEM, g_strerror(errno), error);
	}
	u->end += (size_t)n;
	u->at_end = n == 0;
	return true;
}

static bool unpack_begins(const struct unpack *u, const char *magic, size_t len)
{
	return u->end >= len && memcmp(u->block, magic, len) == 0;
}

static bool unpack_recognise(struct unpack *u, GError **error)
{
	static const struct {
		const char *magic;
		size_t len;
		const char *why;
	} refused[] = {
		{ "\x28\xb5\x2f\xfd", 4,
		  "is packed with zstd; expected text, plain or packed with gzip or xz" },
		{ "BZh", 3,
		  "is packed with bzip2; expected text, plain or packed with gzip or xz" },
		{ "PK\x03\x04", 4,
		  "is a zip file; expected text, plain or packed with gzip or xz" },
		{ "SQLite format 3", 16, "is an SQLite database; expected text" },
		{ "\x7f"
		  "ELF",
		  4, "is an ELF file; expected text" },
	};

	while (u->end < 16 && !u->at_end)
		if (!unpack_fill(u, error))
			return false;
	for (size_t i = 0; i < G_N_ELEMENTS(refused); i++)
		if (unpack_begins(u, refused[i].magic, refused[i].len))
			return unpack_fail(u, RCUSIM_ERROR_INVALID, refused[i].why, error);
	u->packing = PACKING_NONE;
	if (unpack_begins(u, "\x1f\x8b", 2)) {
		u->packing = PACKING_GZIP;
		u->gzip = G_CONVERTER(g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP));
	} else if (unpack_begins(u,
				 "\xfd"
				 "7zXZ\0",
				 6)) {
		u->packing = PACKING_XZ;
		if (lzma_stream_decoder(&u->xz, XZ_MEMORY, LZMA_CONCATENATED) != LZMA_OK)
			return unpack_fail(u, RCUSIM_ERROR_SYSTEM, "out of memory for xz", error);
	}
	return true;
}

static ssize_t unpack_plain(struct unpack *u, uint8_t *into, size_t size)
{
	const size_t n = MIN(size, u->end - u->begin);

	memcpy(into, u->block + u->begin, n);
	u->begin += n;
	u->done = n == 0;
	return (ssize_t)n;
}

static ssize_t unpack_gzip(struct unpack *u, uint8_t *into, size_t size, GError **error)
{
	g_autoptr(GError) why = NULL;
	gsize n_read = 0, n_written = 0;
	GConverterResult result;

	if (u->begin == u->end && u->at_end) {
		unpack_fail(u, RCUSIM_ERROR_INVALID, "ends in the middle of what gzip packed",
			    error);
		return -1;
	}
	result = g_converter_convert(u->gzip, u->block + u->begin, u->end - u->begin, into, size,
				     u->at_end ? G_CONVERTER_INPUT_AT_END : G_CONVERTER_NO_FLAGS,
				     &n_read, &n_written, &why);
	if (result == G_CONVERTER_ERROR &&
	    !(g_error_matches(why, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT) && !u->at_end)) {
		unpack_fail(u, RCUSIM_ERROR_INVALID,
			    g_error_matches(why, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT)
				    ? "ends in the middle of what gzip packed"
				    : "what gzip packed is damaged",
			    error);
		return -1;
	}
	u->begin += n_read;
	if (result == G_CONVERTER_FINISHED) {
		/* Packed files may be joined. */
		g_converter_reset(u->gzip);
		while (u->begin == u->end && !u->at_end) {
			u->begin = u->end = 0;
			if (!unpack_fill(u, error))
				return -1;
		}
		u->done = u->begin == u->end;
	}
	return (ssize_t)n_written;
}

static ssize_t unpack_xz(struct unpack *u, uint8_t *into, size_t size, GError **error)
{
	lzma_ret result;

	u->xz.next_in = u->block + u->begin;
	u->xz.avail_in = u->end - u->begin;
	u->xz.next_out = into;
	u->xz.avail_out = size;
	result = lzma_code(&u->xz, u->at_end ? LZMA_FINISH : LZMA_RUN);
	u->begin = u->end - u->xz.avail_in;
	u->done = result == LZMA_STREAM_END;
	if (result == LZMA_OK || result == LZMA_STREAM_END)
		return (ssize_t)(size - u->xz.avail_out);
	unpack_fail(u, RCUSIM_ERROR_INVALID,
		    result == LZMA_BUF_ERROR        ? "ends in the middle of what xz packed"
		    : result == LZMA_MEMLIMIT_ERROR ? "needs more than 256 MiB to unpack"
						    : "what xz packed is damaged",
		    error);
	return -1;
}

ssize_t unpack_read(struct unpack *u, uint8_t *into, size_t size, GError **error)
{
	ssize_t n = 0;

	if (u->packing == PACKING_UNKNOWN && !unpack_recognise(u, error))
		return -1;
	while (n == 0 && !u->done) {
		if (u->begin > 0) {
			memmove(u->block, u->block + u->begin, u->end - u->begin);
			u->end -= u->begin;
			u->begin = 0;
		}
		if ((u->packing != PACKING_NONE || u->end == 0) && !unpack_fill(u, error))
			return -1;
		if (u->packing == PACKING_GZIP)
			n = unpack_gzip(u, into, size, error);
		else if (u->packing == PACKING_XZ)
			n = unpack_xz(u, into, size, error);
		else
			n = unpack_plain(u, into, size);
	}
	return n;
}
