using System.Buffers;
using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;

namespace RateLimited.Http.Keys;

/// <summary>How a request carries its key: in a header, in the query, or as the program's own delegate does it. Immutable.</summary>
/// <param name="Name">The header's name, or that of the query's parameter.</param>
/// <param name="Form">The value, with <c>{key}</c> where the key stands.</param>
internal sealed record KeyCarrier(string Name, string Form)
{
    /// <summary>Where the key stands in a form.</summary>
    public const string Place = "{key}";

    private const string Authorization = "Authorization";

    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~");

    private static readonly SearchValues<char> ParameterCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~");

    /// <summary>Headers that say where a message goes and how it is cut: a key there would break it.</summary>
    private static readonly FrozenSet<string> Framing = new[]
    {
        "Connection", "Expect", "Host", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>What most upstreams take.</summary>
    public static KeyCarrier Bearer { get; } = new(Authorization, $"Bearer {Place}");

    public bool IsInQuery { get; init; }

    /// <summary>The program's own way; name and form are then empty.</summary>
    public Action<HttpRequestMessage, ApiKey>? Delegate { get; init; }

    public static KeyCarrier Of(Action<HttpRequestMessage, ApiKey> apply) => new(string.Empty, string.Empty) { Delegate = apply };

    /// <summary>Reads <c>Bearer</c>, <c>x-api-key</c>, <c>Authorization: Bot {key}</c> or <c>?key</c>. Never throws.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out KeyCarrier? carrier)
    {
        text = text.Trim();
        if (text.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
        {
            carrier = Bearer;
        }
        else if (text.StartsWith('?'))
        {
            carrier = Query(text[1..]);
        }
        else
        {
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            carrier = colon < 0 ? Header(text, Place) : Header(text[..colon].TrimEnd(), text[(colon + 1)..].TrimStart());
        }

        return carrier is not null;
    }

    /// <summary>Puts a key on a message of our own.</summary>
    /// <param name="copy">A message that nobody else holds: it keeps the key.</param>
    /// <param name="key">The key.</param>
    /// <exception cref="KeyNotCarriedException">The program's delegate failed; what it said is not passed on, for it may hold the key.</exception>
    public void Apply(HttpRequestMessage copy, ApiKey key)
    {
        if (Delegate is not null)
        {
            ApplyDelegate(copy, key);
        }
        else if (IsInQuery)
        {
            copy.RequestUri = WithParameter(copy.RequestUri!, key);
        }
        else
        {
            copy.Headers.Remove(Name);
#pragma warning disable RS0030 // A key holds no line break: it would not be a key. Validating would throw what it could not parse.
            copy.Headers.TryAddWithoutValidation(Name, Form.Replace(Place, key.Reveal(), StringComparison.Ordinal));
#pragma warning restore RS0030
        }
    }

    /// <summary>Takes a key out of a response's headers. An upstream that is asked with one in the query repeats it where it says where to go.</summary>
    public void Scrub(HttpResponseMessage response, ApiKey key)
    {
        if (IsInQuery)
        {
            Scrub(response.Headers, key.Reveal());
            Scrub(response.Content.Headers, key.Reveal());
        }
    }

    private static void Scrub(HttpHeaders headers, string text)
    {
        var escaped = Uri.EscapeDataString(text);
        var telling = headers.NonValidated.Where(header => header.Value.Any(value => value.Contains(text, StringComparison.Ordinal) || value.Contains(escaped, StringComparison.OrdinalIgnoreCase))).ToArray();
        foreach (var (name, values) in telling)
        {
            headers.Remove(name);
#pragma warning disable RS0030 // It came from the upstream as it is, but for the key.
            headers.TryAddWithoutValidation(name, values.Select(value => value.Replace(text, ApiKey.Hidden, StringComparison.Ordinal).Replace(escaped, ApiKey.Hidden, StringComparison.OrdinalIgnoreCase)).ToArray());
#pragma warning restore RS0030
        }
    }

    private void ApplyDelegate(HttpRequestMessage copy, ApiKey key)
    {
        try
        {
            Delegate!(copy, key);
        }
#pragma warning disable CA1031 // Its own exceptions may echo the key, as a FormatException does.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            throw new KeyNotCarriedException($"The delegate that puts keys on requests failed with {exception.GetType().Name}; what it said is not repeated, for it may hold the key.");
        }
    }

    /// <summary>An address without the parameter that holds keys: where an upstream sends us, it may have repeated the one we came with.</summary>
    public Uri Clear(Uri address)
    {
        if (!IsInQuery)
        {
            return address;
        }

        var others = OtherParameters(address).ToArray();
        return string.Join('&', others).Length == address.GetComponents(UriComponents.Query, UriFormat.UriEscaped).Length ? address : new UriBuilder(address) { Query = string.Join('&', others) }.Uri;
    }

    /// <summary>With the parameter in place of any of its name.</summary>
    private Uri WithParameter(Uri address, ApiKey key) => new UriBuilder(address)
    {
        Query = string.Join('&', OtherParameters(address).Append($"{Name}={Uri.EscapeDataString(Form.Replace(Place, key.Reveal(), StringComparison.Ordinal))}")),
    }.Uri;

    private IEnumerable<string> OtherParameters(Uri address) => address.GetComponents(UriComponents.Query, UriFormat.UriEscaped)
        .Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Where(part => !Uri.UnescapeDataString(part.Split('=', 2)[0]).Equals(Name, StringComparison.Ordinal));

    private static KeyCarrier? Query(string name) => name.Length > 0 && !name.AsSpan().ContainsAnyExcept(ParameterCharacters) ? new KeyCarrier(name, Place) { IsInQuery = true } : null;

    private static KeyCarrier? Header(string name, string form) =>
        name.Length > 0 && !name.AsSpan().ContainsAnyExcept(TokenCharacters) && !Framing.Contains(name) && !name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase)
        && !form.AsSpan().ContainsAnyExceptInRange(' ', '~') && form.Split(Place).Length == 2
            ? new KeyCarrier(name, form)
            : null;
}
