/* ipi.h - function-call interrupts: what the rest of the machine room needs of ipi.c. */
#pragma once

#include "machine/machine.h"

/* The interrupt that had to wait for interrupts to be enabled. */
void ipi_call_run(struct sim_cpu *cpu);
/* smpcfd_dying_cpu(): calls on their way are made before the CPU is gone. */
void ipi_cpu_dying(struct sim_cpu *cpu);
/* If one waits: it comes right after the tick that waited, too. */
void ipi_call_resend(struct sim_cpu *cpu);
