/*
 * validation_document.c - a validation as a document: tables, plots, and every row that misses with its cause.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include <rcusim/validate.h>

#include "report/scatter.h"

#define TITLE "# Validation against real kernels\n"

static const char intro[] = TITLE
	"\n"
	"Written by `rcusim validate -o docs/validation.md` (`make validate`); a test compares it with what the build "
	"simulates.\n"
	"The measured runs and the machines they were measured on are in `scenarios/lab/` (its README.md): `i1` is "
	"one CPU under\n"
	"QEMU `-icount` (1 ns is 1 guest instruction), `i2` two CPUs that share one stream of instructions, `uml` "
	"User Mode Linux\n"
	"at native speed. `rcusim validate --show SET/NUMBER` prints the command that simulates one row.\n"
	"\n"
	"A kthread, or one on each of two CPUs, frees N objects with `cond_resched()` after each; the machine is "
	"idle before. Compared:\n"
	"\n"
	"| quantity | is |\n"
	"| --- | --- |\n"
	"| `gp_count` | difference of `get_state_synchronize_rcu()` from before the loop to the last free, shifted "
	"right by 2 |\n"
	"| `first_tick`, `last_tick` | the tick after which the first callback is invoked, and the last object "
	"freed; tick 0 is the one before the start. The bench's clock starts when its thread runs, some 6 us after "
	"the instant that it was woken for (rcu-behaviour.md 3.10 item 9) |\n"
	"| `loop` | length of the freeing loop, the longest of the threads |\n"
	"| `first_cb`, `all_freed` | first callback, last free, from the start of the loop |\n"
	"| `after_loop` | last free, from the end of the loop |\n"
	"| `peak_pending` | most objects handed over and not freed, looked at every 64 objects and after the loop "
	"|\n"
	"| `freed_10`, `freed_50`, `freed_90` | a tenth, half and nine tenths of the objects freed, where the run "
	"sampled its free curve |\n"
	"| `n_callbacks` | callbacks queued |\n"
	"| `trace_gps`, `trace_gp_p50` | of a trace: grace periods that start, median length of those that end |\n"
	"| `trace_batches`, `trace_batch_size` | of a trace: batches; and their sizes in order, a row per batch of all traces |\n"
	"| `trace_nocb_wake` | of a trace: how often each reason of `rcu_nocb_wake` was told, a row per reason and trace |\n"
	"\n"
	"Some outcomes depend on which of two tasks the scheduler prefers, which is a matter of the lag that EEVDF "
	"has kept for them and\n"
	"not of RCU (rcu-behaviour.md 3.10). There the simulator has a default and other choices "
	"(`machine.wakeup_preempt`,\n"
	"`machine.idle_wakeup_order`). A row whose `gp_count` and ticks are exact under another choice for the "
	"whole run is counted\n"
	"apart, as **other**.\n"
	"\n"
	"The sets `*_traces` were measured with RCU's trace events on, at a cost of 0.61 us for each that a callback emits "
	"(`*_full`, not\n"
	"`*_light`). Such a row is exact if the simulated events are like the measured ones step by step, as `rcusim trace "
	"compare` tells\n"
	"(docs/tracing.md), from the first callback to the batch that ends with the loop's last one; batches may differ by 5 %. `a_idle` has\n"
	"nothing but callbacks of the rest of the system.\n";

/* --- tables --- */

static void append_percent(GString *out, double percent)
{
	if (isfinite(percent))
		g_string_append_printf(out, " %s%.1f %% |", percent > -0.05 ? "+" : "-",
				       fabs(percent));
	else
		g_string_append(out, " - |");
}

static void append_verdicts(GString *out, const RcuSimValidation *v)
{
	const char *set;

	g_string_append(out, "\n## Rows\n\n"
			     "| set | exact | other | missed | not simulated |\n"
			     "| --- | ---: | ---: | ---: | ---: |\n");
	for (int i = 0; (set = rcusim_validation_set(v, i)) != NULL; i++)
		g_string_append_printf(out, "| %s | %d | %d | %d | %d |\n", set,
				       rcusim_validation_n_verdict(v, i, RCUSIM_ROW_EXACT),
				       rcusim_validation_n_verdict(v, i, RCUSIM_ROW_OTHER_CHOICE),
				       rcusim_validation_n_verdict(v, i, RCUSIM_ROW_MISS),
				       rcusim_validation_n_verdict(v, i, RCUSIM_ROW_NOT_SIMULATED));
}

static void append_requirements(GString *out, const RcuSimValidation *v)
{
	RcuSimRequirement r;

	g_string_append(out, "\n## What is asked for\n\n"
			     "A row of the column **other** counts under its choice.\n\n"
			     "| machine | quantity | asked for | found | |\n"
			     "| --- | --- | --- | ---: | --- |\n");
	for (int i = 0; rcusim_validation_requirement(v, i, &r); i++)
		g_string_append_printf(
			out, "| %s | %s | %s: %s %.0f %% | %.1f %% | %s |\n", r.group,
			r.quantity == RCUSIM_N_QUANTITIES ? "rows"
							  : rcusim_quantity_name(r.quantity),
			r.text, r.at_most ? "at most" : "at least", r.limit_percent,
			r.found_percent, r.reached ? "reached" : "**missed**");
}

