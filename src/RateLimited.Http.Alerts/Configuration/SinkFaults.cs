using System.Net;
using MimeKit;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.Alerts.Configuration;

/// <summary>What can be wrong with the sinks. No sentence repeats an address, a key or a password.</summary>
internal static class SinkFaults
{
    private const string Root = $"{AlertFaults.Root}:Sinks";

    public static void Check(FaultList faults, AlertOptions options)
    {
        faults.Choice($"{Root}:Log:MinimumSeverity", options.Log.MinimumSeverity);
        faults.Choice($"{Root}:Webhook:MinimumSeverity", options.Webhook.MinimumSeverity);
        faults.Choice($"{Root}:Slack:MinimumSeverity", options.Slack.MinimumSeverity);
        faults.Choice($"{Root}:PagerDuty:MinimumSeverity", options.PagerDuty.MinimumSeverity);
        CheckAddress(faults, $"{Root}:Webhook:Url", options.Webhook.Url, options.Webhook.AllowInsecure);
        CheckAddress(faults, $"{Root}:Slack:Url", options.Slack.Url, options.Slack.AllowInsecure);
        CheckAddress(faults, $"{Root}:PagerDuty:Url", options.PagerDuty.Url, options.PagerDuty.AllowInsecure);
        CheckSecret(faults, $"{Root}:Webhook:Token", options.Webhook.Token);
        CheckSecret(faults, $"{Root}:PagerDuty:RoutingKey", options.PagerDuty.RoutingKey);
        CheckEmail(faults, options.Email);
    }

    private static void CheckAddress(FaultList faults, string path, string? address, bool allowsInsecure) =>
        Require(
            faults,
            path,
            address is null || (address.Length <= AlertBounds.LongestAddress && Uri.TryCreate(address, UriKind.Absolute, out var uri)
                && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && (uri.IsLoopback || allowsInsecure)))),
            AlertBounds.Address);

    private static void CheckSecret(FaultList faults, string path, string? secret) =>
        Require(faults, path, secret is null || (secret.Length is > 0 and <= AlertBounds.LongestSecret && secret.All(static c => c is > ' ' and < (char)127)), AlertBounds.Secret);

    private static void CheckEmail(FaultList faults, EmailSinkOptions email)
    {
        const string Path = $"{Root}:Email";
        faults.Number($"{Path}:Port", email.Port, AlertBounds.Port);
        faults.Choice($"{Path}:Security", email.Security);
        faults.Choice($"{Path}:MinimumSeverity", email.MinimumSeverity);
        AlertFaults.CheckZone(faults, $"{Path}:TimeZone", email.TimeZone);
        if (email.Host is null)
        {
            Require(faults, $"{Path}:Host", email is { From: null, To.Count: 0, UserName: null, Password: null, DailySummary: null }, "the name of a mail server");
            return;
        }

        Require(faults, $"{Path}:Host", Uri.CheckHostName(email.Host) != UriHostNameType.Unknown, "the name of a mail server");
        Require(faults, $"{Path}:From", IsMailbox(email.From), AlertBounds.Mailbox);
        Require(faults, $"{Path}:To", email.To.Count is > 0 and <= AlertBounds.MostRecipients && email.To.All(IsMailbox), $"1 to {AlertBounds.MostRecipients} addresses such as 'operators@example.com'");
        Require(faults, $"{Path}:Password", (email.UserName is null) == (email.Password is null), "a user and a password, or neither");
        Require(faults, $"{Path}:Security", email.Security != MailSecurity.None || email.AllowInsecure || IsHere(email.Host), "StartTls or Tls for a server that is not on this machine, or AllowInsecure where the network itself is trusted");
    }

    private static bool IsMailbox(string? address) => address is { Length: <= 320 } && !address.Any(char.IsControl) && MailboxAddress.TryParse(address, out _);

    private static bool IsHere(string host) => host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private static void Require(FaultList faults, string path, bool isRight, string right)
    {
        if (!isRight)
        {
            faults.Add(path, AlertBounds.NotRight, right);
        }
    }
}
