using RateLimited.Http.Simulation.Tests.Mutants;

namespace RateLimited.Http.Simulation.Tests;

/// <summary>An invariant that cannot fail says nothing: what is wrong on purpose is found, and by what it breaks.</summary>
public sealed class MutantTests
{
    private const int MostSeeds = 300;

    public static TheoryData<string> Names => [.. KnownMutants.All.Select(static known => known.Mutant.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_wrong_on_purpose_is_found(string name)
    {
        var (mutant, found) = KnownMutants.All.Single(known => known.Mutant.Name == name);
        var failures = Enumerable.Range(1, MostSeeds).Select(seed => Simulation.Failure(seed, mutant)).OfType<string>();

        var failure = failures.FirstOrDefault(failure => failure.Contains(found, StringComparison.Ordinal));

        failure.ShouldNotBeNull($"no world of {MostSeeds} shows that '{name}' is wrong");
    }

    [Fact]
    public void A_failure_says_the_seed_the_world_and_the_last_events()
    {
        var (mutant, _) = KnownMutants.All[1];
        var (seed, failure) = Enumerable.Range(1, MostSeeds).Select(seed => (seed, Simulation.Failure(seed, mutant))).First(static each => each.Item2 is not null);
        var lines = failure!.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        lines[0].ShouldStartWith($"seed {seed}: ");
        failure.ShouldContain($"SIMULATION_FROM={seed} SIMULATION_SEEDS=1");
        failure.ShouldContain("SwarmPlan {");
        lines.Count(static line => line.Contains(" ms  p", StringComparison.Ordinal)).ShouldBeInRange(1, Worlds.Trace.Kept);
        Simulation.Failure(seed, mutant).ShouldBe(failure, "a failing seed replays exactly");
    }
}
