namespace RateLimited.Http.Pipeline;

/// <summary>Copies a request message. The content is shared and not copied: only one of both may be sent at a time.</summary>
internal static class RequestCopy
{
    /// <summary>A message that says the same.</summary>
    public static HttpRequestMessage Of(HttpRequestMessage request) => Of(request, static _ => true);

    /// <summary>A message for another origin: without keys, cookies, or anything that might be one.</summary>
    public static HttpRequestMessage ForOtherOrigin(HttpRequestMessage request) => Of(request, static header => !RequestHeaderKinds.MayBeKey(header));

    private static HttpRequestMessage Of(HttpRequestMessage request, Func<string, bool> may)
    {
        var copy = new HttpRequestMessage(request.Method, request.RequestUri) { Version = request.Version, VersionPolicy = request.VersionPolicy, Content = request.Content };
        foreach (var header in request.Headers.NonValidated)
        {
            if (may(header.Key))
            {
#pragma warning disable RS0030 // They stand on the message that is copied. Validating would lose what its sender wrote wrongly.
                copy.Headers.TryAddWithoutValidation(header.Key, header.Value);
#pragma warning restore RS0030
            }
        }

        foreach (var (key, value) in request.Options)
        {
            ((IDictionary<string, object?>)copy.Options)[key] = value;
        }

        return copy;
    }
}
