#!/usr/bin/env bash
# Mutation score of the arithmetic (src/RateLimited.Http/Limits): a change of a rule that no test notices survives and is listed.
# Fails below 90 %. Result: artifacts/mutation/summary.txt; reports beside it. Arguments go to Stryker.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
results=$root/artifacts/mutation

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# Cases of each property: a mutant that a tenth of the usual number does not show is seldom shown by all.
export LIMITS_CASES=${LIMITS_CASES:-200}
dotnet tool restore

# Stryker builds mutants where Debug builds go; a plain build afterwards leaves none behind.
restore_the_unmutated() { dotnet build RateLimited.Http.sln --no-incremental --verbosity quiet >/dev/null || true; }
trap restore_the_unmutated EXIT

count() { grep -o "\"status\": *\"$1\"" "$results/reports/mutation-report.json" | wc -l || true; }

rm -rf "$results"
mkdir -p "$results"
result=0
(cd tests/RateLimited.Http.Tests \
  && MutationTesting=true dotnet stryker --config-file "$root/.ci/stryker-config.json" --output "$results" --concurrency "${MUTATION_CONCURRENCY:-$(nproc)}" "$@") \
  | tee "$results/stryker.log" || result=$?

score=$(sed -n 's/.*final mutation score is \([0-9.]*\) %.*/\1/p' "$results/stryker.log")
if [[ -z $score ]]; then
  echo "Stryker came to no score; see $results/stryker.log" >&2
  exit 1
fi
echo "mutation score of Limits: $score % (killed $(count Killed), timed out $(count Timeout), survived $(count Survived), uncovered $(count NoCoverage))" | tee "$results/summary.txt"
exit "$result"
