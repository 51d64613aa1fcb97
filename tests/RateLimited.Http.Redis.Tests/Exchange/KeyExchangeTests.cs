using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Admission;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Configuration;
using RateLimited.Http.Testing;

namespace RateLimited.Http.Redis.Tests.Exchange;

/// <summary>With which key a process asks a store that others share, and what it makes of the answers. Virtual time.</summary>
public sealed class KeyExchangeTests : IDisposable
{
    private const string Api = "api";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ManualTimeProvider _time = new();
    private readonly ScriptedStore _store = new() { Name = "Redis", Settings = new SharedSettings { Ahead = 0, Alone = AloneMode.LocalShare, Instances = 2 } };
    private ServiceProvider? _process;

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_is_asked_for_with_one_key_and_all_limits_in_one_question()
    {
        var limiter = Start(static service => Two(service).Limit("100/h").Limit("10/h per key").Limit("500 tokens/h per key"));

        var waiting = limiter.AcquireAsync(new AdmissionRequest { Costs = [new UnitCost("tokens", 40)] }, Ended).AsTask();

        var call = await _store.NextAsync();
        var wants = call.Exchange.Questions.ShouldHaveSingleItem().Wants.Where(static want => want.Balance.Rest is null).ToArray();
        wants.Select(static want => (want.Balance.Partition.Limit.Unit, want.Least, IsOfKey: want.Balance.Partition.Limit.Definition.Owner is not null)).ShouldBe(
            [("requests", 1, true), ("tokens", 40, true), ("requests", 1, false)],
            ignoreOrder: true);
        var asked = wants.Select(static want => want.Balance.Partition.Limit).Where(static limit => limit.Definition.Owner is not null).Select(static limit => limit.ScopeName).Distinct().ShouldHaveSingleItem();
        call.Grant();
        (await waiting.WaitAsync(Patience, Ended)).Key.ShouldBe(asked["key ".Length..]);
    }

    [Fact]
    public async Task Where_a_key_is_out_the_next_is_asked_with_and_then_nobody_until_one_returns()
    {
        var limiter = Start(static service => Two(service).Limit("10/h per key"));
        var waiting = limiter.AcquireAsync(cancellationToken: Ended).AsTask();

        var first = await _store.NextAsync();
        first.RefuseBy(static limit => limit.Scope == LimitScope.Key, TimeSpan.FromMinutes(10));
        var second = await _store.NextAsync();
        second.RefuseBy(static limit => limit.Scope == LimitScope.Key, TimeSpan.FromMinutes(20));

        KeyOf(second).ShouldNotBe(KeyOf(first));
        _time.Advance(TimeSpan.FromMilliseconds(249));
        _store.Waiting.ShouldBe(0);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        (await _store.NextAsync()).Grant();
        (await waiting.WaitAsync(Patience, Ended)).Key.ShouldNotBeNull();
    }

    [Fact]
    public async Task Who_may_not_wait_for_as_long_as_all_keys_are_out_is_refused_at_once()
    {
        var limiter = Start(static service => Two(service).Limit("10/h per key"));
        var waiting = limiter.AcquireAsync(new AdmissionRequest { Timeout = TimeSpan.FromSeconds(30) }, Ended).AsTask();

        (await _store.NextAsync()).RefuseBy(static limit => limit.Scope == LimitScope.Key, TimeSpan.FromMinutes(10));
        (await _store.NextAsync()).RefuseBy(static limit => limit.Scope == LimitScope.Key, TimeSpan.FromMinutes(20));

        (await Should.ThrowAsync<RateLimitRejectedException>(waiting.WaitAsync(Patience, Ended))).RetryAfter.ShouldBe(TimeSpan.FromMinutes(10));
    }

