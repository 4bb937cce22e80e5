/*
 * docs/validation.md: tests/model/validation.md.in with a table in the place of each line "@name@".
 */
#include <inttypes.h>
#include <string.h>

#include "machine/costs.h"
#include "model/lab.h"

struct document {
	GArray *rows;       /* struct lab_row */
	GArray *judgements; /* struct lab_judgement, one per row */
	GString *out;
};

static const struct lab_row *row_at(const struct document *doc, guint i)
{
	return &g_array_index(doc->rows, struct lab_row, i);
}

static const struct lab_judgement *judgement_at(const struct document *doc, guint i)
{
	return &g_array_index(doc->judgements, struct lab_judgement, i);
}

/* --- tables of rows --- */

/* "per_vma", "batch 32" */
static char *policy_name(const struct lab_row *row)
{
	return row->b > 0 ? g_strdup_printf("%s %" PRId64, row->policy, row->b)
			  : g_strdup(row->policy);
}

static void append_row_name(GString *out, const struct lab_row *row)
{
	g_autofree char *policy = policy_name(row);

	g_string_append_printf(out, "| %s | %s | %" PRId64 " | %" PRId64 " |", row->set, policy,
			       row->n, row->phase_us);
}

/* Both values, or one if they are equal. */
static void append_pair(GString *out, int64_t kernel, int64_t sim)
{
	g_string_append_printf(out, " %" PRId64 " / %" PRId64 " |", kernel, sim);
}

static void append_us(GString *out, int64_t ns)
{
	g_string_append_printf(out, " %" PRId64 ".%" PRId64 " |", ns / 1000, ns / 100 % 10);
}

static void table_asserted(struct document *doc)
{
	g_string_append(
		doc->out,
		"| set | policy | N | phase, us | tick of the first callback | tick of the last free | "
		"grace periods | verdict |\n| --- | --- | ---: | ---: | :-: | :-: | :-: | --- |\n");
	for (guint i = 0; i < doc->rows->len; i++) {
		const struct lab_row *row = row_at(doc, i);
		const struct lab_judgement *j = judgement_at(doc, i);

		if (!lab_row_is_asserted(row))
			continue;
		append_row_name(doc->out, row);
		append_pair(doc->out, j->kernel.first_cb_tick, j->sim.first_cb_tick);
		append_pair(doc->out, j->kernel.last_free_tick, j->sim.last_free_tick);
		append_pair(doc->out, j->kernel.grace_periods, j->sim.grace_periods);
		g_string_append_printf(doc->out, " %s |\n", lab_verdict_name(j->verdict));
	}
}

static void count(struct document *doc, bool asserted_only, int *n)
{
	memset(n, 0, LAB_N_VERDICTS * sizeof(*n));
	for (guint i = 0; i < doc->rows->len; i++)
		if (!asserted_only || lab_row_is_asserted(row_at(doc, i)))
			n[judgement_at(doc, i)->verdict]++;
}

static void append_counts(struct document *doc, bool asserted_only)
{
	int n[LAB_N_VERDICTS];

	count(doc, asserted_only, n);
	g_string_append_printf(
		doc->out,
		"**%d rows: %d exact under the default, %d under the other choice, %d missed.**\n",
		n[LAB_EXACT] + n[LAB_OTHER_CHOICE] + n[LAB_MISS], n[LAB_EXACT], n[LAB_OTHER_CHOICE],
		n[LAB_MISS]);
}

static void count_asserted(struct document *doc)
{
	append_counts(doc, true);
}

static void count_all(struct document *doc)
{
	append_counts(doc, false);
}

static void margins(struct document *doc)
{
	int64_t low_ns, high_ns;

	lab_wakeup_range(doc->rows, &low_ns, &high_ns);
	g_string_append_printf(
		doc->out, "from %" PRId64 ".%" PRId64 " us to %" PRId64 ".%" PRId64 " us\n",
		low_ns / 1000, low_ns / 100 % 10, high_ns / 1000, high_ns / 100 % 10);
}

