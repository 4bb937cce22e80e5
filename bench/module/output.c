// SPDX-License-Identifier: GPL-2.0
/* output.c - results: lines of text in one buffer, until they are read and cleared. */
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/vmalloc.h>

#include "bench.h"

#define SIZE (4 << 20)

static char *text;
static size_t length;

int bench_output_init(void)
{
	text = vmalloc(SIZE);
	return text ? 0 : -ENOMEM;
}

void bench_output_exit(void)
{
	vfree(text);
}

void bench_output_clear(void)
{
	length = 0;
}

/* What does not fit any more is left out as a whole. */
void bench_print(const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text + length, SIZE - length, format, args);
	va_end(args);
	if (n > 0 && length + n < SIZE)
		length += n;
}

ssize_t bench_output_read(char __user *to, size_t n, loff_t *pos)
{
	return simple_read_from_buffer(to, n, pos, text, length);
}
