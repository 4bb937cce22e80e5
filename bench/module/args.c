// SPDX-License-Identifier: GPL-2.0
/* args.c - commands are words "key=value". */
#include <linux/kernel.h>
#include <linux/string.h>

#include "bench.h"

/* What follows "key=", or NULL. */
static const char *find(const char *command, const char *key)
{
	const size_t length = strlen(key);
	const char *p = command;

	while ((p = strstr(p, key)) != NULL) {
		if ((p == command || p[-1] == ' ') && p[length] == '=')
			return p + length + 1;
		p += length;
	}
	return NULL;
}

void bench_arg_text(const char *command, const char *key, char *to, size_t size, const char *value)
{
	const char *found = find(command, key);

	strscpy(to, found ? found : value, size);
	to[strcspn(to, " \n")] = '\0';
}

long bench_arg(const char *command, const char *key, long value)
{
	char text[24];
	long given;

	bench_arg_text(command, key, text, sizeof(text), "");
	return kstrtol(text, 0, &given) == 0 ? given : value;
}
