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

/* The tree of cJSON and the places of the scan, side by side. */
struct pairing {
	const char *text, *file;
	const struct json_value *values;
	unsigned int n, next;
	struct diag *diag;
};

/* cJSON ends a string where it says \u0000: nothing goes on with half of it. */
static void json_refuse_nul(struct pairing *pairing, struct json *json,
			    const struct json_value *value)
{
	const struct diag_place place = value->key_has_nul ? json->key_place : json->place;
	g_autofree char *path = NULL;

	if (!value->has_nul && !value->key_has_nul)
		return;
	json->refused = true;
	path = diag_wants(pairing->diag, place) ? json_path(json) : NULL;
	diag_add(pairing->diag, place, path, "\\u0000 in a %s; NUL is not accepted",
		 value->key_has_nul ? "key" : "string");
}

static enum json_type json_type_of(const cJSON *item)
{
	if (cJSON_IsObject(item))
		return JSON_OBJECT;
	if (cJSON_IsArray(item))
		return JSON_ARRAY;
	if (cJSON_IsString(item))
		return JSON_STRING;
	if (cJSON_IsNumber(item))
		return JSON_NUMBER;
	return cJSON_IsBool(item) ? JSON_BOOL : JSON_NULL;
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

/* @item's strings and children are freed as they are paired, so that a text is in memory once, not twice. */
static struct json *json_pair(struct pairing *pairing, cJSON *item, struct json *parent)
{
	const struct json_value *value = &pairing->values[pairing->next];
	struct json *json;

	sim_assert(pairing->next < pairing->n);
	pairing->next++;
	json = json_new(json_type_of(item), NULL,
			(struct diag_place){ pairing->file, value->line, value->col });
	json->truth = cJSON_IsTrue(item);
	if (json->type == JSON_NUMBER)
		json->text = g_strndup(pairing->text + value->offset, value->len);
	else if (json->type == JSON_STRING)
		json->text = g_strdup(item->valuestring);
	g_clear_pointer(&item->valuestring, cJSON_free);
	if (value->key_line > 0)
		json->key_place =
			(struct diag_place){ pairing->file, value->key_line, value->key_col };
	if (parent != NULL)
		json_add(parent, parent->type == JSON_OBJECT ? item->string : NULL, json);
	json_refuse_nul(pairing, json, value);
	while (item->child != NULL) {
		cJSON *child = cJSON_DetachItemViaPointer(item, item->child);

		json_pair(pairing, child, json);
		cJSON_Delete(child);
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
	struct pairing pairing = { .text = text, .file = file, .diag = diag };
	cJSON *item;
	struct json *json;

	if (!json_scan(text, len, file, (guint)*values_left, values, diag))
		return NULL;
	*values_left -= (int)values->len;
	item = cJSON_ParseWithLengthOpts(text, len + 1, NULL, 1);
	if (item == NULL) {
		diag_add(diag, (struct diag_place){ file, 1, 1 }, NULL,
			 "cJSON refuses what the scan accepted: out of memory?");
		return NULL;
	}
	pairing.values = (const struct json_value *)(const void *)values->data;
	pairing.n = values->len;
	json = json_pair(&pairing, item, NULL);
	cJSON_Delete(item);
	sim_assert(pairing.next == pairing.n);
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
