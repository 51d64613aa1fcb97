namespace RateLimited.Http.Simulation.Tests.Fleets;

/// <summary>A fleet that is told nothing, at a bucket that its upstream's answers tell of.</summary>
public sealed class FlowTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(2, FlowWords.Time)]
    [InlineData(2, FlowWords.Window)]
    [InlineData(60, FlowWords.Window)]
    [InlineData(60, FlowWords.Date)]
    public void A_fleet_at_a_bucket_that_answers_tell_of_is_refused_nothing_and_uses_what_flows(int seconds, FlowWords words)
    {
        for (var seed = 1; seed <= 2; seed++)
        {
            using var run = new FlowRun(TimeSpan.FromSeconds(seconds), words, seed);
            run.Run(windows: 8);

            output.WriteLine($"seed {seed}: {run.Ok} of {run.Flowed}, {run.Refused} refused");
            run.Refused.ShouldBe(0, $"seed {seed}");
            ((double)run.Ok).ShouldBeGreaterThan(0.95 * run.Flowed, $"seed {seed}");
        }
    }
}
