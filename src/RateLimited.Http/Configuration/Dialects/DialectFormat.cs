namespace RateLimited.Http.Configuration;

/// <summary>How a header writes a time.</summary>
public enum DialectFormat
{
    /// <summary>Whatever it looks like: a number above 10^12 is an epoch in milliseconds, above 10^9 one in seconds, any other a wait in seconds; else a duration or a date. The default.</summary>
    Auto,

    /// <summary>A wait in seconds.</summary>
    Seconds,

    /// <summary>A wait in milliseconds.</summary>
    Milliseconds,

    /// <summary>Seconds since 1970.</summary>
    EpochSeconds,

    /// <summary>Milliseconds since 1970.</summary>
    EpochMilliseconds,

    /// <summary>A wait with units: <c>1m53.425s</c>.</summary>
    Duration,

    /// <summary>A date: of HTTP, of ISO 8601, or of JavaScript.</summary>
    Date,
}

/// <summary>Whom a refusal concerns.</summary>
public enum DialectScope
{
    /// <summary>The refused request alone.</summary>
    Request,

    /// <summary>All requests to the same endpoint with the same key.</summary>
    Endpoint,

    /// <summary>All requests with the same key. The default.</summary>
    Key,

    /// <summary>Everything that is sent to the service, with whatever key.</summary>
    Service,
}

/// <summary>What a status means.</summary>
public enum DialectMeaning
{
    /// <summary>Nothing that concerns limits.</summary>
    Fine,

    /// <summary>The request is wrong; sending it again helps nobody.</summary>
    Rejected,

    /// <summary>Too fast: a limit is reached that frees itself within a wait.</summary>
    Limited,

    /// <summary>A quota is used up, for hours or days or until somebody pays.</summary>
    Exhausted,

    /// <summary>The key is not valid, or not any more.</summary>
    RefusedKey,

    /// <summary>The key is valid and may not do this.</summary>
    Permission,

    /// <summary>The upstream has more to do than it can.</summary>
    Overloaded,

    /// <summary>The upstream failed.</summary>
    ServerFault,
}
