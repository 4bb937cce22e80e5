/* scenario_text.h - scenarios in a line, for tests. */
#pragma once

#include <rcusim/scenario.h>

/* A whole scenario: the members that every one needs, and @members (or "") behind them. */
char *scenario_text(const char *members);

/* A scenario that uses most of what there is; includes machines/server-16.json. */
extern const char scenario_storm[];

/* Fails the test with the message if @text is refused. */
RcuSimScenario *scenario_accept(const char *text, const char *const *sets);
/* Fails the test unless @text is refused with @code and a message that has @expected in it. */
void scenario_refuse(const char *text, const char *const *sets, RcuSimError code,
		     const char *expected);
/* The message with which @text is refused, g_free(); NULL if it is accepted. */
char *scenario_message(const char *text, const char *const *sets);
