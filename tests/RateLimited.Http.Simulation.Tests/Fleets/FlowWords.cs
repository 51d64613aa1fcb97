namespace RateLimited.Http.Simulation.Tests.Fleets;

/// <summary>What answers say of how fast a bucket fills.</summary>
public enum FlowWords
{
    /// <summary>In how much time it does.</summary>
    Window,

    /// <summary>In how much time it is full, cut to milliseconds.</summary>
    Time,

    /// <summary>At which second it is full, as of when the request was counted, and at which second the answer was sent, after up to three of them.</summary>
    Date,
}
