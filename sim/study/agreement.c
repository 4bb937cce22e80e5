/*
 * agreement.c - how many rows of a set agree, and by how much the others do not.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "study/validate.h"

static const struct {
	const char *name, *unit;
} quantities[RCUSIM_N_QUANTITIES] = {
	[RCUSIM_QUANTITY_GP_COUNT] = { "gp_count", "" },
	[RCUSIM_QUANTITY_FIRST_TICK] = { "first_tick", "" },
	[RCUSIM_QUANTITY_LAST_TICK] = { "last_tick", "" },
	[RCUSIM_QUANTITY_LOOP] = { "loop", "ns" },
	[RCUSIM_QUANTITY_FIRST_CB] = { "first_cb", "ns" },
	[RCUSIM_QUANTITY_ALL_FREED] = { "all_freed", "ns" },
	[RCUSIM_QUANTITY_AFTER_LOOP] = { "after_loop", "ns" },
	[RCUSIM_QUANTITY_PEAK] = { "peak_pending", "" },
	[RCUSIM_QUANTITY_CALLBACKS] = { "n_callbacks", "" },
	[RCUSIM_QUANTITY_FREED_10] = { "freed_10", "ns" },
	[RCUSIM_QUANTITY_FREED_50] = { "freed_50", "ns" },
	[RCUSIM_QUANTITY_FREED_90] = { "freed_90", "ns" },
	[RCUSIM_QUANTITY_TRACE_GPS] = { "trace_gps", "" },
	[RCUSIM_QUANTITY_TRACE_GP_P50] = { "trace_gp_p50", "ns" },
	[RCUSIM_QUANTITY_TRACE_BATCHES] = { "trace_batches", "" },
	[RCUSIM_QUANTITY_TRACE_BATCH_SIZE] = { "trace_batch_size", "" },
	[RCUSIM_QUANTITY_TRACE_NOCB_WAKE] = { "trace_nocb_wake", "" },
};

const char *rcusim_quantity_name(RcuSimQuantity quantity)
{
	return quantities[quantity].name;
}

const char *rcusim_quantity_unit(RcuSimQuantity quantity)
{
	return quantities[quantity].unit;
}

const char *rcusim_row_verdict_name(RcuSimRowVerdict verdict)
{
	static const char *const names[] = { [RCUSIM_ROW_EXACT] = "exact",
					     [RCUSIM_ROW_OTHER_CHOICE] = "other choice",
					     [RCUSIM_ROW_MISS] = "miss",
					     [RCUSIM_ROW_NOT_SIMULATED] = "not simulated" };

	return names[verdict];
}

/* --- groups --- */

/* Kinds of machines; rows of one kind must meet the same requirements. */
enum kind { KIND_I1, KIND_I2, KIND_UML, KIND_NATIVE, KIND_I1_TRACES, KIND_I2_TRACES };

static const struct {
	const char *name;
	int within_percent;
} machine_kinds[] = { [KIND_I1] = { "i1", 5 },
		      [KIND_I2] = { "i2", 10 },
		      [KIND_UML] = { "uml", 25 },
		      [KIND_NATIVE] = { "native", 25 },
		      [KIND_I1_TRACES] = { "i1_traces", 5 },
		      [KIND_I2_TRACES] = { "i2_traces", 10 } };

static enum kind kind_of(const struct lab_row *row)
{
	if (row->trace != NULL)
		return row->vcpus == 1 ? KIND_I1_TRACES : KIND_I2_TRACES;
	if (g_str_has_prefix(row->mode, "icount"))
		return row->vcpus == 1 ? KIND_I1 : KIND_I2;
	return strcmp(row->mode, "uml") == 0 ? KIND_UML : KIND_NATIVE;
}

const char *lab_row_group(const struct lab_row *row)
{
	return machine_kinds[kind_of(row)].name;
}

int lab_row_within_percent(const struct lab_row *row)
{
	return machine_kinds[kind_of(row)].within_percent;
}

static void add_group(RcuSimValidation *v, const char *name)
{
	if (!g_ptr_array_find_with_equal_func(v->groups, name, g_str_equal, NULL))
		g_ptr_array_add(v->groups, g_strdup(name));
}

void validation_find_groups(RcuSimValidation *v)
{
	for (guint i = 0; i < v->rows->len; i++)
		add_group(v, g_array_index(v->rows, struct validated_row, i).lab->set);
	for (guint i = 0; i < v->rows->len; i++)
		add_group(v, lab_row_group(g_array_index(v->rows, struct validated_row, i).lab));
}

const char *rcusim_validation_set(const RcuSimValidation *v, int i)
{
	return i >= 0 && (guint)i < v->groups->len ? g_ptr_array_index(v->groups, i) : NULL;
}

static bool is_in(const struct validated_row *row, const char *group)
{
	return strcmp(row->lab->set, group) == 0 || strcmp(lab_row_group(row->lab), group) == 0;
}

