/* softirq.h - softirq rounds: what the rest of the machine room needs of softirq.c. */
#pragma once

#include "machine/machine.h"

/* Softirqs at the exit of an interrupt. */
void softirq_start(struct sim_cpu *cpu);
/* The softirq frame's step. */
void softirq_step(void *ctx);
/* ksoftirqd's step. */
void ksoftirqd_step(void *ctx);
