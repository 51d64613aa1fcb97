namespace RateLimited.Http.Alerts.Episodes;

/// <summary>How far an episode has come.</summary>
internal enum EpisodePhase
{
    /// <summary>There is none.</summary>
    Calm,

    /// <summary>It is too much, but not for long enough.</summary>
    Pending,

    /// <summary>It is, or is not over yet.</summary>
    Firing,

    /// <summary>It is over, but not for long enough.</summary>
    Recovering,
}
