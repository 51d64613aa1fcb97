namespace RateLimited.Http.Signals.Dialects;

/// <summary>Mistral: the window is in the name, and no reset is sent.</summary>
internal static class Mistral
{
    public static HeaderDialect Dialect { get; } = new("mistral")
    {
        Rules =
        [
            new(HeaderField.Limit, "x-ratelimit-limit-{limit}"),
            new(HeaderField.Remaining, "x-ratelimit-remaining-{limit}"),
            new(HeaderField.Cost, "x-ratelimit-tokens-query-cost") { Unit = "tokens" },
        ],
    };
}
