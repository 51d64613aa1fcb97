namespace RateLimited.Http.Alerts.Episodes;

/// <summary>What people are to be told of one alert: that it fired, or, where it is over, that it recovered.</summary>
internal readonly record struct Transition(Alert Alert)
{
    public bool IsRecovery => Alert.RecoveredAt is not null;
}
