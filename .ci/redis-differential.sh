#!/usr/bin/env bash
# A hundred thousand random histories of each kind of limit, decided by the script in a real Redis and by the arithmetic in the process: the same grants and the same waits; and a fifth as many of how keys are, against a model. Minutes; for the night.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 LIMITS_CASES="${LIMITS_CASES:-100000}"
dotnet test --project tests/RateLimited.Http.Redis.Tests --configuration Release --no-ansi --no-progress -- --filter-class "*DifferentialTests" --filter-class "*RestScriptTests"
