using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>Hugging Face's hub: windows of 300 s, the eighth draft's items, and a policy that is not well-formed.</summary>
internal static class HuggingFace
{
    public static Provider Provider { get; } = new("huggingface")
    {
        Tiers = [new("", [UpstreamLimit.FixedWindow(1_000, FromSeconds(300)) with { Name = "api" }])],
        Headers =
        [
            new("ratelimit", static (_, stated) => $"\"{stated.Limit.Name}\";r={Says.Left(stated)};t={Written.Seconds(stated.Reading.ResetAfter)}"),
            new("ratelimit-policy", static (_, stated) => $"\"fixed window\";\"{stated.Limit.Name}\";q={stated.Reading.Quota};w={Written.Seconds(stated.Reading.Window)}"),
            HeaderLine.RetryAfter(Written.Seconds),
        ],
        Refuse = static _ => new Refused(429, """{"error":"We had to rate limit you."}"""),
        Answer = Answers.OpenAIShape.Instance,
    };
}
