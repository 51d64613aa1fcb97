namespace RateLimited.Http.Signals;

/// <summary>One header of a dialect: what it tells, by which name, in which format, of which limit.</summary>
/// <param name="Field">What it tells.</param>
/// <param name="Header">The header's name. <c>{limit}</c> stands for the limit's name, with its unit and window where they are part of it: <c>x-ratelimit-limit-tokens-minute</c>.</param>
/// <param name="Format">How it writes times.</param>
internal sealed record HeaderRule(HeaderField Field, string Header, ValueFormat Format = ValueFormat.Auto)
{
    public const string Placeholder = "{limit}";

    /// <summary>The limit's name, where the header's does not tell.</summary>
    public string Limit { get; init; } = UnitCost.Requests;

    public string Unit { get; init; } = UnitCost.Requests;

    /// <summary>The limit's window, where it is known. Zero: not known.</summary>
    public TimeSpan Window { get; init; }

    /// <summary>The reset is when a refilling bucket is full, not when the next request may go.</summary>
    public bool ResetsToFull { get; init; }

    public bool IsTemplate => Header.Contains(Placeholder, StringComparison.Ordinal);

    /// <summary>The dialects that have this header, by their places in the list of known ones.</summary>
    internal ulong Owners { get; init; }
}
