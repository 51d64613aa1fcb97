using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using MimeKit.Text;
using RateLimited.Http.Alerts.Configuration;
using RateLimited.Http.Alerts.Delivery;
using RateLimited.Http.Alerts.Notices;

namespace RateLimited.Http.Alerts.Sinks;

/// <summary>Sends a notice as a mail of plain text, each over a connection of its own.</summary>
internal sealed class EmailSink(EmailRoute route) : IAlertSink
{
    private const int FirstPermanent = 550;

    public string Name => "email";

    public async Task SendAsync(AlertNotice notice, CancellationToken cancellationToken)
    {
        using var message = Message(notice);
        using var client = new SmtpClient();
        var isSent = false;
        try
        {
            await client.ConnectAsync(route.Host, route.Port, OptionsOf(route.Security), cancellationToken).ConfigureAwait(false);
            if (route.UserName is not null)
            {
                await client.AuthenticateAsync(route.UserName, route.Password ?? string.Empty, cancellationToken).ConfigureAwait(false);
            }

            await client.SendAsync(message, cancellationToken).ConfigureAwait(false);
            isSent = true;
            await client.DisconnectAsync(quit: true, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever goes wrong with the farewell, the mail is on its way and must not go again.
        catch (Exception) when (isSent)
#pragma warning restore CA1031
        {
        }
        catch (SmtpCommandException refusal)
        {
            // 552 to 554 are of the message; others, such as a mailbox that is away, may pass.
            var status = (int)refusal.StatusCode;
            throw new SinkFault(string.Create(CultureInfo.InvariantCulture, $"SMTP status {status}"), isFinal: status > FirstPermanent + 1 && refusal.ErrorCode == SmtpErrorCode.MessageNotAccepted);
        }
        catch (Exception fault) when (fault is SocketException or IOException or ProtocolException or SslHandshakeException)
        {
            throw new SinkFault(fault is SslHandshakeException ? "no TLS" : "no connection");
        }
        catch (MailKit.Security.AuthenticationException)
        {
            throw new SinkFault("the user or the password is not accepted");
        }
        catch (NotSupportedException)
        {
            throw new SinkFault("the server does not do what Security asks for");
        }
    }

    private MimeMessage Message(AlertNotice notice)
    {
        var message = new MimeMessage { Subject = NoticeText.Title(notice), Date = notice.At, Body = new TextPart(TextFormat.Plain) { Text = NoticeText.Body(notice) } };
        message.From.Add(MailboxAddress.Parse(route.From));
        message.To.AddRange(route.To.Select(MailboxAddress.Parse));

        // The same when it is sent again, so that a mail that came twice shows once.
        message.MessageId = $"{notice.Id}@rate-limits.invalid";
        message.Headers.Add("Auto-Submitted", "auto-generated");
        return message;
    }

    private static SecureSocketOptions OptionsOf(MailSecurity security) => security switch
    {
        MailSecurity.Tls => SecureSocketOptions.SslOnConnect,
        MailSecurity.None => SecureSocketOptions.None,
        _ => SecureSocketOptions.StartTls,
    };
}
