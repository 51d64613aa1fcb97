using RateLimited.Http.Testing.Answers;
using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using RateLimited.Http.Testing.Models;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>Together: the common names, with a wait in seconds. The figures are those of a recorded response.</summary>
internal static class Together
{
    public static Provider Provider { get; } = new("together")
    {
        Tiers = [new("", [UpstreamLimit.FixedWindow(2, FromSeconds(2), WindowAlignment.FirstUse)])],
        Headers = [.. HeaderLine.Triple("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", Says.Reset(Written.Seconds))],
        Refuse = static _ => new Refused(429, """{"error":{"message":"You have been rate limited.","type":"rate_limit","param":null,"code":"rate_limit"}}"""),
        Answer = OpenAIShape.Instance,
    };
}
