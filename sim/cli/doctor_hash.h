/* doctor_hash.h - the outcome that rcusim doctor expects; written by tests/golden/update.sh. */
#pragma once

#define DOCTOR_HASH "7605353be0ee3de383bb1632969c2c332a3161763625d03314ecd191348e5a12"
