/*
 * output_file.h - where a new database grows until it may have its name.
 *
 * A new database is written as NAME.partial, locked, and renamed when its first run is in it. What a killed
 * process left behind is recognised by the lock that died with it, and used again.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

struct output_file {
	char *name;    /* as the caller spelled it, for messages */
	char *path;    /* absolute, symbolic links of the last component resolved */
	char *partial; /* path.partial */
	int lock_fd;   /* of the partial file, -1: none */
};

/* What is at @file->path. */
enum output_kind {
	OUTPUT_ABSENT,
	OUTPUT_DATABASE, /* says that it is an rcusim database */
	OUTPUT_FOREIGN,  /* a regular file of someone else, or not a regular file */
	OUTPUT_UNKNOWN   /* cannot be looked at; @error is set */
};

bool output_file_init(struct output_file *file, const char *name, GError **error);
enum output_kind output_file_kind(const struct output_file *file, GError **error);

/* Creates and locks the empty partial file. Fails if another process is writing the same output. */
bool output_file_begin(struct output_file *file, GError **error);
/* Gives the partial file its name; @replace: even if there is a file of that name. On disk when it returns. */
bool output_file_commit(struct output_file *file, bool replace, GError **error);
/* Removes a partial file that nobody is writing. */
void output_file_sweep(struct output_file *file);
/* Gives the partial file up, if there still is one; frees. */
void output_file_clear(struct output_file *file);
