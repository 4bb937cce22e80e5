/* calibrate.c - a cost profile from measurements. */
#include <stdio.h>
#include <string.h>

#include <rcusim/calibrate.h>

#include "cli.h"

static int run(const struct cli_options *options, int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *profile = NULL;
	g_autofree char *report = NULL;

	if (argc != 1)
		return cli_usage(&cli_calibrate,
				 "calibrate takes one folder or list of measurements");
	profile = rcusim_calibrate(argv[0], &report, &error);
	if (profile == NULL)
		return cli_fail(error);
	if (options->output == NULL || strcmp(options->output, "-") == 0)
		fputs(profile, stdout);
	else if (!rcusim_profile_write(profile, options->output, options->force, &error))
		return cli_fail(error);
	if (!options->quiet)
		fputs(report, stderr);
	return CLI_OK;
}

const struct cli_command cli_calibrate = {
	.name = "calibrate",
	.arguments = "FOLDER|LIST",
	.summary = "fit a cost profile to measurements of a machine",
	.about =
		"FOLDER holds calibration.csv, offloaded/ and softirq/ with what the lab's module measured, and, if there\n"
		"are, two-cpus/ and mmbench.csv. Each figure is an expression over rows, which the profile names; what\n"
		"the figures make of those rows is printed on stderr. A scenario uses the profile by\n"
		"\"costs_ns\": { \"profile\": \"FILE.json\" }. docs/calibration.md has the procedure.",
	.example = "  rcusim calibrate scenarios/lab/data/icount-6.12.csv -o profile.json",
	.options = CLI_TEXT_OUTPUT | CLI_REPLACE | CLI_QUIET,
	.run = run,
};
