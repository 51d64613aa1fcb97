using Microsoft.Extensions.Logging;
using RateLimited.Http.Alerts.Delivery;
using RateLimited.Http.Testing;
using RateLimited.Http.Tests.Pipeline;

namespace RateLimited.Http.Alerts.Tests.Delivery;

#pragma warning disable VSTHRD003 // Tests have no context to lock.

/// <summary>Sinks that are down, slow, or worse.</summary>
public sealed class CourierTests
{
    private const int FirstNotices = 3;

    private readonly ManualTimeProvider _time = new();
    private readonly LogCollector _log = new();
    private readonly ScriptedSink _sink = new("mine");

    [Fact]
    public async Task A_sink_that_fails_is_tried_again_in_order_and_its_exception_is_not_logged()
    {
        var courier = Started();
        _sink.Does = static (_, _) => throw new InvalidOperationException("CANARY-4711");
        for (var i = 1; i <= FirstNotices; i++)
        {
            courier.Post(OutboxTests.Notice(i));
        }

        await AdvanceUntilAsync(() => _sink.Attempts >= FirstNotices);
        _sink.Does = static (_, _) => Task.CompletedTask;
        await AdvanceUntilAsync(() => _sink.Delivered.Count == FirstNotices);

        _sink.Delivered.Select(static notice => notice.Id).ShouldBe(["1", "2", "3"]);
        _log.Entries.ShouldContain(static entry => entry.Event.Id == 45 && entry.Level == LogLevel.Warning && entry.Message.Contains("InvalidOperationException", StringComparison.Ordinal));
        _log.Entries.Count(static entry => entry.Level >= LogLevel.Warning).ShouldBe(1, "the first failure is a warning, and the next are not");
        _log.Entries.ShouldNotContain(static entry => entry.Exception != null || entry.Message.Contains("CANARY", StringComparison.Ordinal));
        await courier.StopAsync(TestContext.Current.CancellationToken).WithinDeadlineAsync();
    }

    [Fact]
    public async Task Who_does_not_answer_is_waited_for_no_longer_than_the_timeout_also_if_it_does_not_listen()
    {
        var (courier, never) = (Started(), new TaskCompletionSource());
        _sink.Does = (_, _) => never.Task;
        courier.Post(OutboxTests.Notice(1));

        await AdvanceUntilAsync(() => _log.Entries.Any(static entry => entry.Event.Id == 45));

        _log.Entries.Single(static entry => entry.Event.Id == 45).Message.ShouldContain("no answer in time");
        _sink.Does = static (_, _) => Task.CompletedTask;
        await AdvanceUntilAsync(() => _sink.Delivered.Count == 1);
        await courier.StopAsync(TestContext.Current.CancellationToken).WithinDeadlineAsync();
    }

    [Fact]
    public async Task A_sink_that_hangs_holds_up_nobody_who_posts_and_what_is_too_much_is_dropped_and_counted()
    {
        var (courier, hung) = (Started(capacity: 8), new TaskCompletionSource());
        _sink.Does = (_, _) => hung.Task;
        courier.Post(OutboxTests.Notice(0));
        await Eventually.TrueAsync(() => _sink.Attempts == 1);

        for (var i = 1; i <= 20; i++)
        {
            courier.Post(OutboxTests.Notice(i));
        }

        (courier.Waiting, courier.Dropped).ShouldBe((8, 13));
        hung.SetResult();
        await Eventually.TrueAsync(() => _sink.Delivered.Count == 8);
        _sink.Delivered.Select(static notice => notice.Id).ShouldBe(["0", "14", "15", "16", "17", "18", "19", "20"]);
        _log.Entries.Count(static entry => entry.Event.Id == 47).ShouldBe(13);
        await courier.StopAsync(TestContext.Current.CancellationToken).WithinDeadlineAsync();
    }

    [Fact]
    public async Task It_ends_with_what_can_be_delivered_at_once()
    {
        var courier = Started();
        for (var i = 1; i <= FirstNotices; i++)
        {
            courier.Post(OutboxTests.Notice(i));
        }

        await courier.StopAsync(TestContext.Current.CancellationToken).WithinDeadlineAsync();

        _sink.Delivered.Count.ShouldBe(FirstNotices);
    }

    [Fact]
    public async Task It_ends_with_the_token_when_the_sink_hangs()
    {
        var (courier, never) = (Started(), new TaskCompletionSource());
        _sink.Does = (_, _) => never.Task;
        courier.Post(OutboxTests.Notice(1));
        await Eventually.TrueAsync(() => _sink.Attempts == 1);
        using var stop = new CancellationTokenSource();

        var stopping = courier.StopAsync(stop.Token);
        stopping.IsCompleted.ShouldBeFalse();
        await stop.CancelAsync();

        await stopping.WithinDeadlineAsync();
    }

    [Fact]
    public async Task What_matters_less_than_it_wants_to_hear_is_not_sent()
    {
        var courier = new Courier(new SinkPlan(_sink, AlertSeverity.Critical, TimeSpan.FromSeconds(10), TimeSpan.FromHours(1), capacity: 8), _time, _log.CreateLogger("c"));
        courier.Start();
        courier.Post(OutboxTests.Notice(1));
        courier.Post(OutboxTests.Notice(2) with { Severity = AlertSeverity.Critical });
        courier.Post(OutboxTests.Notice(3) with { Severity = AlertSeverity.Critical, Kind = NoticeKind.DailySummary });

        await courier.StopAsync(TestContext.Current.CancellationToken).WithinDeadlineAsync();

        _sink.Delivered.ShouldHaveSingleItem().Id.ShouldBe("2");
    }

    private Courier Started(int capacity = 256)
    {
        var courier = new Courier(new SinkPlan(_sink, AlertSeverity.Info, TimeSpan.FromSeconds(10), TimeSpan.FromHours(6), capacity), _time, _log.CreateLogger("c"));
        courier.Start();
        return courier;
    }

    /// <summary>Moves time on while the courier's task waits for it.</summary>
    private Task AdvanceUntilAsync(Func<bool> condition) => Eventually.TrueAsync(() =>
    {
        if (!condition())
        {
            _time.AdvanceToNextTimer();
        }

        return condition();
    });
}
