#!/bin/sh
# validation.sh - write docs/validation.md anew: tests/model/validation.md.in, with the tables as they are now.
set -eu
cd "$(dirname "$0")/../.."
program=build/release-gcc/tests/model/test_lab
make -s BUILD=release CC=gcc OPT= "$program" "$@"
G_TEST_SRCDIR=$PWD/tests "$program" --print >build/validation.md
mv build/validation.md docs/validation.md
