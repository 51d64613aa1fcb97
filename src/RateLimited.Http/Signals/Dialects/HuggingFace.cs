namespace RateLimited.Http.Signals.Dialects;

/// <summary>HuggingFace: the eighth draft with a policy that is not well-formed, whose second string is its name.</summary>
internal static class HuggingFace
{
    public static HeaderDialect Dialect { get; } = new("huggingface")
    {
        Rules =
        [
            new(HeaderField.Policies, "ratelimit-policy"),
            new(HeaderField.Items, "ratelimit"),
        ],
    };
}
