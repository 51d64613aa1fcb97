namespace RateLimited.Http.Signals.Dialects;

/// <summary>Stripe: whether to retry, and why it refused.</summary>
internal static class Stripe
{
    public static HeaderDialect Dialect { get; } = new("stripe")
    {
        Rules =
        [
            new(HeaderField.ShouldRetry, "stripe-should-retry"),
            new(HeaderField.Reason, "stripe-rate-limited-reason"),
        ],
    };
}
