using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Admission;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Configuration;
using RateLimited.Http.Limits;
using RateLimited.Http.Testing;

namespace RateLimited.Http.Redis.Tests.Exchange;

/// <summary>What a process that joins a fleet makes of what the others know of each API key, and what it tells them. Virtual time.</summary>
public sealed class KeyNewcomerTests : IDisposable
{
    private const string Api = "api";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Requests that may go with one of the two keys alone.</summary>
    private static readonly AdmissionRequest First = new() { Key = new KeyWish(Realm: null, ["b"]) };
    private static readonly AdmissionRequest Second = new() { Key = new KeyWish(Realm: null, ["a"]) };

    private readonly ManualTimeProvider _time = new();
    private readonly ScriptedStore _store = new() { Name = "Redis", Settings = new SharedSettings { Ahead = 0, Alone = AloneMode.LocalShare, Instances = 2 } };
    private readonly ServiceProvider _process;
    private readonly ServiceLimiter _limiter;

    /// <summary>The next call, for which somebody has begun to wait.</summary>
    private Task<ScriptedStore.Call>? _next;

    public KeyNewcomerTests()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(_time);
        services.AddSingleton<ISharedStore>(_store);
        services.AddServiceRateLimiting(Api, static service =>
        {
            (service.Store, service.ArrivalGuard, service.Queue.Timeout) = ("Redis", TimeSpan.Zero, TimeSpan.FromDays(1));
            service.Limit("90/h per key").Keys.Add("a", "sk-first").Add("b", "sk-second");
        });
        _process = services.BuildServiceProvider();
        _limiter = (ServiceLimiter)_process.GetRequiredKeyedService<IServiceRateLimiter>(Api);
        _limiter.ExpectAnswers();
    }

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_joins_asks_first_with_a_key_of_which_others_were_told_and_goes_with_the_others()
    {
        var (asking, other) = (Begin(First), Begin(First));
        (await _store.NextAsync()).TellOfAnswers(TimeSpan.FromHours(1));

        // Nobody went before that was heard, and then it is known.
        var call = await _store.NextAsync();
        ToldIn(call).ShouldBeEmpty();
        call.Grant();
        var ticket = await asking.WaitAsync(Patience, Ended);
        other.IsCompleted.ShouldBeFalse();
        _store.Waiting.ShouldBe(0);

        var free = Begin(Second);
        call = await _store.NextAsync();
        ToldIn(call).ShouldHaveSingleItem();
        call.Grant();
        (await free.WaitAsync(Patience, Ended)).Key!.Chosen!.Name.ShouldBe("b");
        other.IsCompleted.ShouldBeFalse();

        Answer(ticket, Remaining(0));
        (await _store.NextAsync()).Grant();
        other.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromMinutes(29));
        other.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Where_nobody_was_told_nobody_asks()
    {
        var all = Enumerable.Range(0, 5).Select(_ => Begin(First)).ToArray();

        await GrantAsync(Task.WhenAll(all), static call => ToldIn(call).ShouldHaveSingleItem().Version.ShouldBe(0));

        IsAsking().ShouldBeFalse();
    }

    [Fact]
    public async Task What_is_told_no_more_makes_nobody_ask()
    {
        var first = Begin(First);
        (await _store.NextAsync()).TellOfAnswers(TimeSpan.Zero, version: 9);

        var call = await _store.NextAsync();
        ToldIn(call).ShouldHaveSingleItem().Version.ShouldBe(9);
        call.Grant();
        await first.WaitAsync(Patience, Ended);
        IsAsking().ShouldBeFalse();
    }

    [Fact]
    public async Task Who_was_answered_tells_the_others_of_the_key_now_and_then_and_asks_them_no_more()
    {
        var ticket = await GoAsync();
        Answer(ticket, Remaining(80));
        var note = (await TellingAsync()).ShouldHaveSingleItem();
        (note.Receipt, note.Instant - _limiter.Now).ShouldBe((1, TimeSpan.TicksPerHour));

        Answer(await GoAsync(), Remaining(79));
        _time.Advance(TimeSpan.FromMinutes(16));
        var again = await GoAsync();
        Answer(again, Remaining(78));
        (await TellingAsync()).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Another_store_is_told_anew()
    {
        Answer(await GoAsync(), Remaining(80));
        await TellingAsync();

        Answer(await GoAsync(hasForgotten: true), Remaining(79));

        (await TellingAsync()).ShouldHaveSingleItem();
    }

    public void Dispose() => _process.Dispose();

    private static IEnumerable<SharedRest> ToldIn(ScriptedStore.Call call) =>
        call.Exchange.Questions.SelectMany(static question => question.Wants).Select(static want => want.Balance.Rest).OfType<SharedRest>().Where(static rest => rest.Quota is not null);

    private static QuotaReport Remaining(long remaining) =>
        new() { Name = "".AsMemory(), Unit = UnitCost.Requests, Limit = 90, Remaining = remaining, ResetAfter = TimeSpan.TicksPerHour / 2 };

    private bool IsAsking() => _limiter.GetStatus().Limits.Any(static limit => limit.Name == "first answer");

    private Task<AdmissionTicket> Begin(AdmissionRequest request) => _limiter.AdmitAsync(request, Ended).AsTask();

    private void Answer(AdmissionTicket ticket, params ReadOnlySpan<QuotaReport> reports)
    {
        _limiter.Answered(ticket, reports, _limiter.Now);
        _limiter.HeardFirst(ticket);
        ticket.Complete();
    }

    /// <summary>A request goes with the first key. Whatever is told with it that is no request's is answered.</summary>
    private async Task<AdmissionTicket> GoAsync(bool hasForgotten = false)
    {
        var admission = Begin(First);
        await GrantAsync(admission, call =>
        {
            // Whoever has forgotten is told at once who holds what, and then knows.
            (call.Exchange.HasForgotten, hasForgotten) = (hasForgotten, false);
            call.Exchange.Notes.ShouldNotContain(static note => note.Kind == NoteKind.Told);
        });
        return await admission;
    }

    /// <summary>Grants whatever is asked until something is done.</summary>
    private async Task GrantAsync(Task done, Action<ScriptedStore.Call> look)
    {
        for (_next ??= _store.NextAsync(); await Task.WhenAny(_next, done).WaitAsync(Patience, Ended) == _next; _next = _store.NextAsync())
        {
            var call = await _next;
            look(call);
            call.Grant();
        }
    }

    /// <summary>What is told of keys' quotas after an answer, by the first call that tells of any: a store that has forgotten is told before that who holds what.</summary>
    private async Task<SharedNote[]> TellingAsync()
    {
        while (true)
        {
            var call = await (_next ?? _store.NextAsync());
            _next = null;
            call.Grant();
            if (call.Exchange.Notes.Where(static note => note.Kind == NoteKind.Told).ToArray() is { Length: > 0 } told)
            {
                return told;
            }
        }
    }
}
