namespace RateLimited.Http.Alerts.Delivery;

/// <summary>Why one of our sinks could not deliver, in words that may be logged: no address, no secret, nothing that the other side said.</summary>
internal sealed class SinkFault : Exception
{
    /// <param name="what">What went wrong.</param>
    /// <param name="isFinal">Whether the same notice would be refused again.</param>
    /// <param name="retryAfter">How long the other side wants to be left alone.</param>
    public SinkFault(string what, bool isFinal = false, TimeSpan? retryAfter = null)
        : base(what)
    {
        IsFinal = isFinal;
        RetryAfter = retryAfter;
    }

    public bool IsFinal { get; }

    public TimeSpan? RetryAfter { get; }
}
