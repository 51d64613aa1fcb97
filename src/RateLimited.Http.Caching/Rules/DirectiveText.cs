namespace RateLimited.Http.Caching.Rules;

/// <summary>Takes one directive after the other from a line: names with or without a value, which is a token or stands in quotes.</summary>
internal static class DirectiveText
{
    /// <summary>No known name is as long.</summary>
    public const int LongestName = 64;

    /// <summary>Takes the next directive; false where there is none.</summary>
    /// <param name="rest">What is left of the line.</param>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value without quotes; empty for none.</param>
    /// <param name="isBroken">Whether it has a quote that is never closed.</param>
    public static bool Next(ref ReadOnlySpan<char> rest, out ReadOnlySpan<char> name, out ReadOnlySpan<char> value, out bool isBroken)
    {
        name = value = default;
        isBroken = false;
        rest = rest.TrimStart(", \t");
        if (rest.IsEmpty)
        {
            return false;
        }

        var end = rest.IndexOfAny(',', '=');
        name = (end < 0 ? rest : rest[..end]).Trim();
        if (end < 0 || rest[end] == ',')
        {
            rest = end < 0 ? default : rest[(end + 1)..];
            return true;
        }

        rest = rest[(end + 1)..].TrimStart();
        if (rest.IsEmpty || rest[0] != '"')
        {
            var comma = rest.IndexOf(',');
            value = (comma < 0 ? rest : rest[..comma]).Trim();
            rest = comma < 0 ? default : rest[(comma + 1)..];
            return true;
        }

        var close = Close(rest);
        isBroken = close < 0;
        value = isBroken ? default : rest[1..close];
        rest = isBroken ? default : rest[(close + 1)..];
        return true;
    }

    /// <summary>Where the quote that begins a text is closed; a backslash takes what follows it along.</summary>
    private static int Close(ReadOnlySpan<char> text)
    {
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == '"')
            {
                return i;
            }
        }

        return -1;
    }
}
