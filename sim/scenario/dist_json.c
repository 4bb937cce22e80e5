#include "scenario/dist_json.h"

#include <inttypes.h>
#include <string.h>

#include "base/assert.h"
#include "base/decimal.h"
#include "base/duration.h"

/* clang-format off: tables */
const struct dist_kind_info dist_kinds[] = {
	[DIST_FIXED] = { "fixed", "always value", { "value" }, { NULL } },
	[DIST_UNIFORM] = { "uniform",
			   "equally likely from min to max",
			   { "min", "max" },
			   { NULL } },
	[DIST_EXPONENTIAL] = { "exponential",
			       "mean, clamped to min ... max",
			       { "mean" },
			       { "min", "max" } },
	[DIST_LOGNORMAL] = { "lognormal",
			     "median and 1000 times the standard deviation of the logarithm, "
			     "clamped to min ... max",
			     { "median", "sigma_permille" },
			     { "min", "max" } },
	[DIST_GEOMETRIC] = { "geometric",
			     "mean, clamped to min ... max",
			     { "mean" },
			     { "min", "max" } },
	[DIST_TABLE] = { "table", "one of values, by weights", { "values", "weights" }, { NULL } },
	{ NULL, NULL, { NULL }, { NULL } },
};

#define FIELD(field, field_type, text)                                           \
	{                                                                        \
		.name = #field, .offset = offsetof(struct dist_fields, field),   \
		.type = (field_type), .min = 0, .max = INT64_MAX, .help = (text) \
	}
#define SIGMA                                                                                     \
	{                                                                                         \
		.name = "sigma_permille", .offset = offsetof(struct dist_fields, sigma_permille), \
		.type = PARAM_INT, .min = 0, .max = 5000, .unit = "permille",                     \
		.help = "1000 times the standard deviation of the logarithm"                      \
	}

static const struct param count_fields[] = {
	FIELD(value, PARAM_INT, "the value"),
	FIELD(mean, PARAM_INT, "the mean, before clamping"),
	FIELD(median, PARAM_INT, "the median"),
	SIGMA,
	FIELD(min, PARAM_INT, "smallest sample"),
	FIELD(max, PARAM_INT, "largest sample"),
	{ .type = PARAM_END },
};

static const struct param duration_fields[] = {
	FIELD(value, PARAM_DURATION, "the value"),
	FIELD(mean, PARAM_DURATION, "the mean, before clamping"),
	FIELD(median, PARAM_DURATION, "the median"),
	SIGMA,
	FIELD(min, PARAM_DURATION, "smallest sample"),
	FIELD(max, PARAM_DURATION, "largest sample"),
	{ .type = PARAM_END },
};
/* clang-format on */

const struct param *dist_field_params(enum param_type type)
{
	return type == PARAM_DURATION_DIST ? duration_fields : count_fields;
}

struct param dist_field_limited(const struct param *field, const struct param *param)
{
	struct param limited = *field;

	if (field->offset == offsetof(struct dist_fields, sigma_permille))
		return limited;
	limited.min = param->min;
	limited.max = param->max;
	limited.unit = param->unit;
	if (field->offset == offsetof(struct dist_fields, mean) ||
	    field->offset == offsetof(struct dist_fields, median))
		limited.min = MAX(limited.min, 1); /* the logarithm of 0 is none */
	return limited;
}

static void dist_set_fixed(struct dist *dist, int64_t value)
{
	memset(dist, 0, sizeof(*dist));
	dist->kind = DIST_FIXED;
	dist->value = dist->min = dist->max = value;
}

void dist_set_default(const struct param *param, struct dist *dist)
{
	g_autofree char *why = NULL;
	int64_t value = 0;

	if (param->type == PARAM_DURATION_DIST)
		sim_assert(duration_parse(param->dflt_text, &value, &why));
	else
		sim_assert(decimal_int64(param->dflt_text, &value) == DECIMAL_EXACT);
	dist_set_fixed(dist, value);
}

/* A single value of the distribution's type, in its range. */
static bool dist_read_value(struct param_reader *reader, const struct param *param,
			    const struct json *json, int64_t *ret)
{
	struct param single = dist_field_limited(&dist_field_params(param->type)[0], param);

	single.offset = 0;
	single.special = param->special;
	return param_read(reader, &single, json, ret);
}

/* Array @json of n values within @min ... @max (weights), or of the distribution's type (values). */
static int64_t *dist_read_array(struct param_reader *reader, const struct param *element,
				const struct json *json)
{
	g_autofree int64_t *array = NULL;
	bool valid = true;
	int i = 0;

	if (json->type != JSON_ARRAY || json->n == 0) {
		json_refuse(reader, json, "an array of at least one element");
		return NULL;
	}
	array = g_new0(int64_t, (gsize)json->n);
	for (const struct json *child = json->first; child != NULL; child = child->next)
		valid &= param_read(reader, element, child, &array[i++]);
	return valid ? g_steal_pointer(&array) : NULL;
}

