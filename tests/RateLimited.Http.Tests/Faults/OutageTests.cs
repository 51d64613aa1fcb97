using RateLimited.Http.Resilience;

namespace RateLimited.Http.Tests.Faults;

/// <summary>What comes to an upstream that is down, what when it is back, and how long until everybody is served as before.</summary>
public sealed class OutageTests(ITestOutputHelper output)
{
    /// <summary>By what the upstream is spared, how it fails (0 for without an answer), how much may come while it is down in all, and how long it may take until all are served again, in seconds.</summary>
    public static TheoryData<bool, bool, bool, int, int, int> Ways => new()
    {
        { true, true, true, 503, 1_700, 30 }, { true, true, false, 503, 1_700, 30 }, { true, true, true, 0, 1_700, 30 },
        { true, false, true, 503, 1_700, 30 }, { false, true, true, 503, 5_000, 30 },

        // Of refusals without a word of how long it is the limits' pauses that double, to 64 s.
        { true, true, true, 429, 100, 75 },
    };

    [Theory]
    [Fault("H01")]
    [Fault("P14")]
    [MemberData(nameof(Ways))]
    public void H01_an_outage_meets_no_storm_and_ends_for_all_soon_after_it_ends(bool hasBreaker, bool hasThrottle, bool hasLimit, int status, int comes, int recovers)
    {
        var rule = new ResilienceRule { TotalTimeout = TimeSpan.FromSeconds(30), Retry = new RetryRule(), Breaker = hasBreaker ? new BreakerRule() : null };
        using var loop = new OutageLoop(rule, hasThrottle, hasLimit, status).Run();
        var (came, served, repeated) = (loop.Came, loop.Served, loop.Repeated);
        var recovered = Enumerable.Range(OutageLoop.Back, OutageLoop.End - OutageLoop.Back - 5).FirstOrDefault(second => served[second..(second + 5)].Sum() >= 5 * OutageLoop.Capacity * 8 / 10, OutageLoop.End) - OutageLoop.Back;
        var report = FormattableString.Invariant($"circuit {hasBreaker}, throttle {hasThrottle}, limit {hasLimit}, {status}: {came[OutageLoop.Down..OutageLoop.Back].Sum()} came while it was down, ")
            + FormattableString.Invariant($"{came[(OutageLoop.Down + 60)..OutageLoop.Back].Sum()} of these in the second minute, {repeated.Sum()} repeats in all, at most {came[OutageLoop.Back..].Max()} a second after it, all served {recovered} s after it");
        output.WriteLine(report);
        report += $"; came {string.Join(' ', came)}; served {string.Join(' ', served)}";

        served[10..OutageLoop.Down].Sum().ShouldBeGreaterThan((OutageLoop.Down - 10) * OutageLoop.Capacity * 9 / 10, report);

        // 12 000 would come in two minutes to an upstream that is well.
        came[OutageLoop.Down..OutageLoop.Back].Sum().ShouldBeLessThan(comes, report);
        came[(OutageLoop.Down + 60)..OutageLoop.Back].Sum().ShouldBeLessThan(150, report);
        (repeated[OutageLoop.Down..OutageLoop.Back].Sum() * 10).ShouldBeLessThan(came[OutageLoop.Down..OutageLoop.Back].Sum() + (10 * 10 * (OutageLoop.Back - OutageLoop.Down) / 10), "a tenth, and the floor of ten in ten seconds");

        came[OutageLoop.Back..].Max().ShouldBeLessThanOrEqualTo(hasLimit ? OutageLoop.Capacity + 1 : OutageLoop.Capacity * 2, report);
        recovered.ShouldBeLessThanOrEqualTo(recovers, report);
    }
}
