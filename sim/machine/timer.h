/* timer.h - timer wheel: what the rest of the machine room needs of timer.c. */
#pragma once

#include "machine/machine.h"

/* Whether a timer of @cpu has reached its jiffy. */
bool timer_is_due(const struct sim_cpu *cpu);
/* Take the first due timer off the wheel, or NULL. */
struct sim_timer *timer_take_due(struct sim_cpu *cpu);
