using RateLimited.Http.Admission;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Resilience;
using RateLimited.Http.Tests.Faults;
using RateLimited.Http.Tests.Pipeline;
using static RateLimited.Http.Tests.Keys.KeyedService;

namespace RateLimited.Http.Tests.Keys;

/// <summary>A key goes where it belongs, on a copy of the message, and nowhere else.</summary>
public sealed class KeyCarryingTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_callers_message_never_holds_it(bool isSynchronous)
    {
        HttpRequestMessage? seen = null;
        using var service = new KeyedService(Usual, (_, request) =>
        {
            seen = request;
            return Answer(200);
        }, new TestKey("a"));
        using var request = new HttpRequestMessage(HttpMethod.Get, Address);
        request.Headers.Authorization = new("Bearer", "placeholder");

        using var response = isSynchronous ? service.Send(request) : await service.SendAsync(request);

        seen!.Headers.Authorization!.Parameter.ShouldBe(SecretOf("a"));
        response.RequestMessage.ShouldBeSameAs(request);
        request.ToString().ShouldNotContain("CANARY");
        request.Headers.Authorization.Parameter.ShouldBe("placeholder");
        request.Options.Select(static option => option.Value?.ToString() ?? string.Empty).ShouldAllBe(static text => !text.Contains("CANARY", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://api.test/v1/chat")]
    [InlineData("https://api.test:444/v1/chat")]
    [InlineData("https://api.test.evil.test/v1/chat")]
    [InlineData("https://evil.test/v1/chat")]
    [Fault("S08")]
    public async Task A_request_to_elsewhere_is_not_sent(string address)
    {
        using var service = new KeyedService(Usual with { Limits = [LimitedService.Window(5)] }, static (_, _) => Answer(200), new TestKey("a"));

        var refusal = await Should.ThrowAsync<InvalidOperationException>(() => service.SendAsync(new HttpRequestMessage(HttpMethod.Get, address)));

        refusal.Message.ShouldBe("The keys of 's' belong to https://api.test:443 and go nowhere else: the request was not sent.");
        service.Sent.ShouldBeEmpty();
        service.Service.Used.ShouldBe(0);
    }

    [Fact]
    public async Task Keys_of_several_origins_go_each_to_its_own()
    {
        using var service = new KeyedService(Usual, static (_, _) => Answer(200), new TestKey("east") { Realm = "https://east.test" }, new TestKey("west") { Realm = "https://west.test" });

        (await service.SendAsync(new HttpRequestMessage(HttpMethod.Get, "https://west.test/x"))).Dispose();
        (await service.SendAsync(new HttpRequestMessage(HttpMethod.Get, "https://west.test/x"))).Dispose();
        (await service.SendAsync(new HttpRequestMessage(HttpMethod.Get, "https://east.test/x"))).Dispose();
        await Should.ThrowAsync<InvalidOperationException>(() => service.SendAsync());

        service.Sent.ShouldBe(["west", "west", "east"]);
    }

    [Fact]
    public async Task A_handler_that_sends_the_request_elsewhere_on_the_way_sends_no_key_and_nothing_is_paid()
    {
        using var service = new KeyedService(Usual, static (_, _) => Answer(200), new TestKey("a", KeyedBed.PerMinute(5)));
        var limiting = (RateLimitingHandler)service.Handler;
        using var invoker = new HttpMessageInvoker(new RateLimitingHandler(service.Service.Pipeline) { ClientsOrigin = limiting.ClientsOrigin, InnerHandler = new Diverting { InnerHandler = limiting.InnerHandler! } });
        using var request = new HttpRequestMessage(HttpMethod.Get, Address);

        await Should.ThrowAsync<InvalidOperationException>(() => invoker.SendAsync(request, CancellationToken.None));

        service.Sent.ShouldBeEmpty();
        service.Status("a").Headroom.ShouldBe(1, "what never left is given back");
        service.Status("a").InFlight.ShouldBe(0);
    }

    [Theory]
    [InlineData("https://api.test/moved", "a")]
    [InlineData("https://elsewhere.test/moved", "")]
    [Fault("S08")]
    public async Task A_redirect_takes_a_key_only_to_the_origin_it_belongs_to(string target, string key)
    {
        using var service = new KeyedService(
            Usual,
            (_, request) =>
            {
                var response = Answer(request.RequestUri!.AbsolutePath == "/moved" ? 200 : 302);
                response.Headers.Location = new Uri(target);
                return response;
            },
            new TestKey("a"));
        service.Service.Pipeline.Settings = service.Service.Pipeline.Settings with { Resilience = new ResilienceRule { MaxRedirects = 5 } };
        using var invoker = new HttpMessageInvoker(new RedirectHandler(service.Service.Pipeline) { InnerHandler = service.Handler });
        using var request = new HttpRequestMessage(HttpMethod.Get, Address);

        using var response = await invoker.SendAsync(request, CancellationToken.None);

        ((int)response.StatusCode).ShouldBe(200);
        service.Sent.ShouldBe(["a", key]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_goes_past_the_limits_goes_with_a_key(bool isBypassed)
    {
        var definition = Usual with { Limits = [LimitedService.Window(1)], Mode = isBypassed ? RateLimitMode.Enforce : RateLimitMode.Disabled };
        using var service = new KeyedService(definition, static (_, _) => Answer(200), new TestKey("a"), new TestKey("b"));

        for (var i = 0; i < 4; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Address);
            using var response = await service.SendAsync(isBypassed ? request.WithoutRateLimiting() : request);
        }

        service.Sent.ShouldBe(["a", "b", "a", "b"]);
        service.Status("a").InFlight.ShouldBe(0);
        service.Service.Used.ShouldBe(0);
    }

    [Fact]
    public async Task When_keys_are_out_the_refusal_is_a_response_where_that_is_preferred()
    {
        using var service = new KeyedService(Usual, static (_, _) => Answer(429, retryAfter: 50), new TestKey("a"));
        service.Service.Pipeline.Settings = service.Service.Pipeline.Settings with { Rejection = RejectionBehavior.Response };
        (await service.SendAsync()).Dispose();

        using var refused = await service.SendAsync(new HttpRequestMessage(HttpMethod.Get, Address).WithQueueTimeout(TimeSpan.FromSeconds(1)));

        ((int)refused.StatusCode).ShouldBe(429);
        refused.ReasonPhrase!.ShouldContain(nameof(RejectionReason.NoKeyAvailable));
        refused.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(50));
        service.Sent.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_cancelled_request_takes_nothing_from_its_key()
    {
        using var source = new CancellationTokenSource();
        using var service = new KeyedService(Usual, static (_, _) => Answer(200), new TestKey("a", LimitedService.Concurrent(1)));
        var holder = await service.Service.Limiter.AcquireAsync(cancellationToken: TestContext.Current.CancellationToken);
        var waiting = service.SendUntilAsync(source.Token);

        await source.CancelAsync();

#pragma warning disable VSTHRD003 // It was started above.
        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
#pragma warning restore VSTHRD003
        holder.Dispose();
        service.Status("a").ShouldSatisfyAllConditions(static key => key.InFlight.ShouldBe(0), static key => key.Headroom.ShouldBe(1));
    }

    private sealed class Diverting : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri = new Uri("https://evil.test/");
            return base.SendAsync(request, cancellationToken);
        }
    }
}
