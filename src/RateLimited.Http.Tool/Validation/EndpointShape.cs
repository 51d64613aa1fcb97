using RateLimited.Http.Tool.Input;

namespace RateLimited.Http.Tool.Validation;

/// <summary>The endpoint that a request of a log was probably for: its path with what looks like an id, a number or a key in braces, as the key of <c>Endpoints</c> would have it.</summary>
internal static class EndpointShape
{
    private const string Id = "{id}";
    private const int ShortestKey = 16;
    private const int MostSegments = 16;

    public static string Of(LogEntry entry)
    {
        if (entry.Path is not { } path)
        {
            return entry.Endpoint ?? "no path";
        }

        var segments = path.Split('/');
        for (var i = 0; i < segments.Length; i++)
        {
            segments[i] = IsId(segments[i]) ? Id : segments[i];
        }

        var shape = segments.Length > MostSegments ? string.Join('/', segments.Take(MostSegments).Append("*")) : string.Join('/', segments);
        return $"{entry.Method ?? "*"} {shape}";
    }

    /// <summary>Numbers, and what is longer than words are and has digits in it: hashes, GUIDs, keys.</summary>
    private static bool IsId(string segment) =>
        segment.Length > 0 && (segment.All(char.IsAsciiDigit) || (segment.Length >= ShortestKey && segment.Any(char.IsAsciiDigit)));
}
