/* json_write.h - write an indented JSON document, member by member. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

struct json_writer {
	GString *out;
	int depth;
	bool first; /* of the object or array being written */
};

/* In all of these, @key is NULL inside an array and for the document itself. */
void json_write_open(struct json_writer *writer, const char *key, char bracket);
void json_write_close(struct json_writer *writer, char bracket);
void json_write_string(struct json_writer *writer, const char *key, const char *value);
void json_write_int(struct json_writer *writer, const char *key, int64_t value);
void json_write_bool(struct json_writer *writer, const char *key, bool value);
/* @value is JSON already. */
void json_write_raw(struct json_writer *writer, const char *key, const char *value);
/* An array of strings on one line; @values is NULL-terminated. */
void json_write_strings(struct json_writer *writer, const char *key, const char *const *values);
