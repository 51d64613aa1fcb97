using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Testing;

namespace RateLimited.Http.Tests.Telemetry;

public sealed class RateLimitingTelemetryTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MetricCollector _collected;
    private readonly LogCollector _logs = new();
    private readonly RateLimitingTelemetry _telemetry;
    private readonly ServiceTelemetry _service;

    public RateLimitingTelemetryTests()
    {
        var meters = _services.GetRequiredService<IMeterFactory>();
        _collected = new MetricCollector(meters);
        _telemetry = new RateLimitingTelemetry(meters, _logs);
        _service = _telemetry.For("api");
    }

    public void Dispose()
    {
        _collected.Dispose();
        _telemetry.Dispose();
        _services.Dispose();
    }

    [Fact]
    public void Every_event_has_its_series()
    {
        foreach (var result in Enum.GetValues<CheckResult>())
        {
            _service.Checked(result);
        }

        foreach (var reason in Enum.GetValues<RejectionReason>())
        {
            _service.Refused(reason, "limit");
        }

        _service.Waited(RequestPriority.Critical, TimeSpan.FromMilliseconds(1500));
        _service.Waited((RequestPriority)77, TimeSpan.Zero);
        _service.Unexpected429();
        _service.BodyAbandoned();
        _service.Reloaded();
        _service.ReloadRefused("Limits[0] is wrong.");

        Lines(_collected).ShouldBe(
            [
                .. TagValues.Results.Select(result => $"rate_limit.checks{{service=api,result={result}}} 1"),
                .. TagValues.Reasons.Select(reason => $"rate_limit.refusals{{service=api,reason={reason}}} 1"),
                "rate_limit.wait.duration{service=api,priority=critical} 1.5",
                "rate_limit.wait.duration{service=api,priority=critical} 0",
                "rate_limit.unexpected_429{service=api} 1",
                "rate_limit.abandoned_bodies{service=api} 1",
                "rate_limit.reloads{service=api,result=accepted} 1",
                "rate_limit.reloads{service=api,result=refused} 1",
            ],
            ignoreOrder: true);
    }

    [Fact]
    public void Enums_and_tag_values_are_as_many()
    {
        TagValues.Results.Length.ShouldBe(Enum.GetValues<CheckResult>().Length);
        TagValues.Reasons.Length.ShouldBe(Enum.GetValues<RejectionReason>().Length);
        Enum.GetValues<RequestPriority>().Select(TagValues.Of).ShouldBe(TagValues.Priorities, ignoreOrder: true);
        TagValues.Of(RequestPriority.Background).ShouldBe("background");
        TagValues.AttemptResults.Length.ShouldBe(Enum.GetValues<AttemptResult>().Length);
        TagValues.BreakerStates.Length.ShouldBe(Enum.GetValues<CircuitState>().Length);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Listening_or_not_an_event_allocates_nothing(bool isListening)
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var silent = new RateLimitingTelemetry(services.GetRequiredService<IMeterFactory>());
        var service = isListening ? _service : silent.For("api");
        _collected.IsPaused = true;
        _logs.MinimumLevel = LogLevel.None;
        for (var pass = 0; pass < 2; pass++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++)
            {
                service.Checked(CheckResult.Waited);
                service.Waited(RequestPriority.Normal, TimeSpan.FromSeconds(1));
                service.Refused(RejectionReason.Timeout, "limit");
                service.Unexpected429();
                service.StartWait(RequestPriority.Normal).End();
                service.Attempted(AttemptResult.Success, TimeSpan.FromSeconds(1));
                service.Settled("tokens", 1);
                service.StoreAsked(isAnswered: true, TimeSpan.FromSeconds(1));
            }

            (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(pass == 0 ? long.MaxValue : 1000);
        }
    }

    [Fact]
    public void Gauges_show_the_status_while_the_service_is_observed()
    {
        var observation = _service.Observe(() => Status(new LineStatus(RequestPriority.High, 3)));

        _collected.Collect();
        Lines(_collected).ShouldBe(
            [
                "rate_limit.queue.length{service=api,priority=background} 0",
                "rate_limit.queue.length{service=api,priority=low} 0",
                "rate_limit.queue.length{service=api,priority=normal} 0",
                "rate_limit.queue.length{service=api,priority=high} 3",
                "rate_limit.queue.length{service=api,priority=critical} 0",
                "rate_limit.queue.capacity{service=api} 10",
                "rate_limit.in_flight{service=api} 2",
                "rate_limit.partitions{service=api,limit=minute} 2",
                "rate_limit.partitions.memory{service=api,limit=minute} 700",
                "rate_limit.partitions.evictions{service=api,limit=minute} 4",
                "rate_limit.queue.memory{service=api} 1200",
                "api.quota{service=api,limit=minute} 100",
                "rate_limit.usage_ratio{service=api,limit=minute,paced=false} 0.75",
                "api.quota.remaining{service=api,limit=minute} 25",
                "rate_limit.backoff{service=api} 1.5",
            ],
            ignoreOrder: true);

        observation.Dispose();
        _collected.Clear();
        _collected.Collect();
        Lines(_collected).ShouldBeEmpty();
    }

    [Fact]
    public void A_paced_limit_is_told_from_one_that_is_to_keep_something()
    {
        using var observation = _service.Observe(static () => Status() with { Limits = [Limit(60), Limit(99) with { IsPaced = true }, Limit(98) with { IsPaced = true }] });

        _collected.Collect();

        Lines(_collected).Where(static line => line.Contains("usage", StringComparison.Ordinal)).ShouldBe(
            ["rate_limit.usage_ratio{service=api,limit=minute,paced=false} 0.6", "rate_limit.usage_ratio{service=api,limit=minute,paced=true} 0.99"],
            ignoreOrder: true);
    }

    [Fact]
    public void Of_the_states_of_circuits_and_keys_one_is_1_and_the_others_0()
    {
        _service.Resilience.Observe(static () => CircuitState.HalfOpen);
        using var observation = _service.Observe(static () => TelemetryEvents.Status);

        _collected.Collect();

        Lines(_collected).Where(static line => line.Contains(".state{", StringComparison.Ordinal)).ShouldBe(
            [
                "resilience.circuit.state{service=api,state=closed} 0",
                "resilience.circuit.state{service=api,state=open} 0",
                "resilience.circuit.state{service=api,state=half_open} 1",
                "resilience.circuit.state{service=api,state=isolated} 0",
                "api.key.state{service=api,key=spare,state=active} 0",
                "api.key.state{service=api,key=spare,state=rate_limited} 0",
                "api.key.state{service=api,key=spare,state=exhausted} 1",
                "api.key.state{service=api,key=spare,state=error} 0",
                "api.key.state{service=api,key=spare,state=disabled} 0",
            ],
            ignoreOrder: true);
    }

    [Fact]
    public void One_service_that_cannot_answer_does_not_silence_the_others()
    {
        using var broken = _telemetry.For("broken").Observe(() => throw new ObjectDisposedException("limiter"));
        using var whole = _service.Observe(() => Status());

        _collected.Collect();

        Lines(_collected).ShouldContain("rate_limit.in_flight{service=api} 2");
        Lines(_collected).ShouldNotContain(series => series.Contains("broken", StringComparison.Ordinal));
    }

    [Fact]
    public void A_service_nobody_holds_disappears()
    {
        static WeakReference ObserveAndDrop(RateLimitingTelemetry telemetry)
        {
            var dropped = telemetry.For("dropped");
            dropped.Observe(() => Status() with { InFlight = dropped.Tags.Length });
            return new WeakReference(dropped);
        }

        var dropped = ObserveAndDrop(_telemetry);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        dropped.IsAlive.ShouldBeFalse();
        _collected.Collect();
        Lines(_collected).ShouldBeEmpty();
    }

    [Fact]
    public void Disposed_telemetry_shows_nothing_even_on_the_shared_meter()
    {
        using var collected = new MetricCollector();
        var shared = new RateLimitingTelemetry();
        var name = Guid.NewGuid().ToString("n");
        var service = shared.For(name);
        using var observation = service.Observe(() => Status());
        collected.Collect();
        Lines(collected).ShouldContain($"rate_limit.in_flight{{service={name}}} 2");

        shared.Dispose();
        collected.Clear();
        collected.Collect();

        Lines(collected).ShouldNotContain(series => series.Contains(name, StringComparison.Ordinal));
    }

    [Fact]
    public void A_wait_has_a_span_that_is_nobodys_current_activity()
    {
        var ended = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => string.Equals(source.Name, "RateLimited.Http", StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using var parent = new Activity("caller").Start();

        var granted = _service.StartWait(RequestPriority.Low);
        Activity.Current.ShouldBeSameAs(parent);
        Activity.Current = null;
        granted.End();
        Activity.Current.ShouldBeNull();
        Activity.Current = parent;
        _service.StartWait(RequestPriority.Low).End(RejectionReason.QueueFull);

        var own = ended.Where(activity => activity.ParentSpanId == parent.SpanId).ToList();
        own.Count.ShouldBe(2);
        own.ShouldAllBe(activity => activity.OperationName == "rate_limit.wait" && (string?)activity.GetTagItem("priority") == "low");
        own[1].Status.ShouldBe(ActivityStatusCode.Error);
        own[1].GetTagItem("reason").ShouldBe("queue_full");
    }

    [Fact]
    public void Logs_say_what_happened()
    {
        _service.Refused(RejectionReason.Timeout, "minute");
        _service.Unexpected429();
        _service.BodyAbandoned();
        _service.Reloaded();
        _service.ReloadRefused("Limits[0] is wrong.");

        _logs.Entries.Select(line => (line.Event.Id, line.Level)).ShouldBe(
            [(1, LogLevel.Debug), (2, LogLevel.Warning), (3, LogLevel.Warning), (4, LogLevel.Information), (5, LogLevel.Error)]);
        _logs.Entries[0].Message.ShouldBe("A request to api was refused (timeout); limit: minute.");
        _logs.Entries[4].Message.ShouldEndWith("Limits[0] is wrong.");
    }

    private static IEnumerable<string> Lines(MetricCollector collected) => collected.Measurements.Select(static measured => measured.ToString());

    private static ServiceStatus Status(params IReadOnlyList<LineStatus> line) => new()
    {
        Service = "api",
        Mode = RateLimitMode.Enforce,
        Limits = [Limit(60), Limit(75)],
        Line = line,
        LineCapacity = 10,
        LineBytes = 1200,
        Wait = null,
        InFlight = 2,
        ArrivalGuard = TimeSpan.Zero,
        Pause = TimeSpan.FromSeconds(1.5),
    };

    private static LimitStatus Limit(long used) => new()
    {
        Name = "minute",
        Unit = UnitCost.Requests,
        Partition = "service",
        Quota = 100,
        Used = used,
        Remaining = 100 - used,
        ResetAfter = null,
        Partitions = 1,
        Evicted = 2,
        Bytes = 350,
    };
}
