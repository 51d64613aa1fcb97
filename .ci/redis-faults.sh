#!/usr/bin/env bash
# What several processes share through real servers that are killed, moved and replaced. Needs a machine that does nothing else; minutes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet test --project tests/RateLimited.Http.Redis.Tests --configuration Release --no-ansi --no-progress -- --filter-class "*.Sharing.*"
