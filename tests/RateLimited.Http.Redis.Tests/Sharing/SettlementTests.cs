using RateLimited.Http.Redis.Tests.Servers;

namespace RateLimited.Http.Redis.Tests.Sharing;

/// <summary>What becomes of requests is told to the others: what they cost in truth, what they gave back, and that the upstream wants none.</summary>
public sealed class SettlementTests(RedisServer server) : IClassFixture<RedisServer>
{
    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Theory]
    [InlineData("100 tokens/h sliding")]
    [InlineData("100 tokens/h token-bucket")]
    [InlineData("100 tokens/day fixed")]
    public async Task What_a_request_cost_less_than_thought_can_be_had_by_others(string limit)
    {
        using var fleet = new Fleet(server.Address, service => service.Limit(limit));
        var (first, second) = (fleet.Start(), fleet.Start());
        var lease = await first.AcquireAsync(Tokens(100), Soon);
        await RefusedAsync(second, 50);

        lease.Settle("tokens", 10);
        lease.Dispose();

        await GoesSoonAsync(second, 50);
    }

    [Theory]
    [InlineData("100 tokens/h sliding")]
    [InlineData("100 tokens/h token-bucket")]
    public async Task What_a_request_cost_more_than_thought_is_taken_from_all(string limit)
    {
        using var fleet = new Fleet(server.Address, service => service.Limit(limit));
        var (first, second) = (fleet.Start(), fleet.Start());
        using (var lease = await first.AcquireAsync(Tokens(10), Soon))
        {
            lease.Settle("tokens", 90);
        }

        // Told a few milliseconds later.
        for (var goes = true; goes;)
        {
            try
            {
                (await second.AcquireAsync(Tokens(50), Soon)).GiveBack();
            }
            catch (RateLimitRejectedException refused)
            {
                refused.RetryAfter.ShouldNotBeNull();
                goes = false;
            }
        }
    }

    [Fact]
    public async Task What_never_left_is_given_back()
    {
        using var fleet = new Fleet(server.Address, static service => service.Limit("1/h"));
        var (first, second) = (fleet.Start(), fleet.Start());
        (await first.AcquireAsync(cancellationToken: Soon)).GiveBack();

        await GoesSoonAsync(second, cost: 0);
    }

    [Fact]
    public async Task When_one_is_told_to_wait_all_wait()
    {
        using var fleet = new Fleet(server.Address, static service => service.Limit("1000/s"));
        var (first, second) = (fleet.Start(), fleet.Start());
        (await first.AcquireAsync(cancellationToken: Soon)).Dispose();

        first.Record(new RequestOutcome { Limited = true, RetryAfter = TimeSpan.FromMinutes(5) });

        await Eventually.Holds(() => Refused(second).GetAwaiter().GetResult(), "the second heard of it");
    }

    private static async Task<bool> Refused(IServiceRateLimiter process)
    {
        try
        {
            (await process.AcquireAsync(new AdmissionRequest { Timeout = TimeSpan.FromSeconds(20) }, Soon).ConfigureAwait(false)).Dispose();
            return false;
        }
        catch (RateLimitRejectedException)
        {
            return true;
        }
    }

    private static AdmissionRequest Tokens(long cost) => new() { Costs = cost == 0 ? null : [new UnitCost("tokens", cost)], Timeout = TimeSpan.FromSeconds(20) };

    private static async Task RefusedAsync(IServiceRateLimiter process, long cost)
    {
        var refused = await Should.ThrowAsync<RateLimitRejectedException>(async () => await process.AcquireAsync(Tokens(cost), Soon));
        refused.RetryAfter.ShouldNotBeNull("Somebody must have said that the quota is used up.");
    }

    /// <summary>A denial is remembered for as long as it was said to last: it is the server that must be asked anew, by another process.</summary>
    private static async Task GoesSoonAsync(IServiceRateLimiter process, long cost)
    {
        await Eventually.Holds(() => process.TryAcquire(Tokens(cost)) is { IsAdmitted: true, Lease: { } lease } && Ended(lease), "the quota came back");

        static bool Ended(ServiceLease lease)
        {
            lease.Dispose();
            return true;
        }
    }
}
