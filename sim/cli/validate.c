/*
 * validate.c - rcusim validate: measured runs of real kernels beside the same runs simulated.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

/* ---- Sums ---- */

/* "-3.2 %"; what was 0 and is not has no percentage. */
static void put_percent(RcuSimTable *table, const struct cli_options *options, double percent)
{
	g_autofree char *text = NULL;

	if (!cli_is_for_reading(options)) {
		rcusim_table_real(table, percent);
		return;
	}
	if (!isfinite(percent)) {
		rcusim_table_null(table);
		return;
	}
	text = g_strdup_printf("%+.1f %%", percent);
	rcusim_table_figure(table, strcmp(text, "-0.0 %") == 0 ? "+0.0 %" : text);
}

static void put_agreement(RcuSimTable *table, const struct cli_options *options, const char *set,
			  RcuSimQuantity quantity, const RcuSimAgreement *a,
			  const RcuSimAgreement *by_choice)
{
	rcusim_table_text(table, set);
	rcusim_table_text(table, rcusim_quantity_name(quantity));
	rcusim_table_integer(table, a->n);
	rcusim_table_integer(table, a->n_exact);
	rcusim_table_integer(table, by_choice->n_exact - a->n_exact);
	rcusim_table_integer(table, a->n_within_5);
	rcusim_table_integer(table, a->n_within_10);
	rcusim_table_integer(table, a->n_within_25);
	put_percent(table, options, a->worst_percent);
	put_percent(table, options, a->median_percent);
}

static void print_sums(const struct cli_options *options, const RcuSimValidation *validation)
{
	static const char *const names[] = {
		"set",      "quantity",  "rows",      "exact", "other",
		"within_5", "within_10", "within_25", "worst", "median"
	};
	g_autoptr(RcuSimTable) table = rcusim_table_new(options->format, stdout);
	const RcuSimStyle style = cli_style(options);
	const char *set;

	rcusim_table_set_style(table, &style);
	rcusim_table_set_keys(table, 2);
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		rcusim_table_column(table, names[i], NULL);
	for (int i = 0; (set = rcusim_validation_set(validation, i)) != NULL; i++)
		for (int q = 0; q < RCUSIM_N_QUANTITIES; q++) {
			RcuSimAgreement a, by_choice;

			if (rcusim_validation_agreement(validation, i, (RcuSimQuantity)q, false,
							&a) &&
			    rcusim_validation_agreement(validation, i, (RcuSimQuantity)q, true,
							&by_choice))
				put_agreement(table, options, set, (RcuSimQuantity)q, &a,
					      &by_choice);
		}
	rcusim_table_end(table);
}

/* ---- Rows ---- */

static void put_row(RcuSimTable *table, const RcuSimRow *row)
{
	rcusim_table_text(table, row->id);
	rcusim_table_text(table, row->policy);
	rcusim_table_integer(table, row->n);
	rcusim_table_integer(table, row->b);
	rcusim_table_integer(table, row->threads);
	rcusim_table_integer(table, row->phase_us);
	rcusim_table_text(table, row->why_not != NULL ? row->why_not
						      : rcusim_row_verdict_name(row->verdict));
	if (row->choice != NULL)
		rcusim_table_text(table, row->choice);
	else
		rcusim_table_null(table);
	for (int q = 0; q < RCUSIM_N_QUANTITIES; q++) {
		if (!row->has[q]) {
			rcusim_table_null(table);
			rcusim_table_null(table);
			continue;
		}
		rcusim_table_integer(table, row->measured[q]);
		rcusim_table_integer(table, row->simulated[q]);
	}
}

static void print_rows(const struct cli_options *options, const RcuSimValidation *validation)
{
	static const char *const names[] = { "row",     "policy",   "n",       "b",
					     "threads", "phase_us", "verdict", "choice" };
	g_autoptr(RcuSimTable) table = rcusim_table_new(options->format, stdout);
	const RcuSimStyle style = cli_style(options);

	rcusim_table_set_style(table, &style);
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		rcusim_table_column(table, names[i], NULL);
	for (int q = 0; q < RCUSIM_N_QUANTITIES; q++) {
		const char *name = rcusim_quantity_name((RcuSimQuantity)q);
		const char *unit = rcusim_quantity_unit((RcuSimQuantity)q);
		g_autofree char *measured = g_strconcat(name, " measured", NULL);
		g_autofree char *simulated = g_strconcat(name, " simulated", NULL);

		rcusim_table_column(table, measured, *unit == '\0' ? NULL : unit);
		rcusim_table_column(table, simulated, *unit == '\0' ? NULL : unit);
	}
	for (int i = 0; i < rcusim_validation_n_rows(validation); i++)
		put_row(table, rcusim_validation_row(validation, i));
	rcusim_table_end(table);
}

/* ---- Requirements ---- */

