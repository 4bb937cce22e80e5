/* doctor_hash.h - the outcome that rcusim doctor expects; written by tests/golden/update.sh. */
#pragma once

#define DOCTOR_HASH "d9964bff4e8a4475bf71a70684a65015dbeb8c1a8eb7876c5b78a371ee0d394a"
