#!/usr/bin/env bash
# A million random responses instead of the fifty thousand of every run: nothing throws, nothing takes long, nothing leaves its bounds. Minutes; for the night.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 RATELIMITED_NIGHTLY=1
dotnet test --project tests/RateLimited.Http.Tests --configuration Release --no-ansi --no-progress -- --filter-class "*HostileHeadersTests"
