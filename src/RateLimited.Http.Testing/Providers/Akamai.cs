using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>Akamai: when the next request may go, as a date, once nothing remains. The figure is an example.</summary>
internal static class Akamai
{
    public static Provider Provider { get; } = new("akamai")
    {
        Tiers = [new("", [UpstreamLimit.FixedWindow(60, FromMinutes(1))])],
        Headers =
        [
            new("x-ratelimit-limit", Says.Limit), new("x-ratelimit-remaining", Says.Remaining),
            new("x-ratelimit-next", static (saying, stated) => Says.Left(stated) > 0 ? null : Written.Rfc3339(Says.Instant(saying, stated.Reading.ResetAfter) + FromSeconds(1))),
        ],
    };
}
