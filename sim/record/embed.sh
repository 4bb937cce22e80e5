#!/bin/sh
# embed.sh - writes the text file IN as the C string NAME into the header OUT.
#
# usage: embed.sh IN OUT NAME
set -eu
test $# -eq 3 || { echo "usage: embed.sh IN OUT NAME" >&2; exit 2; }
{
	printf '/* Made from %s by embed.sh. */\nstatic const char %s[] =\n' "${1##*/}" "$3"
	sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/\t"/' -e 's/$/\\n"/' "$1"
	printf '\t;\n'
} >"$2.new"
mv -f "$2.new" "$2"
