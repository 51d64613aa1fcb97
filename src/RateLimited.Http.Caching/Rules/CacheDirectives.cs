namespace RateLimited.Http.Caching.Rules;

/// <summary>
/// What a request's or a response's <c>Cache-Control</c> says, read so that whatever cannot be understood keeps less for shorter. A private cache has no use for <c>s-maxage</c>, <c>proxy-revalidate</c> and
/// fields of <c>private</c>. RFC 9111, section 5.2; RFC 5861.
/// </summary>
internal readonly record struct CacheDirectives
{
    /// <summary>RFC 9111, section 1.2.2: what is more than anybody can count stands for this.</summary>
    public const long MostSeconds = int.MaxValue;

    /// <summary>Longer than any that means something.</summary>
    private const int LongestLine = 8 * 1024;

    public bool NoStore { get; init; }

    /// <summary>Also where it names fields: what may not be given again without asking is not told from the rest.</summary>
    public bool NoCache { get; init; }

    public bool MustRevalidate { get; init; }

    public bool IsPublic { get; init; }

    public bool IsPrivate { get; init; }

    public bool OnlyIfCached { get; init; }

    public TimeSpan? MaxAge { get; init; }

    public TimeSpan? MaxStale { get; init; }

    public TimeSpan? MinFresh { get; init; }

    public TimeSpan? StaleWhileRevalidate { get; init; }

    public TimeSpan? StaleIfError { get; init; }

    /// <summary>Reads all lines of the header. Never throws.</summary>
    public static CacheDirectives Read(IEnumerable<string> lines)
    {
        var read = default(CacheDirectives);
        foreach (var line in lines)
        {
            if (line.Length > LongestLine)
            {
                return read with { NoStore = true };
            }

            for (var rest = line.AsSpan(); DirectiveText.Next(ref rest, out var name, out var value, out var isBroken);)
            {
                // Behind a quote that nobody closes anything may stand, a no-store among it.
                read = isBroken ? read with { NoStore = true } : read.With(name, value);
            }
        }

        return read;
    }

    private CacheDirectives With(ReadOnlySpan<char> name, ReadOnlySpan<char> value)
    {
        Span<char> lower = stackalloc char[DirectiveText.LongestName];
        var length = name.ToLowerInvariant(lower);
        if (length < 0)
        {
            return this;
        }

        return lower[..length] switch
        {
            "no-store" => this with { NoStore = true },
            "no-cache" => this with { NoCache = true },
            "must-revalidate" => this with { MustRevalidate = true },
            "public" => this with { IsPublic = true },
            "private" => this with { IsPrivate = true },
            "only-if-cached" => this with { OnlyIfCached = true },

            // An age that is no number is none: what has no valid age is stale.
            "max-age" => this with { MaxAge = Shorter(MaxAge, Seconds(value) ?? TimeSpan.Zero) },
            "max-stale" => this with { MaxStale = Shorter(MaxStale, value.IsEmpty ? TimeSpan.FromSeconds(MostSeconds) : Seconds(value) ?? TimeSpan.Zero) },
            "min-fresh" => this with { MinFresh = Longer(MinFresh, Seconds(value) ?? TimeSpan.FromSeconds(MostSeconds)) },
            "stale-while-revalidate" => this with { StaleWhileRevalidate = Shorter(StaleWhileRevalidate, Seconds(value) ?? TimeSpan.Zero) },
            "stale-if-error" => this with { StaleIfError = Shorter(StaleIfError, Seconds(value) ?? TimeSpan.Zero) },
            _ => this,
        };
    }

    private static TimeSpan Shorter(TimeSpan? said, TimeSpan again) => said is { } first && first < again ? first : again;

    private static TimeSpan Longer(TimeSpan? said, TimeSpan again) => said is { } first && first > again ? first : again;

    /// <summary>A number of seconds; null for what is none.</summary>
    public static TimeSpan? Seconds(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
        {
            return null;
        }

        var seconds = 0L;
        foreach (var digit in text)
        {
            if (!char.IsAsciiDigit(digit))
            {
                return null;
            }

            seconds = Math.Min((seconds * 10) + (digit - '0'), MostSeconds);
        }

        return TimeSpan.FromSeconds(seconds);
    }
}
