#!/usr/bin/env bash
# Line coverage of src/RateLimited.Http by its tests. Fails below 90 %. Result: artifacts/coverage/summary.txt; the Cobertura report beside it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
results=$PWD/artifacts/coverage
least=90

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
rm -rf "$results"
mkdir -p "$results"

# Debug, because an optimised build merges lines. Not deterministic, because the source must be found; and its own output, because it is instrumented in place.
build=(-p:Configuration=Debug -p:ContinuousIntegrationBuild=false "-p:BaseOutputPath=$results/bin/")
dotnet build tests/RateLimited.Http.Tests "${build[@]}"
result=0
dotnet msbuild tests/RateLimited.Http.Tests -t:Coverage -nologo "${build[@]}" \
  "-p:Include=[RateLimited.Http]*" -p:ExcludeByAttribute=GeneratedCodeAttribute "-p:ExcludeByFile=**/*.g.cs" \
  "-p:CoverletOutput=$results/" -p:CoverletOutputFormat=cobertura \
  "-p:Threshold=$least" -p:ThresholdType=line -p:ThresholdStat=total || result=$?

rate=$(sed -n '0,/<coverage /s/.*<coverage line-rate="\([0-9.]*\)".*lines-covered="\([0-9]*\)" lines-valid="\([0-9]*\)".*/\1 \2 \3/p' "$results/coverage.cobertura.xml")
read -r fraction covered lines <<<"$rate"
echo "line coverage of RateLimited.Http: $(LC_ALL=C awk "BEGIN { printf \"%.1f\", 100 * $fraction }") % ($covered of $lines lines; at least $least %)" | tee "$results/summary.txt"
exit "$result"
