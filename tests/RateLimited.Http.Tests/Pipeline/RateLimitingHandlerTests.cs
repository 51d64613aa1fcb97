using System.Net;
using System.Net.Http.Headers;
using RateLimited.Http.Admission;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Tests.Measuring;

namespace RateLimited.Http.Tests.Pipeline;

public sealed class RateLimitingHandlerTests : IDisposable
{
    private static readonly Uri Address = new("https://upstream.test/a/b");

    private readonly LimitedService _service = new(LimitedService.Window(2));

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    public void Dispose() => _service.Dispose();

    [Fact]
    public async Task A_request_admitted_and_answered_at_once_gets_the_inner_task_itself()
    {
        var answer = Task.FromResult(new HttpResponseMessage());
        using var invoker = _service.Over(StubHandler.Always(answer));

        var sending = invoker.SendAsync(Get(), Ended);

        sending.ShouldBeSameAs(answer);
        (await sending).StatusCode.ShouldBe(HttpStatusCode.OK);
        _service.Used.ShouldBe(1);
        _service.InFlight.ShouldBe(0);
    }

    [Fact]
    public async Task The_third_request_of_two_waits_for_its_instant()
    {
        using var invoker = _service.Over((_, _) => Task.FromResult(new HttpResponseMessage()));
        await invoker.SendAsync(Get(), Ended);
        await invoker.SendAsync(Get(), Ended);

        var third = invoker.SendAsync(Get(), Ended);
        _service.Time.Advance(TimeSpan.FromSeconds(59));
        third.IsCompleted.ShouldBeFalse();
        _service.Time.Advance(TimeSpan.FromSeconds(10));

        (await third.WithinDeadlineAsync()).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_bypassing_request_is_not_counted()
    {
        using var invoker = _service.Over((_, _) => Task.FromResult(new HttpResponseMessage()));

        await invoker.SendAsync(Get().WithoutRateLimiting(), Ended);
        invoker.Send(Get().WithoutRateLimiting(), Ended);

        _service.Used.ShouldBe(0);
    }

    [Theory]
    [InlineData(RateLimitMode.Disabled, 0)]
    [InlineData(RateLimitMode.DryRun, 5)]
    public async Task Without_enforcement_everything_goes_at_once(RateLimitMode mode, long used)
    {
        _service.Limiter.Apply(_service.Limiter.Definition with { Mode = mode });
        using var invoker = _service.Over((_, _) => Task.FromResult(new HttpResponseMessage()));

        for (var i = 0; i < 5; i++)
        {
            (await invoker.SendAsync(Get(), Ended)).StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        _service.Used.ShouldBe(used);
        _service.InFlight.ShouldBe(0);
    }

    [Theory]
    [InlineData(HttpRequestError.ConnectionError, 0)]
    [InlineData(HttpRequestError.NameResolutionError, 0)]
    [InlineData(HttpRequestError.SecureConnectionError, 0)]
    [InlineData(HttpRequestError.ProxyTunnelError, 0)]
    [InlineData(HttpRequestError.VersionNegotiationError, 0)]
    [InlineData(HttpRequestError.ResponseEnded, 1)]
    [InlineData(HttpRequestError.Unknown, 1)]
    [InlineData(HttpRequestError.InvalidResponse, 1)]
    public async Task Quota_comes_back_only_if_the_request_never_left(HttpRequestError error, long used)
    {
        var failure = new HttpRequestException(error);
        using var later = _service.Over((_, _) => Task.FromException<HttpResponseMessage>(failure));
        using var sooner = _service.Over((_, _) => throw failure);

        (await Should.ThrowAsync<HttpRequestException>(() => later.SendAsync(Get(), Ended))).ShouldBeSameAs(failure);
        _service.Used.ShouldBe(used);
        (await Should.ThrowAsync<HttpRequestException>(() => sooner.SendAsync(Get(), Ended))).ShouldBeSameAs(failure);
        _service.Used.ShouldBe(used * 2);
        _service.InFlight.ShouldBe(0);
    }

    [Fact]
    public void A_synchronous_failure_gives_back_too()
    {
        using var invoker = _service.Over((_, _) => throw new HttpRequestException(HttpRequestError.ConnectionError));

        Should.Throw<HttpRequestException>(() => invoker.Send(Get(), Ended));

        _service.Used.ShouldBe(0);
        _service.InFlight.ShouldBe(0);
    }

    [Fact]
    public async Task A_refused_connection_costs_nothing()
    {
        using var client = _service.Client(new Uri("http://127.0.0.1:1/"));

        await Should.ThrowAsync<HttpRequestException>(() => client.GetAsync("/", Ended));

        _service.Used.ShouldBe(0);
        _service.InFlight.ShouldBe(0);
    }

    [Fact]
    public async Task Cancellation_before_during_and_after_the_wait_loses_nothing()
    {
        var entered = 0;
        using var cancellation = new CancellationTokenSource();
        using var invoker = _service.Over((_, token) =>
        {
            entered++;
            return Task.FromCanceled<HttpResponseMessage>(token);
        });

        await cancellation.CancelAsync();
        var before = await Should.ThrowAsync<OperationCanceledException>(() => invoker.SendAsync(Get(), cancellation.Token));
        Should.Throw<OperationCanceledException>(() => invoker.Send(Get(), cancellation.Token));
        before.CancellationToken.ShouldBe(cancellation.Token);
        (entered, _service.Used, _service.InFlight).ShouldBe((0, 0L, 0));

        using var inLine = new CancellationTokenSource();
        using var ok = _service.Over((_, _) => Task.FromResult(new HttpResponseMessage()));
        await ok.SendAsync(Get(), Ended);
        await ok.SendAsync(Get(), Ended);
        var waiting = invoker.SendAsync(Get(), inLine.Token);
        waiting.IsCompleted.ShouldBeFalse();
        await inLine.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(waiting.WithinDeadlineAsync);
        (entered, _service.Used, _service.InFlight).ShouldBe((0, 2L, 0));

        _service.Time.Advance(TimeSpan.FromMinutes(2));
        using var underWay = new CancellationTokenSource();
        var pending = new TaskCompletionSource<HttpResponseMessage>();
        using var slow = _service.Over((_, token) => pending.Task.WaitAsync(token));
        var sending = slow.SendAsync(Get(), underWay.Token);
        await underWay.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(sending.WithinDeadlineAsync);
        (_service.Used, _service.InFlight).ShouldBe((1L, 0), "it may have arrived, so it counts");
    }

    [Fact]
    public async Task An_upstream_429_pauses_the_service_for_its_retry_after()
    {
        using var invoker = _service.Over((_, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.TooManyRequests)
        {
            Headers = { RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromSeconds(7)) },
        }));

        (await invoker.SendAsync(Get(), Ended)).StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);

