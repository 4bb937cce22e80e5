#include "scenario/json_write.h"

#include <inttypes.h>

#include "scenario/json.h"

static void json_write_key(struct json_writer *writer, const char *key)
{
	if (writer->depth > 0)
		g_string_append_printf(writer->out, "%s\n%*s", writer->first ? "" : ",",
				       2 * writer->depth, "");
	writer->first = false;
	if (key == NULL)
		return;
	json_append_string(writer->out, key);
	g_string_append(writer->out, ": ");
}

void json_write_open(struct json_writer *writer, const char *key, char bracket)
{
	json_write_key(writer, key);
	g_string_append_c(writer->out, bracket);
	writer->depth++;
	writer->first = true;
}

void json_write_close(struct json_writer *writer, char bracket)
{
	writer->depth--;
	if (!writer->first)
		g_string_append_printf(writer->out, "\n%*s", 2 * writer->depth, "");
	g_string_append_c(writer->out, bracket);
	writer->first = false;
}

void json_write_string(struct json_writer *writer, const char *key, const char *value)
{
	json_write_key(writer, key);
	json_append_string(writer->out, value);
}

void json_write_int(struct json_writer *writer, const char *key, int64_t value)
{
	json_write_key(writer, key);
	g_string_append_printf(writer->out, "%" PRId64, value);
}

void json_write_bool(struct json_writer *writer, const char *key, bool value)
{
	json_write_raw(writer, key, value ? "true" : "false");
}

void json_write_raw(struct json_writer *writer, const char *key, const char *value)
{
	json_write_key(writer, key);
	g_string_append(writer->out, value);
}

void json_write_strings(struct json_writer *writer, const char *key, const char *const *values)
{
	json_write_key(writer, key);
	g_string_append_c(writer->out, '[');
	for (int i = 0; values[i] != NULL; i++) {
		g_string_append(writer->out, i > 0 ? ", " : "");
		json_append_string(writer->out, values[i]);
	}
	g_string_append_c(writer->out, ']');
}