static void table_times(struct document *doc)
{
	g_string_append(
		doc->out,
		"| set | policy | N | phase, us | loop: kernel | sim | first callback: kernel | sim | "
		"last free: kernel | sim |\n"
		"| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
	for (guint i = 0; i < doc->rows->len; i++) {
		const struct lab_row *row = row_at(doc, i);
		const struct lab_judgement *j = judgement_at(doc, i);

		if (!lab_row_is_asserted(row))
			continue;
		append_row_name(doc->out, row);
		append_us(doc->out, j->kernel.loop_ns);
		append_us(doc->out, j->sim.loop_ns);
		append_us(doc->out, j->kernel.first_cb_ns);
		append_us(doc->out, j->sim.first_cb_ns);
		append_us(doc->out, j->kernel.last_free_ns);
		append_us(doc->out, j->sim.last_free_ns);
		g_string_append_c(doc->out, '\n');
	}
}

/* Rows that each value of machine.wakeup_preempt alone gets right. */
static void table_choices(struct document *doc)
{
	static const char *const choices[] = { "slice", "never", "always" };

	g_string_append(
		doc->out,
		"| `machine.wakeup_preempt` | exact of the required rows | exact of all rows |\n"
		"| --- | ---: | ---: |\n");
	for (size_t c = 0; c < G_N_ELEMENTS(choices); c++) {
		int n_asserted = 0, n = 0;

		for (guint i = 0; i < doc->rows->len; i++) {
			const struct lab_row *row = row_at(doc, i);
			const struct lab_judgement *j = judgement_at(doc, i);

			const struct lab_outcome sim = lab_simulate(row, choices[c]);

			if (!lab_is_exact(&j->kernel, &sim))
				continue;
			n++;
			n_asserted += lab_row_is_asserted(row);
		}
		g_string_append_printf(doc->out, "| %s%s | %d | %d |\n", choices[c],
				       c == 0 ? " (default)" : "", n_asserted, n);
	}
}

/* --- the wider set --- */

static bool same_group(const struct lab_row *a, const struct lab_row *b)
{
	return strcmp(a->set, b->set) == 0 && strcmp(a->policy, b->policy) == 0 && a->b == b->b &&
	       a->n == b->n;
}

static void append_group(struct document *doc, const struct lab_row *first, const int *n)
{
	g_autofree char *policy = policy_name(first);

	g_string_append_printf(doc->out, "| %s | %s | %" PRId64 " | %d | %d | %d | %d |\n",
			       first->set, policy, first->n,
			       n[LAB_EXACT] + n[LAB_OTHER_CHOICE] + n[LAB_MISS], n[LAB_EXACT],
			       n[LAB_OTHER_CHOICE], n[LAB_MISS]);
}

/* Rows of a group follow each other in the file. */
static void table_groups(struct document *doc)
{
	const struct lab_row *first = NULL;
	int n[LAB_N_VERDICTS] = { 0 };

	g_string_append(doc->out,
			"| set | policy | N | rows | exact | the other choice | missed |\n"
			"| --- | --- | ---: | ---: | ---: | ---: | ---: |\n");
	for (guint i = 0; i < doc->rows->len; i++) {
		const struct lab_row *row = row_at(doc, i);
		const struct lab_judgement *j = judgement_at(doc, i);

		if (first != NULL && !same_group(first, row)) {
			append_group(doc, first, n);
			memset(n, 0, sizeof(n));
			first = NULL;
		}
		if (first == NULL)
			first = row;
		n[j->verdict]++;
	}
	if (first != NULL)
		append_group(doc, first, n);
}

static void append_triple(GString *out, const struct lab_outcome *o)
{
	g_string_append_printf(out, " %" PRId64 ", %" PRId64 ", %" PRId64 " |", o->first_cb_tick,
			       o->last_free_tick, o->grace_periods);
}

static void table_not_exact(struct document *doc)
{
	g_string_append(
		doc->out,
		"| set | policy | N | phase, us | kernel | default | always | never | verdict |\n"
		"| --- | --- | ---: | ---: | :-: | :-: | :-: | :-: | --- |\n");
	for (guint i = 0; i < doc->rows->len; i++) {
		const struct lab_row *row = row_at(doc, i);
		const struct lab_judgement *j = judgement_at(doc, i);

		struct lab_outcome always, never;

		if (j->verdict == LAB_EXACT)
			continue;
		always = lab_simulate(row, "always");
		never = lab_simulate(row, "never");
		append_row_name(doc->out, row);
		append_triple(doc->out, &j->kernel);
		append_triple(doc->out, &j->sim);
		append_triple(doc->out, &always);
		append_triple(doc->out, &never);
		g_string_append_printf(doc->out, " %s |\n", lab_verdict_name(j->verdict));
	}
}

/* --- the profile --- */

static const struct cost_profile *icount_profile(void)
{
	for (const struct cost_source *s = cost_profiles; s->name != NULL; s++)
		if (strcmp(s->name, "icount-6.12") == 0)
			return &s->costs;
	g_error("there is no profile icount-6.12");
}

static void table_profile(struct document *doc)
{
	const struct cost_profile *profile = icount_profile();

	g_string_append(
		doc->out,
		"| figure | ns | what it is | rows of micro.csv (median, ns) | as the profile says |\n"
		"| --- | ---: | --- | --- | --- |\n");
	for (const struct param *p = cost_params; p->type != PARAM_END; p++) {
		const int64_t value = *(const int64_t *)((const char *)profile + p->offset);
		g_autofree char *text = NULL;
		int64_t composed;

		g_string_append_printf(doc->out, "| `%s` | %" PRId64 " | %s | %s | %s |\n", p->name,
				       value, p->help,
				       lab_compose(p->name, &composed, &text) ? text : "-",
				       cost_figure_source("icount-6.12", p->name));
	}
}

/* What the profile was not made from: the loop and the callbacks of the runs themselves, per object. */
static void table_per_object(struct document *doc)
{
	g_string_append(
		doc->out,
		"| set | policy | loop per object: kernel | sim | first callback to last free, "
		"per object: kernel | sim |\n| --- | --- | ---: | ---: | ---: | ---: |\n");
	for (guint i = 0; i < doc->rows->len; i++) {
		const struct lab_row *row = row_at(doc, i);
		const struct lab_judgement *j = judgement_at(doc, i);

		g_autofree char *policy = policy_name(row);
		const struct lab_outcome *k = &j->kernel, *s = &j->sim;

		if (!g_str_has_suffix(row->set, "_matrix") || row->n != 10000 ||
		    row->phase_us != 400)
			continue;
		g_string_append_printf(doc->out, "| %s | %s |", row->set, policy);
		append_us(doc->out, k->loop_ns * 1000 / row->n);
		append_us(doc->out, s->loop_ns * 1000 / row->n);
		if (j->kernel.grace_periods != 1 || j->sim.grace_periods != 1 ||
		    row->n_callbacks == 1) { /* waits in between, or no first of several */
			g_string_append(doc->out, " - | - |\n");
			continue;
		}
		append_us(doc->out, (k->last_free_ns - k->first_cb_ns) * 1000 / row->n);
		append_us(doc->out, (s->last_free_ns - s->first_cb_ns) * 1000 / row->n);
		g_string_append_c(doc->out, '\n');
	}
}

/* --- the whole --- */

static const struct {
	const char *name;
	void (*append)(struct document *doc);
} tables[] = {
	{ "@asserted@", table_asserted }, { "@count-asserted@", count_asserted },
	{ "@margins@", margins },         { "@times@", table_times },
	{ "@choices@", table_choices },   { "@groups@", table_groups },
	{ "@count-all@", count_all },     { "@not-exact@", table_not_exact },
	{ "@profile@", table_profile },   { "@per-object@", table_per_object },
};

static void append_line(struct document *doc, const char *line)
{
	for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
		if (strcmp(tables[i].name, line) != 0)
			continue;
		tables[i].append(doc);
		return;
	}
	g_string_append_printf(doc->out, "%s\n", line);
}

char *lab_document(void)
{
	g_autofree char *path = lab_path("tests/model/validation.md.in");
	g_autofree char *template = NULL;
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) lines = NULL;
	struct document doc = { .rows = lab_rows(), .out = g_string_new(NULL) };

	if (!g_file_get_contents(path, &template, NULL, &error))
		g_error("%s", error->message);
	doc.judgements = g_array_new(false, true, sizeof(struct lab_judgement));
	for (guint i = 0; i < doc.rows->len; i++) {
		const struct lab_judgement j =
			lab_judge(&g_array_index(doc.rows, struct lab_row, i));

		g_array_append_val(doc.judgements, j);
	}
	g_strchomp(template);
	lines = g_strsplit(template, "\n", -1);
	for (char **line = lines; *line != NULL; line++)
		append_line(&doc, *line);
	g_array_unref(doc.judgements);
	g_array_unref(doc.rows);
	return g_string_free(doc.out, false);
}
