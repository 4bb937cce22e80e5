/* fuzz.h - what a fuzz target provides: libFuzzer calls it in `make fuzz`, driver.c in `make check`. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* One input; aborts if the program under test is wrong. Always returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* Once, before the first input; a target may do without. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
