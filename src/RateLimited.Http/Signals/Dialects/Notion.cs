namespace RateLimited.Http.Signals.Dialects;

/// <summary>Notion: Retry-After, and the reason in the body.</summary>
internal static class Notion
{
    public static HeaderDialect Dialect { get; } = new("notion");
}
