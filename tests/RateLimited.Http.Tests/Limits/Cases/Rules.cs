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
}

internal static class Rules
{
    /// <summary>All that pass with time.</summary>
    public static readonly Kind[] Timed = [Kind.Sliding, Kind.Bucket, Kind.Aligned, Kind.Midnight, Kind.FirstUse, Kind.Announced];

    public static readonly Kind[] All = [.. Timed, Kind.Concurrency];

    private static readonly TimeZoneInfo Zone = Models.Zones.Find("America/Santiago");

    public static LimitRule Of(Kind kind, Scenario scenario) => kind switch
    {
        Kind.Sliding => new SlidingWindow(scenario.Quota, scenario.Window),
        Kind.Bucket => new TokenBucket(scenario.Quota, scenario.Window, scenario.Burst),
        Kind.Aligned => new FixedWindow(scenario.Quota, scenario.Window),
        Kind.Midnight => new FixedWindow(scenario.Quota, Math.Max(scenario.Window / TimeSpan.TicksPerDay, 1) * TimeSpan.TicksPerDay, zone: Zone),
        Kind.FirstUse => new FixedWindow(scenario.Quota, scenario.Window, WindowAnchor.FirstUse),
        Kind.Announced => new FixedWindow(scenario.Quota, scenario.Window, WindowAnchor.Announced),
        _ => new Concurrency(scenario.Quota),
    };

    /// <summary>Each scenario with each kind.</summary>
    public static Arbitrary<(Kind Kind, Scenario Scenario)> With(Arbitrary<Scenario> scenarios, params Kind[] kinds) => Arb.From(
        from scenario in scenarios.Generator
        from kind in Gen.Elements(kinds)
        select (kind, scenario),
        drawn => scenarios.Shrinker(drawn.Item2).Select(smaller => (drawn.Item1, smaller)));
}
