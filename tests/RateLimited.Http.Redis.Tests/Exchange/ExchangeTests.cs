using RateLimited.Http.Admission;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Testing;

namespace RateLimited.Http.Redis.Tests.Exchange;

/// <summary>What a process tells and asks a store that others share, and what it makes of the answers, or of none. Virtual time.</summary>
public sealed class ExchangeTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly RateLimitingTelemetry _telemetry = new();
    private ServiceLimiter? _limiter;

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_asked_for_somebody_who_does_not_wait_is_there_when_it_comes_back()
    {
        var store = new ScriptedStore();
        var process = Start(store);

        process.TryAcquire().IsAdmitted.ShouldBeFalse();
        (await store.NextAsync()).Grant(receipt: 3);
        _time.Advance(TimeSpan.FromMilliseconds(200));

        process.TryAcquire().IsAdmitted.ShouldBeTrue();

        // It goes later than it was counted: it is counted anew.
        _time.Advance(TimeSpan.FromMilliseconds(10));
        var told = (await store.NextAsync()).Exchange.Notes;
        told.Select(static note => (note.Kind, note.Receipt, note.Amount)).ShouldBe([(NoteKind.GiveBack, 3, 1), (NoteKind.Force, 0, 1)]);
    }

    [Fact]
    public async Task What_nobody_comes_back_for_goes_back()
    {
        var store = new ScriptedStore();
        var process = Start(store);

        process.TryAcquire().IsAdmitted.ShouldBeFalse();
        (await store.NextAsync()).Grant(receipt: 3);
        _time.Advance(TimeSpan.FromMilliseconds(260));

        (await store.NextAsync()).Told.ShouldBe([(NoteKind.GiveBack, 1)]);
        process.TryAcquire().IsAdmitted.ShouldBeFalse();
    }

    [Fact]
    public async Task What_is_charged_anew_is_settled_against_its_new_receipt()
    {
        var store = new ScriptedStore();
        var process = Start(store);
        process.TryAcquire(Costing(5)).IsAdmitted.ShouldBeFalse();
        (await store.NextAsync()).Grant(receipt: 3);
        _time.Advance(TimeSpan.FromMilliseconds(200));
        var lease = process.TryAcquire(Costing(5)).Lease.ShouldNotBeNull();
        _time.Advance(TimeSpan.FromMilliseconds(10));
        var anew = await store.NextAsync();

        lease.GiveBack();
        anew.Exchange.Notes.ForEach(static note => note.Kind.ShouldBeOneOf(NoteKind.GiveBack, NoteKind.Force));
        SetReceipts(anew, 11);
        anew.Grant();
        _time.Advance(TimeSpan.FromMilliseconds(10));

        (await store.NextAsync()).Exchange.Notes.Select(static note => (note.Kind, note.Receipt, note.Amount)).ShouldBe([(NoteKind.GiveBack, 11, 5)]);
    }

    [Fact]
    public async Task What_may_have_been_told_is_told_once_more_as_it_was()
    {
        var store = new ScriptedStore();
        var process = Start(store);
        var lost = await GivenBackAsync(process, store);

        lost.Fail(mayBeDone: true);
        var again = await store.NextAsync();
        again.Exchange.ShouldBeSameAs(lost.Exchange);
        again.IsRetry.ShouldBeTrue();
        again.Fail(mayBeDone: true);
        _time.Advance(TimeSpan.FromSeconds(1));

        var once = await store.NextAsync();
        once.Exchange.ShouldBeSameAs(lost.Exchange);
        once.IsRetry.ShouldBeTrue();
        once.Told.ShouldContain((NoteKind.GiveBack, 1));
        once.Grant();
        process.TryAcquire().IsAdmitted.ShouldBeFalse();
        (await store.NextAsync()).Told.ShouldNotContain((NoteKind.GiveBack, 1));
    }

    [Fact]
    public async Task What_was_granted_in_an_answer_that_comes_late_goes_back()
    {
        var store = new ScriptedStore();
        var process = Start(store);
        process.TryAcquire().IsAdmitted.ShouldBeFalse();
        (await store.NextAsync()).Fail(mayBeDone: true);
        (await store.NextAsync()).Fail(mayBeDone: true);
        _time.Advance(TimeSpan.FromSeconds(1));

        (await store.NextAsync()).Grant(receipt: 5);

        (await store.NextAsync()).Exchange.Notes.Select(static note => (note.Kind, note.Receipt, note.Amount)).ShouldContain((NoteKind.GiveBack, 5, 1));
    }

    [Fact]
    public async Task What_was_not_told_for_certain_is_told_later_and_given_back_too()
    {
        var store = new ScriptedStore();
        var process = Start(store);

        (await GivenBackAsync(process, store)).Fail(mayBeDone: false);
        _time.Advance(TimeSpan.FromSeconds(1));

        var next = await store.NextAsync();
        next.IsRetry.ShouldBeFalse();
        next.Told.ShouldContain((NoteKind.GiveBack, 1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    public async Task Where_nobody_would_know_it_again_nothing_is_given_back_twice(int seconds)
    {
        var store = new ScriptedStore { RemembersFor = TimeSpan.FromSeconds(seconds), Settings = new SharedSettings { Ahead = 0, Alone = AloneMode.FailClosed, FirstProbe = TimeSpan.FromMinutes(2).Ticks, LongestProbe = TimeSpan.FromMinutes(2).Ticks } };
        var process = Start(store);
        var lost = await GivenBackAsync(process, store);

        lost.Fail(mayBeDone: true);
        (await store.NextAsync()).Fail(mayBeDone: true);
        _time.Advance(TimeSpan.FromMinutes(3));

        var next = await store.NextAsync();
        next.Exchange.ShouldNotBeSameAs(lost.Exchange);
        next.IsRetry.ShouldBeFalse();
        next.Told.ShouldNotContain((NoteKind.GiveBack, 1));
    }

    [Fact]
    public async Task After_a_mistake_that_does_not_pass_nothing_is_told_again_at_once()
    {
        var store = new ScriptedStore();
        var process = Start(store);

        (await GivenBackAsync(process, store)).Fail(mayBeDone: false, passes: false);
        store.Waiting.ShouldBe(0);
        _time.Advance(TimeSpan.FromMilliseconds(240));
        store.Waiting.ShouldBe(0);
        _time.Advance(TimeSpan.FromMilliseconds(20));

        (await store.NextAsync()).Told.ShouldBe([(NoteKind.GiveBack, 1)]);
    }

    [Fact]
    public async Task Whoever_may_not_wait_for_as_long_as_another_process_was_told_to_is_refused_at_once()
    {
        var store = new ScriptedStore();
        var process = Start(store);
        var waiting = process.AcquireAsync(new AdmissionRequest { Timeout = TimeSpan.FromMinutes(1) }, Ended).AsTask();

        (await store.NextAsync()).Refuse(TimeSpan.FromMinutes(10), isPause: true);

        var refused = await Should.ThrowAsync<RateLimitRejectedException>(waiting);
        refused.RetryAfter.ShouldBe(TimeSpan.FromMinutes(10));
    }

    [Fact]
    public async Task The_first_answer_of_a_service_takes_no_second_slot()
    {
        var store = new ScriptedStore();
        var definition = new ServiceDefinition { Name = "s", Limits = [new LimitDefinition("slots", UnitCost.Requests, new Concurrency(2))] };
        _limiter = new ServiceLimiter(definition, new InProcessStore(_time, []), _telemetry.For("s"), shared: store);
        var admission = _limiter.AdmitAsync(default, Ended).AsTask();
        (await store.NextAsync()).Grant();
        var ticket = await admission.WaitAsync(TimeSpan.FromSeconds(30), Ended);

        _time.Advance(TimeSpan.FromMilliseconds(100));
        _limiter.Answered(ticket, [], _limiter.Now);
        ticket.Complete();
        _time.Advance(TimeSpan.FromMilliseconds(20));

        (await store.NextAsync()).Told.ShouldBe([(NoteKind.GiveBack, 1)]);
    }

    public void Dispose()
    {
        _limiter?.Dispose();
        _telemetry.Dispose();
    }

    private static AdmissionRequest Costing(long requests) => new() { Costs = [new UnitCost(UnitCost.Requests, requests)] };

    private static void SetReceipts(ScriptedStore.Call call, long receipt)
    {
        foreach (ref var note in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(call.Exchange.Notes))
        {
            note.Result = receipt;
        }
    }

    /// <summary>One request goes and is given back. Returns the call that tells of it.</summary>
    private async Task<ScriptedStore.Call> GivenBackAsync(IServiceRateLimiter process, ScriptedStore store)
    {
        var waiting = process.AcquireAsync(cancellationToken: Ended).AsTask();
        (await store.NextAsync()).Grant();
        (await waiting).GiveBack();
        _time.Advance(TimeSpan.FromMilliseconds(5));
        var told = await store.NextAsync();
        told.Told.ShouldBe([(NoteKind.GiveBack, 1)]);
        return told;
    }

    private IServiceRateLimiter Start(ScriptedStore store)
    {
        var definition = new ServiceDefinition
        {
            Name = "s",
            Limits = [new LimitDefinition("hourly", UnitCost.Requests, new SlidingWindow(10, TimeSpan.TicksPerHour))],
            ArrivalGuard = TimeSpan.Zero,
        };
        return _limiter = new ServiceLimiter(definition, new InProcessStore(_time, []), _telemetry.For("s"), shared: store);
    }
}
