#!/usr/bin/env bash
# Runs the Quickstart and holds it to what it must reach: its last four lines as documented, no 429 at any upstream, the quota used, in under a minute.
# On a machine that does nothing else: the upstreams are strict, and what the machine is late by counts.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# What each upstream's utilisation must be at least, in percent, in the order of the lines.
least=(sliding:96 fixed:99 token-bucket:99 concurrency:90)
longest=60

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet build samples/Quickstart --configuration Release --nologo --verbosity quiet
began=$SECONDS
output=$(dotnet run --project samples/Quickstart --configuration Release --no-build)
took=$((SECONDS - began))
printf '%s\n' "$output"

failures=()
mapfile -t lines < <(tail -n "${#least[@]}" <<<"$output")
for i in "${!least[@]}"; do
  upstream=${least[i]%%:*} percent=${least[i]#*:}
  if ! [[ ${lines[i]:-} =~ ^summary\ upstream=$upstream\ ok=[0-9]+\ theoretical=[0-9]+\ utilisation=([0-9]+)\.[0-9]%\ status429=([0-9]+)$ ]]; then
    failures+=("$upstream has no summary line where it belongs: '${lines[i]:-}'")
    continue
  fi

  [[ ${BASH_REMATCH[1]} -ge $percent ]] || failures+=("$upstream was used to ${BASH_REMATCH[1]}%, not to $percent%")
  [[ ${BASH_REMATCH[2]} -eq 0 ]] || failures+=("$upstream answered 429 ${BASH_REMATCH[2]} times")
done

[[ $took -lt $longest ]] || failures+=("it took $took s, not less than $longest s")
if [[ ${#failures[@]} -gt 0 ]]; then
  printf 'quickstart: %s\n' "${failures[@]}" >&2
  exit 1
fi

echo "quickstart: as it must be, in $took s"
