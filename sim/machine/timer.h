/* timer.h - timer wheel: what the rest of the machine room needs of timer.c. */
#pragma once

#include "machine/machine.h"

/* Whether a timer of @cpu has reached its jiffy. */
bool timer_is_due(const struct sim_cpu *cpu);
/* Queue it on @to, for the jiffy it is queued for. */
void timer_migrate(struct sim_timer *timer, struct sim_cpu *to);
/* Take the first due timer off the wheel, or NULL. */
struct sim_timer *timer_take_due(struct sim_cpu *cpu);
