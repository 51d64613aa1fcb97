namespace RateLimited.Http.Alerts.Tests.Sinks;

/// <summary>Notices as the board makes them.</summary>
internal static class Notices
{
    /// <summary>A name as somebody hostile would choose it.</summary>
    public const string Hostile = "<!channel> <img src=x onerror=alert(1)>\r\nBcc: all@example.com\r\n.\r\n&amp;\u202e";

    public static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public static Alert Alert(string id, bool isOver = false, AlertSeverity severity = AlertSeverity.Critical, string service = "openai", string summary = "openai: the limit 500/minute is used to 97 %.") => new()
    {
        Id = id,
        Rule = "UsageCritical",
        Severity = severity,
        Service = service,
        Subject = "500/minute",
        Summary = summary,
        Value = 97,
        BeganAt = Noon,
        FiredAt = Noon.AddMinutes(5),
        RecoveredAt = isOver ? Noon.AddMinutes(20) : null,
    };

    public static AlertNotice Of(IReadOnlyList<Alert> fired, IReadOnlyList<Alert>? recovered = null, string id = "p-n1") => new()
    {
        Id = id,
        At = Noon.AddMinutes(21),
        Source = "orders-7",
        Rule = "UsageCritical",
        Severity = AlertSeverity.Critical,
        Fired = fired,
        Recovered = recovered ?? [],
    };
}
