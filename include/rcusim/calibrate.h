/* calibrate.h - a cost profile from the measurements of a machine. */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include <rcusim/error.h>

/**
 * rcusim_calibrate:
 * @path: a list of what was measured where (docs/calibration.md), or a folder with such a list calibration.csv
 * @ret_report: (out) (optional) (transfer full): what the profile makes of the rows that it was fitted from
 *
 * Every figure is an expression over rows that it names; the same files give the same bytes.
 *
 * Returns: (transfer full): the profile as JSON, which a scenario names as costs_ns.profile, or %NULL with
 *   %RCUSIM_ERROR_SYSTEM if a file cannot be read, %RCUSIM_ERROR_INVALID if one is not valid, or lacks a row that
 *   nothing else can stand for
 */
char *rcusim_calibrate(const char *path, char **ret_report, GError **error);

/* Writes @profile to @path, as a whole or not at all; @replace: another profile may be there. */
bool rcusim_profile_write(const char *profile, const char *path, bool replace, GError **error);
