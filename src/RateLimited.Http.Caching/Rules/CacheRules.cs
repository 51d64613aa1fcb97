namespace RateLimited.Http.Caching.Rules;

/// <summary>What is configured of a service's cache. Immutable, and replaced as a whole on reload.</summary>
internal sealed record CacheRules
{
    public static readonly CacheRules Usual = new();

    /// <summary>For how long answers that say nothing of it are fresh; null for not at all.</summary>
    public TimeSpan? Lifetime { get; init; }

    /// <summary>Whether those that say when they changed last are fresh for a tenth of the time since then.</summary>
    public bool Heuristic { get; init; }

    /// <summary>For how long beyond its freshness an answer is given rather than a refusal.</summary>
    public TimeSpan StaleIfLimited { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a request that has such an answer to fall back on stands in line; null for as long as any.</summary>
    public TimeSpan? StaleAfterWait { get; init; }

    /// <summary>The same rather than a failure, where neither the answer nor the request says for how long.</summary>
    public TimeSpan StaleIfError { get; init; }

    /// <summary>Whether that holds for answers too that forbid it by <c>must-revalidate</c> or <c>no-cache</c>.</summary>
    public bool IgnoreMustRevalidate { get; init; }

    /// <summary>How long a request waits for the answer to another one that asks the same; null for not at all.</summary>
    public TimeSpan? Collapse { get; init; }

    /// <summary>Whether the upstream counts no request that it answers with 304.</summary>
    public bool FreeValidation { get; init; }

    public long MaxBody { get; init; } = 1024 * 1024;

    public long MaxBytes { get; init; } = 64 * 1024 * 1024;

    public int MaxEntries { get; init; } = 10_000;

    /// <summary>Headers that say nothing of who asks, besides those that never do. In lower case.</summary>
    public IReadOnlySet<string> IgnoredHeaders { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>The program's word on whose request it is, besides what its headers say; null for none.</summary>
    public Func<HttpRequestMessage, string?>? Identity { get; init; }
}
