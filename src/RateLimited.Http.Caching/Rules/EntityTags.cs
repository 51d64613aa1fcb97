namespace RateLimited.Http.Caching.Rules;

/// <summary>Entity tags, strong and weak. RFC 9110, section 8.8.3.</summary>
internal static class EntityTags
{
    private const string Weak = "W/";

    public static bool IsTag(string text)
    {
        var opaque = Opaque(text);
        return opaque.Length >= 2 && opaque[0] == '"' && opaque[^1] == '"' && !opaque[1..^1].ContainsAny('"', '\r', '\n');
    }

    /// <summary>Whether two are the same but for being weak: what a cache that asks whether its answer still holds compares by.</summary>
    public static bool Match(string one, string other) => Opaque(one).SequenceEqual(Opaque(other));

    /// <summary>Whether a list of them, or <c>*</c>, names one.</summary>
    public static bool Names(IEnumerable<string> lines, string tag)
    {
        foreach (var line in lines)
        {
            if (line.AsSpan().Trim() is "*")
            {
                return true;
            }

            for (var rest = line.AsSpan(); Next(ref rest, out var each);)
            {
                if (each.SequenceEqual(Opaque(tag)))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool Next(ref ReadOnlySpan<char> rest, out ReadOnlySpan<char> opaque)
    {
        opaque = default;
        var open = rest.IndexOf('"');
        var close = open < 0 ? -1 : rest[(open + 1)..].IndexOf('"');
        if (close < 0)
        {
            return false;
        }

        opaque = rest.Slice(open, close + 2);
        rest = rest[(open + close + 2)..];
        return true;
    }

    private static ReadOnlySpan<char> Opaque(string tag)
    {
        var text = tag.AsSpan().Trim();
        return text.StartsWith(Weak, StringComparison.Ordinal) ? text[Weak.Length..] : text;
    }
}
