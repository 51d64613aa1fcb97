using RateLimited.Http.Admission;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Resilience;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Tests.Pipeline;

/// <summary>A request that waits may go on, on another thread, before the handlers around know that it waits.</summary>
public sealed class TimeoutRaceTests
{
    private const int Callers = 8;
    private const int CallsEach = 400;

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task However_threads_meet_no_timer_is_left_and_nobody_is_ended_early()
    {
        var time = new CountingTime();
        using var telemetry = new RateLimitingTelemetry();
        var definition = new ServiceDefinition
        {
            Name = "race",
            Limits = [LimitedService.Concurrent(2)],
            ArrivalGuard = TimeSpan.Zero,
            Queue = new QueueDefinition { Timeout = Timeout.InfiniteTimeSpan },
        };
        using var limiter = new ServiceLimiter(definition, new InProcessStore(time, []), telemetry.For("race"));
        var before = time.Timers;
        var rule = new ResilienceRule { TotalTimeout = TimeSpan.FromHours(2), AttemptTimeout = TimeSpan.FromHours(1), Breaker = new BreakerRule(), MaxRedirects = 3 };
        var pipeline = new ServicePipeline(limiter, new PipelineSettings(new EndpointRouter([]), RejectionBehavior.Throw, TimeSpan.FromMinutes(1)) { Resilience = rule });
        using var invoker = new HttpMessageInvoker(new ResilienceHandler(pipeline)
        {
            InnerHandler = new RedirectHandler(pipeline)
            {
                InnerHandler = new RateLimitingHandler(pipeline) { InnerHandler = new AttemptTimeoutHandler(pipeline) { InnerHandler = new StubHandler(AnswerAsync) } },
            },
        });

        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(() => CallAsync(invoker, caller), Ended))).WaitAsync(TimeSpan.FromSeconds(60), Ended);

        (time.Timers, limiter.GetStatus().InFlight).ShouldBe((before, 0));
    }

    private static async Task CallAsync(HttpMessageInvoker invoker, int caller)
    {
        for (var call = 0; call < CallsEach; call++)
        {
            using var source = new CancellationTokenSource();
            using var response = await invoker.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"https://upstream.test/{(caller + call) % 3}"), source.Token);
            response.IsSuccessStatusCode.ShouldBeTrue();
        }
    }

    /// <summary>Sometimes at once, sometimes later on another thread, sometimes by way of a redirect.</summary>
    private static async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, CancellationToken token)
    {
        var path = request.RequestUri!.AbsolutePath;
        if (path != "/0")
        {
            await Task.Yield();
        }

        token.IsCancellationRequested.ShouldBeFalse();
        return path == "/2"
            ? new HttpResponseMessage(System.Net.HttpStatusCode.Found) { RequestMessage = request, Headers = { Location = new Uri("/1", UriKind.Relative) } }
            : new HttpResponseMessage { RequestMessage = request };
    }

    /// <summary>The system's time, with its timers counted until they are disposed.</summary>
    private sealed class CountingTime : TimeProvider
    {
        private int _timers;

        public int Timers => Volatile.Read(ref _timers);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Increment(ref _timers);
            return new Counted(this, System.CreateTimer(callback, state, dueTime, period));
        }

        private sealed class Counted(CountingTime owner, ITimer timer) : ITimer
        {
            private int _isDisposed;

            public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(dueTime, period);

            public void Dispose()
            {
                timer.Dispose();
                if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
                {
                    Interlocked.Decrement(ref owner._timers);
                }
            }

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
