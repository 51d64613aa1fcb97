namespace RateLimited.Http.Configuration;

/// <summary>
/// When requests are refused at once because the service is down. Refusals for too many requests are no failures. A change while running keeps the circuit's state.
/// </summary>
public sealed class BreakerOptions
{
    /// <summary>Whether there is one. Default: true. In configuration, <c>"Breaker": false</c> sets it alone.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Which share of attempts must fail, in percent, 1 to 100. Default: 50.</summary>
    public int FailurePercent { get; set; } = 50;

    /// <summary>Over which time attempts are counted, 1 s to 1 h. Default: 30 s.</summary>
    public TimeSpan Window { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many attempts there must be in the window before a share says anything, 1 to 1 000 000. Default: 20.</summary>
    public int MinimumCalls { get; set; } = 20;

    /// <summary>How many attempts must fail one after the other, whatever their share: 0 to 1 000 000. Default: 0, no such rule.</summary>
    public int ConsecutiveFailures { get; set; }

    /// <summary>From which time to the response's headers on an attempt is slow, 1 ms to 24 h. Default: null, none is.</summary>
    public TimeSpan? SlowCall { get; set; }

    /// <summary>Which share of attempts must be slow, in percent, 1 to 100. Default: 100.</summary>
    public int SlowPercent { get; set; } = 100;

    /// <summary>
    /// How long nothing is sent, 100 ms to 24 h. A <c>Retry-After</c> of the last failure makes it longer. Also how long a probe may take before another one goes. Default: 15 s.
    /// </summary>
    public TimeSpan Break { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The longest break that a <c>Retry-After</c> can make, 100 ms to 24 h. Default: 5 minutes.</summary>
    public TimeSpan MaxBreak { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How many probes go at once when the break is over, and how many must succeed: 1 to 100. Default: 1.</summary>
    public int Probes { get; set; } = 1;

    /// <summary>
    /// Whether all processes that count the service's limits together have one circuit: what opens or closes it in one does so in the others, and one of them probes. Needs a <c>Store</c> that others count in too. Default: false.
    /// </summary>
    public bool Shared { get; set; }
}
