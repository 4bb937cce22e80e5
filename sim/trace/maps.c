#include "trace/maps.h"

#include <string.h>

#include <rcusim/error.h>

/* [vsyscall] is no VMA of the process: the kernel shows it with every one. */
#define USER_END (UINT64_C(1) << 63)

#define EXPECTED "expected a line like 7f00-8000 r-xp 00001000 fe:00 1234 /lib/x.so"

struct reader {
	GArray *images;
	GHashTable *files; /* "device inode" -> number */
	uint64_t end;      /* of the last range */
};

/* Hexadecimal digits up to @stop. */
static bool take_hex(const struct trace_line *line, char **p, char stop, uint64_t *ret)
{
	char *at = *p;
	char *end;

	*ret = g_ascii_strtoull(at, &end, 16);
	if (!g_ascii_isxdigit(*at) || end - at > 16 || *end != stop ||
	    (at[0] == '0' && at[1] == 'x')) {
		g_autofree char *quoted = diag_quote(at);

		return trace_line_fault(
			line, at, "found %s; expected hexadecimal digits, then '%c': " EXPECTED,
			quoted, stop);
	}
	*p = end + 1;
	return true;
}

static bool take_range(const struct trace_line *line, char **p, struct reader *r,
		       struct trace_image *image)
{
	char *at = *p;
	uint64_t end;

	if (!take_hex(line, p, '-', &image->start) || !take_hex(line, p, ' ', &end))
		return false;
	if (image->start % TRACE_PAGE != 0 || end % TRACE_PAGE != 0)
		return trace_line_fault(line, at, "found a range that is not one of whole pages");
	if (end <= image->start)
		return trace_line_fault(line, at, "found a range that ends %s it begins",
					end == image->start ? "where" : "before");
	if (image->start < r->end)
		return trace_line_fault(
			line, at,
			"found a range that begins before the last one ends; expected them sorted, without overlap");
	image->len = end - image->start;
	return true;
}

static bool take_perms(const struct trace_line *line, char **p, struct trace_image *image)
{
	static const char letters[] = "rwx";
	static const uint8_t bits[] = { TRACE_READ, TRACE_WRITE, TRACE_X };
	char *at = *p;

	for (int i = 0; i < 3; i++) {
		if (at[i] == letters[i])
			image->prot |= bits[i];
		else if (at[i] != '-')
			return trace_line_fault(line, at,
						"found no permissions; expected like r-xp");
	}
	if ((at[3] != 'p' && at[3] != 's') || at[4] != ' ')
		return trace_line_fault(line, at, "found no permissions; expected like r-xp");
	if (at[3] == 's')
		image->flags |= TRACE_SHARED;
	*p = at + 5;
	return true;
}

/* Device and inode, by which files are told apart; 00:00 0 is none. */
static bool take_file(const struct trace_line *line, char **p, struct reader *r,
		      struct trace_image *image)
{
	char *at = *p;
	uint64_t major, minor, inode;
	char *end;
	g_autofree char *key = NULL;

	if (!take_hex(line, p, ':', &major) || !take_hex(line, p, ' ', &minor))
		return false;
	inode = g_ascii_strtoull(*p, &end, 10);
	if (!g_ascii_isdigit(**p) || (*end != ' ' && *end != '\0'))
		return trace_line_fault(line, *p, "found no inode; " EXPECTED);
	key = g_strndup(at, (size_t)(end - at));
	*p = end + strspn(end, " ");
	if (inode == 0)
		return true;
	image->file = GPOINTER_TO_UINT(g_hash_table_lookup(r->files, key));
	if (image->file == 0) {
		image->file = g_hash_table_size(r->files) + 1;
		g_hash_table_insert(r->files, g_steal_pointer(&key), GUINT_TO_POINTER(image->file));
	}
	return true;
}

static bool read_line(struct reader *r, const struct trace_line *line, GError **error)
{
	struct trace_image image = { 0 };
	char *p = line->text;

	if (line->text[strspn(line->text, " \t")] == '\0')
		return true;
	if (!take_range(line, &p, r, &image))
		return true;
	r->end = image.start + image.len;
	if (!take_perms(line, &p, &image) || !take_hex(line, &p, ' ', &image.offset) ||
	    !take_file(line, &p, r, &image))
		return true;
	if (strcmp(p, "[vsyscall]") == 0 || r->end > USER_END)
		return true;
	if (image.file == 0 || image.offset % TRACE_PAGE != 0)
		image.offset = 0;
	if (strcmp(p, "[stack]") == 0)
		image.flags |= TRACE_GROWSDOWN;
	if (strcmp(p, "[vdso]") == 0 || g_str_has_prefix(p, "[vvar"))
		image.flags |= TRACE_SPECIAL;
	if (r->images->len < TRACE_MAX_OPS) {
		g_array_append_val(r->images, image);
		return true;
	}
	g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_INVALID,
		    "%s:%d:1: error: found more than %d VMAs; no more are accepted", line->file,
		    line->number, TRACE_MAX_OPS);
	return false;
}

bool maps_read(struct trace_input *input, const char *file, struct trace_doc *doc,
	       struct diag *diag, int64_t *ret_n, GError **error)
{
	const uint32_t images = trace_doc_images(doc);
	struct reader r = { .images = g_ptr_array_index(doc->images, images) };
	struct trace_op op = { .task = 1, .kind = TRACE_TASK, .b = 1 };
	g_autoptr(GError) failure = NULL;
	struct trace_line line;

	op.a = trace_doc_name(doc, "maps");
	trace_doc_add(doc, &op);
	op = (struct trace_op){ .task = 1, .kind = TRACE_IMAGES, .a = images };
	trace_doc_add(doc, &op);
	op = (struct trace_op){ .task = 1, .kind = TRACE_EXIT };
	trace_doc_add(doc, &op);

	r.files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	while (trace_input_next(input, diag, &line, &failure) && read_line(&r, &line, &failure))
		;
	g_hash_table_unref(r.files);
	*ret_n = r.images->len;
	if (failure == NULL && r.images->len == 0 && diag_n(diag) == 0)
		g_set_error(&failure, RCUSIM_ERROR, RCUSIM_ERROR_INVALID,
			    "%s: error: found no mapping; " EXPECTED, file);
	if (failure == NULL)
		return true;
	g_propagate_error(error, g_steal_pointer(&failure));
	return false;
}
