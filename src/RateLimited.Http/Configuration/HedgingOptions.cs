namespace RateLimited.Http.Configuration;

/// <summary>
/// Sending a request once more beside itself when no response comes: the first good one wins. Only GET, HEAD and OPTIONS without content. Each hedge is admitted by itself and pays quota; one for
/// which there is none at once, or none in the retry budget, is left out.
/// </summary>
public sealed class HedgingOptions
{
    /// <summary>
    /// How long there must be no response, 1 ms to 1 h: a little more than nearly all take. In configuration, <c>"Hedging": "800 ms"</c> sets it alone. Default: null, no hedging.
    /// </summary>
    public TimeSpan? Delay { get; set; }

    /// <summary>How often a request is sent besides, each after the same time: 1 to 5. Default: 1.</summary>
    public int MaxHedges { get; set; } = 1;
}
