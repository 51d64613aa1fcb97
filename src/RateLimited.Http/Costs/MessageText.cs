using System.Globalization;
using System.Net.Http.Headers;

namespace RateLimited.Http.Costs;

/// <summary>What stands in the parts of a message that can tell of its cost, as it is written.</summary>
internal static class MessageText
{
    /// <summary>The value of a header, or null. Of several none is taken.</summary>
    public static string? Header(HttpHeaders own, HttpHeaders? ofContent, string name) =>
        own.NonValidated.TryGetValues(name, out var values) || ofContent?.NonValidated.TryGetValues(name, out values) == true
            ? values.Count == 1 ? values.ToString().Trim() : null
            : null;

    /// <summary>The first value of a parameter of the address, decoded, or null.</summary>
    public static string? Query(Uri? address, string name)
    {
        if (address is null || !address.IsAbsoluteUri)
        {
            return null;
        }

        var query = address.Query.AsSpan().TrimStart('?');
        foreach (var range in query.Split('&'))
        {
            var pair = query[range];
            var equals = pair.IndexOf('=');
            if (equals >= 0 && Uri.UnescapeDataString(pair[..equals]).Equals(name, StringComparison.Ordinal))
            {
                return Uri.UnescapeDataString(pair[(equals + 1)..]);
            }
        }

        return null;
    }

    /// <summary>The length of a body, or null where it is not known.</summary>
    public static string? Length(HttpContent? content) => content is null ? "0" : content.Headers.ContentLength?.ToString(CultureInfo.InvariantCulture);
}
