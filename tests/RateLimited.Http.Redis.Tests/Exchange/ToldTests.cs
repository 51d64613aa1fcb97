using RateLimited.Http.Admission;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Redis.Tests.Exchange;

/// <summary>What a process makes of answers that tell of a limit which others share, and tells them. Virtual time.</summary>
public sealed class ToldTests : IDisposable
{
    private const long Limit = ToldBed.Limit;
    private const int Instances = ToldBed.Instances;

    private readonly ToldBed _bed = new();

    private static CancellationToken Ended => ToldBed.Ended;

    [Fact]
    public async Task What_an_answer_says_is_told_before_its_request_is_released()
    {
        await LearnAsync();
        var ticket = await _bed.GoAsync();

        _bed.Limiter.Answered(ticket, [Remaining(98)], _bed.Limiter.Now);

        var call = await _bed.Store.NextAsync();
        call.Told.ShouldBe([(NoteKind.Heard, 2), (NoteKind.GiveBack, 1)]);
        call.Exchange.Notes[0].Instant.ShouldBe(_bed.Limiter.Now + TimeSpan.TicksPerMinute);
        call.Grant();

        // Nothing is left to be told when it ends.
        ticket.Complete();
        _bed.Time.Advance(TimeSpan.FromSeconds(1));
        _bed.Store.Waiting.ShouldBe(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_ended_without_a_word_was_counted_unless_it_never_left(bool left)
    {
        await LearnAsync();
        var ticket = await _bed.GoAsync();

        if (left)
        {
            ticket.Complete();
        }
        else
        {
            ticket.GiveBack();
        }

        var told = (await _bed.Store.NextAsync()).Told;
        told.ShouldBe(left ? [(NoteKind.Counted, 1), (NoteKind.GiveBack, 1)] : [(NoteKind.GiveBack, 1)]);
    }

    [Theory]
    [InlineData(Instances - 1, false)]
    [InlineData(Instances, true)]
    public async Task Where_others_use_the_quota_too_all_processes_are_told(long excess, bool isNews)
    {
        await LearnAsync();
        var ticket = await _bed.GoAsync();
        _bed.Limiter.Answered(ticket, [Remaining(90)], _bed.Limiter.Now);
        ticket.Complete();
        var call = await _bed.Store.NextAsync();
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(call.Exchange.Notes)[0].Result = excess;
        call.Grant();

        _ = _bed.Limiter.AdmitAsync(default, Ended).AsTask();
        var next = await _bed.Store.NextAsync();
        next.Told.ShouldBe(isNews ? [(NoteKind.Others, 0)] : []);
        if (isNews)
        {
            next.Exchange.Notes[0].Instant.ShouldBe(_bed.Limiter.Now + (8 * TimeSpan.TicksPerMinute));
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
            ticket = await _bed.GoAsync();
        }
        else
        {
            ticket = _bed.Limiter.Admit(default, LimitRule.Never, Ended);
        }

        _bed.Limiter.Answered(ticket, [Remaining(remaining) with { IsOfRefusal = true }], _bed.Limiter.Now);

        var told = (await _bed.Store.NextAsync()).Told;
        told.ShouldBe([(NoteKind.Heard, Limit - remaining), .. isNews ? new[] { (NoteKind.Others, 0L) } : [], .. isCounted ? new[] { (NoteKind.GiveBack, 1L) } : []]);
    }

    [Fact]
    public async Task After_a_pause_nobody_is_granted_more_than_the_one_that_may_go()
    {
        await LearnAsync();
        var refused = await _bed.GoAsync();
        _bed.Limiter.Pause(refused, TimeSpan.FromSeconds(10));
        refused.Complete();
        var waiting = Enumerable.Range(0, 20).Select(_ => _bed.Limiter.AdmitAsync(default, Ended).AsTask()).ToArray();
        _bed.Time.Advance(TimeSpan.FromSeconds(10));

        // What became of the refused one is told in calls of its own, or with them.
        var call = await _bed.Store.NextAsync();
        while (call.Exchange.Questions.Count == 0)
        {
            call.Grant();
            call = await _bed.Store.NextAsync();
        }

        var asked = call.Exchange.Questions.ShouldHaveSingleItem();
        asked.Wants.ShouldAllBe(static want => want.Least == 1 && want.More == 0);
        waiting.ShouldAllBe(static one => !one.IsCompleted);
    }

    [Fact]
    public async Task Others_are_told_now_and_then_that_responses_tell()
    {
        var call = await _bed.LearnAsync(Remaining(Limit - 1));
        call.Exchange.Tells.ShouldBe(TimeSpan.TicksPerHour);
        call.Grant();

        await AnswerAsync(isTold: false);
        _bed.Time.Advance(TimeSpan.FromMinutes(15));
        await AnswerAsync(isTold: true);
    }

    [Fact]
    public async Task While_the_store_is_lost_a_process_has_its_share_of_what_remains_under_way()
    {
        await LearnAsync();

        // Nobody else may be using it, as far as could be heard.
        _bed.Time.Advance(TimeSpan.FromSeconds(1));
        var waiting = _bed.Limiter.AdmitAsync(default, Ended).AsTask();
        (await _bed.Store.NextAsync()).Fail(mayBeDone: false);
        await waiting.WaitAsync(TimeSpan.FromSeconds(30), Ended);
        for (var i = 1; i < (Limit - 1) / 4; i++)
        {
            _bed.Limiter.AdmitAsync(default, Ended).AsTask().IsCompletedSuccessfully.ShouldBeTrue();
        }

        _bed.Limiter.AdmitAsync(default, Ended).AsTask().IsCompleted.ShouldBeFalse();
    }

    public void Dispose() => _bed.Dispose();

    private static QuotaReport Remaining(long remaining) =>
        new() { Name = "".AsMemory(), Unit = UnitCost.Requests, Limit = Limit, Remaining = remaining, ResetAfter = TimeSpan.TicksPerMinute };

    /// <summary>A first request goes of which nothing is known, and its answer tells of the limit.</summary>
    private async Task LearnAsync()
    {
        var call = await _bed.LearnAsync(Remaining(Limit - 1));
        call.Told.ShouldBe([(NoteKind.Heard, 1)]);
        call.Grant();
    }

    private async Task AnswerAsync(bool isTold)
    {
        var ticket = await _bed.GoAsync();
        _bed.Limiter.Answered(ticket, [Remaining(90)], _bed.Limiter.Now);
        ticket.Complete();
        var call = await _bed.Store.NextAsync();
        call.Exchange.Tells.ShouldBe(isTold ? TimeSpan.TicksPerHour : 0);
        call.Grant();
    }
}
