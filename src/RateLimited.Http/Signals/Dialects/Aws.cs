namespace RateLimited.Http.Signals.Dialects;

/// <summary>Amazon's services, Bedrock among them: no headers but the name of the error, with any of three statuses.</summary>
internal static class Aws
{
    public static HeaderDialect Dialect { get; } = new("aws");
}
