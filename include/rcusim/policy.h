/* policy.h - the VMA-freeing policies there are, and their parameters. */
#pragma once

#include <stdbool.h>

#include <rcusim/param.h>

/* Policy @i as the simulator lists them; NULL past the end. */
const char *rcusim_policy_name(int i);
const char *rcusim_policy_summary(int i); /* one line */
const char *rcusim_policy_about(int i);   /* a paragraph */
/* Index of the policy called @name, or -1. */
int rcusim_policy_find(const char *name);

/* Parameter @i of policy @policy, to be freed; NULL past the end. */
RcuSimParam *rcusim_policy_param(int policy, int i);
