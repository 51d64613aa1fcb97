using System.Threading.RateLimiting;

namespace Quickstart.Clients;

/// <summary>For each upstream the limiter of System.Threading.RateLimiting that is named like it, with the upstream's own figures and room in line for every caller.</summary>
internal static class BclLimiters
{
    private const int Quota = 100;
    private const int QueueLimit = 10_000;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(2);

    public static RateLimiter For(string upstream) => upstream switch
    {
        "sliding" => new SlidingWindowRateLimiter(new() { PermitLimit = Quota, Window = Window, SegmentsPerWindow = 10, QueueLimit = QueueLimit }),
        "fixed" => new FixedWindowRateLimiter(new() { PermitLimit = Quota, Window = Window, QueueLimit = QueueLimit }),
        "token-bucket" => new TokenBucketRateLimiter(new()
        {
            TokenLimit = Quota,
            TokensPerPeriod = Quota / 20,
            ReplenishmentPeriod = Window / 20,
            QueueLimit = QueueLimit,
        }),
        "concurrency" => new ConcurrencyLimiter(new() { PermitLimit = 10, QueueLimit = QueueLimit }),
        _ => throw new ArgumentOutOfRangeException(nameof(upstream), upstream, "There is no such upstream."),
    };
}
