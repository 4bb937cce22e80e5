/* cmdline.h - parameters of a kernel command line as overrides. */
#pragma once

#include <stdbool.h>

#include <glib.h>

/* An override that begins with this is a kernel parameter: "--cmdline rcutree.blimit=20". */
#define CMDLINE_ORIGIN "--cmdline "

/**
 * cmdline_word:
 * @word: one parameter: "rcutree.blimit=20"
 * @ret_set: (out): "rcu.blimit=20", g_free(); or %NULL if @word does not concern the simulator
 * @error: %RCUSIM_ERROR_USAGE for a parameter that would concern it, and that it does not know
 */
bool cmdline_word(const char *word, char **ret_set, GError **error);
