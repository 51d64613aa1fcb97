using RateLimited.Http.Caching.Rules;
using RateLimited.Http.Pipeline;

namespace RateLimited.Http.Caching.Stored;

/// <summary>What is asked for, and by whom: an answer is given only to requests for the same by the same.</summary>
/// <param name="Resource">The address, whoever asks.</param>
/// <param name="Request">The address, and whatever says who asks.</param>
internal readonly record struct RequestKey(Digest Resource, Digest Request)
{
    /// <summary>
    /// The key of a request to an absolute address. Who asks is the client, the tenant, the partition, and every header that may be a key: nobody can list those that are one.
    /// </summary>
    public static RequestKey Of(string client, HttpRequestMessage request, CacheRules rules)
    {
        var address = AddressOf(request.RequestUri!);
        var said = request.RateLimiting();
        return new RequestKey(Digest.Of([address]), Digest.Of([address, client, said?.Tenant, said?.Partition, rules.Identity?.Invoke(request), .. Identifying(request, rules)]));
    }

    /// <summary>The key of an address as such.</summary>
    public static Digest ResourceOf(Uri address) => Digest.Of([AddressOf(address)]);

    /// <summary>What stands for the values that the request's headers have by which an answer varies.</summary>
    public static Digest VariantOf(HttpRequestMessage request, IReadOnlyList<string> names) => names.Count == 0 ? default : Digest.Of(names.SelectMany(name => new[] { name, ValueOf(request, name) }));

    /// <summary>The values of a header as one, without the space around them; null where there is none.</summary>
    private static string? ValueOf(HttpRequestMessage request, string name) =>
        request.Headers.NonValidated.TryGetValues(name, out var values) ? string.Join(',', values.SelectMany(static value => value.Split(',', StringSplitOptions.TrimEntries))) : null;

    private static string AddressOf(Uri address) => address.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped);

    /// <summary>The names and values of all headers that may say who asks.</summary>
    public static IEnumerable<string?> Identifying(HttpRequestMessage request, CacheRules rules) =>
        from header in request.Headers.NonValidated
        let name = header.Key.ToLowerInvariant()
        where RequestHeaderKinds.MayBeKey(name) && !RequestHeaderKinds.IsNewEachTime(name) && !rules.IgnoredHeaders.Contains(name)
        orderby name
        from text in header.Value.Prepend(name)
        select text;
}
