namespace RateLimited.Http.Configuration;

/// <summary>
/// Asking the service at intervals whether it is well, so that its circuit opens before requests fail and closes before one has to try. It begins when the service is first used. A probe pays
/// quota; one for which there is none at once is left out.
/// </summary>
public sealed class HealthProbeOptions
{
    /// <summary>What is asked for, absolute or below the client's base address, such as <c>/health</c>. In configuration, <c>"HealthProbe": "/health"</c> sets it alone. Default: null, nothing.</summary>
    public string? Address { get; set; }

    /// <summary>The name of the client that asks. Default: null, the one of the service's name.</summary>
    public string? Client { get; set; }

    /// <summary>How long between an answer and the next question, 100 ms to 24 h. Default: 15 s.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long an answer may take, 10 ms to 24 h. Default: 5 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How many must fail one after the other before the circuit opens, 1 to 100. Default: 3.</summary>
    public int FailuresToOpen { get; set; } = 3;

    /// <summary>How many must succeed one after the other before it closes, 1 to 100. Default: 2.</summary>
    public int SuccessesToClose { get; set; } = 2;
}