    [Fact]
    public async Task What_the_service_refuses_is_not_asked_for_with_another_key()
    {
        var limiter = Start(static service => Two(service).Limit("100/h").Limit("10/h per key"));
        var waiting = limiter.AcquireAsync(cancellationToken: Ended).AsTask();

        (await _store.NextAsync()).RefuseBy(static limit => limit.Scope == LimitScope.Service, TimeSpan.FromMinutes(10));

        _time.Advance(TimeSpan.FromMilliseconds(249));
        _store.Waiting.ShouldBe(0);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        (await _store.NextAsync()).Grant();
        await waiting.WaitAsync(Patience, Ended);
    }

    [Fact]
    public async Task The_key_with_more_left_by_what_was_heard_is_asked_with()
    {
        var limiter = Start(static service => Two(service).Limit("100/h per key"));
        var used = new Dictionary<string, long>(StringComparer.Ordinal) { ["key a"] = 90, ["key b"] = 10 };

        // Each question is told of the key that it goes with, and of the one that was heard of longest ago.
        (await AskAsync(limiter, used)).Grant();
        limiter.GetStatus().Keys.Select(static key => Math.Round(key.Headroom, 1)).ShouldBe([0.1, 0.9]);

        for (var i = 0; i < 20; i++)
        {
            var call = await AskAsync(limiter, used);
            KeyOf(call).ShouldBe("key b");
            call.Grant();
        }
    }

    [Fact]
    public async Task What_was_asked_for_somebody_who_does_not_wait_is_there_when_it_comes_back_with_the_key()
    {
        var limiter = Start(static service => Two(service).Limit("10/h per key"));

        limiter.TryAcquire().IsAdmitted.ShouldBeFalse();
        var call = await _store.NextAsync();
        call.Grant();
        _time.Advance(TimeSpan.FromMilliseconds(200));

        $"key {limiter.TryAcquire().Lease.ShouldNotBeNull().Key}".ShouldBe(KeyOf(call));
    }

    [Fact]
    public async Task While_the_store_is_lost_each_process_has_its_share_of_every_key()
    {
        var limiter = Start(static service => Two(service).Limit("10/h sliding per key"));
        var waiting = limiter.AcquireAsync(cancellationToken: Ended).AsTask();
        (await _store.NextAsync()).Fail(mayBeDone: false);
        var keys = new List<string?> { (await waiting.WaitAsync(Patience, Ended)).Key };
        while (limiter.TryAcquire().Lease is { } lease)
        {
            keys.Add(lease.Key);
        }

        // Of two processes.
        keys.Order(StringComparer.Ordinal).ShouldBe([.. Enumerable.Repeat("a", 5), .. Enumerable.Repeat("b", 5)]);
    }

    [Theory]
    [InlineData((int)RestReason.Limited, true, KeyState.RateLimited)]
    [InlineData((int)RestReason.Exhausted, true, KeyState.Exhausted)]
    [InlineData((int)RestReason.Refused, false, KeyState.Error)]
    public async Task What_is_heard_of_a_key_takes_requests_to_another_and_shows(int reason, bool isOfQuota, KeyState state)
    {
        var limiter = Start(static service => Two(service).Limit("10/h per key"));
        var waiting = limiter.AcquireAsync(cancellationToken: Ended).AsTask();

        var first = await _store.NextAsync();
        VersionsOf(first).ShouldAllBe(static version => version == 0);
        first.Tell(isOfQuota, (RestReason)reason, TimeSpan.FromMinutes(5));
        var second = await _store.NextAsync();
        KeyOf(second).ShouldNotBe(KeyOf(first));
        second.Grant();

        var lease = await waiting.WaitAsync(Patience, Ended);
        limiter.GetStatus().Keys.ShouldAllBe(key => key.State == (key.Name == lease.Key ? KeyState.Active : state));

        // The other is asked with again when that is over, by those who know of it.
        _time.Advance(TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(30));
        for (var keys = new HashSet<string>(); keys.Count < 2;)
        {
            _ = limiter.AcquireAsync(cancellationToken: Ended).AsTask();
            var call = await _store.NextAsync();
            keys.Add(KeyOf(call));
            VersionsOf(call).Max().ShouldBe(KeyOf(call) == KeyOf(first) ? 1 : 0);
            call.Grant();
        }
    }

