using System.Net.Http.Headers;

namespace RateLimited.Http.Testing.Exchanges;

/// <summary>Response headers as they come off a wire, well-formed or not.</summary>
internal static class RawHeaders
{
    /// <summary>Adds what a connection could have carried; a line break could not.</summary>
    public static void Add(HttpHeaders headers, string name, string value)
    {
        if (value.AsSpan().ContainsAny('\r', '\n'))
        {
            throw new ArgumentException($"The header {name} has a line break, which no connection carries.", nameof(value));
        }

#pragma warning disable RS0030 // What it is banned for was just refused, and hostile headers are the point.
        headers.TryAddWithoutValidation(name, value);
#pragma warning restore RS0030
    }
}
