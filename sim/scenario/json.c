#include "scenario/json.h"

#include <string.h>

#include <cjson/cJSON.h>

#include <rcusim/version.h>

#include "base/assert.h"
#include "scenario/json_scan.h"

int name_order(const void *a, const void *b, void *unused)
{
	return strcmp(a, b);
}

struct json *json_new(enum json_type type, const char *text, struct diag_place place)
{
	struct json *json = g_new0(struct json, 1);

	json->type = type;
	json->text = g_strdup(text);
	json->place = json->key_place = place;
	return json;
}

void json_free(struct json *json)
{
	if (json == NULL)
		return;
	for (struct json *child = json->first, *next; child != NULL; child = next) {
		next = child->next;
		json_free(child);
	}
	g_free(json->key);
	g_free(json->text);
	g_free(json);
}

struct json *json_find(const struct json *object, const char *key)
{
	if (object == NULL || object->type != JSON_OBJECT)
		return NULL;
	for (struct json *child = object->first; child != NULL; child = child->next)
		if (strcmp(child->key, key) == 0)
			return child;
	return NULL;
}

void json_add(struct json *parent, const char *key, struct json *child)
{
	sim_assert(child->parent == NULL && child->next == NULL);
	sim_assert((parent->type == JSON_OBJECT) == (key != NULL));
	if (key != child->key) {
		g_free(child->key);
		child->key = g_strdup(key);
	}
	child->parent = parent;
	if (parent->last == NULL)
		parent->first = child;
	else
		parent->last->next = child;
	parent->last = child;
	parent->n++;
}

struct json *json_take(struct json *child)
{
	struct json *parent = child->parent;
	struct json *before = NULL;

	sim_assert(parent != NULL);
	for (struct json *sibling = parent->first; sibling != child; sibling = sibling->next)
		before = sibling;
	if (before == NULL)
		parent->first = child->next;
	else
		before->next = child->next;
	if (parent->last == child)
		parent->last = before;
	parent->n--;
	child->parent = child->next = NULL;
	return child;
}

void json_replace(struct json *old, struct json *value)
{
	const struct json was = *old;

	sim_assert(value->parent == NULL && value->next == NULL);
	*old = *value;
	old->key = was.key;
	old->parent = was.parent;
	old->next = was.next;
	for (struct json *child = old->first; child != NULL; child = child->next)
		child->parent = old;
	value->text = was.text;
	value->first = was.first;
	json_free(value);
}

/*
 * The values of the scan on their way to a tree.
 *
 * cJSON makes trees of the text in pieces: of whatever is not larger than a piece may be. Each is copied and given
 * back before the next is made, so that there are never two trees of everything in memory. What holds pieces is
 * built here.
 */
struct builder {
	const char *text, *file;
	const struct json_value *values;
	unsigned int n, next;
	struct diag *diag;
	bool has_failed;
};

#define PIECE_VALUES 1000
#define PIECE_BYTES  (JSON_MAX_STRING_BYTES + 2) /* the longest string is a piece */

/* cJSON ends a string where it says \u0000: nothing goes on with half of it. */
static void json_refuse_nul(struct builder *builder, struct json *json,
			    const struct json_value *value)
{
	const struct diag_place place = value->key_has_nul ? json->key_place : json->place;
	g_autofree char *path = NULL;

	if (!value->has_nul && !value->key_has_nul)
		return;
	json->refused = true;
	path = diag_wants(builder->diag, place) ? json_path(json) : NULL;
	diag_add(builder->diag, place, path, "\\u0000 in a %s; NUL is not accepted",
		 value->key_has_nul ? "key" : "string");
}

/* Takes out the children that are refused. */
static void json_sweep(struct json *parent)
{
	struct json **link = &parent->first;

	parent->last = NULL;
	while (*link != NULL) {
		struct json *child = *link;

		if (child->refused) {
			*link = child->next;
			parent->n--;
			json_free(child);
		} else {
			parent->last = child;
			link = &child->next;
		}
	}
}

static enum json_type json_type_at(const char *text)
{
	switch (*text) {
	case '{':
		return JSON_OBJECT;
	case '[':
		return JSON_ARRAY;
	case '"':
		return JSON_STRING;
	case 't':
	case 'f':
		return JSON_BOOL;
	case 'n':
		return JSON_NULL;
	default:
		return JSON_NUMBER;
	}
}

/* The next value, without its children; @key and @string as cJSON has unescaped them. */
static struct json *json_build_one(struct builder *builder, struct json *parent, const char *key,
				   const char *string)
{
	const struct json_value *value = &builder->values[builder->next];
	const char *text = builder->text + value->offset;
	struct json *json;

	sim_assert(builder->next < builder->n);
	sim_assert((*text == '"') == (string != NULL));
	builder->next++;
	json = json_new(json_type_at(text), string,
			(struct diag_place){ builder->file, value->line, value->col });
	json->truth = *text == 't';
	if (json->type == JSON_NUMBER)
		json->text = g_strndup(text, value->len);
	if (value->key_line > 0)
		json->key_place =
			(struct diag_place){ builder->file, value->key_line, value->key_col };
	if (parent != NULL)
		json_add(parent, parent->type == JSON_OBJECT ? key : NULL, json);
	json_refuse_nul(builder, json, value);
	return json;
}

