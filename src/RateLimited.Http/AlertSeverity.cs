namespace RateLimited.Http;

/// <summary>How much an alert matters, from little to much.</summary>
public enum AlertSeverity
{
    /// <summary>Somebody may want to know.</summary>
    Info,

    /// <summary>Somebody should look within the day.</summary>
    Warning,

    /// <summary>Somebody should look now.</summary>
    Critical,
}
