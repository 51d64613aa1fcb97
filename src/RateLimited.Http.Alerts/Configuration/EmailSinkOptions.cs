namespace RateLimited.Http.Alerts.Configuration;

/// <summary>Mail, by SMTP.</summary>
public sealed class EmailSinkOptions
{
    /// <summary>The server that takes the mail. Default: null, no mail.</summary>
    public string? Host { get; set; }

    /// <summary>Its port, 1 to 65 535. Default: 587.</summary>
    public int Port { get; set; } = 587;

    /// <summary>How the connection is kept from being read. Default: <see cref="MailSecurity.StartTls"/>.</summary>
    public MailSecurity Security { get; set; }

    /// <summary>Who sends it, such as <c>alerts@example.com</c>. Required.</summary>
    public string? From { get; set; }

    /// <summary>Who gets it, 1 to 50 addresses.</summary>
    public IList<string> To { get; } = [];

    /// <summary>Who logs in. Default: null, nobody.</summary>
    public string? UserName { get; set; }

    /// <summary>The user's password, a secret.</summary>
    public string? Password { get; set; }

    /// <summary>From this severity on it is told. Default: <see cref="AlertSeverity.Warning"/>.</summary>
    public AlertSeverity MinimumSeverity { get; set; } = AlertSeverity.Warning;

    /// <summary>When a summary of the last 24 hours goes out each day. Default: null, none.</summary>
    public TimeOnly? DailySummary { get; set; }

    /// <summary>The IANA name of the time zone of <see cref="DailySummary"/>. Default: null, UTC.</summary>
    public string? TimeZone { get; set; }

    /// <summary>Whether <see cref="MailSecurity.None"/> may be used with a server that is not this machine. Default: false.</summary>
    public bool AllowInsecure { get; set; }
}
