using RateLimited.Http.Alerts.Configuration;

namespace RateLimited.Http.Alerts.Sinks;

/// <summary>By which server mail goes, and to whom. Not a record: it holds a password.</summary>
internal sealed class EmailRoute
{
    public required string Host { get; init; }

    public required int Port { get; init; }

    public required MailSecurity Security { get; init; }

    public required string From { get; init; }

    public required IReadOnlyList<string> To { get; init; }

    public required string? UserName { get; init; }

    public required string? Password { get; init; }
}
