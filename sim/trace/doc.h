/*
 * doc.h - a replay while it is made, and how it is written (docs/replay.md).
 *
 * Operations are kept in their order; what exec maps is known only when the address space has ended, and is
 * put in its place when the text is written.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <glib.h>

#define TRACE_PAGE UINT64_C(4096)

enum trace_op_kind {
	TRACE_TASK,   /* a: place of the name; b: 1 with "at" c */
	TRACE_EXEC,   /* a: place of the name */
	TRACE_IMAGES, /* a: which; a line for each VMA */
	TRACE_MMAP,
	TRACE_MUNMAP,
	TRACE_BRK,
	TRACE_MPROTECT,
	TRACE_MREMAP,  /* a, b: old; c: new length; d: new place */
	TRACE_MADVISE, /* flags: enum trace_advice */
	TRACE_MLOCK,
	TRACE_MUNLOCK,
	TRACE_CLONE, /* a: the child */
	TRACE_WAIT,  /* a: the child */
	TRACE_SLEEP, /* a: ns */
	TRACE_EXIT,
};

enum trace_prot { TRACE_READ = 1, TRACE_WRITE = 2, TRACE_X = 4 };

/* Of mmap, of an image, of clone, of mremap. */
enum trace_flag {
	TRACE_SHARED = 1 << 0,
	TRACE_ANONYMOUS = 1 << 1,
	TRACE_GROWSDOWN = 1 << 2,
	TRACE_NORESERVE = 1 << 3,
	TRACE_LOCKED = 1 << 4,
	TRACE_SPECIAL = 1 << 5,
	TRACE_VM = 1 << 6,
	TRACE_VFORK = 1 << 7,
	TRACE_THREAD = 1 << 8,
	TRACE_DONTUNMAP = 1 << 9,
};

enum trace_advice {
	TRACE_DONTFORK,
	TRACE_DOFORK,
	TRACE_DONTDUMP,
	TRACE_DODUMP,
	TRACE_HUGEPAGE,
	TRACE_NOHUGEPAGE,
	TRACE_WIPEONFORK,
	TRACE_KEEPONFORK,
	TRACE_N_ADVICES
};
/* "dontfork", ... */
const char *trace_advice_name(enum trace_advice advice);

struct trace_op {
	uint32_t task; /* from 1 */
	uint8_t kind;
	uint8_t prot;
	uint16_t flags;
	uint32_t file; /* 0: none */
	int64_t think_ns;
	uint64_t a, b, c, d; /* address, length, offset in bytes, where nothing else is said */
};

/* A VMA that the kernel mapped by itself. */
struct trace_image {
	uint64_t start, len, offset;
	uint32_t file;
	uint16_t flags;
	uint8_t prot;
};

struct trace_doc {
	GArray *ops;         /* struct trace_op */
	GPtrArray *images;   /* GArray of struct trace_image, by number */
	GPtrArray *names;    /* of programs */
	GHashTable *name_of; /* name -> its place in @names, plus 1 */
};

struct trace_doc *trace_doc_new(void);
void trace_doc_free(struct trace_doc *doc);
/* Place of @name, made one word. */
uint32_t trace_doc_name(struct trace_doc *doc, const char *name);
/* Number of a new, empty set of images. */
uint32_t trace_doc_images(struct trace_doc *doc);
void trace_doc_add(struct trace_doc *doc, const struct trace_op *op);

/* Writes the text of the replay; errors stay in @out. @comments: lines without their "# ". */
void trace_doc_write(const struct trace_doc *doc, const char *const *comments, FILE *out);