int rcusim_validation_n_verdict(const RcuSimValidation *v, int i, RcuSimRowVerdict verdict)
{
	const char *group = rcusim_validation_set(v, i);
	int n = 0;

	for (guint k = 0; k < v->rows->len; k++) {
		const struct validated_row *row = &g_array_index(v->rows, struct validated_row, k);

		n += is_in(row, group) && row->row.verdict == verdict;
	}
	return n;
}

/* --- errors --- */

static double percent_off(int64_t measured, int64_t simulated)
{
	if (simulated == measured)
		return 0;
	return 100.0 * (double)(simulated - measured) / (double)llabs(measured);
}

double rcusim_row_percent_off(const RcuSimRow *row, RcuSimQuantity quantity, bool by_choice)
{
	return percent_off(row->measured[quantity],
			   by_choice ? row->chosen[quantity] : row->simulated[quantity]);
}

bool rcusim_row_misses(const RcuSimRow *row, RcuSimQuantity quantity)
{
	const double off = fabs(rcusim_row_percent_off(row, quantity, true));

	if (!row->has[quantity])
		return false;
	switch (quantity) {
	case RCUSIM_QUANTITY_GP_COUNT:
	case RCUSIM_QUANTITY_FIRST_TICK:
	case RCUSIM_QUANTITY_LAST_TICK:
		return off > 0 && row->within_percent <= 10;
	case RCUSIM_QUANTITY_CALLBACKS:
	case RCUSIM_QUANTITY_TRACE_GPS:
	case RCUSIM_QUANTITY_TRACE_BATCHES:
		return off > 0;
	case RCUSIM_QUANTITY_LOOP:
	case RCUSIM_QUANTITY_FIRST_CB:
	case RCUSIM_QUANTITY_ALL_FREED:
		return off > row->within_percent;
	case RCUSIM_QUANTITY_AFTER_LOOP:
	case RCUSIM_QUANTITY_PEAK:
	case RCUSIM_QUANTITY_FREED_10:
	case RCUSIM_QUANTITY_FREED_50:
	case RCUSIM_QUANTITY_FREED_90:
	case RCUSIM_QUANTITY_TRACE_GP_P50:
	case RCUSIM_QUANTITY_TRACE_BATCH_SIZE:
	case RCUSIM_QUANTITY_TRACE_NOCB_WAKE:
	case RCUSIM_N_QUANTITIES:
	default:
		return false;
	}
}

bool rcusim_row_misses_any(const RcuSimRow *row)
{
	for (int q = 0; q < RCUSIM_N_QUANTITIES; q++)
		if (rcusim_row_misses(row, (RcuSimQuantity)q))
			return true;
	return row->trace != NULL && row->verdict == RCUSIM_ROW_MISS;
}

