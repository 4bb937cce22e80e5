#!/bin/sh
# The differential test catches a fault that was planted in the code that settles runs.
# DIFF and DIFF_PLANTED: the test, and its copy with the fault.
echo 1..2
if "$DIFF" --n 40 --seed 1 >/dev/null 2>&1; then echo 'ok 1 - 40 scenarios agree without the fault'
else echo 'not ok 1 - 40 scenarios agree without the fault'; fi
out=$("$DIFF_PLANTED" --n 40 --seed 1 2>&1); status=$?
if [ $status -ne 0 ]; then echo 'ok 2 - the planted fault is caught'
else echo 'not ok 2 - the planted fault is caught'; fi
printf '%s\n' "$out" | grep -E '^not ok|internal error' | head -n 3 | sed 's/^/# /'
