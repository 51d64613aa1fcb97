namespace RateLimited.Http.Configuration;

/// <summary>One header of a dialect: what it tells, by which name, in which format, of which limit.</summary>
public sealed class DialectHeaderOptions
{
    /// <summary>What the header tells. Default: <see cref="DialectField.Limit"/>.</summary>
    public DialectField Field { get; set; }

    /// <summary>
    /// The header's name, 3 to 64 characters, in any case. Required. <c>{limit}</c> in it, not at its beginning, stands for the limit's name, with its unit and window where they are part of
    /// it: <c>x-ratelimit-remaining-{limit}</c> reads <c>x-ratelimit-remaining-tokens-minute</c>.
    /// </summary>
    public string? Header { get; set; }

    /// <summary>How it writes times; numbers need none. Default: <see cref="DialectFormat.Auto"/>.</summary>
    public DialectFormat Format { get; set; }

    /// <summary>For a reset: whether it is when a refilling bucket is full, and not when the next request may go. Default: false.</summary>
    public bool ResetsToFull { get; set; }

    /// <summary>The name of the limit that the header speaks of; a configured limit of that name is the one that is meant. Default: null, the unit.</summary>
    public string? Limit { get; set; }

    /// <summary>What that limit counts. Default: <see cref="UnitCost.Requests"/>.</summary>
    public string Unit { get; set; } = UnitCost.Requests;

    /// <summary>That limit's window, 1 ms to 31 days. Default: null, not known.</summary>
    public TimeSpan? Window { get; set; }

    /// <summary>Where it was read from.</summary>
    internal string? Path { get; set; }
}