static void append_agreement(GString *out, const RcuSimValidation *v, int i, RcuSimQuantity q)
{
	RcuSimAgreement a, by_choice;

	if (!rcusim_validation_agreement(v, i, q, false, &a) ||
	    !rcusim_validation_agreement(v, i, q, true, &by_choice))
		return;
	g_string_append_printf(out, "| %s | %s | %d | %d | %d | %d | %d | %d |",
			       rcusim_validation_set(v, i), rcusim_quantity_name(q), a.n, a.n_exact,
			       by_choice.n_exact - a.n_exact, a.n_within_5, a.n_within_10,
			       a.n_within_25);
	append_percent(out, a.worst_percent);
	append_percent(out, a.median_percent);
	g_string_append_c(out, '\n');
}

static void append_agreements(GString *out, const RcuSimValidation *v)
{
	g_string_append(
		out,
		"\n## Set by set\n\n"
		"Under the scheduler's default; errors are those of the simulator, in percent of the measured value. "
		"**other**: rows that another choice makes exact.\n\n"
		"| set | quantity | rows | exact | other | within 5 % | 10 % | 25 % | worst | median |\n"
		"| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
	for (int i = 0; rcusim_validation_set(v, i) != NULL; i++)
		for (int q = 0; q < RCUSIM_N_QUANTITIES; q++)
			append_agreement(out, v, i, (RcuSimQuantity)q);
}

/* --- rows that miss --- */

/* Rows that differ in nothing but their phase, and miss for the same cause. */
static bool are_alike(const RcuSimRow *a, const RcuSimRow *b)
{
	return strcmp(a->set, b->set) == 0 && strcmp(a->policy, b->policy) == 0 && a->n == b->n &&
	       a->b == b->b && a->threads == b->threads && g_strcmp0(a->cause, b->cause) == 0;
}

/* Whether the miss of row @i has been told with an earlier one. */
static bool is_told(const RcuSimValidation *v, int i)
{
	const RcuSimRow *row = rcusim_validation_row(v, i);

	for (int k = 0; k < i; k++)
		if (rcusim_row_misses_any(rcusim_validation_row(v, k)) &&
		    are_alike(rcusim_validation_row(v, k), row))
			return true;
	return false;
}

/* "loop -12.3 %" of the row of the cell that is farthest off. */
static void append_farthest(GString *out, const RcuSimValidation *v, int from, RcuSimQuantity q)
{
	const RcuSimRow *first = rcusim_validation_row(v, from);
	double worst = 0;
	bool any = false;

	for (int i = from; i < rcusim_validation_n_rows(v); i++) {
		const RcuSimRow *row = rcusim_validation_row(v, i);

		if (!are_alike(row, first) || !rcusim_row_misses(row, q))
			continue;
		if (!any || fabs(rcusim_row_percent_off(row, q, true)) > fabs(worst))
			worst = rcusim_row_percent_off(row, q, true);
		any = true;
	}
	if (any && isfinite(worst))
		g_string_append_printf(out, " %s %s%.0f %%", rcusim_quantity_name(q),
				       worst > 0 ? "+" : "-", fabs(worst));
	else if (any)
		g_string_append_printf(out, " %s", rcusim_quantity_name(q));
}

static void append_cell(GString *out, const RcuSimValidation *v, int from)
{
	const RcuSimRow *first = rcusim_validation_row(v, from);
	int n = 0, n_alike = 0;

	for (int i = 0; i < rcusim_validation_n_rows(v); i++) {
		const RcuSimRow *row = rcusim_validation_row(v, i);
		const bool alike = row->verdict != RCUSIM_ROW_NOT_SIMULATED &&
				   strcmp(row->set, first->set) == 0 &&
				   strcmp(row->policy, first->policy) == 0 && row->n == first->n &&
				   row->b == first->b && row->threads == first->threads;

		n_alike += alike;
		n += alike && rcusim_row_misses_any(row) && are_alike(row, first);
	}
	g_string_append_printf(out, "| %s | %s", first->id, first->policy);
	if (first->b > 0)
		g_string_append_printf(out, " %" PRId64, first->b);
	g_string_append_printf(out, ", N = %" PRId64, first->n);
	if (first->threads > 1)
		g_string_append_printf(out, ", %" PRId64 " threads", first->threads);
	g_string_append_printf(out, " | %d of %d |", n, n_alike);
	for (int q = 0; q < RCUSIM_N_QUANTITIES; q++)
		append_farthest(out, v, from, (RcuSimQuantity)q);
	g_string_append_printf(out, " | %s |\n", first->cause == NULL ? "not known" : first->cause);
}

static void append_misses(GString *out, const RcuSimValidation *v)
{
	g_string_append(
		out,
		"\n## Rows that miss\n\n"
		"A row misses if, under any choice of the scheduler, `gp_count` or a tick is not exact (`i1`, `i2`), or "
		"`loop`, `first_cb` or\n"
		"`all_freed` is not within 5 % (`i1`), 10 % (`i2`), 25 % (`uml`); a trace, if it is not alike, too. Rows that differ in their phase only "
		"stand together, with the\n"
		"error of the farthest; the first one is named. The causes are told in `scenarios/lab/causes.md`.\n\n"
		"| first row | run | rows | what is off | cause |\n"
		"| --- | --- | ---: | --- | --- |\n");
	for (int i = 0; i < rcusim_validation_n_rows(v); i++)
		if (rcusim_row_misses_any(rcusim_validation_row(v, i)) && !is_told(v, i))
			append_cell(out, v, i);
}

/* --- plots --- */

#define MAX_GROUPS 4

static int group_index(const char **groups, const char *name)
{
	int i = 0;

	while (groups[i] != NULL && strcmp(groups[i], name) != 0)
		i++;
	if (i < MAX_GROUPS)
		groups[i] = name;
	return i;
}

static char *plot(const RcuSimValidation *v, RcuSimQuantity q)
{
	const char *groups[MAX_GROUPS + 1] = { NULL };
	g_autoptr(GArray) points = g_array_new(false, true, sizeof(struct scatter_point));

	for (int i = 0; i < rcusim_validation_n_rows(v); i++) {
		const RcuSimRow *row = rcusim_validation_row(v, i);
		struct scatter_point point = { .measured = row->measured[q],
					       .simulated = row->simulated[q] };

		if (row->trace != NULL) /* its own costs are in it */
			continue;
		point.group = group_index(groups, row->group);
		if (row->has[q])
			g_array_append_val(points, point);
	}
	return scatter_svg(rcusim_quantity_name(q), rcusim_quantity_unit(q), groups, points);
}

static const RcuSimQuantity plotted[] = { RCUSIM_QUANTITY_LOOP,      RCUSIM_QUANTITY_FIRST_CB,
					  RCUSIM_QUANTITY_ALL_FREED, RCUSIM_QUANTITY_AFTER_LOOP,
					  RCUSIM_QUANTITY_PEAK,      RCUSIM_QUANTITY_FREED_50 };

static void append_plots(GString *out, const char *folder)
{
	g_string_append(out, "\n## Simulated against measured\n\n"
			     "Under the scheduler's default. On the diagonal they agree.\n");
	for (size_t i = 0; i < G_N_ELEMENTS(plotted); i++)
		g_string_append_printf(out, "\n![%s](%s/%s.svg)\n",
				       rcusim_quantity_name(plotted[i]), folder,
				       rcusim_quantity_name(plotted[i]));
}

/* --- files --- */

static bool fail(const char *path, GError **error)
{
	g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_SYSTEM, "%s: error: %s", path,
		    g_strerror(errno));
	return false;
}

