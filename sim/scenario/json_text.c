/* json_text.c - paths and values of a JSON tree as text. */
#include <string.h>

#include "base/assert.h"
#include "scenario/json.h"

void json_append_string(GString *out, const char *text)
{
	g_string_append_c(out, '"');
	for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			g_string_append_printf(out, "\\%c", *p);
		else if (*p == '\n')
			g_string_append(out, "\\n");
		else if (*p == '\t')
			g_string_append(out, "\\t");
		else if (*p < 0x20 || *p == 0x7f)
			g_string_append_printf(out, "\\u%04x", *p);
		else
			g_string_append_c(out, (char)*p);
	}
	g_string_append_c(out, '"');
}

static bool key_is_plain(const char *key)
{
	if (*key == '\0' || strlen(key) > 64)
		return false;
	for (; *key != '\0'; key++)
		if (!g_ascii_isalnum(*key) && *key != '_' && *key != '-' && *key != '$')
			return false;
	return true;
}

static void path_append_key(GString *path, const char *key)
{
	if (key_is_plain(key)) {
		g_string_append_printf(path, ".%s", key);
	} else {
		g_autofree char *quoted = diag_quote(key);

		g_string_append_printf(path, "[%s]", quoted);
	}
}

static void path_append(GString *path, const struct json *json)
{
	int i = 0;

	if (json->parent == NULL) {
		g_string_append_c(path, '$');
		return;
	}
	path_append(path, json->parent);
	if (json->key != NULL) {
		path_append_key(path, json->key);
		return;
	}
	for (const struct json *sibling = json->parent->first; sibling != json;
	     sibling = sibling->next)
		i++;
	g_string_append_printf(path, "[%d]", i);
}

char *json_path(const struct json *json)
{
	GString *path = g_string_new(NULL);

	path_append(path, json);
	return g_string_free(path, FALSE);
}

char *json_member_path(const struct json *object, const char *key)
{
	GString *path = g_string_new(NULL);

	path_append(path, object);
	path_append_key(path, key);
	return g_string_free(path, FALSE);
}

static void text_append(GString *out, const struct json *json)
{
	const bool object = json->type == JSON_OBJECT;

	switch (json->type) {
	case JSON_NULL:
		g_string_append(out, "null");
		break;
	case JSON_BOOL:
		g_string_append(out, json->truth ? "true" : "false");
		break;
	case JSON_NUMBER:
		g_string_append(out, json->text);
		break;
	case JSON_STRING:
		json_append_string(out, json->text);
		break;
	case JSON_ARRAY:
	case JSON_OBJECT:
		g_string_append_c(out, object ? '{' : '[');
		for (const struct json *child = json->first; child != NULL; child = child->next) {
			if (child != json->first)
				g_string_append(out, ", ");
			if (object) {
				json_append_string(out, child->key);
				g_string_append(out, ": ");
			}
			text_append(out, child);
		}
		g_string_append_c(out, object ? '}' : ']');
		break;
	}
}

char *json_to_text(const struct json *json)
{
	GString *out = g_string_new(NULL);

	text_append(out, json);
	return g_string_free(out, FALSE);
}

char *json_describe(const struct json *json)
{
	switch (json->type) {
	case JSON_NULL:
		return g_strdup("null");
	case JSON_BOOL:
		return g_strdup(json->truth ? "true" : "false");
	case JSON_NUMBER:
		return strlen(json->text) <= 60 ? g_strdup(json->text)
						: g_strdup_printf("%.60s...", json->text);
	case JSON_STRING:
		return diag_quote(json->text);
	case JSON_ARRAY:
		return g_strdup("an array");
	case JSON_OBJECT:
		return g_strdup("an object");
	}
	sim_assert_failed("a JSON type", __FILE__, __LINE__, __func__);
}
