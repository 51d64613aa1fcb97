using System.Net;
using System.Text.Json;
using RateLimited.Http.Alerts.Delivery;
using RateLimited.Http.Alerts.Sinks;
using RateLimited.Http.Testing;
using RateLimited.Http.Tests.Pipeline;

namespace RateLimited.Http.Alerts.Tests.Sinks;

/// <summary>Webhook, Slack and PagerDuty against servers on this machine: one that works, one that is down, one that is slow.</summary>
public sealed class HttpSinkTests : IAsyncLifetime
{
    private static readonly TimeSpan Patient = TimeSpan.FromDays(1);

    private readonly SinkHttp _http = new();
    private LoopbackHook _hook = null!;

    public async ValueTask InitializeAsync() => _hook = await LoopbackHook.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _hook.DisposeAsync();
    }

    [Fact]
    public async Task A_webhook_gets_the_notice_as_JSON_with_its_token()
    {
        await new WebhookSink(new Uri(_hook.Address, "/in/secret"), "token-1", _http).SendAsync(Notices.Of([Notices.Alert("p-1"), Notices.Alert("p-2", isOver: true)], [Notices.Alert("p-2", isOver: true)]), TestContext.Current.CancellationToken);

        var (path, authorization, body) = _hook.Received.ShouldHaveSingleItem();
        (path, authorization).ShouldBe(("/in/secret", "Bearer token-1"));
        var notice = JsonDocument.Parse(body).RootElement;
        (notice.GetProperty("id").GetString(), notice.GetProperty("kind").GetString(), notice.GetProperty("source").GetString(), notice.GetProperty("severity").GetString()).ShouldBe(("p-n1", "Change", "orders-7", "Critical"));
        var alert = notice.GetProperty("fired")[0];
        alert.EnumerateObject().Select(static field => field.Name).ShouldBe(["id", "rule", "severity", "service", "subject", "summary", "value", "beganAt", "firedAt", "recoveredAt", "acknowledgedAt", "acknowledgedBy"]);
        (alert.GetProperty("id").GetString(), alert.GetProperty("value").GetDouble(), alert.GetProperty("firedAt").GetDateTimeOffset()).ShouldBe(("p-1", 97, Notices.Noon.AddMinutes(5)));
        notice.GetProperty("recovered")[0].GetProperty("id").GetString().ShouldBe("p-2");
    }

    [Fact]
    public async Task Slack_gets_one_text_in_which_nothing_is_a_mention_or_a_link()
    {
        await new SlackSink(new Uri(_hook.Address, "/services/T/B/X"), _http).SendAsync(Notices.Of([Notices.Alert("p-1", summary: Notices.Hostile)], [Notices.Alert("p-0", isOver: true)]), TestContext.Current.CancellationToken);

        var message = JsonDocument.Parse(_hook.Received.ShouldHaveSingleItem().Body).RootElement;
        var text = message.GetProperty("text").GetString()!;
        text.ShouldContain("FIRING [Critical] &lt;!channel&gt; &lt;img src=x");
        text.ShouldContain("RECOVERED [Critical] openai: the limit 500/minute is used to 97 %. From 2026-01-01 12:05 UTC to 2026-01-01 12:20 UTC");
        text.ShouldContain("&amp;amp;");
        text.ShouldNotContain('<');
        text.ShouldNotContain('\u202e');
        text.Split('\n').ShouldNotContain(static line => line.StartsWith("Bcc", StringComparison.Ordinal));
        (message.GetProperty("mrkdwn").GetBoolean(), message.GetProperty("unfurl_links").GetBoolean()).ShouldBe((false, false));
    }

    [Fact]
    public async Task PagerDuty_gets_an_incident_for_each_alert_and_its_end_under_the_same_key()
    {
        var pager = new PagerDutySink(new Uri(_hook.Address, "/v2/enqueue"), "routing", _http);

        await pager.SendAsync(Notices.Of([Notices.Alert("p-1"), Notices.Alert("p-2") with { Subject = null }, Notices.Alert("p-3", isOver: true)], [Notices.Alert("p-3", isOver: true)]), TestContext.Current.CancellationToken);
        await pager.SendAsync(Notices.Of([], [Notices.Alert("p-1", isOver: true)], "p-n2"), TestContext.Current.CancellationToken);
        var (one, other) = (PagerDutySink.KeyOf("orders-7", Notices.Alert("p-1")), PagerDutySink.KeyOf("orders-7", Notices.Alert("p-2") with { Subject = null }));

        var events = _hook.Received.Select(static received => JsonDocument.Parse(received.Body).RootElement).ToArray();
        events.Select(static each => (each.GetProperty("event_action").GetString(), each.GetProperty("dedup_key").GetString())).ShouldBe([("trigger", one), ("trigger", other), ("resolve", one)]);
        events.ShouldAllBe(static each => each.GetProperty("routing_key").GetString() == "routing");
        var payload = events[0].GetProperty("payload");
        payload.EnumerateObject().Select(static field => $"{field.Name}={field.Value}").ShouldBe(
            ["summary=openai: the limit 500/minute is used to 97 %.", "source=orders-7", "severity=critical", "timestamp=2026-01-01T12:05:00+00:00", "component=openai", "group=500/minute", "class=UsageCritical"]);
        events[2].TryGetProperty("payload", out _).ShouldBeFalse();
    }

    [Fact]
    public void An_incident_is_the_same_for_a_program_that_starts_anew_and_another_for_what_is_another()
    {
        var alert = Notices.Alert("p-1");
        var key = PagerDutySink.KeyOf("orders-7", alert);

        PagerDutySink.KeyOf("orders-7", alert with { Id = "q-9", Summary = "other words", Value = 1, FiredAt = DateTimeOffset.UnixEpoch }).ShouldBe(key);
        (key.Length, key.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter == '-')).ShouldBe((44, true));
        string[] others =
        [
            PagerDutySink.KeyOf("orders-8", alert),
            PagerDutySink.KeyOf("orders-7", alert with { Rule = "another" }),
            PagerDutySink.KeyOf("orders-7", alert with { Service = "another" }),
            PagerDutySink.KeyOf("orders-7", alert with { Service = null }),
            PagerDutySink.KeyOf("orders-7", alert with { Subject = "another" }),
            PagerDutySink.KeyOf("orders-7", alert with { Subject = null }),
            PagerDutySink.KeyOf("orders-7", alert with { Service = alert.Service + alert.Subject, Subject = string.Empty }),
        ];
        others.Append(key).ShouldBeUnique();
    }

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError, null, false, null)]
    [InlineData(HttpStatusCode.TooManyRequests, "30", false, 30)]
    [InlineData(HttpStatusCode.ServiceUnavailable, "7", false, 7)]
    [InlineData(HttpStatusCode.NotFound, null, false, null)]
    [InlineData(HttpStatusCode.Found, null, false, null)]
    [InlineData(HttpStatusCode.BadRequest, "30", true, null)]
    public async Task A_refusal_says_its_status_and_whether_it_is_worth_trying_again(HttpStatusCode status, string? retryAfter, bool isFinal, int? seconds)
    {
        (_hook.Status, _hook.RetryAfter) = (status, retryAfter);

        var fault = await Should.ThrowAsync<SinkFault>(() => new WebhookSink(_hook.Address, token: null, _http).SendAsync(Notices.Of([Notices.Alert("p-1")]), TestContext.Current.CancellationToken));

        (fault.Message, fault.IsFinal, fault.RetryAfter?.TotalSeconds).ShouldBe(($"status {(int)status}", isFinal, (double?)seconds));
    }

    [Fact]
    public async Task One_that_is_down_fails_without_saying_where_it_is()
    {
        var address = new Uri(await LoopbackHook.DownAsync(), "/services/secret");

        var fault = await Should.ThrowAsync<SinkFault>(() => new SlackSink(address, _http).SendAsync(Notices.Of([Notices.Alert("p-1")]), TestContext.Current.CancellationToken));

        fault.ToString().ShouldNotContain("127.0.0.1");
        fault.InnerException.ShouldBeNull();
    }

    [Fact]
    public async Task One_that_is_slow_and_one_that_is_down_hold_up_no_other_and_get_all_when_they_are_back()
    {
        var time = new ManualTimeProvider();
        await using var slow = await LoopbackHook.StartAsync();
        slow.Hangs = true;
        _hook.Status = HttpStatusCode.ServiceUnavailable;
        await using var well = await LoopbackHook.StartAsync();
        var couriers = new[] { (slow, TimeSpan.FromSeconds(10)), (_hook, Patient), (well, Patient) }.Select(each => new Courier(PlanOf(each.Item1, each.Item2), time, new LogCollector().CreateLogger("c"))).ToArray();
        foreach (var courier in couriers)
        {
            courier.Start();
            courier.Post(Notices.Of([Notices.Alert("p-1")]));
        }

        await Eventually.TrueAsync(() => well.Received.Count == 1 && couriers[2].Waiting == 0 && slow.Asked == 1 && _hook.Asked == 1);
        couriers[0].Change(PlanOf(slow, Patient));
        slow.Hangs = false;
        _hook.Status = HttpStatusCode.OK;

        // The slow one's timeout, and both pauses.
        await Eventually.TrueAsync(() => MovedOverPauses(time) && slow.Received.Count == 1 && _hook.Received.Count == 1);

        await Task.WhenAll(couriers.Select(static courier => courier.StopAsync(CancellationToken.None))).WithinDeadlineAsync();
        (slow.Received.Count, _hook.Received.Count, well.Received.Count, couriers.Sum(static courier => courier.Dropped)).ShouldBe((1, 1, 1, 0));
    }

    /// <summary>Time moves on to what is due soon, and so never to the end of an attempt that is patient.</summary>
    private static bool MovedOverPauses(ManualTimeProvider time)
    {
        if (time.UntilNextTimer < TimeSpan.FromHours(1))
        {
            time.AdvanceToNextTimer();
        }

        return true;
    }

    private SinkPlan PlanOf(LoopbackHook hook, TimeSpan timeout) => new(new WebhookSink(hook.Address, token: null, _http), AlertSeverity.Info, timeout, TimeSpan.FromHours(6), capacity: 8);
}
