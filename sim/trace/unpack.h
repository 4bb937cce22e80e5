/* unpack.h - bytes of a file or of memory; unpacked if they are gzip or xz. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

struct unpack;

/* Reads from @fd and closes it unless it is standard input, or from memory if @fd is -1. */
struct unpack *unpack_new(const char *file, int fd, const void *bytes, size_t len);
void unpack_free(struct unpack *u);

/**
 * unpack_read:
 *
 * Returns: bytes stored at @into, 0 at the end, -1 with @error set: %RCUSIM_ERROR_SYSTEM if reading fails,
 *   %RCUSIM_ERROR_INVALID if what is packed is damaged, ends too early, or is packed in another way
 */
ssize_t unpack_read(struct unpack *u, uint8_t *into, size_t size, GError **error);
