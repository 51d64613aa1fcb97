using RateLimited.Http.Signals.Values;

namespace RateLimited.Http.Caching.Rules;

/// <summary>What a response says of how it may be kept. Immutable; reading never throws.</summary>
internal sealed record ResponseFacts
{
    /// <summary>More names than any upstream means.</summary>
    private const int MostVaryNames = 32;

    public required int Status { get; init; }

    public CacheDirectives Directives { get; init; }

    /// <summary>The upstream's clock, in UTC ticks.</summary>
    public long? Date { get; init; }

    /// <summary>When it expires, in UTC ticks: zero where that cannot be read, which is in the past. Null where it says nothing.</summary>
    public long? Expires { get; init; }

    public long? LastModified { get; init; }

    /// <summary>The text of <see cref="LastModified"/>, as it goes back.</summary>
    public string? LastModifiedText { get; init; }

    public string? ETag { get; init; }

    /// <summary>How long it has been in caches on the way.</summary>
    public TimeSpan Age { get; init; }

    /// <summary>The request's headers that it depends on, in lower case and in the order of the alphabet; null where nobody can say: <c>Vary: *</c>.</summary>
    public IReadOnlyList<string>? Vary { get; init; } = [];

    public bool IsPartial { get; init; }

    public bool HasValidator => ETag is not null || LastModified is not null;

    public static ResponseFacts Read(int status, IReadOnlyList<KeyValuePair<string, string>> lines)
    {
        var modified = First("Last-Modified");
        var facts = new ResponseFacts
        {
            Status = status,
            Directives = CacheDirectives.Read(All("Cache-Control")),
            Date = Ticks(First("Date")),
            Expires = ExpiresOf(All("Expires")),
            LastModified = Ticks(modified),
            LastModifiedText = modified,
            ETag = First("ETag") is { } tag && EntityTags.IsTag(tag) ? tag.Trim() : null,
            Age = All("Age").Select(static text => CacheDirectives.Seconds(text.AsSpan().Trim()) ?? TimeSpan.Zero).DefaultIfEmpty().Max(),
            Vary = VaryOf(All("Vary")),
            IsPartial = status == 206 || First("Content-Range") is not null,
        };
        return facts.LastModified is null ? facts with { LastModifiedText = null } : facts;

        IEnumerable<string> All(string name) => from line in lines where line.Key.Equals(name, StringComparison.OrdinalIgnoreCase) select line.Value;

        string? First(string name) => All(name).FirstOrDefault();
    }

    private static long? Ticks(string? text) => text is not null && Dates.TryTicks(text, out var ticks) ? ticks : null;

    /// <summary>Two that differ are as good as none that can be read. RFC 9111, section 5.3.</summary>
    private static long? ExpiresOf(IEnumerable<string> lines)
    {
        var all = lines.Distinct(StringComparer.Ordinal).ToArray();
        return all.Length switch
        {
            0 => null,
            1 => Ticks(all[0]) ?? 0,
            _ => 0,
        };
    }

    private static IReadOnlyList<string>? VaryOf(IEnumerable<string> lines)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var line in lines)
        {
            foreach (var name in line.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                if (name == "*" || names.Count >= MostVaryNames)
                {
                    return null;
                }

                names.Add(name.ToLowerInvariant());
            }
        }

        return [.. names];
    }
}
