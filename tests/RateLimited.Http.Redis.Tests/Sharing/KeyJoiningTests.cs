using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using RateLimited.Http.Redis.Tests.Servers;

namespace RateLimited.Http.Redis.Tests.Sharing;

/// <summary>Who joins a fleet begins with what the others know of each API key, whatever they call it.</summary>
public sealed class KeyJoiningTests(RedisServer server) : IClassFixture<RedisServer>
{
    private const int Quota = 100;

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_joins_asks_first_with_the_key_of_which_others_were_told_and_with_no_other()
    {
        var prefix = $"t{Guid.NewGuid():N}"[..20];
        using var before = FleetOf(prefix, "known", "other");
        using var after = FleetOf(prefix, "a", "b");
        var knows = (ServiceLimiter)before.Start();
        var first = await knows.AdmitAsync(Without("other"), Ended);
        knows.Answered(first, [Remaining(Quota - 1)], knows.Now);
        first.Complete();

        // It has told when it is answered the next time.
        (await knows.AdmitAsync(Without("other"), Ended)).Complete();
        var joins = (ServiceLimiter)after.Start();
        joins.ExpectAnswers();
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => joins.AdmitAsync(Without("a"), Ended).AsTask())).WaitAsync(TimeSpan.FromSeconds(30), Ended);
        Asking(joins).ShouldBeEmpty();
        var all = Enumerable.Range(0, 10).Select(_ => joins.AdmitAsync(Without("b"), Ended).AsTask()).ToArray();

        await Eventually.Holds(() => Asking(joins).SequenceEqual(["key a"]), "it has heard that responses tell of the key");
        var asking = await (await Task.WhenAny(all));
        joins.Answered(asking, [Remaining(Quota - 3)], joins.Now);
        joins.HeardFirst(asking);
        Asking(joins).ShouldBeEmpty();
        joins.GetStatus().Limits.ShouldContain(static limit => limit.Partition == "key a" && limit.Name == "upstream" && limit.Used >= 3, "the window that was told of counts at once");
        asking.Complete();
        await Task.WhenAll(all).WaitAsync(TimeSpan.FromSeconds(30), Ended);
    }

    private static AdmissionRequest Without(string key) => new() { Key = new KeyWish(Realm: null, [key]) };

    private static IEnumerable<string> Asking(ServiceLimiter limiter) => limiter.GetStatus().Limits.Where(static limit => limit.Name == "first answer").Select(static limit => limit.Partition);

    private static QuotaReport Remaining(long remaining) =>
        new() { Name = "".AsMemory(), Unit = UnitCost.Requests, Limit = Quota, Remaining = remaining, ResetAfter = TimeSpan.TicksPerHour / 2 };

    /// <summary>Two keys of equal texts in every fleet, by names of its own.</summary>
    private Fleet FleetOf(string prefix, string first, string second) => new(
        server.Address,
        service =>
        {
            service.Limit("1000/hour").Limit("100/hour per key").AskFirst = TimeSpan.FromSeconds(10);
            service.Keys.Add(first, "sk-of-the-fleet-1").Add(second, "sk-of-the-fleet-2");
        },
        redis => (redis.Prefix, redis.Secret) = (prefix, "a secret of this fleet"));
}