    [Fact]
    public async Task What_another_process_takes_back_holds_no_longer()
    {
        var limiter = Start(static service => Two(service).Limit("10/h per key"));
        _ = limiter.AcquireAsync(cancellationToken: Ended).AsTask();
        (await _store.NextAsync()).Tell(ofQuota: true, RestReason.Exhausted, TimeSpan.FromHours(5));
        (await _store.NextAsync()).Grant();
        limiter.GetStatus().Keys.ShouldContain(static key => key.State == KeyState.Exhausted);

        // Every question asks whether it is over, with whatever key.
        _ = limiter.AcquireAsync(cancellationToken: Ended).AsTask();
        var call = await _store.NextAsync();
        foreach (ref var note in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(call.Exchange.Notes))
        {
            note.Result = note is { Kind: NoteKind.Look, Balance.Rest: not null } ? 2 * 8 : 0;
        }

        call.Grant();
        limiter.GetStatus().Keys.ShouldAllBe(static key => key.State == KeyState.Active);
    }

    [Fact]
    public async Task A_rest_is_believed_for_as_long_as_the_service_believes_anybody_and_no_longer()
    {
        var limiter = Start(static service => Two(service).Limit("10/h per key").MaxHint = TimeSpan.FromMinutes(2));
        _ = limiter.AcquireAsync(cancellationToken: Ended).AsTask();

        (await _store.NextAsync()).Tell(ofQuota: true, RestReason.Limited, TimeSpan.FromDays(3000));

        (await _store.NextAsync()).Grant();
        limiter.GetStatus().Keys.Max(static key => key.OpensIn).ShouldBe(TimeSpan.FromMinutes(2));
    }

    public void Dispose() => _process?.Dispose();

    private static IEnumerable<long> VersionsOf(ScriptedStore.Call call) => call.Exchange.Questions.ShouldHaveSingleItem().Wants.Select(static want => want.Balance.Rest).OfType<SharedRest>().Select(static rest => rest.Version);

    private static ServiceRateLimitingOptions Two(ServiceRateLimitingOptions service)
    {
        service.Keys.Add("a", "sk-first").Add("b", "sk-second");
        return service;
    }

    private static string KeyOf(ScriptedStore.Call call) => call.Exchange.Questions.ShouldHaveSingleItem().Wants
        .Select(static want => want.Balance.Partition.Limit).Where(static limit => limit.Scope == LimitScope.Key).Select(static limit => limit.ScopeName).Distinct().ShouldHaveSingleItem();

    /// <summary>A request comes and is asked for; what all have used of each key is said with the answer.</summary>
    private async Task<ScriptedStore.Call> AskAsync(IServiceRateLimiter limiter, Dictionary<string, long> used)
    {
        _ = limiter.AcquireAsync(cancellationToken: Ended).AsTask();
        var call = await _store.NextAsync();
        foreach (ref var note in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(call.Exchange.Notes))
        {
            note.Result = note.Kind == NoteKind.Look ? used[note.Balance.Partition.Limit.ScopeName] : note.Result;
        }

        return call;
    }

    private IServiceRateLimiter Start(Action<ServiceRateLimitingOptions> configure)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(_time);
        services.AddSingleton<ISharedStore>(_store);
        services.AddServiceRateLimiting(Api, service =>
        {
            (service.Store, service.ArrivalGuard, service.Queue.Timeout) = ("Redis", TimeSpan.Zero, TimeSpan.FromDays(1));
            configure(service);
        });
        _process = services.BuildServiceProvider();
        return _process.GetRequiredKeyedService<IServiceRateLimiter>(Api);
    }
}
