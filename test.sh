#!/usr/bin/env bash
# Everything that must hold before a change is merged: builds without a warning, formatted, tested, packable. On a fresh Debian it needs the .NET 10 SDK alone.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# What the tests start besides themselves, as command:package of Debian. Installed when missing.
debian_packages=(redis-server:redis-server redis-sentinel:redis-sentinel promtool:prometheus chromium:chromium pg_ctlcluster:postgresql)

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDTERMINALLOGGER=off
unset APPROVE
solution=RateLimited.Http.sln
results=$PWD/artifacts/test-results
packages=$PWD/artifacts/packages

stage() { printf '\n== %s\n' "$1"; }

fail() {
  printf '%s\n' "$1" >&2
  exit 1
}

install() {
  local command=$1 package=$2
  if command -v "$command" >/dev/null; then
    return
  fi
  stage "Install $package"
  if [[ $(id -u) -ne 0 ]] || ! apt-get update || ! DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$package"; then
    fail "The tests need $command, and it could not be installed. As root: apt-get update && apt-get install --yes $package. Then run ./test.sh again."
  fi
}

command -v dotnet >/dev/null || fail "The .NET 10 SDK is missing: https://dotnet.microsoft.com/download/dotnet/10.0 says how to get it. Then run ./test.sh again."
for entry in ${debian_packages[@]+"${debian_packages[@]}"}; do
  install "${entry%%:*}" "${entry#*:}"
done

rm -rf "$results" "$packages"
mkdir -p "$results" "$packages"

stage "Restore"
dotnet restore "$solution"
dotnet tool restore

stage "Build, warnings are errors"
dotnet build "$solution" --configuration Release --no-restore -warnaserror

# From here on a failure is noted and the rest still runs: one run shows all there is to mend.
failures=()

stage "Format"
dotnet format whitespace . --folder --verify-no-changes || failures+=("the format (dotnet format mends it)")
# The style besides; what the other analyzers have to say the build has said already.
dotnet format style "$solution" --no-restore --verify-no-changes || failures+=("the style (dotnet format mends it)")

for project in tests/*/*Tests.csproj; do
  name=$(basename "$project" .csproj)
  stage "Test $name"
  dotnet test --project "$project" --configuration Release --no-build --no-ansi --no-progress --fail-skips on --minimum-expected-tests 1 \
    --results-directory "$results" --report-xunit-trx --report-xunit-trx-filename "$name.trx" || failures+=("$name")
done

stage "Pack"
dotnet pack "$solution" --configuration Release --no-build --output "$packages" || failures+=("packing")
# Users bring the newer client, which cannot run everywhere: docs/decisions/0010-two-redis-clients.md.
newer_redis_client=$(dotnet msbuild src/RateLimited.Http.Redis -getProperty:NewerStackExchangeRedisVersion)
stage "Compile and pack against StackExchange.Redis $newer_redis_client"
for name in RateLimited.Http.Redis RateLimited.Http.History.Redis; do
  dotnet pack "src/$name" --configuration Release --output "$packages" --artifacts-path "$PWD/artifacts/newer-client" "-p:StackExchangeRedisVersion=$newer_redis_client" \
    || failures+=("$name against StackExchange.Redis $newer_redis_client")
done

stage "Check the packages"
dotnet run --file .ci/check-packages.cs -- "$packages" src || failures+=("the packages")

stage "Total"
.ci/count-tests.sh "$results"
if [[ ${#failures[@]} -gt 0 ]]; then
  fail "$(printf 'Failed: %s\n' "${failures[@]}")"
fi
