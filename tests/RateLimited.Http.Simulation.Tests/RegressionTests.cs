namespace RateLimited.Http.Simulation.Tests;

/// <summary>What once failed does not fail again.</summary>
public sealed class RegressionTests
{
    public static TheoryData<int> Seeds => [.. Regressions.Seeds];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_seed_that_once_failed_holds(int seed) => Assert.Null(Simulation.Failure(seed));
}
