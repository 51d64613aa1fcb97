using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace RateLimited.Http.Pipeline;

/// <summary>One endpoint's method and path, such as <c>GET /repos/{owner}/{repo}/*</c>. Immutable.</summary>
internal sealed class EndpointTemplate
{
    private const string AnyMethod = "*";

    private static readonly SearchValues<char> MethodCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_");

    private static readonly SearchValues<char> OutsidePaths = SearchValues.Create("?# \t\r\n\\");

    private static readonly string[] KnownMethods = [AnyMethod, "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "QUERY"];

    private readonly string _method;
    private readonly Segment[] _segments;

    private EndpointTemplate(string text, string method, Segment[] segments)
    {
        Text = text;
        _method = method;
        _segments = segments;
    }

    // In the order of precedence: of two templates that match one path, the one with the lower kind where they first differ is the more specific.
    private enum SegmentKind
    {
        Literal,
        End,
        Parameter,
        Rest,
    }

    /// <summary>The more specific one comes first: a literal before a parameter before the rest, from left to right, then a method before any method.</summary>
    public static Comparer<EndpointTemplate> BySpecificity { get; } = Comparer<EndpointTemplate>.Create(CompareSpecificity);

    /// <summary>The template as configured: the endpoint's key.</summary>
    public string Text { get; }

    private bool HasAnyMethod => string.Equals(_method, AnyMethod, StringComparison.Ordinal);

    /// <summary>Reads a key of <c>Endpoints</c>. A plain name is right too and has no template.</summary>
    public static bool TryParse(string text, out EndpointTemplate? template, [NotNullWhen(false)] out string? fault)
    {
        template = null;
        fault = null;
        if (string.IsNullOrWhiteSpace(text))
        {
            fault = "An endpoint needs a template such as 'GET /repos/{owner}/*', or a name.";
            return false;
        }

        var space = text.IndexOf(' ', StringComparison.Ordinal);
        var method = space < 0 ? string.Empty : text[..space];
        var path = space < 0 ? text : text[(space + 1)..];
        if (!path.StartsWith('/'))
        {
            // 'GET repos' is a template with a mistake in it; 'bulk upload' is a name.
            fault = KnownMethods.Contains(method, StringComparer.OrdinalIgnoreCase) ? $"The path of '{text}' must begin with '/', without scheme and host." : null;
            return fault is null;
        }

        var isMethod = string.Equals(method, AnyMethod, StringComparison.Ordinal) || (method.Length > 0 && !method.AsSpan().ContainsAnyExcept(MethodCharacters));
        fault = isMethod ? FaultOf(text, path) : $"'{text}' must begin with a method or '*' and one space, such as 'GET {path.TrimStart()}'.";
        if (fault is null)
        {
            template = new EndpointTemplate(text, method, Array.ConvertAll(SegmentsOf(path), Segment.Of));
        }

        return fault is null;
    }

    /// <summary>Whether a request is one of this endpoint. Allocates nothing.</summary>
    public bool Matches(string method, ReadOnlySpan<char> path)
    {
        if (!HasAnyMethod && !string.Equals(_method, method, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var rest = Trimmed(path);
        foreach (var segment in _segments)
        {
            if (segment.Kind == SegmentKind.Rest)
            {
                return true;
            }

            if (rest.IsEmpty)
            {
                return false;
            }

            rest = rest[1..];
            var end = rest.IndexOf('/');
            var part = end < 0 ? rest : rest[..end];
            if (!segment.Matches(part))
            {
                return false;
            }

            rest = rest[part.Length..];
        }

        return rest.IsEmpty;
    }

    /// <summary>Whether this one matches every request that another matches.</summary>
    public bool Covers(EndpointTemplate other)
    {
        if (!HasAnyMethod && (other.HasAnyMethod || !string.Equals(_method, other._method, StringComparison.OrdinalIgnoreCase)))
        {
            return false;
        }

        for (var i = 0; ; i++)
        {
            var (own, its) = (KindAt(i), other.KindAt(i));
            if (own == SegmentKind.Rest || (own == SegmentKind.End && its == SegmentKind.End))
            {
                return true;
            }

            var covers = own switch
            {
                SegmentKind.Literal => its == SegmentKind.Literal && _segments[i].Literal.AsSpan().SequenceEqual(other._segments[i].Literal),
                SegmentKind.Parameter => its is SegmentKind.Literal or SegmentKind.Parameter,
                _ => false,
            };
            if (!covers)
            {
                return false;
            }
        }
    }

    private static int CompareSpecificity(EndpointTemplate one, EndpointTemplate other)
    {
        for (var i = 0; i < Math.Max(one._segments.Length, other._segments.Length); i++)
        {
            var byKind = one.KindAt(i).CompareTo(other.KindAt(i));
            if (byKind != 0)
            {
                return byKind;
            }
        }

        return one.HasAnyMethod.CompareTo(other.HasAnyMethod);
    }

    private static string? FaultOf(string text, string path)
    {
        if (path.AsSpan().ContainsAny(OutsidePaths))
        {
            return $"The path of '{text}' must have no query, no fragment, no backslash and no white space.";
        }

        var segments = SegmentsOf(path);
        for (var i = 0; i < segments.Length; i++)
        {
            var segment = segments[i];
            if (segment.Length == 0)
            {
                return $"'{text}' has an empty segment.";
            }

            if (segment is "." or "..")
            {
                return $"'{text}' has a segment '{segment}', which no request has: paths are resolved before they are sent.";
            }

            if (segment.Contains('*', StringComparison.Ordinal) && (segment.Length > 1 || i < segments.Length - 1))
            {
                return $"'{text}' may have '*' only as its whole last segment, for all that follows. Write '{{name}}' for one segment.";
            }

            if (segment.AsSpan().ContainsAny('{', '}') && !IsParameter(segment))
            {
                return $"'{text}' may have a parameter only as a whole segment, such as '{{name}}', not '{segment}'.";
            }
        }

        return null;
    }

    private static bool IsParameter(string segment) =>
        segment.Length > 2 && segment[0] == '{' && segment[^1] == '}' && !segment.AsSpan(1, segment.Length - 2).ContainsAny('{', '}');

    private static string[] SegmentsOf(string path) => Trimmed(path) is { IsEmpty: false } trimmed ? trimmed[1..].ToString().Split('/') : [];

    // Upstreams take '/a/' for '/a' or know only one of them; no two endpoints with limits of their own differ by it.
    private static ReadOnlySpan<char> Trimmed(ReadOnlySpan<char> path) => path.EndsWith("/", StringComparison.Ordinal) ? path[..^1] : path;

    private SegmentKind KindAt(int index) => index < _segments.Length ? _segments[index].Kind : SegmentKind.End;

    private readonly record struct Segment(SegmentKind Kind, byte[] Literal)
    {
        public static Segment Of(string text) => text switch
        {
            "*" => new Segment(SegmentKind.Rest, []),
            _ when IsParameter(text) => new Segment(SegmentKind.Parameter, []),

            // Split first and decoded after: an encoded slash is a character of its segment and never parts two.
            _ => new Segment(SegmentKind.Literal, Encoding.UTF8.GetBytes(Uri.UnescapeDataString(text))),
        };

        public bool Matches(ReadOnlySpan<char> part) => Kind == SegmentKind.Parameter ? part.Length > 0 : IsLiteral(part);

        // The characters of a path are ASCII; all others come percent-encoded as UTF-8.
        private bool IsLiteral(ReadOnlySpan<char> part)
        {
            var at = 0;
            for (var i = 0; i < part.Length; i++, at++)
            {
                var value = (int)part[i];
                if (value == '%' && i + 2 < part.Length && char.IsAsciiHexDigit(part[i + 1]) && char.IsAsciiHexDigit(part[i + 2]))
                {
                    value = (Hex(part[i + 1]) << 4) | Hex(part[i + 2]);
                    i += 2;
                }

                if (at == Literal.Length || Literal[at] != value)
                {
                    return false;
                }
            }

            return at == Literal.Length;
        }

        private static int Hex(char digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
    }
}
