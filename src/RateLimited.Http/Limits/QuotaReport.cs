namespace RateLimited.Http.Limits;

/// <summary>What an upstream says of one of its limits in one response, as bounded figures. All times are ticks.</summary>
internal readonly record struct QuotaReport
{
    /// <summary>The upstream's name of the limit; a piece of a header, kept without a copy.</summary>
    public ReadOnlyMemory<char> Name { get; init; }

    public string Unit { get; init; }

    /// <summary>The quota of a window, or what a bucket holds; null where it is not said.</summary>
    public long? Limit { get; init; }

    /// <summary>What was left when the request had been counted.</summary>
    public long? Remaining { get; init; }

    /// <summary>In how much time the window ends.</summary>
    public long? ResetAfter { get; init; }

    /// <summary>By how much <see cref="ResetAfter"/> may be off, either way: what is written as a date is cut to its second, as is the date that it is counted from.</summary>
    public long Precision { get; init; }

    /// <summary>By how much more it may have been when what remains was counted: a date is counted from when the response was sent, which may be long after its request came.</summary>
    public long Age { get; init; }

    /// <summary>The window where it belongs to the limit's name, as where a minute's and a day's limit stand side by side; else zero.</summary>
    public long NamedWindow { get; init; }

    /// <summary>The length of the window, said or implied; zero where it is not known.</summary>
    public long Window { get; init; }

    /// <summary>Whether the quota flows back all the time instead of returning at the end of a window.</summary>
    public bool Refills { get; init; }

    /// <summary>Whether the response refused its request, which then took nothing of what is said.</summary>
    public bool IsOfRefusal { get; init; }

    /// <summary>Whether processes count the limit together: what others of them used is no sign of strangers.</summary>
    public bool IsOfFleet { get; init; }
}
