/*
 * exec_image.h - what execve() maps by itself, guessed from what is done to it later.
 *
 * No system call shows where the kernel puts the program, the loader, the stack and the vdso. But the loader
 * protects what has been relocated (RELRO) in the program and in itself: the first pages of their writable
 * segments. What is touched and was not mapped by any recorded call was mapped by the kernel.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "trace/doc.h"

/* How many VMAs each part has. */
struct exec_counts {
	int binary, loader, stack, vdso;
};

extern const struct exec_counts exec_counts_default;

/* Reads "binary=4,vdso=3" into @counts; NULL, or what is wrong (g_free()). */
char *exec_counts_parse(const char *text, struct exec_counts *counts);

/* One life between two execs, with the forks that inherit its image. */
struct exec_life;

/* @is_known: it begins with an exec, not in the middle of a program. */
struct exec_life *exec_life_new(bool is_known);
void exec_life_free(struct exec_life *life);
/* A recorded call mapped [@start, @end); @is_free: where the kernel chose. */
void exec_life_map(struct exec_life *life, uint64_t start, uint64_t end, bool is_free,
		   bool is_program_text);
/* A recorded call did something to it; @whole: only if nothing of it was mapped it counts. */
void exec_life_touch(struct exec_life *life, uint64_t start, uint64_t end, bool is_mprotect,
		     bool whole);
void exec_life_brk(struct exec_life *life, uint64_t brk);
/* Number for the file behind descriptor or path @file of an mmap() at @offset. */
uint32_t exec_life_file(struct exec_life *life, uint32_t file, bool is_path, uint64_t offset,
			bool is_fixed);
uint32_t exec_life_new_file(struct exec_life *life);

/* Adds the VMAs of @life's image to @into (struct trace_image), by address. */
void exec_life_image(const struct exec_life *life, const struct exec_counts *counts, GArray *into);
