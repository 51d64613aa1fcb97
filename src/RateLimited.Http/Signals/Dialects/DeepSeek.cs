namespace RateLimited.Http.Signals.Dialects;

/// <summary>DeepSeek: statuses alone.</summary>
internal static class DeepSeek
{
    public static HeaderDialect Dialect { get; } = new("deepseek");
}
