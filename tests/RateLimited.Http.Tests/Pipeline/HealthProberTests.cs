using System.Net;
using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Resilience;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Tests.Pipeline;

public sealed class HealthProberTests : IDisposable
{
    private static readonly HealthRule Rule = new(null, new Uri("/health", UriKind.Relative), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(2), FailuresToOpen: 3, SuccessesToClose: 2);

    private readonly LimitedService _service = new LimitedService(LimitedService.Window(100)).With(ResilienceRule.Nothing);
    private readonly ServicePipeline _pipeline;
    private HttpStatusCode _status = HttpStatusCode.OK;
    private bool _hangs;
    private int _asked;

    public HealthProberTests()
    {
        _pipeline = new ServicePipeline(_service.Limiter, _service.Pipeline.Settings with { Resilience = new ResilienceRule { Health = Rule, Retry = new RetryRule() } })
        {
            Clients = _ => new HttpClient(new ResilienceHandler(_pipeline!) { InnerHandler = new RateLimitingHandler(_pipeline!) { InnerHandler = new StubHandler(AnswerAsync) } })
            {
                BaseAddress = new Uri("https://upstream.test/"),
                Timeout = Timeout.InfiniteTimeSpan,
            },
        };
        _pipeline.Probe();
    }

    public void Dispose()
    {
        _pipeline.Dispose();
        _service.Dispose();
    }

    [Fact]
    public void Hysteresis_changes_only_after_so_many_of_a_kind() =>
        Holds.For(Gen.Elements(CallResult.Success, CallResult.Failure, CallResult.Inconclusive).ListOf().Resize(60), static results =>
        {
            var hysteresis = new HealthHysteresis();
            var said = new List<CallResult>();
            foreach (var result in results)
            {
                var changed = hysteresis.Add(result, Rule);
                if (result == CallResult.Inconclusive)
                {
                    changed.ShouldBeNull();
                    continue;
                }

                said.Add(result);
                var needed = result == CallResult.Success ? Rule.SuccessesToClose : Rule.FailuresToOpen;
                var isRun = said.Count >= needed && said.TakeLast(needed).All(one => one == result);
                changed.ShouldBe(isRun ? result == CallResult.Success : null);
            }
        });

    [Fact]
    public async Task A_service_that_is_not_well_is_closed_ahead_of_traffic_and_opened_again()
    {
        _status = HttpStatusCode.InternalServerError;
        await ProbesAsync(2);
        _pipeline.Resilience.State.ShouldBe(CircuitState.Closed);
        await ProbesAsync(1);
        _pipeline.Resilience.State.ShouldBe(CircuitState.Open);

        using var request = new HttpRequestMessage(HttpMethod.Get, "/a");
        (await Should.ThrowAsync<CircuitOpenException>(() => _pipeline.Clients!("a").SendAsync(request, TestContext.Current.CancellationToken))).RetryAfter.ShouldBeNull();

        _status = HttpStatusCode.NotFound;
        await ProbesAsync(1);
        _pipeline.Resilience.State.ShouldBe(CircuitState.Open);
        await ProbesAsync(1);
        _pipeline.Resilience.State.ShouldBe(CircuitState.Closed, "it answers");
        _asked.ShouldBe(5, "a probe is not repeated");
    }

    [Fact]
    public async Task A_probe_that_hangs_is_a_failure()
    {
        _hangs = true;
        for (var i = 0; i < 3; i++)
        {
            await ProbesAsync(1, ended: false);
            _service.Time.Advance(TimeSpan.FromSeconds(2));
            await Eventually.TrueAsync(() => _service.Time.UntilNextTimer == TimeSpan.FromSeconds(10));
        }

        _pipeline.Resilience.State.ShouldBe(CircuitState.Open);
    }

    [Fact]
    public async Task A_refusal_says_nothing_and_what_was_done_by_hand_stays()
    {
        _status = HttpStatusCode.TooManyRequests;
        await ProbesAsync(4);
        _pipeline.Resilience.State.ShouldBe(CircuitState.Closed);

        _pipeline.Resilience.Isolate();
        _pipeline.Resilience.Health(isWell: true);
        _pipeline.Resilience.Health(isWell: false);
        _pipeline.Resilience.State.ShouldBe(CircuitState.Isolated);
    }

    [Fact]
    public async Task When_nobody_asks_any_more_it_is_as_if_nobody_had()
    {
        _status = HttpStatusCode.InternalServerError;
        await ProbesAsync(3);

        _pipeline.Settings = _pipeline.Settings with { Resilience = ResilientChain.Usual };

        _pipeline.Resilience.State.ShouldBe(CircuitState.Closed);
        _service.Time.Advance(TimeSpan.FromMinutes(1));
        _asked.ShouldBe(3);
        _service.Time.ArmedTimers.ShouldBe(0);
    }

    private async Task ProbesAsync(int count, bool ended = true)
    {
        for (var i = 0; i < count; i++)
        {
            var before = _asked;
            await Eventually.TrueAsync(() => _service.Time.ArmedTimers > 0);
            _service.Time.Advance(TimeSpan.FromSeconds(10));
            if (_status != HttpStatusCode.TooManyRequests)
            {
                await Eventually.TrueAsync(() => _asked == before + 1);
            }

            await Eventually.TrueAsync(() => !ended || _service.Time.UntilNextTimer > TimeSpan.Zero);
        }
    }

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.RequestUri.ShouldBe(new Uri("https://upstream.test/health"));
        Interlocked.Increment(ref _asked);
        if (_hangs)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        return new HttpResponseMessage(_status);
    }
}
