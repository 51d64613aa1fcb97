namespace RateLimited.Http.Pipeline;

/// <summary>Sends a request to another client instead: to its base address, with its own headers and keys, through its own handlers and limits.</summary>
internal static class FallbackClient
{
    private static readonly HttpRequestOptionsKey<bool> Marker = new("RateLimited.Http.IsFallback");

    /// <summary>Whether a request is one that another client sent here. It goes no further, or two clients that stand in for each other would never end.</summary>
    public static bool IsFallback(HttpRequestMessage request) => request.Options.TryGetValue(Marker, out var isFallback) && isFallback;

    /// <summary>The request as the other client sends it: with the same path and query below its base address if it has one, and without whatever might be a key of ours.</summary>
    public static HttpRequestMessage RequestFor(HttpRequestMessage request, Uri? baseAddress)
    {
        var copy = RequestCopy.ForOtherOrigin(request);
        ResponseVerdicts.Forget(copy);
        copy.Options.Set(Marker, value: true);
        if (baseAddress is not null && request.RequestUri is { IsAbsoluteUri: true } address)
        {
            // Escaped as it came: an encoded slash must not become one.
            var path = address.GetComponents(UriComponents.PathAndQuery, UriFormat.UriEscaped).TrimStart('/');
            copy.RequestUri = new Uri($"{baseAddress.GetLeftPart(UriPartial.Path).TrimEnd('/')}/{path}");
        }

        return copy;
    }
}
