using System.Text;
using MimeKit;
using RateLimited.Http.Alerts.Configuration;
using RateLimited.Http.Alerts.Delivery;
using RateLimited.Http.Alerts.Sinks;
using RateLimited.Http.Testing;
using RateLimited.Http.Tests.Pipeline;

namespace RateLimited.Http.Alerts.Tests.Sinks;

/// <summary>Mail to a server on this machine.</summary>
public sealed class EmailSinkTests : IAsyncDisposable
{
    private readonly SmtpServer _server = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_mail_has_a_title_a_line_for_each_alert_and_an_id_that_is_the_notices()
    {
        await Sink(user: "op", password: "pass-word").SendAsync(Notices.Of([Notices.Alert("p-1")], [Notices.Alert("p-0", isOver: true)]), TestContext.Current.CancellationToken);

        var mail = Parsed(_server.Mails.ShouldHaveSingleItem());
        (mail.Subject, mail.MessageId, mail.From.ToString(), mail.To.ToString(), mail.Date).ShouldBe(
            ("Critical: UsageCritical, 1 fired, 1 recovered", "p-n1@rate-limits.invalid", "alerts@example.com", "one@example.com, two@example.com", Notices.Noon.AddMinutes(21)));
        mail.Headers["Auto-Submitted"].ShouldBe("auto-generated");
        mail.TextBody!.ReplaceLineEndings("\n").ShouldBe(
            "FIRING [Critical] openai: the limit 500/minute is used to 97 %. Since 2026-01-01 12:00 UTC\n"
            + "RECOVERED [Critical] openai: the limit 500/minute is used to 97 %. From 2026-01-01 12:05 UTC to 2026-01-01 12:20 UTC\n"
            + "From orders-7, 2026-01-01 12:21 UTC.\n");
        var login = _server.Commands.Single(static command => command.StartsWith("AUTH PLAIN ", StringComparison.Ordinal));
        Encoding.UTF8.GetString(Convert.FromBase64String(login["AUTH PLAIN ".Length..])).ShouldBe("\0op\0pass-word");
    }

    [Fact]
    public async Task Hostile_names_make_no_header_and_end_no_mail()
    {
        await Sink().SendAsync(Notices.Of([Notices.Alert("p-1", summary: Notices.Hostile)]), TestContext.Current.CancellationToken);

        var mail = Parsed(_server.Mails.ShouldHaveSingleItem());
        mail.Bcc.ShouldBeEmpty();
        mail.Headers.Contains("Bcc").ShouldBeFalse();
        mail.Subject.ShouldStartWith("Critical: <!channel> <img src=x onerror=alert(1)>??Bcc: all@example.com");
        mail.HtmlBody.ShouldBeNull();
    }

    [Fact]
    public async Task A_daily_summary_says_what_is_open_and_what_is_over()
    {
        var notice = Notices.Of([Notices.Alert("p-1"), Notices.Alert("p-0", isOver: true)], [Notices.Alert("p-0", isOver: true)]) with { Kind = NoticeKind.DailySummary, Rule = string.Empty };

        await Sink().SendAsync(notice, TestContext.Current.CancellationToken);
        await Sink().SendAsync(notice with { Fired = [], Recovered = [] }, TestContext.Current.CancellationToken);

        _server.Mails.Select(static mail => Parsed(mail).Subject).ShouldBe(["orders-7: alerts of the day, 1 open, 1 over", "orders-7: alerts of the day, 0 open, 0 over"]);
        Parsed(_server.Mails[1]).TextBody.ShouldStartWith("Nothing fired, and nothing is open.");
    }

    [Theory]
    [InlineData("MAIL", "451 later", "SMTP status 451", false)]
    [InlineData("RCPT", "550 no such user", "SMTP status 550", false)]
    [InlineData(".", "554 spam", "SMTP status 554", true)]
    [InlineData("AUTH", "535 no", "the user or the password is not accepted", false)]
    public async Task A_refusal_says_its_status_and_nothing_that_the_server_said(string verb, string answer, string says, bool isFinal)
    {
        _server.Answers[verb] = answer;

        var fault = await Should.ThrowAsync<SinkFault>(() => Sink(user: "op", password: "pass-word").SendAsync(Notices.Of([Notices.Alert("p-1")]), TestContext.Current.CancellationToken));

        (fault.Message, fault.IsFinal, fault.InnerException).ShouldBe((says, isFinal, null));
    }

    [Fact]
    public async Task Without_TLS_nothing_is_sent_where_TLS_is_asked_for()
    {
        var fault = await Should.ThrowAsync<SinkFault>(() => Sink(MailSecurity.StartTls, "op", "pass-word").SendAsync(Notices.Of([Notices.Alert("p-1")]), TestContext.Current.CancellationToken));

        fault.Message.ShouldBe("the server does not do what Security asks for");
        _server.Mails.ShouldBeEmpty();
        _server.Commands.ShouldNotContain(static command => command.StartsWith("AUTH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_goes_wrong_after_the_mail_was_taken_does_not_send_it_again()
    {
        _server.Answers["QUIT"] = "500 what";

        await Sink().SendAsync(Notices.Of([Notices.Alert("p-1")]), TestContext.Current.CancellationToken);

        _server.Mails.Count.ShouldBe(1);
    }

    [Fact]
    public async Task One_that_is_down_fails()
    {
        var port = _server.Port;
        await _server.DisposeAsync();

        var fault = await Should.ThrowAsync<SinkFault>(() => new EmailSink(Route(port, MailSecurity.None, null, null)).SendAsync(Notices.Of([Notices.Alert("p-1")]), TestContext.Current.CancellationToken));

        fault.Message.ShouldBe("no connection");
    }

    [Fact]
    public async Task One_that_is_slow_is_waited_for_no_longer_than_the_timeout_and_gets_it_when_it_is_back()
    {
        var (time, log) = (new ManualTimeProvider(), new LogCollector());
        _server.IsSilent = true;
        var courier = new Courier(PlanOf(TimeSpan.FromSeconds(10)), time, log.CreateLogger("c"));
        courier.Start();
        courier.Post(Notices.Of([Notices.Alert("p-1")]));
        await Eventually.TrueAsync(() => _server.Silenced == 1);
        courier.Change(PlanOf(TimeSpan.FromDays(1)));
        _server.IsSilent = false;

        await Eventually.TrueAsync(() =>
        {
            // The timeout and the pause, and never the end of an attempt that is patient.
            if (time.UntilNextTimer < TimeSpan.FromHours(1))
            {
                time.AdvanceToNextTimer();
            }

            return _server.Mails.Count == 1;
        });

        log.Entries.ShouldHaveSingleItem().Message.ShouldContain("no answer in time");
        await courier.StopAsync(CancellationToken.None).WithinDeadlineAsync();
        (courier.Dropped, _server.Mails.Count).ShouldBe((0, 1));
    }

    private SinkPlan PlanOf(TimeSpan timeout) => new(Sink(), AlertSeverity.Info, timeout, TimeSpan.FromHours(6), capacity: 8);

    private static MimeMessage Parsed(string mail) => MimeMessage.Load(new MemoryStream(Encoding.UTF8.GetBytes(mail)));

    private EmailSink Sink(MailSecurity security = MailSecurity.None, string? user = null, string? password = null) => new(Route(_server.Port, security, user, password));

    private static EmailRoute Route(int port, MailSecurity security, string? user, string? password) => new()
    {
        Host = "127.0.0.1",
        Port = port,
        Security = security,
        From = "alerts@example.com",
        To = ["one@example.com", "two@example.com"],
        UserName = user,
        Password = password,
    };
}
