#include "base/duration.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include <glib.h>

#include "base/assert.h"
#include "base/diag.h"
#include "base/edit.h"
#include "base/units.h"

struct unit {
	const char *name;
	int64_t scale;
};

struct quantity {
	const char *what, *like; /* "a duration", "10ms" */
	const char *units;       /* "ns, us, ms, s" */
	const char *base;        /* "ns" */
	const struct unit *unit; /* ascending, closed by a NULL name */
};

static const struct unit duration_units[] = { { "ns", 1 },
					      { "us", NSEC_PER_USEC },
					      { "ms", NSEC_PER_MSEC },
					      { "s", NSEC_PER_SEC },
					      { NULL, 0 } };
static const struct unit size_units[] = { { "B", 1 },
					  { "KiB", 1 << 10 },
					  { "MiB", 1 << 20 },
					  { "GiB", 1 << 30 },
					  { NULL, 0 } };
static const struct quantity duration_quantity = { "a duration", "10ms", "ns, us, ms, s", "ns",
						   duration_units };
static const struct quantity size_quantity = { "a size", "4KiB", "B, KiB, MiB, GiB", "B",
					       size_units };

/* "@text @problem; a duration is a number with one of ns, us, ms, s, like "10ms"": always false. */
static bool quantity_refuse(const struct quantity *quantity, const char *text, const char *problem,
			    const char *meant, char **ret_why)
{
	g_autofree char *found = diag_quote(text);
	g_autofree char *hint =
		meant == NULL ? g_strdup("") : g_strdup_printf("; did you mean \"%s\"?", meant);

	*ret_why = g_strdup_printf("%s %s; %s is a number with one of %s, like \"%s\"%s", found,
				   problem, quantity->what, quantity->units, quantity->like, hint);
	return false;
}

static bool quantity_refuse_unit(const struct quantity *quantity, const char *text,
				 const char *unit, char **ret_why)
{
	const char *names[8] = { NULL };
	g_autofree char *shown = diag_quote(unit);
	g_autofree char *problem = g_strdup_printf("has the unknown unit %s", shown);
	g_autofree char *meant = NULL;
	const char *near;

	for (int i = 0; quantity->unit[i].name != NULL; i++)
		names[i] = quantity->unit[i].name;
	near = edit_nearest(unit + strspn(unit, " \t"),
			    names); /* most often it is the blank alone */
	if (near != NULL && strlen(text) < 32)
		meant = g_strdup_printf("%.*s%s", (int)(unit - text), text, near);
	return quantity_refuse(quantity, text, problem, meant, ret_why);
}

/* "12.340" as 12, 34 and 10^2; false if there are more digits than any value in range needs. */
static bool quantity_digits(const char *text, int n_whole, int n_fraction, uint64_t *ret_whole,
			    uint64_t *ret_fraction, uint64_t *ret_power)
{
	uint64_t whole = 0, fraction = 0, power = 1;

	for (int i = 0; i < n_whole; i++)
		if (__builtin_mul_overflow(whole, UINT64_C(10), &whole) ||
		    __builtin_add_overflow(whole, (uint64_t)(text[i] - '0'), &whole))
			return false;
	text += n_whole + 1;
	while (n_fraction > 0 && text[n_fraction - 1] == '0')
		n_fraction--;
	for (int i = 0; i < n_fraction; i++) {
		if (i == 18)
			return false;
		fraction = fraction * 10 + (uint64_t)(text[i] - '0');
		power *= 10;
	}
	*ret_whole = whole;
	*ret_fraction = fraction;
	*ret_power = power;
	return true;
}

static bool quantity_parse(const struct quantity *quantity, const char *text, int64_t *ret_value,
			   char **ret_why)
{
	const int n_whole = (int)strspn(text, "0123456789");
	const bool point = n_whole > 0 && text[n_whole] == '.';
	const int n_fraction = point ? (int)strspn(text + n_whole + 1, "0123456789") : 0;
	const char *unit_name = text + n_whole + (point ? 1 + n_fraction : 0);
	const struct unit *unit = quantity->unit;
	uint64_t whole, fraction, power;
	unsigned __int128 value;

	if (text[0] == '-')
		return quantity_refuse(quantity, text, "is negative", NULL, ret_why);
	if (n_whole == 0 || (point && n_fraction == 0))
		return quantity_refuse(quantity, text, "does not start with a number", NULL,
				       ret_why);
	if (*unit_name == '\0')
		return quantity_refuse(quantity, text, "has no unit", NULL, ret_why);
	while (unit->name != NULL && strcmp(unit->name, unit_name) != 0)
		unit++;
	if (unit->name == NULL)
		return quantity_refuse_unit(quantity, text, unit_name, ret_why);
	if (!quantity_digits(text, n_whole, n_fraction, &whole, &fraction, &power))
		return quantity_refuse(quantity, text, "has too many digits", NULL, ret_why);
	value = (unsigned __int128)fraction * (uint64_t)unit->scale;
	if (value % power != 0) {
		g_autofree char *problem =
			g_strdup_printf("is not a whole number of %s", quantity->base);

		return quantity_refuse(quantity, text, problem, NULL, ret_why);
	}
	value = value / power + (unsigned __int128)whole * (uint64_t)unit->scale;
	if (value > INT64_MAX) {
		g_autofree char *problem =
			g_strdup_printf("is more than 2^63 - 1 %s", quantity->base);

		return quantity_refuse(quantity, text, problem, NULL, ret_why);
	}
	*ret_value = (int64_t)value;
	return true;
}

static char *quantity_format(const struct quantity *quantity, int64_t value)
{
	const struct unit *best = quantity->unit;

	sim_assert(value >= 0);
	for (const struct unit *unit = best; value != 0 && unit->name != NULL; unit++)
		if (value % unit->scale == 0)
			best = unit;
	return g_strdup_printf("%" PRId64 "%s", value / best->scale, best->name);
}

bool duration_parse(const char *text, int64_t *ret_ns, char **ret_why)
{
	return quantity_parse(&duration_quantity, text, ret_ns, ret_why);
}

bool size_parse(const char *text, int64_t *ret_bytes, char **ret_why)
{
	return quantity_parse(&size_quantity, text, ret_bytes, ret_why);
}

char *duration_format(int64_t ns)
{
	return quantity_format(&duration_quantity, ns);
}

char *size_format(int64_t bytes)
{
	return quantity_format(&size_quantity, bytes);
}
