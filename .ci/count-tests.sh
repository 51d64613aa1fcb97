#!/usr/bin/env bash
# Prints "N passed, N failed", summed over the TRX reports of a directory.
set -euo pipefail
shopt -s nullglob

sum() {
  local total=0 report count
  for report in "$2"/*.trx; do
    count=$(sed -n "s/.*<Counters [^>]*\b$1=\"\([0-9]*\)\".*/\1/p" "$report" | head -n 1)
    total=$((total + ${count:-0}))
  done
  echo "$total"
}

echo "$(sum passed "$1") passed, $(($(sum failed "$1") + $(sum error "$1"))) failed"
