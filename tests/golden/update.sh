#!/bin/sh
# update.sh REASON - record the outcomes as they are now, and why they changed.
#
# The reason and the number of changed lines are appended to CHANGES.md: a changed outcome is a changed
# claim about the kernel, and the log is where to look for when and why.
set -eu

reason=${1:-}
case $reason in
*[!\ ]*) ;;
*)
	echo 'usage: tests/golden/update.sh "why the outcomes change"' >&2
	exit 2
	;;
esac

here=$(dirname "$0")
new=$(mktemp)
trap 'rm -f "$new"' EXIT
{
	echo '# scenario policy hash: recorded by update.sh, compared by golden.t; reasons in CHANGES.md.'
	perl "$here/golden.t" --print
} >"$new"

# The outcome that `rcusim doctor` looks for on every machine goes with them.
rcusim=${RCUSIM:-$here/../../build/rcusim}
doctor=$("$rcusim" doctor --format csv | sed -n 's/.*the outcome is \([0-9a-f]\{64\}\), recorded.*/\1/p')
if test -n "$doctor"; then
	header=$here/../../sim/cli/doctor_hash.h
	sed "s/DOCTOR_HASH \"[^\"]*\"/DOCTOR_HASH \"$doctor\"/" "$header" >"$new.h" && cat "$new.h" >"$header"
	rm -f "$new.h"
	echo 'golden: sim/cli/doctor_hash.h is new; build again, and commit it, too'
fi

test -f "$here/hashes.txt" || : >"$here/hashes.txt"
if cmp -s "$new" "$here/hashes.txt"; then
	echo 'golden: nothing has changed'
	exit 0
fi
changed=$(diff "$here/hashes.txt" "$new" | grep -c '^>' || true)
gone=$(diff "$here/hashes.txt" "$new" | grep -c '^<' || true)
test -f "$here/CHANGES.md" || printf '# Why recorded outcomes changed\n\n' >"$here/CHANGES.md"
printf -- '- %s: %s new or changed, %s old lines. %s\n' "$(date +%F)" "$changed" "$gone" "$reason" >>"$here/CHANGES.md"
cp "$new" "$here/hashes.txt"
echo "golden: $changed new or changed lines; commit hashes.txt and CHANGES.md with the change itself"
