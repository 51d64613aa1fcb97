using RateLimited.Http.Pipeline;

namespace RateLimited.Http.Tool.Input;

/// <summary>Which configured endpoint a request of a log was for: the one that it names, or the one whose template its method and path match.</summary>
internal static class LogRouting
{
    private const string AnyHost = "http://log";

    public static string? EndpointOf(EndpointRouter router, LogEntry entry) =>
        entry.Endpoint is { } named ? named
        : entry is { Method: { } method, Path: { } path } && UriOf(path) is { } uri && IsToken(method) ? router.Match(new HttpMethod(method), uri)
        : null;

    private static Uri? UriOf(string path) => Uri.TryCreate(path.StartsWith('/') ? AnyHost + path : $"{AnyHost}/{path}", UriKind.Absolute, out var uri) ? uri : null;

    /// <summary>Anything else is no method, and refused by <see cref="HttpMethod"/>.</summary>
    private static bool IsToken(string method) => method.Length is > 0 and <= 32 && method.All(char.IsAsciiLetterUpper);
}
