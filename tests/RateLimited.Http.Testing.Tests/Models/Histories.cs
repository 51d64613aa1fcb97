using RateLimited.Http.Testing.Models;

namespace RateLimited.Http.Testing.Tests.Models;

/// <summary>What comes to an upstream, from a seed.</summary>
internal static class Histories
{
    public const long Quota = 7;
    public static readonly TimeSpan Window = TimeSpan.FromMilliseconds(200);
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, 130, TimeSpan.Zero);

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 100)];

    public static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    public static ArrivalTime At(TimeSpan elapsed) => new(elapsed, Start + elapsed - DateTimeOffset.UnixEpoch);

    /// <summary>Bursts and pauses, some of them a window long to the tick; most requests cost one, some more, a few more than the quota.</summary>
    public static IEnumerable<(TimeSpan At, long Amount)> Random(int seed)
    {
        var random = new Random(seed);
        var at = TimeSpan.Zero;
        for (var arrival = 0; arrival < 400; arrival++)
        {
            yield return (at, random.Next(10) < 7 ? 1 : random.Next(1, (int)Quota + 2));
            at += random.Next(12) switch
            {
                < 5 => TimeSpan.Zero,
                < 8 => TimeSpan.FromTicks(random.Next(20)),
                < 10 => random.NextDouble() * Window / 5,
                10 => Window / Quota,
                _ => random.Next(8) == 0 ? Window : random.NextDouble() * Window,
            };
        }
    }
}
