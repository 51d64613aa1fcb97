using RateLimited.Http.Caching.Rules;
using RateLimited.Http.Pipeline;

namespace RateLimited.Http.Caching.Answering;

/// <summary>Reads responses for the rules, and makes one of an answer and its confirmation.</summary>
internal static class ResponseReading
{
    private const string OfTheBody = "Content-";

    /// <summary>What a response says of how it may be kept.</summary>
    public static ResponseFacts FactsOf(HttpResponseMessage response) => ResponseFacts.Read((int)response.StatusCode, [.. Lines(response)]);

    /// <summary>
    /// What a kept answer says once a response with status 304 has confirmed it: the newer lines in place of the older ones, but for those that describe the body, which is the old one. RFC 9111, section 3.2.
    /// </summary>
    public static (KeptHeaders Headers, KeptHeaders ContentHeaders, ResponseFacts Facts) Confirm(KeptHeaders headers, KeptHeaders contentHeaders, int status, HttpResponseMessage confirmation)
    {
        var merged = headers.With(KeptHeaders.Of(confirmation.Headers));
        var mergedContent = contentHeaders.With(KeptHeaders.Of(confirmation.Content.Headers).Where(static name => !name.StartsWith(OfTheBody, StringComparison.OrdinalIgnoreCase)));
        KeyValuePair<string, string>[] age = confirmation.Headers.NonValidated.TryGetValues("Age", out var ages) ? [.. ages.Select(static value => KeyValuePair.Create("Age", value))] : [];
        return (merged, mergedContent, ResponseFacts.Read(status, [.. merged.Lines, .. mergedContent.Lines, .. age]));
    }

    private static IEnumerable<KeyValuePair<string, string>> Lines(HttpResponseMessage response) =>
        from header in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
        from value in header.Value
        select KeyValuePair.Create(header.Key, value);
}
