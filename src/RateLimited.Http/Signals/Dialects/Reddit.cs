namespace RateLimited.Http.Signals.Dialects;

/// <summary>Reddit: remaining as a fraction, used, a wait; the quota is their sum. What is posted too often is answered with success and RATELIMIT in the body.</summary>
internal static class Reddit
{
    public static HeaderDialect Dialect { get; } = new("reddit")
    {
        Rules =
        [
            new(HeaderField.Remaining, "x-ratelimit-remaining"),
            new(HeaderField.Used, "x-ratelimit-used"),
            new(HeaderField.Reset, "x-ratelimit-reset", ValueFormat.Seconds),
        ],
        RefusesWritesWithSuccess = true,
    };
}
