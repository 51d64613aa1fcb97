using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RateLimited.Http.AI;
using RateLimited.Http.Alerts.Configuration;
using RateLimited.Http.Alerts.Tests.Sinks;
using RateLimited.Http.Tests.Configuration;
using RateLimited.Http.Tests.Pipeline;

namespace RateLimited.Http.Alerts.Tests.Watching;

/// <summary>From requests through a limited client to what a sink is told.</summary>
public sealed class AlertWatchTests
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_limit_that_is_nearly_used_up_is_told_once_and_its_recovery_once()
    {
        await using var program = await WatchedProgram.StartAsync();
        await program.SendAsync(85);

        program.Pass(TimeSpan.FromMinutes(4));
        program.Open.ShouldBeEmpty();
        program.Pass(TimeSpan.FromMinutes(2));

        var fired = (await program.ToldAsync(1))[0];
        (fired.Rule, fired.Severity, fired.IsHeld, fired.Source).ShouldBe(("UsageHigh", AlertSeverity.Warning, false, Environment.MachineName));
        var alert = fired.Fired.ShouldHaveSingleItem();
        (alert.Service, alert.Subject, alert.Value, alert.Summary, alert.RecoveredAt).ShouldBe(("api", "100/hour", 85, "api: the limit 100/hour is used to 85 %.", null));
        (alert.FiredAt - alert.BeganAt).ShouldBe(TimeSpan.FromMinutes(5));
        program.Book.Open.ShouldBe([alert]);

        // The window ends after an hour at the latest.
        program.Pass(TimeSpan.FromMinutes(90));

        var told = await program.ToldAsync(2);
        told[1].Fired.ShouldBeEmpty();
        var over = told[1].Recovered.ShouldHaveSingleItem();
        (over.Id, over.RecoveredAt > over.FiredAt).ShouldBe((alert.Id, true));
        program.Book.Open.ShouldBeEmpty();
        program.Book.Past.ShouldBe([over]);
    }

    [Fact]
    public async Task A_quota_that_is_spread_is_meant_to_be_used_and_nobody_is_told()
    {
        await using var program = await WatchedProgram.StartAsync(services: static services => services.AddServiceRateLimiting("spread", static spread => spread.Limit("100/h fixed pace even burst 100")));
        var limiter = program.Services.GetRequiredKeyedService<IServiceRateLimiter>("spread");
        for (var i = 0; i < 100; i++)
        {
            using var lease = limiter.TryAcquire().Lease.ShouldNotBeNull();
        }

        program.Pass(TimeSpan.FromMinutes(6));

        program.Open.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_refusal_of_the_upstream_is_told_at_once()
    {
        await using var program = await WatchedProgram.StartAsync();
        await program.SendAsync(20);
        program.Pass(Look);
        program.Open.ShouldBeEmpty();
        await program.SendAsync(1, HttpStatusCode.TooManyRequests);

        program.Pass(Look);

        program.Book.Open.ShouldHaveSingleItem().Summary.ShouldBe("api: responses with status 429 within five minutes, to requests that the limits had admitted: 1.");
        program.Pass(TimeSpan.FromMinutes(7));
        program.Book.Past.ShouldHaveSingleItem().Rule.ShouldBe("Unexpected429");
    }

    [Fact]
    public async Task Too_many_tenants_are_told_by_the_memory_they_take_and_forgotten_when_they_are_idle()
    {
        await using var program = await WatchedProgram.StartAsync(
            alerts: static alerts => alerts.Rule("MemoryHigh", static memory => memory.Above = 1),
            services: static services => services.AddServiceRateLimiting("tenants", static service => service.PerTenant("1000/s")));
        var limiter = program.Services.GetRequiredKeyedService<IServiceRateLimiter>("tenants");
        for (var i = 0; i < 9_000; i++)
        {
            limiter.TryAcquire(new AdmissionRequest { Tenant = $"tenant {i}" }).Lease.ShouldNotBeNull().Dispose();
        }

        program.Pass(TimeSpan.FromMinutes(2));
        var alert = program.Book.Open.ShouldHaveSingleItem();
        (alert.Rule, alert.Service).ShouldBe(("MemoryHigh", null));
        alert.Value.ShouldBe(limiter.GetStatus().Bytes / 1e6, tolerance: 0.1);

        program.Pass(TimeSpan.FromMinutes(8));
        program.Book.Open.ShouldBeEmpty();
        limiter.GetStatus().Limits[0].Evicted.ShouldBe(9_000);
    }

    [Fact]
    public async Task Failures_are_told_when_they_last()
    {
        await using var program = await WatchedProgram.StartAsync();
        for (var minute = 0; minute < 8; minute++)
        {
            program.Open.ShouldBeEmpty();
            await program.SendAsync(6);
            await program.SendAsync(1, HttpStatusCode.InternalServerError);
            program.Pass(TimeSpan.FromMinutes(1));
        }

        // From the third minute on there are enough attempts, and five minutes later it has lasted.
        var alert = program.Book.Open.ShouldHaveSingleItem();
        (alert.Rule, alert.Value).ShouldBe(("ErrorRate", 100.0 / 7));
    }

    [Fact]
    public async Task Budgets_are_told_when_they_are_nearly_spent_spent_and_will_be_overrun()
    {
        await using var program = await WatchedProgram.StartAsync(services: static services =>
            services.AddTokenCosts("api", static costs => costs.Price("dear", new ModelPrice { Input = 2_000 }).Budget("10 usd/day fixed", BudgetAction.Warn)));

        // Two dollars each.
        await program.AskAsync(4, "dear", promptTokens: 1_000);
        program.Pass(Look);
        program.Open.ShouldBeEmpty("80 % are not more than 80 %");
        await program.AskAsync(1, "dear", promptTokens: 500);
        program.Pass(Look);
        program.Open.ShouldBe(["BudgetHigh"]);
        await program.AskAsync(1, "dear", promptTokens: 500);
        program.Pass(Look);
        program.Book.Open.Select(static alert => alert.Summary).ShouldBe(["api: the budget 10 usd/day is spent (100 %).", "api: 90 % of the budget 10 usd/day are spent."]);

        // A hundredth of the day must have been seen, and a quarter of an hour more.
        program.Pass(TimeSpan.FromMinutes(45));
        program.Open.ShouldBe(["ProjectedOverrun", "BudgetSpent", "BudgetHigh"]);
    }

    [Fact]
    public async Task Acknowledging_says_who_and_changes_nothing_else()
    {
        await using var program = await WatchedProgram.StartAsync();
        await program.SendAsync(1, HttpStatusCode.TooManyRequests);
        program.Pass(Look);
        var id = program.Book.Open.Single().Id;

        program.Book.Acknowledge(id, "  op\r\nother  ").ShouldBeTrue();
        program.Book.Acknowledge(id, "later").ShouldBeTrue();
        program.Book.Acknowledge("nobody's", "op").ShouldBeFalse();

        var known = program.Book.Open.ShouldHaveSingleItem();
        (known.AcknowledgedBy, known.AcknowledgedAt).ShouldBe(("op??other", program.Time.GetUtcNow()));
        program.Pass(TimeSpan.FromMinutes(10));
        (await program.ToldAsync(2))[1].Recovered.ShouldHaveSingleItem().AcknowledgedBy.ShouldBe("op??other");
        program.Book.Acknowledge(id, "op").ShouldBeFalse();
    }

    [Fact]
    public async Task The_log_is_told_where_nobody_said_otherwise()
    {
        await using var program = await WatchedProgram.StartAsync();
        await program.SendAsync(1, HttpStatusCode.TooManyRequests);

        program.Pass(TimeSpan.FromMinutes(10));

        await Eventually.TrueAsync(() => program.Log.Entries.Any(static entry => entry.Event.Id == 44));
        program.Log.Entries.Where(static entry => entry.Category == "RateLimited.Http.Alerts").Select(static entry => entry.Event.Id).ShouldBe([41, 44]);
    }

    [Fact]
    public async Task In_quiet_hours_what_matters_less_is_held_and_told_when_they_end()
    {
        // It begins at midnight.
        await using var program = await WatchedProgram.StartAsync(alerts: static alerts => alerts.QuietHours = new QuietHoursOptions { From = new TimeOnly(22, 0), To = new TimeOnly(7, 0) });
        await program.SendAsync(85);
        await program.SendAsync(1, HttpStatusCode.TooManyRequests);

        program.Pass(TimeSpan.FromHours(6));
        var passed = await program.ToldAsync(2);
        passed.ShouldAllBe(static notice => notice.Rule == "Unexpected429");
        program.Pass(TimeSpan.FromHours(2));

        var held = (await program.ToldAsync(3))[2];
        (held.Rule, held.IsHeld).ShouldBe(("UsageHigh", true));
        held.Fired.ShouldBe(held.Recovered, "it was over before anybody was told");
    }

    [Fact]
    public async Task A_change_of_the_section_takes_effect_and_a_bad_one_is_refused_with_its_faults()
    {
        var source = new ReloadableSource(("Alerts:Rules:UsageHigh:Above", "90"));
        await using var program = await WatchedProgram.StartAsync(source);
        await program.SendAsync(85);
        program.Pass(TimeSpan.FromMinutes(10));
        program.Open.ShouldBeEmpty();

        source.Change(("Alerts:Rules:UsageHigh:Above", "a lot"), ("Alerts:Interval", "0 s"));
        var refused = program.Log.Entries.Single(static entry => entry.Event.Id == 48).Message;
        refused.ShouldContain("RateLimiting:Alerts:Rules:UsageHigh:Above: 'a lot' → a number");
        refused.ShouldContain("RateLimiting:Alerts:Interval: '0 s' → a duration from 1 s to 1 min");
        program.Pass(TimeSpan.FromMinutes(10));
        program.Open.ShouldBeEmpty();

        source.Change(("Alerts:Services:API:UsageHigh:Above", "80"), ("Alerts:Rules:UsageHigh:Above", "90"), ("Alerts:Interval", "5 s"));
        program.Pass(TimeSpan.FromMinutes(6));
        program.Open.ShouldBe(["UsageHigh"]);

        source.Change(("Alerts:Rules:UsageHigh:Enabled", "false"), ("Alerts:Services:API:UsageHigh:Above", null));
        program.Pass(TimeSpan.FromMinutes(6));
        program.Open.ShouldBeEmpty();
        program.Book.Past.ShouldHaveSingleItem().Rule.ShouldBe("UsageHigh");
    }

    [Fact]
    public async Task A_sink_that_is_taken_out_is_told_no_more_and_one_that_is_put_in_is()
    {
        var source = new ReloadableSource(("Alerts:Sinks:Log:Enabled", "false"));
        await using var program = await WatchedProgram.StartAsync(source);
        program.Watch.Couriers.Select(static courier => courier.Name).ShouldBe(["mine"]);

        source.Change(("Alerts:Sinks:Log:Enabled", "true"), ("Alerts:Sinks:Webhook:Url", "https://hook.test/"));
        program.Watch.Couriers.Select(static courier => courier.Name).ShouldBe(["mine", "log", "webhook"], ignoreOrder: true);

        source.Change(("Alerts:Sinks:Log:Enabled", "false"), ("Alerts:Sinks:Webhook:Url", null));
        program.Watch.Couriers.Select(static courier => courier.Name).ShouldBe(["mine"]);
    }

    [Fact]
    public async Task Once_a_day_a_mail_says_what_happened()
    {
        await using var mail = new SmtpServer();
        await using var program = await WatchedProgram.StartAsync(alerts: alerts =>
        {
            alerts.Rule("Unexpected429", static rule => rule.Severity = AlertSeverity.Info);
            (alerts.Source, alerts.Email.Host, alerts.Email.Port, alerts.Email.Security, alerts.Email.From, alerts.Email.DailySummary) = ("orders", "127.0.0.1", mail.Port, MailSecurity.None, "alerts@example.com", new TimeOnly(0, 10));
            alerts.Email.To.Add("op@example.com");
        });
        await program.SendAsync(1, HttpStatusCode.TooManyRequests);

        // It begins at midnight, and stops at the minute: time does not run out for the mail.
        program.Pass(TimeSpan.FromMinutes(10));

        await Eventually.TrueAsync(() => mail.Mails.Count == 1);
        mail.Mails[0].ShouldContain("Subject: orders: alerts of the day, 0 open, 1 over");
        mail.Mails[0].ShouldContain("RECOVERED [Info] api: responses with status 429");
    }

    [Fact]
    public async Task A_host_that_stops_tells_what_stands_on_the_board()
    {
        await using var program = await WatchedProgram.StartAsync();
        await program.SendAsync(1, HttpStatusCode.TooManyRequests);
        program.Pass(Look);
        program.Sink.Attempts.ShouldBe(0, "its group is still being gathered");

        await program.StopAsync(TestContext.Current.CancellationToken).WithinDeadlineAsync();

        program.Sink.Delivered.ShouldHaveSingleItem().Rule.ShouldBe("Unexpected429");
    }

    [Fact]
    public async Task Faults_keep_the_host_from_starting_all_at_once()
    {
        var source = new ReloadableSource(("Alerts:Rules:UsageHi:Above", "1"), ("Alerts:Sinks:Slack:Url", "ftp://x"));

        var faults = await Should.ThrowAsync<OptionsValidationException>(() => WatchedProgram.StartAsync(source));

        faults.Failures.Count().ShouldBe(2);
    }

    [Fact]
    public void Without_this_package_its_section_is_a_fault() =>
        Configured.Faults(Configured.Json("""{ "RateLimiting": { "Services": { "a": { "Limits": "5/s" } }, "Alerts": { "Interval": "10 s" } } }"""))
            .ShouldBe(["RateLimiting:Alerts: a section → no section, or the package that reads it: RateLimited.Http.Alerts, with services.AddRateLimitAlerts()."]);

    [Fact]
    public void With_it_it_is_none() =>
        Configured.Faults(
            Configured.Json("""{ "RateLimiting": { "Services": { "a": { "Limits": "5/s" } }, "Alerts": { "Interval": "10 s" } } }"""),
            static services => services.AddRateLimitAlerts().AddRateLimitAlerts()).ShouldBeEmpty();
}
