using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>Envoy: the common names with the third draft's list of windows. The figure is an example.</summary>
internal static class Envoy
{
    public static Provider Provider { get; } = new("envoy")
    {
        Tiers = [new("", [UpstreamLimit.FixedWindow(100, FromMinutes(1))])],
        Headers =
        [
            new("x-ratelimit-limit", static (saying, stated) => string.Join(", ",
                saying.Limits.Select(static one => $"{one.Reading.Quota};w={Written.Seconds(one.Reading.Window)}").Prepend(Written.Whole(stated.Reading.Quota)))),
            new("x-ratelimit-remaining", Says.Remaining), new("x-ratelimit-reset", Says.Reset(Written.Seconds)),
        ],
        Refuse = static _ => new Refused(429, "local_rate_limited", "text/plain"),
    };
}
