using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using RateLimited.Http.Pipeline;

namespace RateLimited.Http.Tests.Pipeline;

/// <summary>Whoever made a request can say what it cost, whenever it knows: also when the response has long been read.</summary>
public sealed class CallerSettlementTests : IDisposable
{
    private const string Tokens = "tokens";

    private static readonly Uri Address = new("https://upstream.test/");

    private readonly LimitedService _service = new(LimitedService.Window(100, Tokens), LimitedService.Concurrent(5));

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    public void Dispose() => _service.Dispose();

    [Theory]
    [InlineData(3, 3)]
    [InlineData(0, 0)]
    [InlineData(70, 70)]
    [InlineData(500, 500)]
    public async Task After_the_response_was_read(long actual, long used)
    {
        var settlement = new CostSettlement();
        using (await SendAsync(settlement))
        {
        }

        _service.InFlight.ShouldBe(0);
        _service.Used.ShouldBe(10);

        settlement.Settle(Tokens, actual);

        _service.Used.ShouldBe(used);
    }

    [Fact]
    public async Task Before_it_was_read_and_again_the_last_word_counts()
    {
        var settlement = new CostSettlement();
        using (await SendAsync(settlement))
        {
            settlement.Settle(Tokens, 40);
            settlement.Settle(Tokens, 30);
            settlement.Settle("others", 5);
        }

        _service.Used.ShouldBe(30);
        settlement.Settle(Tokens, 60);
        _service.Used.ShouldBe(60);
        settlement.Settle(UnitCost.Of(Tokens, 20.5m));
        _service.Used.ShouldBe(21);
    }

    [Fact]
    public async Task In_a_scope_where_nobody_sees_the_message()
    {
        var settlement = new CostSettlement();
        using (RateLimitScope.Begin(new RequestSettings { Settlement = settlement }))
        using (await SendAsync(settlement: null))
        {
        }

        settlement.Settle(Tokens, 4);

        _service.Used.ShouldBe(4);
    }

    [Fact]
    public async Task It_is_said_of_the_last_response()
    {
        var settlement = new CostSettlement();
        var first = await SendAsync(settlement);
        settlement.Settle(Tokens, 1);
        using (await SendAsync(settlement))
        {
        }

        first.Dispose();
        _service.Used.ShouldBe(20);

        settlement.Settle(Tokens, 2);
        _service.Used.ShouldBe(12);
    }

    [Fact]
    public async Task It_wins_over_what_the_response_tells()
    {
        _service.Pipeline.Settings = _service.Pipeline.Settings with { Costs = new CostPlan([], new RateLimited.Http.Costs.CostRules([Told()])) };
        var settlement = new CostSettlement();
        using (await SendAsync(settlement))
        {
            settlement.Settle(Tokens, 8);
        }

        _service.Used.ShouldBe(8);

        using (await SendAsync(new CostSettlement()))
        {
        }

        _service.Used.ShouldBe(8 + 33);
    }

    [Fact]
    public void Without_a_request_nothing_happens()
    {
        var settlement = new CostSettlement();

        settlement.Settle(Tokens, 5);

        _service.Used.ShouldBe(0);
        Should.Throw<ArgumentException>(() => settlement.Settle(" ", 5));
        Should.Throw<ArgumentOutOfRangeException>(() => settlement.Settle(Tokens, -5));
    }

    [Fact]
    public async Task What_is_given_back_lets_a_waiter_go()
    {
        var settlement = new CostSettlement();
        using (await SendAsync(settlement))
        {
        }

        var waiter = _service.Limiter.AcquireAsync(AdmissionRequest.Of(Tokens, 95), Ended).AsTask();
        waiter.IsCompleted.ShouldBeFalse();

        settlement.Settle(Tokens, 5);

        using var lease = await waiter.WithinDeadlineAsync();
        _service.Used.ShouldBe(100);
    }

    [Fact]
    public async Task A_debt_that_becomes_known_after_its_window_counts_from_then()
    {
        var settlement = new CostSettlement();
        using (await SendAsync(settlement))
        {
        }

        _service.Time.Advance(TimeSpan.FromMinutes(2));
        _service.Used.ShouldBe(0);

        settlement.Settle(Tokens, 90);
        _service.Used.ShouldBe(80);

        // What is less again goes into no window: the one it was charged in has passed.
        settlement.Settle(Tokens, 0);
        _service.Used.ShouldBe(80);
    }

    [Fact]
    public async Task Whatever_is_said_when_never_more_is_left_than_was_used()
    {
        var random = new Random(3);
        foreach (var rule in (LimitRule[])[new SlidingWindow(1_000, TimeSpan.TicksPerMinute), new TokenBucket(1_000, TimeSpan.TicksPerMinute, 1_000)])
        {
            using var service = new LimitedService(new LimitDefinition("limit", Tokens, rule));
            using var invoker = service.Over((_, _) => Task.FromResult(new HttpResponseMessage { Content = new ByteArrayContent([1]) }));
            var calls = new List<(CostSettlement Settlement, long At, long[] Cost)>();
            for (var step = 0; step < 400; step++)
            {
                service.Time.Advance(TimeSpan.FromSeconds(random.Next(8)));
                var now = service.Time.GetTimestamp();
                if (random.Next(2) == 0 || calls.Count == 0)
                {
                    var settlement = new CostSettlement();
                    var cost = 1 + random.Next(200);
                    using var request = new HttpRequestMessage(HttpMethod.Get, Address).WithCost(Tokens, cost).WithSettlement(settlement).WithQueueTimeout(TimeSpan.Zero);
                    try
                    {
                        (await invoker.SendAsync(request, Ended)).Dispose();
                        calls.Add((settlement, now, [cost]));
                    }
                    catch (RateLimitRejectedException)
                    {
                    }
                }
                else
                {
                    var call = calls[random.Next(calls.Count)];
                    call.Cost[0] = random.Next((int)call.Cost[0] + 1);
                    call.Settlement.Settle(Tokens, call.Cost[0]);
                }

                var inWindow = calls.Where(call => now - call.At < TimeSpan.TicksPerMinute).Sum(static call => call.Cost[0]);
                inWindow.ShouldBeLessThanOrEqualTo(rule is TokenBucket ? 2_000 : 1_000);
                if (rule is SlidingWindow)
                {
                    service.Used.ShouldBeGreaterThanOrEqualTo(inWindow);
                }
            }
        }
    }

    private static RateLimited.Http.Costs.CostRule Told() =>
        new(Tokens) { Settled = new RateLimited.Http.Costs.CostSource(RateLimited.Http.Costs.CostPlace.Header, "x-used") };

    private async Task<HttpResponseMessage> SendAsync(CostSettlement? settlement)
    {
        using var invoker = _service.Over((_, _) =>
        {
            var response = new HttpResponseMessage { Content = new ByteArrayContent([1, 2, 3]) };
            response.Headers.TryAddWithoutValidation("x-used", "33");
            return Task.FromResult(response);
        });
        var request = new HttpRequestMessage(HttpMethod.Get, Address).WithCost(Tokens, 10);
        return await invoker.SendAsync(settlement is null ? request : request.WithSettlement(settlement), Ended);
    }
}
