using System.Diagnostics;
using System.Net;
using RateLimited.Http.Testing;
using RateLimited.Http.Tests.Keys;
using RateLimited.Http.Tests.Pipeline;

namespace RateLimited.Http.Tests.Telemetry;

/// <summary>Each attempt has its time, its result and its span, whatever comes of it.</summary>
public sealed class AttemptTests : IDisposable
{
    private const string Instrument = "rate_limit.attempt.duration";

    private static readonly Uri Address = new("https://upstream.test/");

    private readonly MetricCollector _collected = new();
    private readonly LimitedService _service = new(LimitedService.Window(1_000));
    private readonly List<Activity> _ended = [];
    private readonly ActivityListener _listener;

    public AttemptTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => string.Equals(source.Name, "RateLimited.Http", StringComparison.Ordinal),
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                lock (_ended)
                {
                    _ended.Add(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _listener.Dispose();
        _service.Dispose();
        _collected.Dispose();
    }

    [Theory]
    [InlineData(200, "success")]
    [InlineData(304, "success")]
    [InlineData(404, "client_error")]
    [InlineData(429, "limited")]
    [InlineData(500, "server_error")]
    public async Task A_response_is_counted_by_its_status(int status, string result)
    {
        using var invoker = _service.Over((_, _) =>
        {
            _service.Time.Advance(TimeSpan.FromSeconds(2));
            return Task.FromResult(new HttpResponseMessage((HttpStatusCode)status));
        });
        using var caller = new Activity("caller").Start();

        using var response = await invoker.SendAsync(Get(), Ended);

        Times(result).ShouldBe([2]);
        Activity.Current.ShouldBeSameAs(caller);
        var span = Spans(caller).ShouldHaveSingleItem();
        (span.OperationName, span.GetTagItem("result"), span.Status).ShouldBe(("rate_limit.attempt", result, status < 400 ? ActivityStatusCode.Unset : ActivityStatusCode.Error));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_failure_is_one_whether_it_comes_at_once_or_later(bool isAtOnce)
    {
        var failing = new TaskCompletionSource<HttpResponseMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var invoker = _service.Over((_, _) => isAtOnce ? throw new HttpRequestException("broken") : failing.Task);

        var sending = invoker.SendAsync(Get(), Ended);
        failing.TrySetException(new HttpRequestException("broken"));
        await Should.ThrowAsync<HttpRequestException>(sending);

        Times("failed").Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_its_caller_gives_up_is_no_failure()
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Ended);
        using var invoker = _service.Over(async (_, token) =>
        {
            await leaving.CancelAsync();
            token.ThrowIfCancellationRequested();
            return new HttpResponseMessage();
        });

        await Should.ThrowAsync<OperationCanceledException>(invoker.SendAsync(Get(), leaving.Token));

        Times("given_up").Count.ShouldBe(1);
        Times("failed").ShouldBeEmpty();
    }

    [Fact]
    public async Task What_the_handlers_below_record_stands_under_the_attempt_and_what_the_caller_does_meanwhile_does_not()
    {
        Activity? below = null;
        using var gate = new SemaphoreSlim(0);
        using var invoker = _service.Over(async (_, token) =>
        {
            below = Activity.Current;
            await gate.WaitAsync(token);
            return new HttpResponseMessage();
        });
        using var caller = new Activity("caller").Start();

        var sending = invoker.SendAsync(Get(), Ended);
        Activity.Current.ShouldBeSameAs(caller);
        gate.Release();
        await sending;

        below!.OperationName.ShouldBe("rate_limit.attempt");
        Spans(caller).ShouldHaveSingleItem().ShouldBeSameAs(below);
    }

    [Fact]
    public void A_blocking_send_has_the_same()
    {
        using var invoker = _service.Over((_, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.BadGateway)));
        using var caller = new Activity("caller").Start();

        invoker.Send(Get(), Ended).Dispose();

        Times("server_error").Count.ShouldBe(1);
        Spans(caller).ShouldHaveSingleItem().Duration.ShouldBeGreaterThanOrEqualTo(TimeSpan.Zero);
        Activity.Current.ShouldBeSameAs(caller);
    }

    [Fact]
    public async Task Every_attempt_has_its_own_span_with_the_name_of_its_key()
    {
        using var keyed = new KeyedService(
            KeyedService.Usual,
            static (key, _) => new HttpResponseMessage(string.Equals(key, "first", StringComparison.Ordinal) ? HttpStatusCode.TooManyRequests : HttpStatusCode.OK),
            new TestKey("first"),
            new TestKey("second"));
        using var invoker = new HttpMessageInvoker(keyed.Handler, disposeHandler: false);
        using var caller = new Activity("caller").Start();

        using var request = new HttpRequestMessage(HttpMethod.Get, KeyedService.Address);
        using var response = await invoker.SendAsync(request, Ended);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        Spans(caller).Select(static span => (span.GetTagItem("key"), span.GetTagItem("result"))).ShouldBe([("first", "limited"), ("second", "success")]);
        Spans(caller).ShouldAllBe(static span => span.TagObjects.All(tag => !$"{tag.Value}".Contains("CANARY", StringComparison.Ordinal)));
    }

    private static HttpRequestMessage Get() => new(HttpMethod.Get, Address);

    private List<double> Times(string result) =>
        [.. _collected.Measurements.Where(measured => string.Equals(measured.Instrument, Instrument, StringComparison.Ordinal)
            && Equals(measured["service"], _service.Limiter.Service) && Equals(measured["result"], result)).Select(static measured => measured.Value)];

    private List<Activity> Spans(Activity caller)
    {
        lock (_ended)
        {
            return [.. _ended.Where(activity => activity.ParentSpanId == caller.SpanId)];
        }
    }
}
