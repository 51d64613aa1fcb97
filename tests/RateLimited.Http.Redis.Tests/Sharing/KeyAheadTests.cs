using RateLimited.Http.Admission;
using RateLimited.Http.Configuration;
using RateLimited.Http.Redis.Tests.Servers;

namespace RateLimited.Http.Redis.Tests.Sharing;

/// <summary>What a process takes ahead of its requests of each API key's quota: it goes with that key alone, and what is not used of it comes back to all.</summary>
public sealed class KeyAheadTests(RedisServer server) : IClassFixture<RedisServer>
{
    private const string First = "sk-of-the-fleet-1";
    private const string Second = "sk-of-the-fleet-2";
    private const int Quota = 60;
    private const int Begun = 20;

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_taken_ahead_goes_with_its_key_alone_and_comes_back_to_all()
    {
        using var fleet = FleetOf(NewPrefix(), static keys => keys.Add("a", First).Add("b", Second));
        var (one, other) = ((ServiceLimiter)fleet.Start(), fleet.Start());
        await BeginAsync(one, "a", "b");

        var (first, second) = (Begun, 0);
        await Eventually.Holds(() => (first += Take(other, "a", "b")) >= Quota, "all of the first key's quota went, with what had been taken ahead of it");
        await Eventually.Holds(() => (second += Take(other, "b", "a")) >= Quota, "all of the second key's quota went");

        first += Take(one, "a", "b");
        second += Take(one, "b", "a");
        (first, second).ShouldBe((Quota, Quota));
    }

    [Fact]
    public async Task What_was_taken_ahead_of_a_key_is_neither_lost_nor_had_twice_when_it_gets_another_name()
    {
        var source = new ChangingKeys(("a", First), ("b", Second));
        using var fleet = FleetOf(NewPrefix(), keys => keys.Sources.Add(source));
        var (one, other) = ((ServiceLimiter)fleet.Start(), fleet.Start());
        await BeginAsync(one, "a", "b");

        source.Replace(("c", First), ("b", Second));
        await Eventually.Holds(() => one.GetStatus().Keys.Concat(other.GetStatus().Keys).Count(static key => key.Name == "c") == 2, "both have heard of the new name");

        var went = Begun;
        await Eventually.Holds(() => (went += Take(other, "c", "b")) >= Quota, "all of the key's quota went, with what had been taken ahead under its former name");
        (went + Take(one, "c", "b")).ShouldBe(Quota);
    }

    [Fact]
    public async Task What_was_taken_ahead_of_a_key_does_not_go_with_the_next_text_of_its_name()
    {
        var (prefix, source) = (NewPrefix(), new ChangingKeys(("a", First), ("b", Second)));
        using var changing = FleetOf(prefix, keys => keys.Sources.Add(source));
        using var staying = FleetOf(prefix, static keys => keys.Add("a", First).Add("b", Second));
        var (one, other) = ((ServiceLimiter)changing.Start(), staying.Start());
        await BeginAsync(one, "a", "b");

        source.Replace(("a", "sk-of-the-fleet-3"), ("b", Second));

        // Until it has heard of the new text it goes on with the former one.
        await Eventually.Holds(() => one.GetStatus().Keys[0].Headroom > 0.99, "the new text is heard of");
        var (next, former) = (0, Begun);
        await Eventually.Holds(() => (next += Take(one, "a", "b")) >= Quota, "all of the new text's quota went");
        await Eventually.Holds(() => (former += Take(other, "a", "b")) >= Quota, "all of the former text's quota went, with what had been taken ahead of it");
        (next, former).ShouldBe((Quota, Quota));
    }

    private static string NewPrefix() => $"t{Guid.NewGuid():N}"[..20];

    /// <summary>Some requests go with one key, so that more is taken ahead for those that would follow.</summary>
    private static async Task BeginAsync(ServiceLimiter process, string key, params string[] others)
    {
        for (var i = 0; i < Begun; i++)
        {
            (await process.AdmitAsync(With(others), Ended)).Key!.Chosen!.Name.ShouldBe(key);
        }
    }

    /// <summary>How many requests go now with one key.</summary>
    private static int Take(IServiceRateLimiter process, string key, params string[] others)
    {
        var count = 0;
        while (process.TryAcquire(With(others)).Lease is { } lease)
        {
            lease.Key.ShouldBe(key);
            count++;
        }

        return count;
    }

    private static AdmissionRequest With(string[] others) => new() { Key = new KeyWish(Realm: null, others) };

    private Fleet FleetOf(string prefix, Action<KeyPoolOptions> keys) => new(
        server.Address,
        service =>
        {
            keys(service.Keys);
            service.Limit("60/h per key");
        },
        redis => (redis.Prefix, redis.Secret, redis.TakeAhead) = (prefix, "a secret of this fleet", TimeSpan.FromSeconds(1)));
}
