#!/bin/sh
# format.sh FILE... - every FILE is formatted as .clang-format says; names those that are not.
set -u

test $# -gt 0 || exit 0
clang-format --dry-run --Werror "$@" && exit 0
echo 'format: type `make format`, or wrap a hand-made table in /* clang-format off: why */' >&2
exit 1