static int compare_doubles(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(GArray *values)
{
	const double *v = (const double *)(void *)values->data;
	const guint n = values->len;

	g_array_sort(values, compare_doubles);
	return n == 0 ? NAN : n % 2 == 1 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static void count(RcuSimAgreement *a, double percent)
{
	const double off = fabs(percent);

	a->n++;
	a->n_exact += off == 0;
	a->n_within_5 += off <= 5;
	a->n_within_10 += off <= 10;
	a->n_within_25 += off <= 25;
	if (a->n == 1 || off > fabs(a->worst_percent))
		a->worst_percent = percent;
}

static void add_percent(RcuSimAgreement *a, GArray *percents, double percent)
{
	g_array_append_val(percents, percent);
	count(a, percent);
}

/* What @row says about @q: nothing, one value, or several. */
static void add_row(RcuSimAgreement *a, GArray *percents, const RcuSimRow *row, RcuSimQuantity q,
		    bool by_choice)
{
	const RcuSimValue *values = by_choice ? row->chosen_values : row->values;
	const int n_values = by_choice ? row->n_chosen_values : row->n_values;

	if (row->has[q])
		add_percent(a, percents, rcusim_row_percent_off(row, q, by_choice));
	for (int i = 0; i < n_values; i++)
		if (values[i].quantity == q)
			add_percent(a, percents,
				    percent_off(values[i].measured, values[i].simulated));
}

static RcuSimAgreement agreement_of(const RcuSimValidation *v, const char *group, RcuSimQuantity q,
				    bool by_choice)
{
	g_autoptr(GArray) percents = g_array_new(false, true, sizeof(double));
	RcuSimAgreement a = { 0 };

	for (guint i = 0; i < v->rows->len; i++) {
		const struct validated_row *row = &g_array_index(v->rows, struct validated_row, i);

		if (is_in(row, group))
			add_row(&a, percents, &row->row, q, by_choice);
	}
	a.median_percent = median(percents);
	for (guint i = 0; i < percents->len; i++)
		g_array_index(percents, double, i) = fabs(g_array_index(percents, double, i));
	a.median_off_percent = median(percents);
	return a;
}

bool rcusim_validation_agreement(const RcuSimValidation *v, int i, RcuSimQuantity quantity,
				 bool by_choice, RcuSimAgreement *ret)
{
	*ret = agreement_of(v, rcusim_validation_set(v, i), quantity, by_choice);
	return ret->n > 0;
}

/* --- requirements --- */

struct requirement {
	const char *group;
	RcuSimQuantity quantity;
	const char *text;
	double limit;
	bool at_most;
	double (*find)(const RcuSimValidation *v, int group, RcuSimQuantity quantity);
};

static double share(int part, int all)
{
	return all == 0 ? NAN : 100.0 * part / all;
}

static double share_exact(const RcuSimValidation *v, int group, RcuSimQuantity quantity)
{
	RcuSimAgreement a;

	rcusim_validation_agreement(v, group, quantity, true, &a);
	return share(a.n_exact, a.n);
}

static double share_within_5(const RcuSimValidation *v, int group, RcuSimQuantity quantity)
{
	RcuSimAgreement a;

	rcusim_validation_agreement(v, group, quantity, true, &a);
	return share(a.n_within_5, a.n);
}

static double share_within_10(const RcuSimValidation *v, int group, RcuSimQuantity quantity)
{
	RcuSimAgreement a;

	rcusim_validation_agreement(v, group, quantity, true, &a);
	return share(a.n_within_10, a.n);
}

static double share_within_25(const RcuSimValidation *v, int group, RcuSimQuantity quantity)
{
	RcuSimAgreement a;

	rcusim_validation_agreement(v, group, quantity, true, &a);
	return share(a.n_within_25, a.n);
}

static double median_off(const RcuSimValidation *v, int group, RcuSimQuantity quantity)
{
	RcuSimAgreement a;

	rcusim_validation_agreement(v, group, quantity, true, &a);
	return a.median_off_percent;
}

/* Of the rows that are exact under some choice of the scheduler, those for which the default is the right one. */
static double share_default(const RcuSimValidation *v, int group, RcuSimQuantity quantity)
{
	const int n_exact = rcusim_validation_n_verdict(v, group, RCUSIM_ROW_EXACT);

	return share(n_exact,
		     n_exact + rcusim_validation_n_verdict(v, group, RCUSIM_ROW_OTHER_CHOICE));
}

#define EXACT(group, quantity, limit)                                                      \
	{                                                                                  \
		group, RCUSIM_QUANTITY_##quantity, "rows exact", limit, false, share_exact \
	}
#define WITHIN(group, quantity, percent, limit)                                                \
	{                                                                                      \
		group, RCUSIM_QUANTITY_##quantity, "rows within " #percent " %", limit, false, \
			share_within_##percent                                                 \
	}
#define MEDIAN(group, quantity, limit)                                                     \
	{                                                                                  \
		group, RCUSIM_QUANTITY_##quantity, "median error", limit, true, median_off \
	}
#define DEFAULT(group, limit)                                                                   \
	{                                                                                       \
		group, RCUSIM_N_QUANTITIES, "default choice right", limit, false, share_default \
	}

static const struct requirement requirements[] = {
	EXACT("i1", GP_COUNT, 90),       EXACT("i1", FIRST_TICK, 90),
	EXACT("i1", LAST_TICK, 90),      DEFAULT("i1", 80),
	MEDIAN("i1", LOOP, 2),           MEDIAN("i1", FIRST_CB, 2),
	MEDIAN("i1", ALL_FREED, 2),      WITHIN("i1", LOOP, 5, 90),
	WITHIN("i1", FIRST_CB, 5, 90),   WITHIN("i1", ALL_FREED, 5, 90),
	EXACT("i2", GP_COUNT, 80),       EXACT("i2", FIRST_TICK, 80),
	EXACT("i2", LAST_TICK, 80),      DEFAULT("i2", 80),
	WITHIN("i2", LOOP, 10, 80),      WITHIN("i2", FIRST_CB, 10, 80),
	WITHIN("i2", ALL_FREED, 10, 80), WITHIN("uml", LOOP, 25, 80),
	WITHIN("uml", FIRST_CB, 25, 80), WITHIN("uml", ALL_FREED, 25, 80),
};

static int find_group(const RcuSimValidation *v, const char *name)
{
	for (guint i = 0; i < v->groups->len; i++)
		if (strcmp(g_ptr_array_index(v->groups, i), name) == 0)
			return (int)i;
	return -1;
}

bool rcusim_validation_requirement(const RcuSimValidation *v, int i, RcuSimRequirement *ret)
{
	for (size_t k = 0; k < G_N_ELEMENTS(requirements); k++) {
		const struct requirement *r = &requirements[k];
		const int group = find_group(v, r->group);

		if (group < 0 || i-- > 0)
			continue;
		*ret = (RcuSimRequirement){ .group = r->group,
					    .quantity = r->quantity,
					    .text = r->text,
					    .limit_percent = r->limit,
					    .at_most = r->at_most,
					    .found_percent = r->find(v, group, r->quantity) };
		ret->reached = r->at_most ? ret->found_percent <= r->limit
					  : ret->found_percent >= r->limit;
		return true;
	}
	return false;
}
