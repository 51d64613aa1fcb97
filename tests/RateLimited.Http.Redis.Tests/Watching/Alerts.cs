namespace RateLimited.Http.Redis.Tests.Watching;

/// <summary>A book with alerts in it, as another package would put it into the container.</summary>
internal sealed class Alerts(params Alert[] open) : IAlertBook
{
    public IReadOnlyList<Alert> Open => open;

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

    public bool Acknowledge(string id, string? by = null) => false;
}
