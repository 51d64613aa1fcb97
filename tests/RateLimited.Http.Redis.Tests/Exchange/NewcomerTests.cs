using Microsoft.Extensions.Logging;
using RateLimited.Http.Admission;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Testing;

namespace RateLimited.Http.Redis.Tests.Exchange;

/// <summary>What a process that joins a fleet makes of what the others know. Virtual time.</summary>
public sealed class NewcomerTests : IDisposable
{
    private const int Quota = 20;

    private readonly ManualTimeProvider _time = new();
    private readonly RateLimitingTelemetry _telemetry = new();
    private readonly ScriptedStore _store = new();
    private readonly ServiceLimiter _limiter;

    public NewcomerTests()
    {
        var definition = new ServiceDefinition { Name = "s", Limits = [new LimitDefinition("own", UnitCost.Requests, new SlidingWindow(Quota, TimeSpan.TicksPerMinute))], ArrivalGuard = TimeSpan.Zero };
        _limiter = new ServiceLimiter(definition, new InProcessStore(_time, []), _telemetry.For("s"), shared: _store);
        _limiter.ExpectAnswers();
    }

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_joins_asks_first_where_others_were_told_of_the_quota(bool wereTold)
    {
        var waiting = Enumerable.Range(0, Quota).Select(_ => _limiter.AdmitAsync(default, Ended).AsTask()).ToArray();
        var call = await _store.NextAsync();
        call.Exchange.Join.ShouldBeTrue();
        call.Exchange.IsTold = wereTold;

        call.Grant();
        var asked = _store.NextAsync();
        while (waiting.Count(static each => each.IsCompleted) < (wereTold ? 1 : Quota))
        {
            var next = await Task.WhenAny([asked, .. waiting.Where(static each => !each.IsCompleted)]).WaitAsync(TimeSpan.FromSeconds(30), Ended);
            if (next == asked)
            {
                (await asked).Grant();
                asked = _store.NextAsync();
            }
        }

        waiting.Count(static each => each.IsCompleted).ShouldBe(wereTold ? 1 : Quota);
        _limiter.GetStatus().Limits.Any(static limit => limit.Name == "first answer").ShouldBe(wereTold);
    }

    [Fact]
    public async Task Nobody_goes_unasked_between_hearing_that_responses_tell_and_heeding_it()
    {
        ServiceLimiter? limiter = null;
        var log = new WakingLog(() => limiter?.Wake());
        using var telemetry = new RateLimitingTelemetry(loggers: log);
        var definition = new ServiceDefinition { Name = "s", Limits = [new LimitDefinition("places", UnitCost.Requests, new Concurrency(Quota))], ArrivalGuard = TimeSpan.Zero };
        var store = new ScriptedStore { Settings = new() { Ahead = 0, LongestHold = TimeSpan.TicksPerSecond } };
        limiter = new ServiceLimiter(definition, new InProcessStore(_time, []), telemetry.For("s"), shared: store);
        using var owned = limiter;
        limiter.ExpectAnswers();

        // While the second question is under way the first request comes to have held its place for too long, and a third one asks.
        var first = limiter.AdmitAsync(default, Ended).AsTask();
        (await store.NextAsync()).Grant();
        await first;
        _time.Advance(TimeSpan.FromMilliseconds(1_124));
        var second = limiter.AdmitAsync(default, Ended).AsTask();
        var call = await store.NextAsync();
        _time.Advance(TimeSpan.FromMilliseconds(2));
        var third = limiter.AdmitAsync(default, Ended).AsTask();
        call.Grant();
        await second.WaitAsync(TimeSpan.FromSeconds(30), Ended);
        call = await store.NextAsync();
        call.Exchange.IsTold = true;
        call.Grant();

        (await third.WaitAsync(TimeSpan.FromSeconds(30), Ended)).Plan.AsksFirst.ShouldBeTrue();
        log.Woken.ShouldBe(1);
    }

    public void Dispose()
    {
        _limiter.Dispose();
        _telemetry.Dispose();
    }

    /// <summary>A log whose warnings make the line look whether somebody may go.</summary>
    private sealed class WakingLog(Action wake) : ILoggerFactory, ILogger
    {
        public int Woken { get; private set; }

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Warning)
            {
                Woken++;
                wake();
            }
        }

        public void Dispose()
        {
        }
    }
}
