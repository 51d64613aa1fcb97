namespace RateLimited.Http.Alerts.Episodes;

/// <summary>What people are told of when an episode takes a step.</summary>
internal enum EpisodeChange
{
    None,
    Fired,
    Recovered,
}
