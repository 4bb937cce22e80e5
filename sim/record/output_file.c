#define _GNU_SOURCE /* renameat2() */

#include "record/output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <rcusim/error.h>

#include "record/sql.h"

static bool fail_system(const char *name, int saved_errno, GError **error)
{
	g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_SYSTEM, "%s: %s", name,
		    g_strerror(saved_errno));
	return false;
}

/* SQLite takes no longer ones, those of its journals included. */
#define MAX_PATH_LENGTH (512 - (int)sizeof(".partial-journal"))

static char *real_path(const char *name)
{
	char *real = realpath(name, NULL);
	char *copy = g_strdup(real); /* to be freed like all others */

	free(real);
	return copy;
}

/* @name without symbolic links, so that a database is replaced and not the link to it; NULL with errno set. */
static char *resolve(const char *name)
{
	g_autofree char *directory = NULL;
	g_autofree char *base = NULL;
	g_autofree char *real = NULL;
	struct stat st;

	if (lstat(name, &st) == 0)
		return real_path(name); /* a dangling link fails here */
	if (errno != ENOENT)
		return NULL;
	directory = g_path_get_dirname(name);
	base = g_path_get_basename(name);
	real = real_path(directory);
	return real == NULL ? NULL : g_build_filename(real, base, NULL);
}

bool output_file_init(struct output_file *file, const char *name, GError **error)
{
	const size_t length = strlen(name);

	*file = (struct output_file){ .name = g_strdup(name), .lock_fd = -1 };
	if (length == 0 || name[length - 1] == '/') {
		g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_USAGE, "\"%s\" does not name a file",
			    name);
		return false;
	}
	file->path = resolve(name);
	if (file->path == NULL)
		return fail_system(name, errno, error);
	if (strlen(file->path) > MAX_PATH_LENGTH)
		return fail_system(name, ENAMETOOLONG, error);
	file->partial = g_strconcat(file->path, ".partial", NULL);
	return true;
}

/* Whether @fd opens with an SQLite header that carries our application id. */
static bool has_our_header(int fd)
{
	unsigned char header[100];
	uint32_t id;

	if (pread(fd, header, sizeof(header), 0) != (ssize_t)sizeof(header))
		return false;
	id = (uint32_t)header[68] << 24 | (uint32_t)header[69] << 16 | (uint32_t)header[70] << 8 |
	     header[71];
	return memcmp(header, "SQLite format 3", 16) == 0 && id == SQL_APPLICATION_ID;
}

enum output_kind output_file_kind(const struct output_file *file, GError **error)
{
	enum output_kind kind = OUTPUT_FOREIGN;
	struct stat st;
	int fd;

	if (stat(file->path, &st) != 0) {
		if (errno == ENOENT)
			return OUTPUT_ABSENT;
		fail_system(file->name, errno, error);
		return OUTPUT_UNKNOWN;
	}
	if (!S_ISREG(st.st_mode))
		return OUTPUT_FOREIGN;
	fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0) {
		fail_system(file->name, errno, error);
		return OUTPUT_UNKNOWN;
	}
	if (has_our_header(fd))
		kind = OUTPUT_DATABASE;
	close(fd);
	return kind;
}

/* Whether the locked @fd still is what @path names: it may have been renamed before we got the lock. */
static bool is_same_file(int fd, const char *path)
{
	struct stat by_fd, by_path;

	return fstat(fd, &by_fd) == 0 && lstat(path, &by_path) == 0 &&
	       by_fd.st_dev == by_path.st_dev && by_fd.st_ino == by_path.st_ino;
}

/* A leftover is empty, or was begun by us; another file of that name is not ours to overwrite. */
static bool is_leftover(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	       (st.st_size == 0 || has_our_header(fd));
}

/* Opens and locks @path, its contents as they are; -1 with errno set (EWOULDBLOCK: in use). */
static int open_locked(const char *path, int flags)
{
	for (;;) {
		const int fd =
			open(path, flags | O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
			     0666);

		if (fd < 0)
			return -1;
		if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
			const int saved_errno = errno;

			close(fd);
			errno = saved_errno;
			return -1;
		}
		if (is_same_file(fd, path))
			return fd;
		close(fd);
	}
}

static void unlink_beside(const char *path, const char *suffix)
{
	g_autofree char *name = g_strconcat(path, suffix, NULL);

	unlink(name);
}

bool output_file_begin(struct output_file *file, GError **error)
{
	const int fd = open_locked(file->partial, O_CREAT);

	if (fd < 0 && errno == EWOULDBLOCK) {
		g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_SYSTEM,
			    "%s: in use: another rcusim is writing %s.partial", file->name,
			    file->name);
		return false;
	}
	if (fd < 0)
		return fail_system(file->name, errno, error);
	if (!is_leftover(fd)) {
		close(fd);
		g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_SYSTEM,
			    "%s.partial: exists and was not left by rcusim; move it away",
			    file->name);
		return false;
	}
	file->lock_fd = fd;
	unlink_beside(file->partial, "-journal");
	if (ftruncate(fd, 0) != 0)
		return fail_system(file->name, errno, error);
	return true;
}

void output_file_sweep(struct output_file *file)
{
	const int fd = open_locked(file->partial, 0);

	if (fd < 0)
		return;
	if (is_leftover(fd)) {
		unlink_beside(file->partial, "-journal");
		unlink(file->partial);
	}
	close(fd);
}

/* rename() that fails with EEXIST rather than replace, also on file systems that know no such flag. */
static int rename_new(const char *from, const char *to)
{
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	if (link(from, to) != 0)
		return -1;
	unlink(from);
	return 0;
}

static int sync_directory_of(const char *path)
{
	g_autofree char *directory = g_path_get_dirname(path);
	const int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int result;

	if (fd < 0)
		return -1;
	result = fsync(fd);
	if (result != 0 && errno == EINVAL)
		result = 0; /* a file system that has nothing to sync for directories */
	close(fd);
	return result;
}

bool output_file_commit(struct output_file *file, bool replace, GError **error)
{
	/* A journal of a former database of this name would be played back into ours. */
	if (replace || access(file->path, F_OK) != 0) {
		unlink_beside(file->path, "-journal");
		unlink_beside(file->path, "-wal");
		unlink_beside(file->path, "-shm");
	}
	if ((replace ? rename(file->partial, file->path) : rename_new(file->partial, file->path)) !=
	    0)
		return fail_system(file->name, errno, error);
	close(file->lock_fd);
	file->lock_fd = -1;
	if (sync_directory_of(file->path) != 0)
		return fail_system(file->name, errno, error);
	return true;
}

void output_file_clear(struct output_file *file)
{
	if (file->lock_fd >= 0) {
		unlink_beside(file->partial, "-journal");
		unlink(file->partial);
		close(file->lock_fd);
	}
	g_free(file->name);
	g_free(file->path);
	g_free(file->partial);
	*file = (struct output_file){ .lock_fd = -1 };
}