static bool dist_read_table(struct param_reader *reader, const struct param *param,
			    const struct json *object, struct dist *ret)
{
	const struct json *values = json_find(object, "values");
	const struct json *weights = json_find(object, "weights");
	struct param value = dist_field_limited(&dist_field_params(param->type)[0], param);
	const struct param weight = { .name = "weight", .type = PARAM_INT, .max = DIST_MAX_WEIGHT };
	g_autofree int64_t *read_values = NULL;
	g_autofree int64_t *cumulative = NULL;

	value.offset = 0;
	read_values = dist_read_array(reader, &value, values);
	cumulative = dist_read_array(reader, &weight, weights);
	if (read_values == NULL || cumulative == NULL)
		return false;
	if (values->n != weights->n)
		return json_problem(reader, weights,
				    "%d weights for %d values; expected one for each", weights->n,
				    values->n);
	memset(ret, 0, sizeof(*ret));
	ret->kind = DIST_TABLE;
	ret->n = values->n;
	ret->min = ret->max = read_values[0];
	for (int i = 0; i < ret->n; i++) {
		ret->min = MIN(ret->min, read_values[i]);
		ret->max = MAX(ret->max, read_values[i]);
		if (i > 0)
			cumulative[i] += cumulative[i - 1];
	}
	if (cumulative[ret->n - 1] == 0)
		return json_problem(reader, weights, "all weights are 0; expected a positive one");
	ret->values = g_steal_pointer(&read_values);
	ret->cumulative = g_steal_pointer(&cumulative);
	return true;
}

/* The fields of @kind that @object has; those that it lacks keep what @ret holds. */
static bool dist_read_fields(struct param_reader *reader, const struct param *param,
			     const struct json *object, struct dist_fields *ret)
{
	bool valid = true;

	for (const struct param *field = dist_field_params(param->type); field->type != PARAM_END;
	     field++) {
		const struct param limited = dist_field_limited(field, param);
		const struct json *json = json_find(object, field->name);

		if (json != NULL)
			valid &= param_read(reader, &limited, json, ret);
	}
	return valid;
}

static bool dist_check_order(struct param_reader *reader, const struct json *object,
			     const struct param *param, int64_t low, int64_t high,
			     const char *low_name, const char *high_name)
{
	const struct json *json = json_find(object, high_name);
	g_autofree char *low_text = NULL;
	g_autofree char *high_text = NULL;

	if (low <= high)
		return true;
	if (json == NULL)
		json = json_find(object, low_name);
	low_text = param->type == PARAM_DURATION_DIST ? duration_format(low)
						      : g_strdup_printf("%" PRId64, low);
	high_text = param->type == PARAM_DURATION_DIST ? duration_format(high)
						       : g_strdup_printf("%" PRId64, high);
	return json_problem(reader, json ? json : object, "%s %s is above %s %s", low_name,
			    low_text, high_name, high_text);
}

static bool dist_from_fields(struct param_reader *reader, const struct param *param,
			     const struct json *object, enum dist_kind kind, struct dist *ret)
{
	struct dist_fields fields = { .min = param->min, .max = param->max };
	const char *centre = kind == DIST_LOGNORMAL ? "median" : "mean";

	if (!dist_read_fields(reader, param, object, &fields))
		return false;
	if (kind == DIST_FIXED) {
		dist_set_fixed(ret, fields.value);
		return true;
	}
	memset(ret, 0, sizeof(*ret));
	ret->kind = kind;
	ret->min = fields.min;
	ret->max = fields.max;
	ret->value = kind == DIST_LOGNORMAL ? fields.median : fields.mean;
	ret->sigma_permille = fields.sigma_permille;
	if (!dist_check_order(reader, object, param, fields.min, fields.max, "min", "max"))
		return false;
	if (kind == DIST_UNIFORM)
		return true;
	return dist_check_order(reader, object, param, ret->value, ret->max, centre, "max") &&
	       dist_check_order(reader, object, param, ret->min, ret->value, "min", centre);
}

/* The kind that @object names, or -1. */
static int dist_read_kind(struct param_reader *reader, const struct json *object)
{
	const struct json *json = json_find(object, "dist");
	const char *names[DIST_TABLE + 2] = { NULL };
	struct param kind = { .name = "dist", .type = PARAM_ENUM, .choices = names };
	int value = -1;

	for (int i = 0; dist_kinds[i].name != NULL; i++)
		names[i] = dist_kinds[i].name;
	if (json == NULL) {
		g_autofree char *expected = param_expects(&kind);

		json_missing(reader, object, "dist", expected);
		return -1;
	}
	return param_read(reader, &kind, json, &value) ? value : -1;
}

