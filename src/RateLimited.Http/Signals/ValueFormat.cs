namespace RateLimited.Http.Signals;

/// <summary>How a header writes a time.</summary>
internal enum ValueFormat
{
    /// <summary>Whatever it looks like: the same name carries four units. Numbers above 10¹² are an epoch in milliseconds, above 10⁹ in seconds, others a wait in seconds.</summary>
    Auto,

    /// <summary>A wait in seconds.</summary>
    Seconds,

    /// <summary>A wait in milliseconds.</summary>
    Milliseconds,

    /// <summary>Seconds since 1970.</summary>
    EpochSeconds,

    /// <summary>Milliseconds since 1970.</summary>
    EpochMilliseconds,

    /// <summary>A wait as Go writes it: <c>1m53.425s</c>.</summary>
    Duration,

    /// <summary>A date: of HTTP, of ISO 8601, or of JavaScript.</summary>
    Date,
}
