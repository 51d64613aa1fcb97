using System.Diagnostics.CodeAnalysis;

namespace RateLimited.Http.Keys;

/// <summary>An origin that keys belong to: scheme, host and port, as in <c>https://api.openai.com</c>. Immutable.</summary>
internal sealed record KeyOrigin
{
    private readonly string _scheme;
    private readonly string _host;
    private readonly int _port;

    private KeyOrigin(Uri address) => (_scheme, _host, _port) = (address.Scheme, address.IdnHost, address.Port);

    /// <summary>The origin of an address; null where that is none of HTTP.</summary>
    public static KeyOrigin? Of(Uri? address) => address is { IsAbsoluteUri: true } && IsHttp(address) ? new KeyOrigin(address) : null;

    /// <summary>Reads an origin: an address without a path, a query, or a user. Never throws.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out KeyOrigin? origin)
    {
        origin = Uri.TryCreate(text.Trim(), UriKind.Absolute, out var address) && address is { UserInfo: "", AbsolutePath: "/", Query: "", Fragment: "" } ? Of(address) : null;
        return origin is not null;
    }

    /// <summary>Whether an address lies there.</summary>
    public bool Contains(Uri? address) =>
        address is { IsAbsoluteUri: true } && address.Port == _port && address.Scheme == _scheme && string.Equals(address.IdnHost, _host, StringComparison.OrdinalIgnoreCase);

    public override string ToString() => _host.Contains(':', StringComparison.Ordinal) ? $"{_scheme}://[{_host}]:{_port}" : $"{_scheme}://{_host}:{_port}";

    private static bool IsHttp(Uri address) => address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps;
}
