using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>Reddit: windows of ten minutes, aligned to the clock (1253 of 1288 recorded responses), for each client; what remains with a fraction, and no quota.</summary>
internal static class Reddit
{
    public static Provider Provider { get; } = new("reddit")
    {
        Tiers = [Of("oauth", 1_000), Of("oauth-600", 600), Of("unauthenticated", 100)],
        Headers =
        [
            new("x-ratelimit-remaining", static (_, stated) => Written.Tenths(Says.Left(stated))), new("x-ratelimit-used", Says.Used), new("x-ratelimit-reset", Says.Reset(Written.Seconds)),
            HeaderLine.RetryAfter(Written.Seconds),
        ],
        Refuse = static _ => new Refused(429, """{"message":"Too Many Requests","error":429}"""),
    };

    private static Tier Of(string name, long quota) => new(name, [UpstreamLimit.FixedWindow(quota, FromMinutes(10))]);
}
