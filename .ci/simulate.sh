#!/usr/bin/env bash
# Runs the worlds of so many seeds: .ci/simulate.sh [SEEDS] [FIRST]. A seed that fails is printed with its last events, and written down in Regressions/seeds.txt.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seeds=${1:-20000}
first=${2:-1}
for number in "$seeds" "$first"; do
  if ! [[ $number =~ ^[1-9][0-9]{0,8}$ ]]; then
    printf 'usage: .ci/simulate.sh [SEEDS] [FIRST], whole numbers from 1; not %s\n' "$number" >&2
    exit 2
  fi
done

project=tests/RateLimited.Http.Simulation.Tests
dotnet build "$project" --configuration Release --nologo --verbosity quiet
SIMULATION_SEEDS=$seeds SIMULATION_FROM=$first dotnet "$project/bin/Release/net10.0/RateLimited.Http.Simulation.Tests.dll" --filter-class '*SeedTests'
