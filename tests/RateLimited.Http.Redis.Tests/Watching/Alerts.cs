namespace RateLimited.Http.Redis.Tests.Watching;

/// <summary>A book with alerts in it, as another package would put it into the container.</summary>
internal sealed class Alerts(params Alert[] open) : IAlertBook
{
    private readonly Alert[] _open = [.. open];

    public IReadOnlyList<Alert> Open => [.. _open];

    public IReadOnlyList<Alert> Past => [];

    public static Alert One(string id) => new()
    {
        Id = id,
        Rule = "UsageHigh",
        Severity = AlertSeverity.Warning,
        Service = "api",
        Subject = "</script>",
        Summary = "line\none <img>",
        Value = 1,
        BeganAt = DateTimeOffset.UnixEpoch,
        FiredAt = DateTimeOffset.UnixEpoch,
    };

    public bool Acknowledge(string id, string? by = null)
    {
        var found = Array.FindIndex(_open, alert => string.Equals(alert.Id, id, StringComparison.Ordinal));
        if (found >= 0)
        {
            _open[found] = _open[found] with { AcknowledgedAt = DateTimeOffset.UnixEpoch, AcknowledgedBy = by };
        }

        return found >= 0;
    }
}
