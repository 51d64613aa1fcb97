using RateLimited.Http.Resilience;
using RateLimited.Http.Tests.Faults;

namespace RateLimited.Http.Tests.Pipeline;

/// <summary>H09: a response that breaks off, at whatever byte, over real sockets.</summary>
public sealed class BodyFaultTests
{
    private static readonly byte[] Response = RawUpstream.Response("0123456789abcdefghij", "Content-Type: text/plain");
    private static readonly int HeadLength = Response.Length - 20;

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    public static TheoryData<bool> Ways => new(false, true);

    [Theory]
    [Fault("H09")]
    [MemberData(nameof(Ways))]
    public async Task H09_a_reset_after_any_byte_is_one_failure_releases_the_permit_and_is_not_repeated(bool isBuffered)
    {
        for (var n = 0; n < Response.Length; n++)
        {
            var (outcome, service) = await AskAsync(n, isBuffered, HttpMethod.Post);

            using (service)
            {
                outcome.Exception.ShouldNotBeNull($"after {n} bytes");
                service.Pipeline.Resilience.State.ShouldBe(CircuitState.Open, $"one failure after {n} bytes opens it");
                (service.InFlight, service.Time.ArmedTimers, outcome.Requests).ShouldBe((0, 0, 1), $"after {n} bytes");
            }
        }
    }

    [Theory]
    [Fault("H09")]
    [MemberData(nameof(Ways))]
    public async Task H09_what_came_before_the_reset_was_handed_over_and_so_it_is_not_repeated_although_a_get_may_be(bool isBuffered)
    {
        for (var n = HeadLength; n < Response.Length; n++)
        {
            var (outcome, service) = await AskAsync(n, isBuffered, HttpMethod.Get);

            using (service)
            {
                outcome.Exception.ShouldNotBeNull();
                outcome.Requests.ShouldBe(1, $"after {n} bytes");
                service.InFlight.ShouldBe(0);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_response_that_came_whole_is_no_failure_even_if_the_connection_is_reset_after_it(bool isBuffered)
    {
        var (outcome, service) = await AskAsync(Response.Length, isBuffered, HttpMethod.Post);

        using (service)
        {
            (outcome.Exception, outcome.Body).ShouldBe((null, "0123456789abcdefghij"));
            service.Pipeline.Resilience.State.ShouldBe(CircuitState.Closed);
        }
    }

    [Fact]
    [Fault("H09")]
    public async Task H09_bodies_that_always_break_off_open_a_circuit_by_their_share()
    {
        using var service = Service(new BreakerRule { MinimumCalls = 20 });
        await using var upstream = new RawUpstream(static async conversation =>
        {
            await conversation.SayAsync(Response.AsMemory(0, Response.Length - 1));
            conversation.Reset();
        });
        using var client = ClientOf(service, upstream);

        for (var call = 0; call < 20; call++)
        {
            service.Pipeline.Resilience.State.ShouldBe(CircuitState.Closed, $"before call {call}");
            await client.GetStringAsync("", Ended).ShouldThrowAsync<HttpRequestException>();
        }

        service.Pipeline.Resilience.State.ShouldBe(CircuitState.Open);
        service.BodyFailures("broken").ShouldBe(20);
    }

    private static LimitedService Service(BreakerRule breaker) =>
        new LimitedService(LimitedService.Concurrent(4)).With(ResilientChain.Usual with { Breaker = breaker, Retry = new RetryRule { BaseDelay = 0, MaxDelay = 0 } });

    private static HttpClient ClientOf(LimitedService service, RawUpstream upstream, TaskCompletionSource? head = null) =>
        new(service.Chain(new HeadTold(head) { InnerHandler = new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero } })) { BaseAddress = upstream.Address, Timeout = Timeout.InfiniteTimeSpan };

    private static async Task<((Exception? Exception, string? Body, int Requests) Outcome, LimitedService Service)> AskAsync(int n, bool isBuffered, HttpMethod method)
    {
        var service = Service(new BreakerRule { ConsecutiveFailures = 1 });
        var head = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = new RawUpstream(async conversation =>
        {
            await conversation.SayAsync(Response.AsMemory(0, n));
            if (n >= HeadLength)
            {
                // A reset overtakes what came before it: the head must have been taken.
                await head.Task.WaitAsync(conversation.Ended);
            }

            conversation.Reset();
        });
        using var client = ClientOf(service, upstream, head);
        Exception? exception = null;
        string? body = null;
        try
        {
            using var request = new HttpRequestMessage(method, upstream.Address);
            using var response = await client.SendAsync(request, isBuffered ? HttpCompletionOption.ResponseContentRead : HttpCompletionOption.ResponseHeadersRead, Ended).WithinDeadlineAsync();
            body = await response.Content.ReadAsStringAsync(Ended).WithinDeadlineAsync();
        }
        catch (Exception thrown) when (thrown is HttpRequestException or IOException)
        {
            exception = thrown;
        }

        return ((exception, body, upstream.Requests), service);
    }

    /// <summary>Tells when a response's head has come.</summary>
    private sealed class HeadTold(TaskCompletionSource? head) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            head?.TrySetResult();
            return response;
        }
    }
}
