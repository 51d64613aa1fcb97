namespace RateLimited.Http.Testing.Dialects;

/// <summary>Writes a response's headers in a dialect.</summary>
internal static class HeaderWriter
{
    /// <summary>The headers, <c>date</c> first; names may repeat.</summary>
    public static List<KeyValuePair<string, string>> Write(IEnumerable<HeaderLine> lines, Saying saying)
    {
        List<KeyValuePair<string, string>> headers = [new("date", saying.Has(Oddities.UtcDate) ? Written.UtcDate(saying.Wall) : Written.Date(saying.Wall))];
        var speaksOfLimits = !saying.Has(Oddities.NoHeaders) && !(saying.Status >= 400 && saying.Has(Oddities.NoHeadersOnErrors));
        foreach (var line in lines.Where(line => speaksOfLimits || line.AsksToWait))
        {
            foreach (var (name, text) in Write(line, saying))
            {
                if (text is not null)
                {
                    headers.Add(new(name, text));
                }
            }
        }

        return headers;
    }

    private static IEnumerable<(string Name, string? Text)> Write(HeaderLine line, Saying saying)
    {
        if (line.Once is { } once)
        {
            return [(line.Name, once(saying))];
        }

        if (line.Name.Contains(HeaderLine.Placeholder, StringComparison.Ordinal))
        {
            return saying.Limits.Select(stated => (line.Name.Replace(HeaderLine.Placeholder, stated.Limit.Name, StringComparison.Ordinal), line.Text(saying, stated)));
        }

        var spoken = line.Of is { } name ? saying.LimitOf(name) : saying.Closest;
        return spoken is null ? [] : [(line.Name, line.Text(saying, spoken))];
    }
}