static void print_requirements(const struct cli_options *options,
			       const RcuSimValidation *validation)
{
	RcuSimRequirement r;

	for (int i = 0; rcusim_validation_requirement(validation, i, &r); i++)
		cli_print_line(
			stdout, options, "  ", "%-8s%s: %s%s%s %s %.0f %%: %.1f %%",
			r.reached ? "reached" : "missed", r.group,
			r.quantity == RCUSIM_N_QUANTITIES ? "" : rcusim_quantity_name(r.quantity),
			r.quantity == RCUSIM_N_QUANTITIES ? "" : ", ", r.text,
			r.at_most ? "at most" : "at least", r.limit_percent, r.found_percent);
}

static void print_verdicts(const struct cli_options *options, const RcuSimValidation *validation)
{
	const char *set;

	for (int i = 0; (set = rcusim_validation_set(validation, i)) != NULL; i++)
		cli_print_line(
			stdout, options, "  ",
			"%s: %d rows exact, %d under another choice of the scheduler, %d missed, "
			"%d not simulated",
			set, rcusim_validation_n_verdict(validation, i, RCUSIM_ROW_EXACT),
			rcusim_validation_n_verdict(validation, i, RCUSIM_ROW_OTHER_CHOICE),
			rcusim_validation_n_verdict(validation, i, RCUSIM_ROW_MISS),
			rcusim_validation_n_verdict(validation, i, RCUSIM_ROW_NOT_SIMULATED));
}

static void print(const struct cli_options *options, const RcuSimValidation *validation)
{
	if (options->rows) {
		print_rows(options, validation);
		return;
	}
	if (options->output == NULL) {
		print_sums(options, validation);
		if (!cli_is_for_reading(options))
			return;
		putchar('\n');
		print_verdicts(options, validation);
		putchar('\n');
	}
	print_requirements(options, validation);
}

/* A cause that explains nothing any more is to be taken out. */
static void complain_stale_causes(const struct cli_options *options,
				  const RcuSimValidation *validation)
{
	const char *cause;

	for (int i = 0;
	     options->names == NULL && (cause = rcusim_validation_cause(validation, i)) != NULL;
	     i++) {
		g_autofree char *message = NULL;

		if (rcusim_validation_cause_n_rows(validation, i) > 0)
			continue;
		message = g_strdup_printf("causes.md: \"%s\" explains no row that misses", cause);
		cli_complain(message);
	}
}

/* ---- Command line ---- */

static bool on_progress(int n_done, int n_all, void *data)
{
	return cli_stop_signal() == 0;
}

static int show(const struct cli_options *options, const char *dir)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *command = rcusim_validate_command(dir, options->show, &error);

	if (command == NULL)
		return cli_fail(error);
	puts(command);
	return CLI_OK;
}

static int run(const struct cli_options *options, int argc, char **argv)
{
	const RcuSimValidationOptions how = { .dir = argc > 0 ? argv[0] : NULL,
					      .names = (const char *const *)options->names,
					      .sets = (const char *const *)options->sets,
					      .n_jobs = options->n_jobs,
					      .progress = on_progress };
	g_autoptr(GError) error = NULL;
	g_autoptr(RcuSimValidation) validation = NULL;

	if (argc > 1)
		return cli_usage(&cli_validate, "validate takes at most one directory");
	if (options->show != NULL)
		return show(options, how.dir);
	cli_catch_signals();
	validation = rcusim_validate(&how, &error);
	if (validation == NULL)
		return cli_stop_signal() != 0 ? CLI_SIGNAL + cli_stop_signal() : cli_fail(error);
	if (options->output != NULL &&
	    !rcusim_validation_write(validation, options->output, &error))
		return cli_fail(error);
	complain_stale_causes(options, validation);
	print(options, validation);
	return CLI_OK;
}

const struct cli_command cli_validate = {
	.name = "validate",
	.arguments = "[DIRECTORY]",
	.summary = "the simulator held against measurements of real kernels",
	.about =
		"Simulates every measured run of a lab, the shipped one or that of DIRECTORY: data/runs.csv (or\n"
		"runs.csv.gz) and for each of its sets SET.json. Per set and quantity it prints how many rows agree\n"
		"exactly, exactly under another choice of the scheduler (machine.wakeup_preempt, idle_wakeup_order),\n"
		"within 5, 10 and 25 %, the worst and the median error; then what is asked of the sets together.\n"
		"causes.md of the lab says why rows miss.",
	.example = "  rcusim validate --set i1_nocb_matrix\n"
		   "  rcusim validate --rows --format csv >rows.csv\n"
		   "  rcusim validate -o validation.md\n"
		   "  rcusim validate --show i1_nocb_matrix/17",
	.options = CLI_LAB_SET | CLI_DOCUMENT | CLI_ROWS | CLI_SHOW | CLI_JOBS | CLI_FORMAT |
		   CLI_COLOR,
	.run = run,
};
