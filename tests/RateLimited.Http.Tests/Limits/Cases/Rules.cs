using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Tests.Limits.Cases;

/// <summary>A rule of each kind with a scenario's figures.</summary>
internal enum Kind
{
    Sliding,
    Bucket,
    Aligned,
    Midnight,
    FirstUse,
    Announced,
    Concurrency,
    Paced,
    PacedMidnight,
    PacedFirstUse,
}

internal static class Rules
{
    /// <summary>All that pass with time.</summary>
    public static readonly Kind[] Timed = [Kind.Sliding, Kind.Bucket, Kind.Aligned, Kind.Midnight, Kind.FirstUse, Kind.Announced];

    public static readonly Kind[] All = [.. Timed, Kind.Concurrency];

    /// <summary>All that spread their quota over their window.</summary>
    public static readonly Kind[] Paced = [Kind.Paced, Kind.PacedMidnight, Kind.PacedFirstUse];

    /// <summary>Some hours have a thousand times as much as others.</summary>
    public static readonly WeekShape Uneven = new([.. Enumerable.Range(0, WeekShape.Hours).Select(static hour => 1 + (hour * 739 % WeekShape.Largest))]);

    private static readonly TimeZoneInfo Zone = Models.Zones.Find("America/Santiago");

    public static LimitRule Of(Kind kind, Scenario scenario) => kind switch
    {
        Kind.Sliding => new SlidingWindow(scenario.Quota, scenario.Window),
        Kind.Bucket => new TokenBucket(scenario.Quota, scenario.Window, scenario.Burst),
        Kind.Aligned => new FixedWindow(scenario.Quota, scenario.Window),
        Kind.Midnight => new FixedWindow(scenario.Quota, Math.Max(scenario.Window / TimeSpan.TicksPerDay, 1) * TimeSpan.TicksPerDay, zone: Zone),
        Kind.FirstUse => new FixedWindow(scenario.Quota, scenario.Window, WindowAnchor.FirstUse),
        Kind.Announced => new FixedWindow(scenario.Quota, scenario.Window, WindowAnchor.Announced),
        Kind.Paced => new PacedWindow((FixedWindow)Of(Kind.Aligned, scenario), Math.Min(scenario.Burst, scenario.Quota), WeekShape.Even),
        Kind.PacedMidnight => new PacedWindow((FixedWindow)Of(Kind.Midnight, scenario), Math.Min(scenario.Burst, scenario.Quota), Uneven),
        Kind.PacedFirstUse => new PacedWindow((FixedWindow)Of(Kind.FirstUse, scenario), Math.Min(scenario.Burst, scenario.Quota), Uneven),
        _ => new Concurrency(scenario.Quota),
    };

    /// <summary>Each scenario with each kind.</summary>
    public static Arbitrary<(Kind Kind, Scenario Scenario)> With(Arbitrary<Scenario> scenarios, params Kind[] kinds) => Arb.From(
        from scenario in scenarios.Generator
        from kind in Gen.Elements(kinds)
        select (kind, scenario),
        drawn => scenarios.Shrinker(drawn.Item2).Select(smaller => (drawn.Item1, smaller)));
}