static bool dist_check_keys(struct param_reader *reader, const struct param *param,
			    const struct json *object, const struct dist_kind_info *info)
{
	const int n_before = diag_n(reader->diag);
	const char *accepted[8] = { "dist" };
	int n = 1;

	for (int i = 0; info->required[i] != NULL; i++) {
		accepted[n++] = info->required[i];
		if (json_find(object, info->required[i]) == NULL) {
			const struct param *field =
				param_find(dist_field_params(param->type), info->required[i]);
			g_autofree char *expected =
				field ? param_expects(field) : g_strdup("an array");

			json_missing(reader, object, info->required[i], expected);
		}
	}
	for (int i = 0; info->optional[i] != NULL; i++)
		accepted[n++] = info->optional[i];
	json_refuse_unknown(reader, object, accepted);
	return diag_n(reader->diag) == n_before;
}

bool dist_read(struct param_reader *reader, const struct param *param, const struct json *json,
	       struct dist *dist)
{
	struct dist read;
	int64_t value;
	int kind;

	if (json->type == (param->type == PARAM_DURATION_DIST ? JSON_STRING : JSON_NUMBER)) {
		if (!dist_read_value(reader, param, json, &value))
			return false;
		dist_set_fixed(&read, value);
	} else if (json->type == JSON_OBJECT) {
		kind = dist_read_kind(reader, json);
		if (kind < 0 || !dist_check_keys(reader, param, json, &dist_kinds[kind]))
			return false;
		if (!(kind == DIST_TABLE
			      ? dist_read_table(reader, param, json, &read)
			      : dist_from_fields(reader, param, json, (enum dist_kind)kind, &read)))
			return false;
	} else {
		g_autofree char *expected = param_expects(param);

		return json_refuse(reader, json, expected);
	}
	dist_clear(dist);
	*dist = read;
	return true;
}

static void dist_append(GString *out, const struct param *param, int64_t value)
{
	g_autofree char *text = NULL;

	if (param->type == PARAM_DURATION_DIST) {
		text = duration_format(value);
		json_append_string(out, text);
	} else {
		g_string_append_printf(out, "%" PRId64, value);
	}
}

static void dist_append_member(GString *out, const struct param *param, const char *key,
			       int64_t value)
{
	g_string_append_printf(out, ", \"%s\": ", key);
	dist_append(out, param, value);
}

static void dist_append_table(GString *out, const struct param *param, const struct dist *dist)
{
	g_string_append(out, ", \"values\": [");
	for (int i = 0; i < dist->n; i++) {
		g_string_append(out, i > 0 ? ", " : "");
		dist_append(out, param, dist->values[i]);
	}
	g_string_append(out, "], \"weights\": [");
	for (int i = 0; i < dist->n; i++)
		g_string_append_printf(out, "%s%" PRId64, i > 0 ? ", " : "",
				       dist->cumulative[i] - (i > 0 ? dist->cumulative[i - 1] : 0));
	g_string_append_c(out, ']');
}

void dist_write(GString *out, const struct param *param, const struct dist *dist)
{
	if (dist->kind == DIST_FIXED) {
		dist_append(out, param, dist->value);
		return;
	}
	g_string_append_printf(out, "{ \"dist\": \"%s\"", dist_kinds[dist->kind].name);
	if (dist->kind == DIST_TABLE) {
		dist_append_table(out, param, dist);
	} else {
		if (dist->kind != DIST_UNIFORM)
			dist_append_member(out, param,
					   dist->kind == DIST_LOGNORMAL ? "median" : "mean",
					   dist->value);
		if (dist->kind == DIST_LOGNORMAL)
			g_string_append_printf(out, ", \"sigma_permille\": %" PRId64,
					       dist->sigma_permille);
		dist_append_member(out, param, "min", dist->min);
		dist_append_member(out, param, "max", dist->max);
	}
	g_string_append(out, " }");
}

/* exp(sigma^2 / 2) in thousandths, from below: the first terms of the series, in integers. */
static int64_t lognormal_mean_permille(int64_t sigma_permille)
{
	const int64_t x = sigma_permille * sigma_permille / 2000; /* thousandths */
	int64_t term = 1000, sum = 1000;

	for (int64_t i = 1; i <= 40; i++) {
		term = term * x / (1000 * i);
		sum += term;
	}
	return sum;
}

int64_t dist_estimate(const struct dist *dist)
{
	__int128 sum = 0;

	switch (dist->kind) {
	case DIST_FIXED:
	case DIST_EXPONENTIAL:
	case DIST_GEOMETRIC:
		return CLAMP(dist->value, dist->min, dist->max);
	case DIST_UNIFORM:
		return dist->min + (dist->max - dist->min) / 2;
	case DIST_LOGNORMAL:
		sum = (__int128)dist->value * lognormal_mean_permille(dist->sigma_permille) / 1000;
		return sum > dist->max ? dist->max : (int64_t)sum;
	case DIST_TABLE:
		for (int i = 0; i < dist->n; i++)
			sum += (__int128)dist->values[i] *
			       (dist->cumulative[i] - (i > 0 ? dist->cumulative[i - 1] : 0));
		return (int64_t)(sum / dist->cumulative[dist->n - 1]);
	}
	sim_assert_failed("a kind of distribution", __FILE__, __LINE__, __func__);
}
