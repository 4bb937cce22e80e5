/* replay_file.h - reads replay files (docs/replay.md). */
#pragma once

#include <stddef.h>

#include "base/diag.h"
#include "mm/replay.h"

#define REPLAY_MAX_BYTES (INT64_C(1) << 30)
#define REPLAY_MAX_TASKS 1000000
#define REPLAY_MAX_OPS   10000000

/**
 * replay_parse:
 * @text: @len bytes and a NUL behind them
 * @file: how messages name it
 * @diag: gets every problem: its line, what was found, what is accepted
 *
 * What is returned makes sense: tasks are started once, before they do anything, and do nothing after their exit.
 *
 * Returns: (transfer full): replay_unref(); or %NULL after a problem
 */
struct replay *replay_parse(const char *text, size_t len, const char *file, struct diag *diag);
