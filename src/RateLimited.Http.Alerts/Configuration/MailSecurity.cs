namespace RateLimited.Http.Alerts.Configuration;

/// <summary>How the connection to a mail server is kept from being read.</summary>
public enum MailSecurity
{
    /// <summary>By STARTTLS, without which nothing is sent: port 587.</summary>
    StartTls,

    /// <summary>By TLS from the first byte: port 465.</summary>
    Tls,

    /// <summary>Not at all: for a server on this machine, or with <see cref="EmailSinkOptions.AllowInsecure"/>.</summary>
    None,
}
