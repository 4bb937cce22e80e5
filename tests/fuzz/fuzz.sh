#!/bin/sh
# fuzz.sh PROGRAM DIR SECONDS - one target under libFuzzer.
#
# Starts from tests/fuzz/corpus/NAME and from what earlier sessions found (DIR/NAME/corpus); an input that breaks
# something is left in DIR/NAME/ and ends the session. Words to build inputs from: tests/fuzz/NAME.dict, or for
# scenarios every key and word of the JSON Schema, which comes from the tables that load them.
set -eu

program=$1 seconds=$3
name=$(basename "$program" | sed 's/^fuzz_//')
dir=$2/$name
mkdir -p "$dir/corpus"

dict=tests/fuzz/$name.dict
if [ "$name" = scenario ]; then
	dict=$dir/schema.dict
	"$RCUSIM" scenario schema | grep -o '"[A-Za-z0-9_$.-]*"' | sort -u | sed 's/^"\(.*\)"$/"\\"\1\\""/' >"$dict"
fi
test ! -e "$dict" || set -- "-dict=$dict"
test -e "$dict" || set --

echo "== $name: $seconds s"
if ! "$program" "$@" -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
	-artifact_prefix="$dir/" "$dir/corpus" "tests/fuzz/corpus/$name" >"$dir/log" 2>&1; then
	tail -n 60 "$dir/log"
	echo "fuzz: $name: failed; the input is in $dir/, all output in $dir/log"
	exit 1
fi
grep -E 'DONE|number_of_executed_units|peak_rss_mb' "$dir/log"
