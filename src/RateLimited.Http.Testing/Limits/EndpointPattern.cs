namespace RateLimited.Http.Testing.Limits;

/// <summary>
/// A template of requests, like <c>GET /repos/{owner}/{repo}/*</c>: a method or <c>*</c>, then segments, placeholders, and at the end <c>*</c> for any rest. Not that of the library, which
/// is judged by it.
/// </summary>
internal sealed class EndpointPattern
{
    private readonly string _method;
    private readonly string[] _segments;
    private readonly bool _takesRest;

    private EndpointPattern(string text, string method, string[] segments, bool takesRest) => (Text, _method, _segments, _takesRest) = (text, method, segments, takesRest);

    public string Text { get; }

    /// <exception cref="FormatException">The text is no template.</exception>
    public static EndpointPattern Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        if (space < 1 || space + 1 == text.Length || text[space + 1] != '/')
        {
            throw new FormatException($"'{text}' is no template of requests. One looks like 'GET /search/*' or '* /users/{{id}}'.");
        }

        var segments = Split(text[(space + 1)..]);
        var takesRest = segments is [.., "*"];
        return new EndpointPattern(text, text[..space], takesRest ? segments[..^1] : segments, takesRest);
    }

    /// <summary>Whether a request is one of these, and what stands for the first placeholder.</summary>
    public bool Matches(string method, string path, out string name)
    {
        name = "";
        var segments = Split(path);
        if ((_method != "*" && !string.Equals(_method, method, StringComparison.OrdinalIgnoreCase))
            || (_takesRest ? segments.Length < _segments.Length : segments.Length != _segments.Length))
        {
            return false;
        }

        for (var i = 0; i < _segments.Length; i++)
        {
            if (_segments[i].StartsWith('{'))
            {
                name = name.Length == 0 ? segments[i] : name;
            }
            else if (!string.Equals(_segments[i], segments[i], StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }

    private static string[] Split(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);
}
