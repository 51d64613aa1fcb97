namespace RateLimited.Http;

/// <summary>What a service's limits do to requests. It can be changed while running.</summary>
public enum RateLimitMode
{
    /// <summary>Requests are admitted, held in line or refused. The default.</summary>
    Enforce,

    /// <summary>Every decision is made and recorded, and every request goes at once.</summary>
    DryRun,

    /// <summary>Requests are not touched and nothing is recorded.</summary>
    Disabled,
}
