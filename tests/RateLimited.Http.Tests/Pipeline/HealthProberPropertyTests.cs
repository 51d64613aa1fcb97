using System.Net;
using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Resilience;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Tests.Pipeline;

/// <summary>
/// A service that is asked at intervals, answers, fails, refuses and hangs, and whose probes are switched off and on at any instant: one asks at a time, each pays or does not go, and when nobody
/// asks any more nothing is held, timed or closed.
/// </summary>
public sealed class HealthProberPropertyTests
{
    private static readonly HealthRule Rule = new(null, new Uri("/health", UriKind.Relative), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(2), FailuresToOpen: 2, SuccessesToClose: 1);
    private static readonly ResilienceRule Probed = new() { Health = Rule, Retry = new RetryRule() };

    private static Gen<(int Quota, IReadOnlyList<(int Status, int After)> Answers, IReadOnlyList<(int Seconds, bool Switches)> Steps)> Cases =>
        from quota in Gen.Choose(1, 20)
        from answers in (from status in Gen.Elements(200, 404, 500, 503, 429) from after in Gen.Elements(0, 1, 3, int.MaxValue) select (status, after)).NonEmptyListOf()
        from steps in (from seconds in Gen.Choose(0, 13) from switches in Gen.Frequency((3, Gen.Constant(false)), (1, Gen.Constant(true))) select (seconds, switches)).NonEmptyListOf()
        select (quota, (IReadOnlyList<(int, int)>)[.. answers], (IReadOnlyList<(int, bool)>)[.. steps.Take(30)]);

    [Fact]
    public async Task One_asks_at_a_time_each_pays_and_nothing_is_left_when_nobody_asks() =>
        await Task.Run(static () => Holds.For(Cases, static drawn => CheckAsync(drawn.Quota, drawn.Answers, drawn.Steps).GetAwaiter().GetResult(), share: 10), TestContext.Current.CancellationToken);

    private static async Task CheckAsync(int quota, IReadOnlyList<(int Status, int After)> answers, IReadOnlyList<(int Seconds, bool Switches)> steps)
    {
        using var service = new LimitedService(LimitedService.Window(quota)).With(ResilienceRule.Nothing);
        var (asked, underWay, most) = (0, 0, 0);
        ServicePipeline? pipeline = null;
        pipeline = new ServicePipeline(service.Limiter, service.Pipeline.Settings with { Resilience = Probed })
        {
            Clients = _ => new HttpClient(new ResilienceHandler(pipeline!) { InnerHandler = new RateLimitingHandler(pipeline!) { InnerHandler = new StubHandler(AnswerAsync) } })
            {
                BaseAddress = new Uri("https://upstream.test/"),
                Timeout = Timeout.InfiniteTimeSpan,
            },
        };
        pipeline.Probe();
        var isProbed = true;
        foreach (var (seconds, switches) in steps)
        {
            if (switches)
            {
                isProbed = !isProbed;
                pipeline.Settings = pipeline.Settings with { Resilience = isProbed ? Probed : ResilientChain.Usual };
            }

            service.Time.Advance(TimeSpan.FromSeconds(seconds));
            Volatile.Read(ref most).ShouldBeLessThanOrEqualTo(1 + steps.Count(static step => step.Switches), "one of each prober, of which the last may still be leaving");
        }

        pipeline.Settings = pipeline.Settings with { Resilience = ResilientChain.Usual };
        await Eventually.TrueAsync(() => Volatile.Read(ref underWay) == 0 && service.InFlight == 0 && service.Time.ArmedTimers == 0, "whoever asked has left");
        pipeline.Resilience.State.ShouldBe(CircuitState.Closed, "nobody says any more that it is not well");
        service.Used.ShouldBeLessThanOrEqualTo(Math.Min(asked, quota));
        pipeline.Dispose();

        async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage _, CancellationToken token)
        {
            var (status, after) = answers[(Interlocked.Increment(ref asked) - 1) % answers.Count];
            var now = Interlocked.Increment(ref underWay);
            most = Math.Max(most, now);
            try
            {
                await service.Time.PauseAsync(after == int.MaxValue ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(after), token).ConfigureAwait(false);
                return new HttpResponseMessage((HttpStatusCode)status);
            }
            finally
            {
                Interlocked.Decrement(ref underWay);
            }
        }
    }
}
