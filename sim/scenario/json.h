/*
 * json.h - strict JSON with a place for every value.
 *
 * Three steps: json_scan() (json_scan.h) checks the text against RFC 8259 and our limits and notes where
 * every value stands; cJSON builds its trees, piece by piece; this module pairs the two into a tree of its own,
 * whose nodes know their place and keep numbers as they were written, so that integers stay exact. Nothing else in the
 * project calls cJSON.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "base/diag.h"

/* Limits, each tested at the limit and beyond (architecture.md 7). */
#define JSON_MAX_BYTES        (16 * 1024 * 1024)
#define JSON_MAX_DEPTH        64
#define JSON_MAX_VALUES       100000
#define JSON_MAX_MEMBERS      4096 /* of one object, elements of one array */
#define JSON_MAX_KEY_BYTES    255
#define JSON_MAX_STRING_BYTES (64 * 1024)
#define JSON_MAX_NUMBER_BYTES 255

enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json {
	enum json_type type;
	char *key;                          /* of a member, unescaped; else NULL */
	char *text;                         /* string: its value; number: its spelling */
	bool truth;                         /* bool: its value */
	struct diag_place place, key_place; /* files are not owned: whoever parses keeps the name */
	struct json *parent;
	struct json *first, *last, *next; /* children, in the order of the text */
	int n;                            /* of children */
	bool refused;                     /* to be taken out when its parent is complete */
};

/**
 * json_parse:
 * @text: @len bytes and a NUL behind them
 * @file: how messages name the text; must outlive the tree
 *
 * A syntax error ends the parse and is the only one reported. What is JSON but nothing that a scenario could
 * mean is reported wherever it is: repeated keys (with both places; the first of each is kept), and \u0000.
 *
 * Returns: the tree, or %NULL with a problem added to @diag; json_free()
 */
struct json *json_parse(const char *text, size_t len, const char *file, struct diag *diag);

/**
 * json_parse_within:
 * @values_left: how many values the text may have; lowered by those it has
 *
 * As json_parse(), which takes JSON_MAX_VALUES.
 */
struct json *json_parse_within(const char *text, size_t len, const char *file, int *values_left,
			       struct diag *diag);

struct json *json_new(enum json_type type, const char *text, struct diag_place place);
void json_free(struct json *json);

/* Member @key of an object, or %NULL. */
struct json *json_find(const struct json *object, const char *key);
/* Appends @child, with @key if @parent is an object; takes it over. */
void json_add(struct json *parent, const char *key, struct json *child);
/* Unlinks @child from its parent; the caller owns it then. */
struct json *json_take(struct json *child);
/* Makes @old, which stays where it is under its key, the same as @value, which is freed. */
void json_replace(struct json *old, struct json *value);

/* "$.workload[0].vmas"; g_free(). */
char *json_path(const struct json *json);
/* Path of a member @key that @object has or could have; g_free(). */
char *json_member_path(const struct json *object, const char *key);

/* The value on one line, as JSON; g_free(). */
char *json_to_text(const struct json *json);
/* How a message shows the value: "a string", 3.5, "10 ms", an object; g_free(). */
char *json_describe(const struct json *json);
/* For g_tree_new_full(): names in the order of their bytes. Tables of names that a file chooses are trees: what
 * GLib hashes strings with is known, and names of equal hash are easily made. */
int name_order(const void *a, const void *b, void *unused);
/* Appends @text as a JSON string. */
void json_append_string(GString *out, const char *text);