        _service.Limiter.GetStatus().Pause.ShouldBe(TimeSpan.FromSeconds(7));
    }

    [Fact]
    public async Task A_refusal_is_an_exception_or_a_response_made_here()
    {
        using var preferring = new LimitedService(_service.Limiter.Definition with { Name = "preferring" }, RejectionBehavior.Response);
        foreach (var service in new[] { _service, preferring })
        {
            using var invoker = service.Over((_, _) => Task.FromResult(new HttpResponseMessage()));
            await invoker.SendAsync(Get(), Ended);
            await invoker.SendAsync(Get(), Ended);
            var request = Get().WithQueueTimeout(TimeSpan.FromSeconds(1));
            if (service == _service)
            {
                (await Should.ThrowAsync<RateLimitRejectedException>(() => invoker.SendAsync(request, Ended))).Reason.ShouldBe(RejectionReason.Timeout);
                Should.Throw<RateLimitRejectedException>(() => invoker.Send(request, Ended)).Reason.ShouldBe(RejectionReason.Timeout);
                continue;
            }

            foreach (var response in new[] { await invoker.SendAsync(request, Ended), invoker.Send(request, Ended) })
            {
                response.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
                response.RequestMessage.ShouldBeSameAs(request);
                response.ReasonPhrase.ShouldBe("Too Many Requests (refused on this side by RateLimited.Http: Timeout)");
                response.Headers.RetryAfter!.Delta!.Value.ShouldBeInRange(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(62));
            }
        }
    }

    [Fact]
    public async Task Endpoint_tenant_partition_and_cost_reach_the_limits()
    {
        var endpoint = new EndpointDefinition("GET /a/{x}", [LimitedService.Window(10, "tokens", "endpoint")], ServiceLimits: false);
        using var service = new LimitedService(new ServiceDefinition
        {
            Name = "routed",
            Limits = [LimitedService.Window(100), LimitedService.Window(100, name: "named", partition: PartitionBy.Name)],
            TenantLimits = [LimitedService.Window(100, name: "tenant", partition: PartitionBy.Tenant)],
            Endpoints = [endpoint, new EndpointDefinition("plain", [LimitedService.Window(10, name: "plain")], ServiceLimits: false)],
            ArrivalGuard = TimeSpan.Zero,
        });
        using var invoker = service.Over((_, _) => Task.FromResult(new HttpResponseMessage()));
        long UsedOf(string limit) => service.Limiter.GetStatus().Limits.Single(each => each.Name.EndsWith(limit, StringComparison.Ordinal)).Used;

        await invoker.SendAsync(Get().WithCost("tokens", 7), Ended);
        (UsedOf("endpoint"), UsedOf("window")).ShouldBe((7, 0));

        await invoker.SendAsync(Get().WithEndpoint("plain"), Ended);
        (UsedOf("endpoint"), UsedOf("plain")).ShouldBe((7, 1));

        using (RateLimitScope.Begin(new RequestSettings { Tenant = "acme", Partition = "shop", Endpoint = "nowhere" }))
        {
            await invoker.SendAsync(Get(), Ended);
        }

        (UsedOf("window"), UsedOf("tenant"), UsedOf("named")).ShouldBe((1, 1, 1));
    }

    [Fact]
    public void A_request_through_four_limits_allocates_within_its_budget()
    {
        using var service = new LimitedService([.. Enumerable.Range(0, 4).Select(i => LimitedService.Window(1_000_000_000, name: $"limit{i}"))]);
        var answer = Task.FromResult(new HttpResponseMessage());
        using var invoker = service.Over(StubHandler.Always(answer));
        using var request = Get().WithTenant("acme");
        using var plain = Get();

        PerRequest(invoker, request).ShouldBe(0, "what stands on the message is read in place");
        PerRequest(invoker, plain).ShouldBeLessThanOrEqualTo(200);

        static long PerRequest(HttpMessageInvoker invoker, HttpRequestMessage request)
        {
            for (var i = 0; i < 100; i++)
            {
                _ = invoker.SendAsync(request, CancellationToken.None);
            }

            return Allocated.By(() =>
            {
                for (var i = 0; i < 1000; i++)
                {
                    _ = invoker.SendAsync(request, CancellationToken.None);
                }
            }) / 1000;
        }
    }

    private static HttpRequestMessage Get() => new(HttpMethod.Get, Address);
}
