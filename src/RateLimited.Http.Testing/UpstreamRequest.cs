using System.Collections.Frozen;

namespace RateLimited.Http.Testing;

/// <summary>A request as it arrived at an upstream. Immutable.</summary>
public sealed class UpstreamRequest
{
    private readonly IReadOnlyDictionary<string, string> _headers;

    /// <summary>A request.</summary>
    /// <param name="method">The method.</param>
    /// <param name="address">Path and query.</param>
    /// <param name="headers">The headers, names in any case; of repeated ones the first.</param>
    /// <param name="body">The body, empty without one.</param>
    public UpstreamRequest(string method, string address, IEnumerable<KeyValuePair<string, string>>? headers = null, ReadOnlyMemory<byte> body = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(method);
        ArgumentNullException.ThrowIfNull(address);
        var query = address.IndexOf('?', StringComparison.Ordinal);
        (Method, Path, Query, Body) = (method, query < 0 ? address : address[..query], query < 0 ? "" : address[(query + 1)..], body);
        _headers = (headers ?? []).GroupBy(static header => header.Key, StringComparer.OrdinalIgnoreCase)
            .ToFrozenDictionary(static group => group.Key, static group => group.First().Value, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The method.</summary>
    public string Method { get; }

    /// <summary>The path, as it was sent.</summary>
    public string Path { get; }

    /// <summary>What follows the question mark, as it was sent; empty without one.</summary>
    public string Query { get; }

    /// <summary>The body; empty without one.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>A header's value; null without it.</summary>
    public string? Header(string name) => _headers.GetValueOrDefault(name);

    /// <summary>The value of a parameter of the query, decoded; null without it.</summary>
    public string? Parameter(string name)
    {
        foreach (var pair in Query.Split('&'))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && string.Equals(pair[..equals], name, StringComparison.Ordinal))
            {
                return Uri.UnescapeDataString(pair[(equals + 1)..]);
            }
        }

        return null;
    }

    /// <summary>Method and path: a key may be in the query and is not printed.</summary>
    public override string ToString() => $"{Method} {Path}";
}
