namespace RateLimited.Http.Signals.Dialects;

/// <summary>The IETF drafts: three headers with lists (03 to 06), a dictionary (07), structured lists of policies (08 and later).</summary>
internal static class IetfDrafts
{
    public static HeaderDialect Dialect { get; } = new("ietf")
    {
        Rules =
        [
            .. HeaderDialect.Triple("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"),
            new(HeaderField.Policies, "ratelimit-policy"),
            new(HeaderField.Items, "ratelimit"),
        ],
    };
}
