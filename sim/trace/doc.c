#include "trace/doc.h"

#include <inttypes.h>
#include <string.h>

#include "base/assert.h"

#define MAX_NAME 64

static void free_images(void *images)
{
	g_array_unref(images);
}

struct trace_doc *trace_doc_new(void)
{
	struct trace_doc *doc = g_new0(struct trace_doc, 1);

	doc->ops = g_array_new(FALSE, FALSE, sizeof(struct trace_op));
	doc->images = g_ptr_array_new_with_free_func(free_images);
	doc->names = g_ptr_array_new_with_free_func(g_free);
	doc->name_of = g_hash_table_new(g_str_hash, g_str_equal);
	return doc;
}

void trace_doc_free(struct trace_doc *doc)
{
	if (doc == NULL)
		return;
	g_array_unref(doc->ops);
	g_ptr_array_unref(doc->images);
	g_hash_table_unref(doc->name_of);
	g_ptr_array_unref(doc->names);
	g_free(doc);
}

uint32_t trace_doc_name(struct trace_doc *doc, const char *name)
{
	g_autofree char *word = g_strndup(name, MAX_NAME);
	uint32_t place;

	for (char *p = word; *p != '\0'; p++)
		if (!g_ascii_isalnum(*p) && strchr("._+-", *p) == NULL)
			*p = '_';
	if (*word == '\0') {
		g_free(word);
		word = g_strdup("task");
	}
	place = GPOINTER_TO_UINT(g_hash_table_lookup(doc->name_of, word));
	if (place > 0)
		return place - 1;
	place = doc->names->len;
	g_hash_table_insert(doc->name_of, word, GUINT_TO_POINTER(place + 1));
	g_ptr_array_add(doc->names, g_steal_pointer(&word));
	return place;
}

uint32_t trace_doc_images(struct trace_doc *doc)
{
	g_ptr_array_add(doc->images, g_array_new(FALSE, FALSE, sizeof(struct trace_image)));
	return doc->images->len - 1;
}

void trace_doc_add(struct trace_doc *doc, const struct trace_op *op)
{
	g_array_append_val(doc->ops, *op);
}

const char *trace_advice_name(enum trace_advice advice)
{
	static const char *const names[TRACE_N_ADVICES] = {
		[TRACE_DONTFORK] = "dontfork",     [TRACE_DOFORK] = "dofork",
		[TRACE_DONTDUMP] = "dontdump",     [TRACE_DODUMP] = "dodump",
		[TRACE_HUGEPAGE] = "hugepage",     [TRACE_NOHUGEPAGE] = "nohugepage",
		[TRACE_WIPEONFORK] = "wipeonfork", [TRACE_KEEPONFORK] = "keeponfork",
	};

	return names[advice];
}

static void put_prot(FILE *out, unsigned int prot)
{
	fprintf(out, " %c%c%c", prot & TRACE_READ ? 'r' : '-', prot & TRACE_WRITE ? 'w' : '-',
		prot & TRACE_X ? 'x' : '-');
}

static void put_file(FILE *out, uint32_t file, uint64_t offset)
{
	if (file == 0)
		fputs(" - 0", out);
	else if (offset == 0)
		fprintf(out, " %" PRIu32 " 0", file);
	else
		fprintf(out, " %" PRIu32 " 0x%" PRIx64, file, offset);
}

static void put_think(FILE *out, uint32_t task, int64_t think_ns)
{
	if (think_ns > 0)
		fprintf(out, "%" PRIu32 " +%" PRId64 " ", task, think_ns);
	else
		fprintf(out, "%" PRIu32 " . ", task);
}

static void put_images(FILE *out, uint32_t task, const GArray *images)
{
	for (guint i = 0; i < images->len; i++) {
		const struct trace_image *image = &g_array_index(images, struct trace_image, i);

		fprintf(out, "%" PRIu32 " . image 0x%" PRIx64 " 0x%" PRIx64, task, image->start,
			image->len);
		put_prot(out, image->prot);
		fprintf(out, "%s%s%s", image->flags & TRACE_SHARED ? "s" : "",
			image->flags & TRACE_GROWSDOWN ? "g" : "",
			image->flags & TRACE_SPECIAL ? "v" : "");
		put_file(out, image->file, image->offset);
		putc('\n', out);
	}
}

