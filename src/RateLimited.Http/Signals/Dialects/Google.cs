namespace RateLimited.Http.Signals.Dialects;

/// <summary>Google's APIs, Gemini and YouTube among them: no headers, the body says it all.</summary>
internal static class Google
{
    public static HeaderDialect Dialect { get; } = new("google");
}
