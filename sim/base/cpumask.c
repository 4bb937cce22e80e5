#include "base/cpumask.h"

#include <string.h>

#include "base/assert.h"
#include "base/diag.h"

int cpumask_weight(const struct cpumask *mask)
{
	int n = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(mask->bits); i++)
		n += __builtin_popcountll(mask->bits[i]);
	return n;
}

int cpumask_next(const struct cpumask *mask, int cpu)
{
	uint64_t rest;
	int word = cpu / 64;

	sim_assert(cpu >= 0);
	if (cpu >= SIM_MAX_CPUS)
		return -1;
	rest = mask->bits[word] & (~UINT64_C(0) << (cpu % 64));
	while (rest == 0) {
		if (++word == (int)G_N_ELEMENTS(mask->bits))
			return -1;
		rest = mask->bits[word];
	}
	return word * 64 + __builtin_ctzll(rest);
}

/* One parse: where it is in the list, and what it knows about the machine. */
struct list_reader {
	const char *text, *at;
	int n_cpus;
	char *why;
};

/* A part of a list: CPUs first ... last, of each group of @group the first @used. */
struct list_region {
	int first, last;
	int used, group;
};

static bool list_refuse(struct list_reader *reader, const char *problem)
{
	g_autofree char *found = diag_quote(reader->text);

	reader->why = g_strdup_printf(
		"%s %s; expected a CPU list within 0-%d like \"0-3,8\", \"all\" or \"\"", found,
		problem, reader->n_cpus - 1);
	return false;
}

static bool list_refuse_cpu(struct list_reader *reader, const char *format, int64_t a, int64_t b)
{
	g_autoptr(GString) problem = g_string_new(format);
	g_autofree char *first = g_strdup_printf("%" G_GINT64_FORMAT, a);
	g_autofree char *second = g_strdup_printf("%" G_GINT64_FORMAT, b);

	g_string_replace(problem, "{a}", first, 0);
	g_string_replace(problem, "{b}", second, 0);
	return list_refuse(reader, problem->str);
}

/* Decimal digits; anything beyond nine of them is beyond every machine. */
static bool list_number(struct list_reader *reader, int *ret)
{
	int64_t value = 0;

	if (!g_ascii_isdigit(*reader->at))
		return list_refuse(reader, *reader->at == '\0'
						   ? "ends where a CPU number is due"
						   : "has no CPU number where one is due");
	for (; g_ascii_isdigit(*reader->at); reader->at++)
		if (value <= 1000000000)
			value = value * 10 + (*reader->at - '0');
	*ret = (int)MIN(value, 1000000000);
	return true;
}

static bool list_cpu(struct list_reader *reader, int *ret)
{
	if (*reader->at == 'N') {
		reader->at++;
		*ret = reader->n_cpus - 1;
		return true;
	}
	if (!list_number(reader, ret))
		return false;
	if (*ret >= reader->n_cpus)
		return list_refuse_cpu(reader, "refers to CPU {a}", *ret, 0);
	return true;
}

static bool list_region(struct list_reader *reader, struct list_region *ret)
{
	bool single = false;

	ret->used = ret->group = 1;
	if (g_str_has_prefix(reader->at, "all")) {
		reader->at += 3;
		ret->first = 0;
		ret->last = reader->n_cpus - 1;
	} else {
		if (!list_cpu(reader, &ret->first))
			return false;
		ret->last = ret->first;
		single = *reader->at != '-';
		if (!single) {
			reader->at++;
			if (!list_cpu(reader, &ret->last))
				return false;
			if (ret->last < ret->first)
				return list_refuse_cpu(reader, "has the reversed range {a}-{b}",
						       ret->first, ret->last);
		}
	}
	if (!single && *reader->at == ':') {
		reader->at++;
		if (!list_number(reader, &ret->used))
			return false;
		if (*reader->at != '/')
			return list_refuse(reader,
					   "has a group without \"/\" (as in \"0-15:2/4\")");
		reader->at++;
		if (!list_number(reader, &ret->group))
			return false;
		if (ret->used < 1 || ret->used > ret->group)
			return list_refuse_cpu(reader, "takes {a} of groups of {b} CPUs", ret->used,
					       ret->group);
	}
	return true;
}

static bool list_add(struct list_reader *reader, const struct list_region *region,
		     struct cpumask *mask)
{
	for (int cpu = region->first; cpu <= region->last; cpu++) {
		if ((cpu - region->first) % region->group >= region->used)
			continue;
		if (cpumask_test_cpu(mask, cpu))
			return list_refuse_cpu(reader, "lists CPU {a} twice", cpu, 0);
		cpumask_set_cpu(mask, cpu);
	}
	return true;
}

bool cpumask_parse(struct cpumask *mask, const char *text, int n_cpus, char **ret_why)
{
	struct list_reader reader = { .text = text, .at = text, .n_cpus = n_cpus };
	struct cpumask parsed;
	bool valid = true;

	sim_assert(n_cpus >= 1 && n_cpus <= SIM_MAX_CPUS);
	memset(&parsed, 0, sizeof(parsed));
	while (valid && *text != '\0') {
		struct list_region region;

		valid = list_region(&reader, &region) && list_add(&reader, &region, &parsed);
		if (!valid || *reader.at == '\0')
			break;
		if (*reader.at != ',') {
			g_autofree char *rest = diag_quote(reader.at);
			g_autofree char *problem = g_strdup_printf("has the stray text %s", rest);

			valid = list_refuse(&reader, problem);
		}
		reader.at++;
	}
	if (valid)
		*mask = parsed;
	else
		*ret_why = reader.why;
	return valid;
}

char *cpumask_format(const struct cpumask *mask)
{
	GString *text = g_string_new(NULL);
	int first;

	for_each_cpu(first, mask) {
		int last = first;

		while (last + 1 < SIM_MAX_CPUS && cpumask_test_cpu(mask, last + 1))
			last++;
		g_string_append_printf(text, text->len > 0 ? ",%d" : "%d", first);
		if (last > first)
			g_string_append_printf(text, "-%d", last);
		first = last;
	}
	return g_string_free(text, FALSE);
}
