#!/bin/sh
# tidy.sh FILE FLAGS... - clang-tidy, set up by .clang-tidy, finds nothing in FILE compiled with FLAGS.
set -u

file=$1
shift
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# clang-tidy counts the warnings of other people's headers aloud; only findings are of interest.
if ! clang-tidy --quiet "$file" -- "$@" -Wno-unknown-warning-option >"$log" 2>&1; then
	grep -v -e 'warnings\? generated\.$' -e '^Suppressed ' "$log" >&2
	exit 1
fi
