namespace RateLimited.Http.Testing.Exchanges;

/// <summary>Where requests carry their API key, as the providers have it.</summary>
internal static class ApiKeys
{
    private static readonly string[] Headers = ["x-api-key", "api-key", "x-goog-api-key", "private-token", "x-shopify-access-token", "authorization"];

    /// <summary>The key; of <c>Authorization</c> what stands behind the scheme. Empty without one.</summary>
    public static string Of(UpstreamRequest request)
    {
        foreach (var header in Headers)
        {
            if (request.Header(header) is { Length: > 0 } value)
            {
                return value[(value.LastIndexOf(' ') + 1)..];
            }
        }

        return request.Parameter("key") ?? "";
    }
}
