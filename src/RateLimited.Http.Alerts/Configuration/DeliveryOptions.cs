namespace RateLimited.Http.Alerts.Configuration;

/// <summary>How hard a sink is tried.</summary>
public sealed class DeliveryOptions
{
    /// <summary>For how long one attempt may take: 1 s to 1 min. Default: 10 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How old a notice may be that has failed before it is dropped: 1 min to 7 days. Until then it is tried again, after a second, two, four, up to five minutes. Default: 6 h.</summary>
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromHours(6);

    /// <summary>How many notices wait for one sink: 8 to 10 000. One more drops the oldest. Default: 256.</summary>
    public int Outbox { get; set; } = 256;
}
