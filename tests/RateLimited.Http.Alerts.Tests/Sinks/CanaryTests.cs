using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RateLimited.Http.Alerts.Configuration;
using RateLimited.Http.Alerts.Tests.Watching;
using RateLimited.Http.Tests.Keys.Canary;
using RateLimited.Http.Tests.Pipeline;

namespace RateLimited.Http.Alerts.Tests.Sinks;

/// <summary>No address, key or password of a sink is in anything that a program says, whether the sinks work, refuse, or are not there.</summary>
public sealed class CanaryTests : IAsyncLifetime
{
    private readonly Sweep _sweep = new("CANARY+path/4711", "CANARY.token-0815", "CANARY.routing-1234", "CANARY.password-5678");
    private readonly SmtpServer _mail = new();
    private LoopbackHook _hook = null!;

    public async ValueTask InitializeAsync() => _hook = await LoopbackHook.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _hook.DisposeAsync();
        await _mail.DisposeAsync();
        _sweep.Dispose();
    }

    [Theory]
    [InlineData(true, HttpStatusCode.Accepted)]
    [InlineData(true, HttpStatusCode.InternalServerError)]
    [InlineData(true, HttpStatusCode.BadRequest)]
    [InlineData(false, HttpStatusCode.Accepted)]
    public async Task No_secret_of_a_sink_shows_anywhere(bool isUp, HttpStatusCode status)
    {
        _hook.Status = status;
        _mail.Answers["AUTH"] = status == HttpStatusCode.Accepted ? "235 welcome" : "535 CANARY.password-5678 is wrong";
        var address = isUp ? _hook.Address : await LoopbackHook.DownAsync();
        await using var program = await WatchedProgram.StartAsync(
            alerts: alerts =>
            {
                alerts.GroupInterval = TimeSpan.Zero;
                (alerts.Webhook.Url, alerts.Webhook.Token) = (new Uri(address, "/CANARY+path/4711?x=CANARY+path/4711").ToString(), "CANARY.token-0815");
                alerts.Slack.Url = new Uri(address, "/CANARY+path/4711").ToString();
                (alerts.PagerDuty.RoutingKey, alerts.PagerDuty.Url) = ("CANARY.routing-1234", new Uri(address, "/v2/enqueue").ToString());
                (alerts.Email.Host, alerts.Email.Port, alerts.Email.Security, alerts.Email.From, alerts.Email.UserName, alerts.Email.Password) =
                    ("127.0.0.1", isUp ? _mail.Port : address.Port, MailSecurity.None, "alerts@example.com", "op", "CANARY.password-5678");
                alerts.Email.To.Add("op@example.com");
            },
            logs: _sweep);
        await program.SendAsync(1, HttpStatusCode.TooManyRequests);

        // The first look, which tells at once. Time stands still from then on, so that no attempt comes to its end.
        program.Pass(TimeSpan.Zero);
        var told = await program.ToldAsync(1);

        // Each has tried at least once.
        if (isUp)
        {
            await Eventually.TrueAsync(() => _hook.Asked >= 3 && (_mail.Mails.Count > 0 || _mail.Commands.Any(static command => command.StartsWith("AUTH", StringComparison.Ordinal))));
        }
        else
        {
            await Eventually.TrueAsync(() => _sweep.Sources.Contains("log RateLimited.Http.Alerts"));
        }

        await program.StopAsync(TestContext.Current.CancellationToken).WithinDeadlineAsync();
        var options = program.Services.GetRequiredService<IOptionsFactory<AlertOptions>>().Create(Options.DefaultName);
        _sweep.Hear("options", new object[] { options, options.Webhook, options.Slack, options.PagerDuty, options.Email });
        _sweep.Hear("notices", new object[] { told, JsonSerializer.Serialize(told), JsonSerializer.Serialize(program.Book.Open) });
        _sweep.Hear("sinks", program.Watch.Couriers);
        _sweep.Collect();

        _sweep.Found.ShouldBeEmpty();
        new[] { "log RateLimited.Http.Alerts", "meter RateLimited.Http" }.ShouldBeSubsetOf(_sweep.Sources);
    }
}
