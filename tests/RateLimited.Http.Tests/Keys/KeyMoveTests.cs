using System.Globalization;
using RateLimited.Http.Admission;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Resilience;
using RateLimited.Http.Testing;
using RateLimited.Http.Tests.Pipeline;
using static RateLimited.Http.Tests.Keys.KeyedService;

namespace RateLimited.Http.Tests.Keys;

/// <summary>A request that is refused for its key's sake goes again at once with another, with each once.</summary>
public sealed class KeyMoveTests
{
    private static readonly TestKey[] Three = [new("a"), new("b"), new("c")];

    [Theory]
    [InlineData(429, null, KeyState.RateLimited)]
    [InlineData(401, null, KeyState.Error)]
    [InlineData(402, null, KeyState.Exhausted)]
    [InlineData(429, """{"error":{"code":"insufficient_quota"}}""", KeyState.Exhausted)]
    [InlineData(403, """{"error":{"errors":[{"reason":"quotaExceeded"}]}}""", KeyState.Exhausted)]
    public async Task It_goes_again_without_a_pause_and_the_key_is_left_out_from_then_on(int status, string? body, KeyState state)
    {
        using var service = new KeyedService(Usual, (key, _) => key == "a" ? Answer(status, body: body) : Answer(200), Three);

        using var response = await service.SendAsync();
        using var next = await service.SendAsync();
        using var third = await service.SendAsync();

        ((int)response.StatusCode, (int)next.StatusCode, (int)third.StatusCode).ShouldBe((200, 200, 200));
        service.Sent.ShouldBe(["a", "b", "c", "b"]);
        service.Time.GetTimestamp().ShouldBe(0, "no time has passed");
        service.Status("a").State.ShouldBe(state);
        service.Status("a").Moved.ShouldBe(1);
    }

    [Fact]
    public async Task What_one_key_has_used_up_at_one_endpoint_until_tomorrow_the_others_have_not()
    {
        var returns = new ManualTimeProvider().GetUtcNow().AddHours(20).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var service = new KeyedService(Usual, (key, _) => key == "a" ? UsedUpUntilTomorrow() : Answer(200), Three);

        for (var request = 0; request < 6; request++)
        {
            (await service.SendAsync()).IsSuccessStatusCode.ShouldBeTrue();
        }

        service.Sent.Count(static key => key == "a").ShouldBe(1);
        service.Time.GetTimestamp().ShouldBe(0, "nobody has waited");

        // An hour later one of them finds out, and what it finds holds again.
        service.Time.Advance(TimeSpan.FromHours(1));
        for (var request = 0; request < 6; request++)
        {
            (await service.SendAsync()).IsSuccessStatusCode.ShouldBeTrue();
        }

        service.Sent.Count(static key => key == "a").ShouldBe(2);

        HttpResponseMessage UsedUpUntilTomorrow()
        {
            var response = Answer(429);
            response.Headers.Add("x-app-limit-24hour-remaining", "0");
            response.Headers.Add("x-app-limit-24hour-reset", returns);
            return response;
        }
    }

    [Fact]
    public async Task Each_key_is_tried_once_and_then_the_upstreams_answer_is_the_callers()
    {
        using var service = new KeyedService(Usual, static (_, _) => Answer(429, retryAfter: 20), Three);

        using var response = await service.SendAsync();

        ((int)response.StatusCode).ShouldBe(429);
        service.Sent.ShouldBe(["a", "b", "c"]);
        service.Service.InFlight.ShouldBe(0);
    }

    [Theory]
    [InlineData(400, null)]
    [InlineData(404, null)]
    [InlineData(403, null)]
    [InlineData(500, null)]
    [InlineData(502, null)]
    [InlineData(503, 5)]
    [InlineData(529, null)]
    public async Task What_is_no_fault_of_the_key_burns_no_key(int status, int? retryAfter)
    {
        using var service = new KeyedService(Usual, (_, _) => Answer(status, retryAfter), Three);

        using var response = await service.SendAsync();

        ((int)response.StatusCode).ShouldBe(status);
        service.Sent.ShouldBe(["a"]);
        service.Service.Limiter.GetStatus().Keys.ShouldAllBe(static key => key.State == KeyState.Active);
    }

    [Fact]
    public async Task A_refusal_that_concerns_all_keys_holds_all_and_moves_nothing()
    {
        using var service = new KeyedService(
            Usual,
            static (_, _) =>
            {
                var response = Answer(429, retryAfter: 7);
                response.Headers.Add("X-RateLimit-Global", "true");
                return response;
            },
            Three);

        using var response = await service.SendAsync();

        service.Sent.Count.ShouldBe(1);
        service.Service.Limiter.GetStatus().Pause.ShouldBe(TimeSpan.FromSeconds(7));
        service.Service.Limiter.GetStatus().Keys.ShouldAllBe(static key => key.State == KeyState.Active);
    }

