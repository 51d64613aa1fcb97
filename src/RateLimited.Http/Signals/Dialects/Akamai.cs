namespace RateLimited.Http.Signals.Dialects;

/// <summary>Akamai: when the next request may go, as a date.</summary>
internal static class Akamai
{
    public static HeaderDialect Dialect { get; } = new("akamai")
    {
        Rules =
        [
            new(HeaderField.Limit, "x-ratelimit-limit"),
            new(HeaderField.Remaining, "x-ratelimit-remaining"),
            new(HeaderField.Reset, "x-ratelimit-next", ValueFormat.Date),
        ],
    };
}
