namespace RateLimited.Http.Configuration.Presets;

/// <summary>What a figure rests on.</summary>
internal enum Evidence
{
    /// <summary>The provider's own documentation or source.</summary>
    Documented,

    /// <summary>Headers of recorded traffic.</summary>
    Recorded,

    /// <summary>A report in a public issue.</summary>
    Reported,

    /// <summary>Somebody else's page.</summary>
    ThirdParty,

    /// <summary>Nobody checked it.</summary>
    Unverified,
}

/// <summary>Where a figure comes from.</summary>
/// <param name="Title">The page, file or recording.</param>
/// <param name="Evidence">What it rests on.</param>
internal sealed record Source(string Title, Evidence Evidence)
{
    /// <summary>When it was so, as far as that is known.</summary>
    public string? Date { get; init; }

    public static Source Docs(string title, string? date = null) => new(title, Evidence.Documented) { Date = date };

    public static Source Traffic(string title, string? date = null) => new(title, Evidence.Recorded) { Date = date };

    public static Source Issue(string title, string? date = null) => new(title, Evidence.Reported) { Date = date };

    public static Source Page(string title, string? date = null) => new(title, Evidence.ThirdParty) { Date = date };

    public static Source Unverified(string title) => new(title, Evidence.Unverified);
}
