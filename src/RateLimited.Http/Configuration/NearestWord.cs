namespace RateLimited.Http.Configuration;

/// <summary>The known word that somebody probably meant.</summary>
internal static class NearestWord
{
    /// <summary>A word further away than this share of its length is another word.</summary>
    private const int LettersPerSlip = 3;

    /// <summary>What would be right in place of a word that is not known.</summary>
    public static string OfKnown(string word, IEnumerable<string> known)
    {
        var names = known.Order(StringComparer.Ordinal).ToArray();
        var list = string.Join(", ", names);
        return To(word, names) is { } near ? $"perhaps '{near}'; known here are {list}" : $"one of {list}";
    }

    public static string? To(string word, IEnumerable<string> known)
    {
        string? nearest = null;
        var best = int.MaxValue;
        foreach (var candidate in known)
        {
            var distance = Math.Abs(candidate.Length - word.Length) > candidate.Length ? int.MaxValue : Distance(word.ToUpperInvariant(), candidate.ToUpperInvariant());
            if (distance < best && distance <= 1 + candidate.Length / LettersPerSlip)
            {
                (nearest, best) = (candidate, distance);
            }
        }

        return nearest;
    }

    /// <summary>Levenshtein's distance, in one row.</summary>
    private static int Distance(string from, string to)
    {
        Span<int> row = stackalloc int[to.Length + 1];
        for (var j = 0; j < row.Length; j++)
        {
            row[j] = j;
        }

        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j < row.Length; j++)
            {
                var replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