static void put_mmap(FILE *out, const struct trace_op *op)
{
	fprintf(out, "mmap 0x%" PRIx64 " 0x%" PRIx64, op->a, op->b);
	put_prot(out, op->prot);
	fprintf(out, " %c%s%s%s%s", op->flags & TRACE_SHARED ? 's' : 'p',
		op->flags & TRACE_ANONYMOUS ? "a" : "", op->flags & TRACE_GROWSDOWN ? "g" : "",
		op->flags & TRACE_NORESERVE ? "n" : "", op->flags & TRACE_LOCKED ? "l" : "");
	put_file(out, op->file, op->c);
}

static void put_range(FILE *out, const char *name, const struct trace_op *op)
{
	fprintf(out, "%s 0x%" PRIx64 " 0x%" PRIx64, name, op->a, op->b);
}

static void put_clone(FILE *out, const struct trace_op *op)
{
	const char *comma = "";

	fprintf(out, "clone %" PRIu64 " ", op->a);
	if ((op->flags & (TRACE_VM | TRACE_VFORK | TRACE_THREAD)) == 0)
		putc('-', out);
	if (op->flags & TRACE_VM) {
		fputs("vm", out);
		comma = ",";
	}
	if (op->flags & TRACE_VFORK) {
		fprintf(out, "%svfork", comma);
		comma = ",";
	}
	if (op->flags & TRACE_THREAD)
		fprintf(out, "%sthread", comma);
}

static void put_call(FILE *out, const struct trace_op *op)
{
	switch ((enum trace_op_kind)op->kind) {
	case TRACE_MMAP:
		put_mmap(out, op);
		break;
	case TRACE_MUNMAP:
		put_range(out, "munmap", op);
		break;
	case TRACE_BRK:
		fprintf(out, "brk 0x%" PRIx64, op->a);
		break;
	case TRACE_MPROTECT:
		put_range(out, "mprotect", op);
		put_prot(out, op->prot);
		break;
	case TRACE_MREMAP:
		put_range(out, "mremap", op);
		fprintf(out, " 0x%" PRIx64 " 0x%" PRIx64 " %s", op->c, op->d,
			op->flags & TRACE_DONTUNMAP ? "d" : "-");
		break;
	case TRACE_MADVISE:
		put_range(out, "madvise", op);
		fprintf(out, " %s", trace_advice_name(op->flags));
		break;
	case TRACE_MLOCK:
		put_range(out, "mlock", op);
		break;
	case TRACE_MUNLOCK:
		put_range(out, "munlock", op);
		break;
	case TRACE_CLONE:
		put_clone(out, op);
		break;
	case TRACE_WAIT:
		fprintf(out, "wait %" PRIu64, op->a);
		break;
	case TRACE_SLEEP:
		fprintf(out, "sleep %" PRIu64, op->a);
		break;
	case TRACE_EXIT:
		fputs("exit", out);
		break;
	case TRACE_TASK:
	case TRACE_EXEC:
	case TRACE_IMAGES:
	default:
		sim_assert_not_reached("kind of operation");
	}
	putc('\n', out);
}

static void put_op(FILE *out, const struct trace_doc *doc, const struct trace_op *op)
{
	const char *name;

	switch (op->kind) {
	case TRACE_TASK:
		name = g_ptr_array_index(doc->names, op->a);
		fprintf(out, "task %" PRIu32 " %s", op->task, name);
		if (op->b != 0)
			fprintf(out, " at %" PRIu64, op->c);
		putc('\n', out);
		break;
	case TRACE_EXEC:
		name = g_ptr_array_index(doc->names, op->a);
		put_think(out, op->task, op->think_ns);
		fprintf(out, "exec %s\n", name);
		break;
	case TRACE_IMAGES:
		put_images(out, op->task, g_ptr_array_index(doc->images, op->a));
		break;
	default:
		put_think(out, op->task, op->think_ns);
		put_call(out, op);
	}
}

void trace_doc_write(const struct trace_doc *doc, const char *const *comments, FILE *out)
{
	fputs("rcusim-replay 1\n", out);
	for (int i = 0; comments[i] != NULL; i++)
		fprintf(out, "# %s\n", comments[i]);
	for (guint i = 0; i < doc->ops->len; i++)
		put_op(out, doc, &g_array_index(doc->ops, struct trace_op, i));
}
