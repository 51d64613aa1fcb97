using RateLimited.Http.Testing.Answers;
using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using RateLimited.Http.Testing.Models;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>OpenRouter: free models by the day, of which refusals alone tell, with an epoch in milliseconds. The figure is an example.</summary>
internal static class OpenRouter
{
    public static Provider Provider { get; } = new("openrouter")
    {
        Tiers = [new("", [UpstreamLimit.FixedWindow(50, FromDays(1), WindowAlignment.Clock) with { Name = "free-models-per-day" }])],
        Headers = [OnRefusal("x-ratelimit-limit", Says.Limit), OnRefusal("x-ratelimit-remaining", Says.Remaining), OnRefusal("x-ratelimit-reset", Says.ResetAt(Written.EpochMilliseconds))],
        Refuse = static saying => new Refused(429, $$$"""{"error":{"message":"Rate limit exceeded: {{{saying.Refusal?.Reason}}}. ","code":429}}"""),
        Answer = OpenAIShape.Instance,
    };

    private static HeaderLine OnRefusal(string name, Func<Saying, StatedLimit, string?> text) => new(name, (saying, stated) => saying.IsRefusal ? text(saying, stated) : null);
}
