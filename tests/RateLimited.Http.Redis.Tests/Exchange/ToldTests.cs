using RateLimited.Http.Admission;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Testing;

namespace RateLimited.Http.Redis.Tests.Exchange;

/// <summary>What a process makes of answers that tell of a limit which others share, and tells them. Virtual time.</summary>
public sealed class ToldTests : IDisposable
{
    private const long Limit = 100;

    /// <summary>Of each of the others the first request may be one that nobody counted.</summary>
    private const int Instances = 4;

    private readonly ManualTimeProvider _time = new();
    private readonly RateLimitingTelemetry _telemetry = new();
    private readonly ScriptedStore _store = new() { Settings = new SharedSettings { Ahead = 0, Alone = AloneMode.LocalShare, Instances = Instances } };
    private readonly ServiceLimiter _limiter;

    public ToldTests()
    {
        var definition = new ServiceDefinition { Name = "s", Limits = [], ArrivalGuard = TimeSpan.Zero, Correction = new CorrectionDefinition { Discover = true } };
        _limiter = new ServiceLimiter(definition, new InProcessStore(_time, []), _telemetry.For("s"), shared: _store);
    }

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_an_answer_says_is_told_before_its_request_is_released()
    {
        await LearnAsync();
        var ticket = await GoAsync();

        _limiter.Answered(ticket, [Remaining(98)], _limiter.Now);

        var call = await _store.NextAsync();
        call.Told.ShouldBe([(NoteKind.Heard, 2), (NoteKind.GiveBack, 1)]);
        call.Exchange.Notes[0].Instant.ShouldBe(_limiter.Now + TimeSpan.TicksPerMinute);
        call.Grant();

        // Nothing is left to be told when it ends.
        ticket.Complete();
        _time.Advance(TimeSpan.FromSeconds(1));
        _store.Waiting.ShouldBe(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_ended_without_a_word_was_counted_unless_it_never_left(bool left)
    {
        await LearnAsync();
        var ticket = await GoAsync();

        if (left)
        {
            ticket.Complete();
        }
        else
        {
            ticket.GiveBack();
        }

        var told = (await _store.NextAsync()).Told;
        told.ShouldBe(left ? [(NoteKind.Counted, 1), (NoteKind.GiveBack, 1)] : [(NoteKind.GiveBack, 1)]);
    }

    [Theory]
    [InlineData(Instances - 1, false)]
    [InlineData(Instances, true)]
    public async Task Where_others_use_the_quota_too_all_processes_are_told(long excess, bool isNews)
    {
        await LearnAsync();
        var ticket = await GoAsync();
        _limiter.Answered(ticket, [Remaining(90)], _limiter.Now);
        ticket.Complete();
        var call = await _store.NextAsync();
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(call.Exchange.Notes)[0].Result = excess;
        call.Grant();

        _ = _limiter.AdmitAsync(default, Ended).AsTask();
        var next = await _store.NextAsync();
        next.Told.ShouldBe(isNews ? [(NoteKind.Others, 0)] : []);
        if (isNews)
        {
            next.Exchange.Notes[0].Instant.ShouldBe(_limiter.Now + (8 * TimeSpan.TicksPerMinute));
        }
    }

    [Theory]
    [InlineData(0, true, true)]
    [InlineData(5, true, false)]
    [InlineData(0, false, false)]
    public async Task Whoever_is_refused_what_was_counted_tells_all_processes_of_others(long remaining, bool isCounted, bool isNews)
    {
        AdmissionTicket ticket;
        if (isCounted)
        {
            await LearnAsync();
            ticket = await GoAsync();
        }
        else
        {
            ticket = _limiter.Admit(default, LimitRule.Never, Ended);
        }

        _limiter.Answered(ticket, [Remaining(remaining) with { IsOfRefusal = true }], _limiter.Now);

        var told = (await _store.NextAsync()).Told;
        told.ShouldBe([(NoteKind.Heard, Limit - remaining), .. isNews ? new[] { (NoteKind.Others, 0L) } : [], .. isCounted ? new[] { (NoteKind.GiveBack, 1L) } : []]);
    }

    [Fact]
    public async Task After_a_pause_nobody_is_granted_more_than_the_one_that_may_go()
    {
        await LearnAsync();
        var refused = await GoAsync();
        _limiter.Pause(refused, TimeSpan.FromSeconds(10));
        refused.Complete();
        var waiting = Enumerable.Range(0, 20).Select(_ => _limiter.AdmitAsync(default, Ended).AsTask()).ToArray();
        _time.Advance(TimeSpan.FromSeconds(10));

        // What became of the refused one is told in calls of its own, or with them.
        var call = await _store.NextAsync();
        while (call.Exchange.Questions.Count == 0)
        {
            call.Grant();
            call = await _store.NextAsync();
        }

        var asked = call.Exchange.Questions.ShouldHaveSingleItem();
        asked.Wants.ShouldAllBe(static want => want.Least == 1 && want.More == 0);
        waiting.ShouldAllBe(static one => !one.IsCompleted);
    }

    [Fact]
    public async Task Others_are_told_now_and_then_that_responses_tell()
    {
        var first = _limiter.Admit(default, LimitRule.Never, Ended);
        _limiter.Answered(first, [Remaining(Limit - 1)], _limiter.Now);
        first.Complete();
        var call = await _store.NextAsync();
        call.Exchange.Tells.ShouldBe(TimeSpan.TicksPerHour);
        call.Grant();

        await AnswerAsync(isTold: false);
        _time.Advance(TimeSpan.FromMinutes(15));
        await AnswerAsync(isTold: true);
    }

    [Fact]
    public async Task While_the_store_is_lost_a_process_has_its_share_of_what_remains_under_way()
    {
        await LearnAsync();

        // Nobody else may be using it, as far as could be heard.
        _time.Advance(TimeSpan.FromSeconds(1));
        var waiting = _limiter.AdmitAsync(default, Ended).AsTask();
        (await _store.NextAsync()).Fail(mayBeDone: false);
        await waiting.WaitAsync(TimeSpan.FromSeconds(30), Ended);
        for (var i = 1; i < (Limit - 1) / 4; i++)
        {
            _limiter.AdmitAsync(default, Ended).AsTask().IsCompletedSuccessfully.ShouldBeTrue();
        }

        _limiter.AdmitAsync(default, Ended).AsTask().IsCompleted.ShouldBeFalse();
    }

    public void Dispose()
    {
        _limiter.Dispose();
        _telemetry.Dispose();
    }

    private static QuotaReport Remaining(long remaining) =>
        new() { Name = "".AsMemory(), Unit = UnitCost.Requests, Limit = Limit, Remaining = remaining, ResetAfter = TimeSpan.TicksPerMinute };

    /// <summary>A first request goes of which nothing is known, and its answer tells of the limit.</summary>
    private async Task LearnAsync()
    {
        var first = _limiter.Admit(default, LimitRule.Never, Ended);
        _limiter.Answered(first, [Remaining(Limit - 1)], _limiter.Now);
        first.Complete();
        var call = await _store.NextAsync();
        call.Told.ShouldBe([(NoteKind.Heard, 1)]);
        call.Grant();
    }

    private async Task AnswerAsync(bool isTold)
    {
        var ticket = await GoAsync();
        _limiter.Answered(ticket, [Remaining(90)], _limiter.Now);
        ticket.Complete();
        var call = await _store.NextAsync();
        call.Exchange.Tells.ShouldBe(isTold ? TimeSpan.TicksPerHour : 0);
        call.Grant();
    }

    /// <summary>A request asks for its place and has it.</summary>
    private async Task<AdmissionTicket> GoAsync()
    {
        var waiting = _limiter.AdmitAsync(default, Ended).AsTask();
        (await _store.NextAsync()).Grant();
        return await waiting.WaitAsync(TimeSpan.FromSeconds(30), Ended);
    }
}
