#!/bin/sh
# jobs.sh - the -j that a recursive make needs to use every core: none if make was started with its own.
case " $MAKEFLAGS" in
*" -j"* | *--jobserver*) ;;
*) echo "-j$(nproc 2>/dev/null || echo 2)" ;;
esac
