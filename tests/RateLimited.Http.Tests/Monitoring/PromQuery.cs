using System.Text.RegularExpressions;

namespace RateLimited.Http.Tests.Monitoring;

/// <summary>What a query in PromQL asks for.</summary>
internal static partial class PromQuery
{
    private static readonly HashSet<string> Words = new(StringComparer.Ordinal) { "and", "or", "unless", "bool", "offset", "by", "without", "on", "ignoring", "group_left", "group_right" };

    /// <summary>The names of its metrics and recorded series.</summary>
    public static IReadOnlyList<string> MetricsOf(string query)
    {
        var bare = Grouping().Replace(Range().Replace(Matchers().Replace(Comment().Replace(query, string.Empty), string.Empty), string.Empty), " ");
        return [.. Name().Matches(bare).Where(match => !Words.Contains(match.Value) && !bare[(match.Index + match.Length)..].TrimStart().StartsWith('(')).Select(static match => match.Value).Distinct(StringComparer.Ordinal)];
    }

    [GeneratedRegex(@"#.*$", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\{[^}]*\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Matchers();

    [GeneratedRegex(@"\[[^\]]*\]|\boffset\s+\w+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Range();

    [GeneratedRegex(@"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Grouping();

    [GeneratedRegex(@"(?<![\w.])[a-zA-Z_:][\w:]*", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();
}
