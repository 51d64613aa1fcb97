using RateLimited.Http.Testing.Answers;
using RateLimited.Http.Testing.Limits;

namespace RateLimited.Http.Testing.Providers;

/// <summary>DeepSeek: statuses alone. What it limits is not known; the figure is an example.</summary>
internal static class DeepSeek
{
    public static Provider Provider { get; } = new("deepseek")
    {
        Tiers = [new("", [UpstreamLimit.Concurrency(60)])],
        Refuse = static _ => new Refused(429, """{"error":{"message":"Rate limit reached","type":"rate_limit_error","param":null,"code":"rate_limit_exceeded"}}"""),
        Answer = OpenAIShape.Instance,
    };
}
