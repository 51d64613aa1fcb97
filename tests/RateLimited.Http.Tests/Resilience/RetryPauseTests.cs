using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.Resilience;
using RateLimited.Http.Tests.Faults;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Tests.Resilience;

public sealed class RetryPauseTests
{
    private static readonly Gen<RetryRule> Rules =
        from backoff in Gen.Elements(Enum.GetValues<RetryBackoff>())
        from longest in Gen.OneOf(Gen.Constant(0L), Draws.Ticks(1, 10), Draws.Ticks(1, TimeSpan.TicksPerDay), Gen.Constant(long.MaxValue / 4))
        from share in Gen.Choose(0, 100)
        select new RetryRule { Backoff = backoff, MaxDelay = longest, BaseDelay = (long)(longest * (share / 100.0)) };

    private static readonly Gen<(RetryRule Rule, int Strain, double[] Chances)> Sequences =
        from rule in Rules
        from strain in Gen.Choose(-2, 40)
        from chances in Gen.Choose(0, 1000).Select(static chance => chance / 1000.0).ArrayOf(20)
        select (rule, strain, chances);

    [Fact]
    [Fault("PEERS_P5")]
    public void A_pause_is_never_negative_and_never_longer_than_the_longest() => Holds.For(Sequences, static sequence =>
    {
        long previous = 0;
        for (var attempt = 0; attempt < sequence.Chances.Length; attempt++)
        {
            previous = RetryPause.Next(sequence.Rule, attempt, previous, sequence.Strain, sequence.Chances[attempt]);
            previous.ShouldBeInRange(0, sequence.Rule.MaxDelay);
        }
    });

    [Fact]
    [Fault("PEERS_P5")]
    public void At_the_longest_pause_it_is_still_jittered() => Holds.For(Sequences, static sequence =>
    {
        var (rule, strain, chances) = sequence;
        long previous = 0;
        for (var attempt = 0; attempt < chances.Length; attempt++)
        {
            var shortest = RetryPause.Next(rule, attempt, previous, strain, 0);
            var longest = RetryPause.Next(rule, attempt, previous, strain, 1);
            (longest - shortest).ShouldBeGreaterThanOrEqualTo(longest / 2, "half of the range at least is drawn from");
            previous = RetryPause.Next(rule, attempt, previous, strain, chances[attempt]);
        }
    });

    [Fact]
    public void More_chance_is_never_a_shorter_pause() => Holds.For(Sequences, static sequence =>
    {
        var pauses = sequence.Chances.Order().Select(chance => RetryPause.Next(sequence.Rule, 3, TimeSpan.TicksPerSecond, sequence.Strain, chance)).ToArray();
        pauses.ShouldBe(pauses.Order());
    });

    [Theory]
    [InlineData(RetryBackoff.Exponential, 0, 0, 0.5, 1.5)]
    [InlineData(RetryBackoff.Exponential, 1, 1.5, 0.5, 4.5)]
    [InlineData(RetryBackoff.Exponential, 2, 4.5, 0.5, 13.5)]
    [InlineData(RetryBackoff.Exponential, 9, 20, 0.5, 30)]
    [InlineData(RetryBackoff.Linear, 0, 0, 0.5, 1)]
    [InlineData(RetryBackoff.Linear, 1, 1, 0.5, 1.5)]
    [InlineData(RetryBackoff.Linear, 9, 5, 0.5, 5.5)]
    [InlineData(RetryBackoff.Adaptive, 0, 0, 2, 6)]
    public void Pauses_are_drawn_between_the_base_and_a_bound_that_grows(RetryBackoff backoff, int attempt, double previous, double least, double most)
    {
        var rule = new RetryRule { Backoff = backoff };

        Seconds(RetryPause.Next(rule, attempt, Ticks(previous), strain: 2, 0)).ShouldBe(least);
        Seconds(RetryPause.Next(rule, attempt, Ticks(previous), strain: 2, 1)).ShouldBe(most);
    }

    [Fact]
    public void A_wait_that_was_asked_for_is_never_shortened()
    {
        var rule = new RetryRule();
        RetryPause.After(Ticks(7), rule, 0).ShouldBe(Ticks(7));
        RetryPause.After(Ticks(7), rule, 1).ShouldBe(Ticks(7.5));
    }

    private static long Ticks(double seconds) => TimeSpan.FromSeconds(seconds).Ticks;

    private static double Seconds(long ticks) => TimeSpan.FromTicks(ticks).TotalSeconds;
}
