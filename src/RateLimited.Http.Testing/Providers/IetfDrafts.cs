using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>The IETF's drafts: three headers (03), policies beside them (05 and 06), a dictionary (07), structured lists (08 and later). The figures are an example.</summary>
internal static class IetfDrafts
{
    private static readonly Tier[] Tiers =
    [
        new("", [UpstreamLimit.FixedWindow(100, FromMinutes(1)) with { Name = "burst" }, UpstreamLimit.FixedWindow(5_000, FromHours(1)) with { Name = "hourly" }]),
    ];

    /// <summary>The newest.</summary>
    public static Provider Structured { get; } = new("ietf")
    {
        Tiers = Tiers,
        Headers =
        [
            HeaderLine.OfResponse("ratelimit-policy", static saying => Each(saying, static one => $"\"{one.Limit.Name}\";q={one.Reading.Quota};w={Written.Seconds(one.Reading.Window)}")),
            new("ratelimit", static (_, one) => $"\"{one.Limit.Name}\";r={Says.Left(one)};t={Written.Seconds(one.Reading.ResetAfter)}"),
            HeaderLine.RetryAfter(Written.Seconds),
        ],
        Refuse = static saying => new Refused(429,
            $$"""{"type":"https://iana.org/assignments/http-problem-types#quota-exceeded","title":"Request cannot be satisfied as assigned quota has been exceeded","violated-policies":["{{saying.Refusal?.Reason}}"]}""",
            "application/problem+json"),
    };

    public static Provider Draft07 { get; } = new("ietf-07")
    {
        Tiers = Tiers,
        Headers =
        [
            HeaderLine.OfResponse("ratelimit-policy", Windows),
            new("ratelimit", static (_, one) => $"limit={one.Reading.Quota}, remaining={Says.Left(one)}, reset={Written.Seconds(one.Reading.ResetAfter)}"),
            HeaderLine.RetryAfter(Written.Seconds),
        ],
    };

    public static Provider Draft06 { get; } = new("ietf-06")
    {
        Tiers = Tiers,
        Headers =
        [
            .. HeaderLine.Triple("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", Says.Reset(Written.Seconds)),
            HeaderLine.OfResponse("ratelimit-policy", Windows),
            HeaderLine.RetryAfter(Written.Seconds),
        ],
    };

    public static Provider Draft03 { get; } = new("ietf-03")
    {
        Tiers = Tiers,
        Headers = [.. HeaderLine.Triple("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", Says.Reset(Written.Seconds)), HeaderLine.RetryAfter(Written.Seconds)],
        Oddities = Oddities.DatedRetryAfter,
    };

    private static string? Windows(Saying saying) => Each(saying, static one => $"{one.Reading.Quota};w={Written.Seconds(one.Reading.Window)}");

    private static string? Each(Saying saying, Func<StatedLimit, string> write) => saying.Limits.Count > 0 ? string.Join(", ", saying.Limits.Select(write)) : null;
}