    [Fact]
    public async Task What_can_be_sent_once_only_does_not_go_again()
    {
        using var service = new KeyedService(Usual, static (key, _) => Answer(key == "a" ? 429 : 200), Three);
        using var request = new HttpRequestMessage(HttpMethod.Post, Address) { Content = new StreamContent(new OneWayStream()) };

        using var response = await service.SendAsync(request);

        ((int)response.StatusCode).ShouldBe(429);
        service.Sent.ShouldBe(["a"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_refusal_was_not_processed_so_that_a_POST_goes_again_with_all_of_its_content(bool isSynchronous)
    {
        List<string> bodies = [];
        using var service = new KeyedService(
            Usual,
            (key, request) =>
            {
                using var body = new MemoryStream();
                request.Content!.CopyTo(body, context: null, CancellationToken.None);
                bodies.Add(System.Text.Encoding.UTF8.GetString(body.ToArray()));
                return Answer(key == "a" ? 429 : 200);
            },
            Three);
        using var request = new HttpRequestMessage(HttpMethod.Post, Address) { Content = new StringContent("the prompt") };

        using var response = isSynchronous ? service.Send(request) : await service.SendAsync(request);

        ((int)response.StatusCode).ShouldBe(200);
        bodies.ShouldBe(["the prompt", "the prompt"]);
    }

    [Fact]
    public async Task Each_move_stands_in_line_and_pays_anew()
    {
        using var service = new KeyedService(Usual with { Limits = [LimitedService.Window(2)] }, static (_, _) => Answer(429, retryAfter: 1), Three);

        var sending = service.SendAsync();

        sending.IsCompleted.ShouldBeFalse("the third attempt waits for the common limit");
        service.Sent.ShouldBe(["a", "b"]);
        using var response = await sending.WithinTimeAsync(service.Time);
        service.Sent.ShouldBe(["a", "b", "c"]);
    }

    [Fact]
    public async Task While_all_rest_a_request_waits_for_the_first_that_returns()
    {
        var refuses = true;
        using var service = new KeyedService(Usual, (_, _) => refuses ? Answer(429, retryAfter: 20) : Answer(200), new TestKey("a"), new TestKey("b"));
        using (await service.SendAsync())
        {
            refuses = false;
        }

        var sending = service.SendAsync();
        service.Time.Advance(TimeSpan.FromSeconds(20) - TimeSpan.FromTicks(1));
        sending.IsCompleted.ShouldBeFalse();
        service.Time.Advance(TimeSpan.FromTicks(1));

        using var response = await sending;
        ((int)response.StatusCode).ShouldBe(200);
    }

    [Fact]
    public async Task An_endpoint_that_refuses_every_key_closes_none_elsewhere_and_gets_its_own_answers_through()
    {
        var definition = Usual with { Endpoints = [new EndpointDefinition("admin", [], ServiceLimits: true)] };
        using var service = new KeyedService(definition, static (_, request) => Answer(request.RequestUri!.AbsolutePath.Contains("admin", StringComparison.Ordinal) ? 401 : 200), Three);
        for (var i = 0; i < 20; i++)
        {
            using var refused = await service.SendAsync(new HttpRequestMessage(HttpMethod.Get, "https://api.test/admin").WithEndpoint("admin"));
            ((int)refused.StatusCode).ShouldBe(401);
            using var fine = await service.SendAsync();
            ((int)fine.StatusCode).ShouldBe(200);
            service.Time.Advance(TimeSpan.FromMinutes(1));
        }

        service.Service.Limiter.GetStatus().Keys.ShouldAllBe(static key => key.State != KeyState.Disabled);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task So_does_one_that_nobody_has_named(bool isSynchronous)
    {
        using var service = new KeyedService(Usual, static (_, request) => Answer(request.RequestUri!.AbsolutePath.Contains("admin", StringComparison.Ordinal) ? 401 : 200), Three);
        for (var i = 0; i < 20; i++)
        {
            using var asked = new HttpRequestMessage(HttpMethod.Get, "https://api.test/admin");
            using var refused = isSynchronous ? service.Send(asked) : await service.SendAsync(asked);
            ((int)refused.StatusCode).ShouldBe(401);
            for (var k = 0; k < Three.Length; k++)
            {
                using var fine = await service.SendAsync();
                ((int)fine.StatusCode).ShouldBe(200);
            }

            service.Time.Advance(TimeSpan.FromSeconds(20));
        }

        service.Service.Limiter.GetStatus().Keys.ShouldAllBe(static key => key.State == KeyState.Active);
        service.Service.Limiter.GetStatus().Keys.ShouldAllBe(static key => key.Requests == 40, "each is used for a third of what works, as if nothing was");
    }

    [Theory]
    [InlineData(false, "live a b live")]
    [InlineData(true, "live a b a live")]
    public async Task Those_that_are_refused_while_another_rests_are_left_out_until_it_is_back(bool areAcceptedAtFirst, string sent)
    {
        var (isResting, areRevoked) = (true, !areAcceptedAtFirst);
        using var service = new KeyedService(
            Usual, (key, _) => key == "live" ? (isResting ? Answer(429, retryAfter: 20) : Answer(200)) : Answer(areRevoked ? 401 : 200), new TestKey("live"), new TestKey("a"), new TestKey("b"));
        using (var first = await service.SendAsync())
        {
            ((int)first.StatusCode).ShouldBe(areAcceptedAtFirst ? 200 : 401);
            (isResting, areRevoked) = (false, true);
        }

        if (areAcceptedAtFirst)
        {
            using var refused = await service.SendAsync();
            ((int)refused.StatusCode).ShouldBe(401);
        }

        var sending = service.SendAsync();
        sending.IsCompleted.ShouldBeFalse("it waits for the one that may be any good");
        service.Time.Advance(TimeSpan.FromSeconds(20));

        using var response = await sending;
        ((int)response.StatusCode).ShouldBe(200);
        service.Sent.ShouldBe(sent.Split(' '));
    }

    [Fact]
    public async Task When_all_are_revoked_it_shows()
    {
        using var service = new KeyedService(Usual, static (_, _) => Answer(401), Three);

        using var refused = await service.SendAsync();

        service.Sent.ShouldBe(["a", "b", "c"]);
        service.Service.Limiter.GetStatus().Keys.ShouldAllBe(static key => key.State == KeyState.Error && key.OpensIn == TimeSpan.Zero);
    }

    [Fact]
    public async Task An_upstream_that_refuses_everybody_for_a_day_burns_no_key()
    {
        var isBroken = true;
        using var service = new KeyedService(Usual, (_, _) => Answer(isBroken ? 401 : 200), Three);
        for (var i = 0; i < 24 * 12; i++)
        {
            using var refused = await service.SendAsync();
            ((int)refused.StatusCode).ShouldBe(401, "it is the upstream that refuses, and it says so itself");
            service.Time.Advance(TimeSpan.FromMinutes(5));
        }

        isBroken = false;
        for (var i = 0; i < 12; i++)
        {
            using var response = await service.SendAsync();
            ((int)response.StatusCode).ShouldBe(200);
            service.Time.Advance(TimeSpan.FromMinutes(5));
        }

        service.Service.Limiter.GetStatus().Keys.ShouldAllBe(static key => key.State == KeyState.Active);
    }

    [Fact]
    public async Task A_revoked_key_is_asked_twice_and_then_not_again_until_it_is_replaced()
    {
        var revoked = SecretOf("a");
        using var service = new KeyedService(Usual, (_, request) => Answer(request.Headers.Authorization!.Parameter == revoked ? 401 : 200), Three);
        for (var i = 0; i < 600; i++)
        {
            using var response = await service.SendAsync();
            ((int)response.StatusCode).ShouldBe(200);
            service.Time.Advance(TimeSpan.FromMinutes(1));
        }

        service.Sent.Count(static key => key == "a").ShouldBe(2);
        service.Status("a").ShouldSatisfyAllConditions(static key => key.State.ShouldBe(KeyState.Disabled), static key => key.OpensIn.ShouldBeNull());
    }

    [Fact]
    public async Task A_key_whose_bill_is_not_paid_is_asked_at_intervals_that_grow_and_is_back_once_it_is()
    {
        var isPaid = false;
        using var service = new KeyedService(Usual, (key, _) => key == "a" && !isPaid ? Answer(429, 1, """{"error":{"code":"insufficient_quota"}}""") : Answer(200), Three);
        for (var i = 0; i < 24 * 60; i++)
        {
            using var response = await service.SendAsync();
            ((int)response.StatusCode).ShouldBe(200);
            service.Time.Advance(TimeSpan.FromMinutes(1));
        }

        service.Sent.Count(static key => key == "a").ShouldBeInRange(6, 9, "after 10, 20, 40, 80, 160, 320 minutes and then every six hours");
        service.Status("a").State.ShouldBe(KeyState.Exhausted);
        isPaid = true;
        for (var i = 0; i < 6 * 60; i++)
        {
            using var response = await service.SendAsync();
            service.Time.Advance(TimeSpan.FromMinutes(1));
        }

        service.Status("a").State.ShouldBe(KeyState.Active);
    }

    [Fact]
    public async Task Around_it_retries_see_what_is_left_when_every_key_was_tried()
    {
        using var service = new KeyedService(Usual, static (_, _) => Answer(429, retryAfter: 1), new TestKey("a"), new TestKey("b"));
        service.Service.Pipeline.Settings = service.Service.Pipeline.Settings with { Resilience = new ResilienceRule { Retry = new RetryRule { MaxRetries = 1 } } };
        using var invoker = new HttpMessageInvoker(new ResilienceHandler(service.Service.Pipeline) { InnerHandler = service.Handler });
        using var request = new HttpRequestMessage(HttpMethod.Get, Address);

        using var response = await invoker.SendAsync(request, CancellationToken.None).WithinTimeAsync(service.Time);

        service.Sent.ShouldBe(["a", "b", "a", "b"]);
        service.Time.GetTimestamp().ShouldBeGreaterThanOrEqualTo(TimeSpan.TicksPerSecond);
    }

    private sealed class OneWayStream : MemoryStream
    {
        public override bool CanSeek => false;
    }
}
