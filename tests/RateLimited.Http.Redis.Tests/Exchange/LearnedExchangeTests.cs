using RateLimited.Http.Admission;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;
using RateLimited.Http.Limits.Learning;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Testing;

namespace RateLimited.Http.Redis.Tests.Exchange;

/// <summary>What a process tells of a limit that it learns, and makes of what others have learned. Virtual time.</summary>
public sealed class LearnedExchangeTests : IDisposable
{
    private const int Rate = 1000;
    private const int Instances = 4;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ManualTimeProvider _time = new();
    private readonly RateLimitingTelemetry _telemetry = new();
    private readonly ScriptedStore _store = new() { Settings = new SharedSettings { Ahead = 0, Alone = AloneMode.LocalShare, Instances = Instances } };
    private readonly ServiceLimiter _limiter;
    private Task<ScriptedStore.Call>? _asked;

    public LearnedExchangeTests()
    {
        var definition = new ServiceDefinition { Name = "s", Limits = [new LimitDefinition("rate", UnitCost.Requests, new AdaptiveRate(Rate, TimeSpan.TicksPerSecond, Rate))], ArrivalGuard = TimeSpan.Zero };
        _limiter = new ServiceLimiter(definition, new InProcessStore(_time, []), _telemetry.For("s"), shared: _store);
    }

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    private long Present => _limiter.GetStatus().Limits[0].Quota;

    [Fact]
    public async Task Who_joins_asks_for_nothing_before_it_has_heard_what_others_have_learned()
    {
        var waiting = _limiter.AdmitAsync(default, Ended).AsTask();

        var first = await NextAsync();
        first.Exchange.Questions.ShouldBeEmpty();
        first.Exchange.Notes.ShouldHaveSingleItem().Lesson!.Version.ShouldBe(0);
        first.Teach(static _ => Of(version: 3, perSecond: 50)).Grant();

        var second = await NextAsync();
        second.Exchange.Questions.ShouldHaveSingleItem();
        LessonIn(second).ShouldSatisfyAllConditions(lesson => lesson.Version.ShouldBe(3), lesson => lesson.Real(0).ShouldBe(50));
        second.Grant();
        await waiting.WaitAsync(Patience, Ended);
        Present.ShouldBe(50);
    }

    [Fact]
    public async Task A_burst_of_refusals_brakes_once_and_is_told_at_once()
    {
        var tickets = await GoAsync(3);

        _limiter.Learn(tickets[0], AnswerKind.Throttled, _limiter.Now);
        var told = await NextAsync();
        told.Exchange.Questions.ShouldBeEmpty();
        var fall = LessonIn(told);
        fall.Version.ShouldBe(1);
        fall.Real(0).ShouldBe(700, "all processes together had sent as much as the limit is");
        told.Grant();
        _limiter.Learn(tickets[1], AnswerKind.Throttled, _limiter.Now);
        _limiter.Learn(tickets[2], AnswerKind.Throttled, _limiter.Now);

        Present.ShouldBe(700);
        var next = _limiter.AdmitAsync(default, Ended).AsTask();
        LessonIn(await NextAsync()).Version.ShouldBe(1);
        next.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Of_two_that_brake_at_the_same_time_the_first_does_for_both()
    {
        var tickets = await GoAsync(1);
        _limiter.Learn(tickets[0], AnswerKind.Throttled, _limiter.Now);
        var told = await NextAsync();

        told.Teach(static _ => Of(version: 1, perSecond: 640)).Grant();

        var next = _limiter.AdmitAsync(default, Ended).AsTask();
        LessonIn(await NextAsync()).ShouldSatisfyAllConditions(lesson => lesson.Version.ShouldBe(1), lesson => lesson.Real(0).ShouldBe(640));
        next.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Whoever_asks_by_what_is_no_longer_so_hears_it_and_asks_anew()
    {
        await GoAsync(1);
        var waiting = _limiter.AdmitAsync(default, Ended).AsTask();

        (await NextAsync()).Teach(static _ => Of(version: 2, perSecond: 20)).Outdate();

        var again = await NextAsync();
        again.Exchange.Questions.ShouldHaveSingleItem();
        LessonIn(again).Version.ShouldBe(2);
        again.Grant();
        await waiting.WaitAsync(Patience, Ended);
    }

    [Fact]
    public async Task Requests_that_were_under_way_when_another_braked_brake_no_more()
    {
        var tickets = await GoAsync(1);
        _time.Advance(TimeSpan.FromSeconds(1));
        _ = _limiter.AdmitAsync(default, Ended).AsTask();
        (await NextAsync()).Teach(static _ => Of(version: 1, perSecond: 300)).Grant();

        _limiter.Learn(tickets[0], AnswerKind.Throttled, _limiter.Now);

        Present.ShouldBe(300);
    }

    [Fact]
    public async Task While_the_store_is_lost_a_process_has_its_share_of_what_was_learned()
    {
        await GoAsync(1, static _ => Of(version: 1, perSecond: 40));
        var waiting = _limiter.AdmitAsync(default, Ended).AsTask();
        (await NextAsync()).Fail(mayBeDone: false);
        await waiting.WaitAsync(Patience, Ended);

        var gone = 1;
        while (_limiter.TryAcquire().IsAdmitted)
        {
            gone++;
        }

        gone.ShouldBe(40 / Instances);
    }

    public void Dispose()
    {
        _limiter.Dispose();
        _telemetry.Dispose();
    }

    private static Lesson Of(long version, double perSecond) => new(version, [Lesson.Figure(perSecond), Lesson.Figure(perSecond / 0.7), Lesson.Figure(3), 0]);

    private static Lesson LessonIn(ScriptedStore.Call call) => call.Exchange.Notes.Find(static note => note.Kind == NoteKind.Learned).Lesson!;

    /// <summary>So many requests go, and all processes together have sent as much as the limit is.</summary>
    private async Task<AdmissionTicket[]> GoAsync(int count, Func<Lesson, Lesson>? kept = null)
    {
        var going = Enumerable.Range(0, count).Select(_ => _limiter.AdmitAsync(default, Ended).AsTask()).ToArray();
        var all = Task.WhenAll(going);
        var asked = _store.NextAsync();
        while (!all.IsCompleted)
        {
            if (await Task.WhenAny(all, asked).WaitAsync(Patience, Ended) == asked)
            {
                (await asked).Teach(kept, perSecond: Rate).Grant();
                asked = _store.NextAsync();
            }
        }

        _asked = asked;
        return await all;
    }

    /// <summary>The next call, which may be waited for already.</summary>
    private Task<ScriptedStore.Call> NextAsync()
    {
        var next = _asked ?? _store.NextAsync();
        _asked = null;
        return next;
    }
}
