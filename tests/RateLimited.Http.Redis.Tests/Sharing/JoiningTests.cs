using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using RateLimited.Http.Redis.Tests.Servers;

namespace RateLimited.Http.Redis.Tests.Sharing;

/// <summary>Who joins a fleet begins with what the others know.</summary>
public sealed class JoiningTests(RedisServer server) : IClassFixture<RedisServer>
{
    private const int Quota = 100;

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_joins_where_others_were_told_of_the_quota_asks_first()
    {
        using var fleet = new Fleet(server.Address, static service => service.Limit("100/hour").AskFirst = TimeSpan.FromSeconds(10));
        var knows = (ServiceLimiter)fleet.Start();
        var first = await knows.AdmitAsync(default, Ended);
        knows.Answered(first, [Remaining(Quota - 1)], knows.Now);
        first.Complete();

        // It has told when it is answered the next time.
        (await knows.AdmitAsync(default, Ended)).Complete();
        var joins = (ServiceLimiter)fleet.Start();
        joins.ExpectAnswers();
        var asking = joins.AdmitAsync(default, Ended).AsTask();
        var others = Enumerable.Range(0, 10).Select(_ => joins.AdmitAsync(default, Ended).AsTask()).ToArray();

        await Eventually.Holds(() => IsAsking(joins), "it has heard that responses tell");
        joins.Answered(await asking, [Remaining(Quota - 3)], joins.Now);
        joins.HeardFirst(await asking);
        IsAsking(joins).ShouldBeFalse();
        await Task.WhenAll(others).WaitAsync(TimeSpan.FromSeconds(30), Ended);
    }

    [Fact]
    public async Task Where_nobody_was_told_nobody_asks()
    {
        using var fleet = new Fleet(server.Address, static service => service.Limit("100/hour"));
        var joins = (ServiceLimiter)fleet.Start();
        joins.ExpectAnswers();

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => joins.AdmitAsync(default, Ended).AsTask())).WaitAsync(TimeSpan.FromSeconds(30), Ended);

        IsAsking(joins).ShouldBeFalse();
    }

    private static bool IsAsking(ServiceLimiter limiter) => limiter.GetStatus().Limits.Any(static limit => string.Equals(limit.Name, "first answer", StringComparison.Ordinal));

    private static QuotaReport Remaining(long remaining) =>
        new() { Name = "".AsMemory(), Unit = UnitCost.Requests, Limit = Quota, Remaining = remaining, ResetAfter = TimeSpan.TicksPerHour / 2 };
}
