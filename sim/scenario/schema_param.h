/* schema_param.h - parameter tables as JSON Schema. */
#pragma once

#include "base/param.h"
#include "scenario/json_write.h"

/* `"NAME": {...}`: what @param accepts; CPU lists and durations by pattern, as their ranges are ours. */
void schema_param(struct json_writer *writer, const char *key, const struct param *param);
void schema_params(struct json_writer *writer, const struct param *params);
/* {"$ref": "#/$defs/NAME"} under @key. */
void schema_ref(struct json_writer *writer, const char *key, const char *name);
/* The definitions that the two above refer to, as members of "$defs". */
void schema_param_defs(struct json_writer *writer);