/* cJSON's tree of a piece and the values of the scan, side by side. */
static struct json *json_copy_piece(struct builder *builder, const cJSON *item, struct json *parent,
				    const char *key)
{
	struct json *json = json_build_one(builder, parent, key, item->valuestring);
	const cJSON *child;

	cJSON_ArrayForEach(child, item)
	{
		json_copy_piece(builder, child, json, child->string);
	}
	return json;
}

/* What cJSON makes of @len bytes; NULL, and then always, if it runs out of memory. */
static cJSON *json_parse_piece(struct builder *builder, unsigned int offset, unsigned int len)
{
	cJSON *item = NULL;

	if (!builder->has_failed)
		item = cJSON_ParseWithLengthOpts(builder->text + offset, len, NULL, 0);
	builder->has_failed = item == NULL;
	return item;
}

static bool json_is_piece(const struct json_value *value)
{
	return value->n_below <= PIECE_VALUES && value->len <= PIECE_BYTES &&
	       !value->has_long_number;
}

/* The next value and all within it; NULL (or less than all) if @builder has failed. */
static struct json *json_build(struct builder *builder, struct json *parent, const char *key)
{
	const struct json_value *value = &builder->values[builder->next];
	const unsigned int end = builder->next + 1 + value->n_below;
	struct json *json = NULL;

	if (json_is_piece(value)) {
		cJSON *item = json_parse_piece(builder, value->offset, value->len);

		if (item != NULL)
			json = json_copy_piece(builder, item, parent, key);
		cJSON_Delete(item);
		return json;
	}
	json = json_build_one(builder, parent, key, NULL);
	while (builder->next < end && !builder->has_failed) {
		const struct json_value *child = &builder->values[builder->next];
		cJSON *child_key = NULL;

		if (json->type == JSON_OBJECT)
			child_key = json_parse_piece(builder, child->key_offset, child->key_len);
		if (!builder->has_failed)
			json_build(builder, json, child_key ? child_key->valuestring : NULL);
		cJSON_Delete(child_key);
	}
	return json;
}

static int json_key_compare(const void *a, const void *b)
{
	const struct json *x = *(const struct json *const *)a;
	const struct json *y = *(const struct json *const *)b;
	const int by_key = strcmp(x->key, y->key);

	if (by_key != 0)
		return by_key;
	if (x->key_place.line != y->key_place.line)
		return x->key_place.line < y->key_place.line ? -1 : 1;
	return x->key_place.col < y->key_place.col ? -1 : x->key_place.col > y->key_place.col;
}

/* Repeated keys of one object, found by sorting: no hash that a file could flood. */
static void json_refuse_repeats(struct json *object, struct diag *diag)
{
	g_autoptr(GPtrArray) members = g_ptr_array_sized_new((guint)object->n + 1);
	const struct json *first = NULL;

	for (struct json *child = object->first; child != NULL; child = child->next)
		g_ptr_array_add(members, child);
	g_ptr_array_sort(members, json_key_compare);
	for (guint i = 0; i < members->len; i++) {
		struct json *child = g_ptr_array_index(members, i);

		if (first != NULL && strcmp(first->key, child->key) == 0) {
			g_autofree char *path =
				diag_wants(diag, child->key_place) ? json_path(child) : NULL;

			diag_add(diag, child->key_place, path,
				 "the key appears twice in this object; the first is at %d:%d",
				 first->key_place.line, first->key_place.col);
			child->refused = true;
		} else if (!child->refused) {
			first = child;
		}
	}
}

static void json_refuse_all_repeats(struct json *json, struct diag *diag)
{
	if (json->type == JSON_OBJECT)
		json_refuse_repeats(json, diag);
	json_sweep(json);
	for (struct json *child = json->first; child != NULL; child = child->next)
		json_refuse_all_repeats(child, diag);
}

struct json *json_parse(const char *text, size_t len, const char *file, struct diag *diag)
{
	int values_left = JSON_MAX_VALUES;

	return json_parse_within(text, len, file, &values_left, diag);
}

struct json *json_parse_within(const char *text, size_t len, const char *file, int *values_left,
			       struct diag *diag)
{
	g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(struct json_value));
	struct builder builder = { .text = text, .file = file, .diag = diag };
	struct json *json;

	if (!json_scan(text, len, file, (guint)*values_left, values, diag))
		return NULL;
	*values_left -= (int)values->len;
	builder.values = (const struct json_value *)(const void *)values->data;
	builder.n = values->len;
	json = json_build(&builder, NULL, NULL);
	if (builder.has_failed) {
		diag_add(diag, (struct diag_place){ file, 1, 1 }, NULL,
			 "cJSON refuses what the scan accepted: out of memory?");
		json_free(json);
		return NULL;
	}
	sim_assert(builder.next == builder.n);
	if (json->refused)
		g_clear_pointer(&json, json_free);
	if (json == NULL)
		return NULL;
	json_refuse_all_repeats(json, diag);
	return json;
}

const char *rcusim_version_cjson(void)
{
	return cJSON_Version();
}