static bool write_file(const char *path, const char *text, GError **error)
{
	GError *failed = NULL;

	if (g_file_set_contents(path, text, -1, &failed))
		return true;
	g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_SYSTEM, "%s: error: %s", path,
		    failed->message);
	g_error_free(failed);
	return false;
}

static bool write_plots(const RcuSimValidation *v, const char *folder, GError **error)
{
	if (g_mkdir_with_parents(folder, 0777) != 0)
		return fail(folder, error);
	for (size_t i = 0; i < G_N_ELEMENTS(plotted); i++) {
		g_autofree char *name = g_strconcat(rcusim_quantity_name(plotted[i]), ".svg", NULL);
		g_autofree char *path = g_build_filename(folder, name, NULL);
		g_autofree char *svg = plot(v, plotted[i]);

		if (!write_file(path, svg, error))
			return false;
	}
	return true;
}

/* A document of ours is replaced, anything else is not. */
static bool may_be_written(const char *path, GError **error)
{
	g_autofree char *text = NULL;

	if (!g_str_has_suffix(path, ".md")) {
		g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_USAGE,
			    "%s: expected a name that ends in .md", path);
		return false;
	}
	if (!g_file_get_contents(path, &text, NULL, NULL) || *text == '\0' ||
	    g_str_has_prefix(text, TITLE))
		return true;
	g_set_error(error, RCUSIM_ERROR, RCUSIM_ERROR_USAGE,
		    "%s is there, and was not written by rcusim validate; choose another name",
		    path);
	return false;
}

bool rcusim_validation_write(const RcuSimValidation *v, const char *path, GError **error)
{
	g_autofree char *folder = g_strndup(path, strlen(path) - MIN(strlen(path), 3));
	g_autofree char *folder_name = g_path_get_basename(folder);
	g_autoptr(GString) out = g_string_new(intro);

	if (!may_be_written(path, error))
		return false;
	append_requirements(out, v);
	append_verdicts(out, v);
	append_plots(out, folder_name);
	append_misses(out, v);
	append_agreements(out, v);
	return write_plots(v, folder, error) && write_file(path, out->str, error);
}
