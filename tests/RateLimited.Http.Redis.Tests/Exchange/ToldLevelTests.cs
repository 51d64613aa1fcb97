using RateLimited.Http.Admission;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Redis.Tests.Exchange;

/// <summary>What a process makes of answers that tell of a quota which flows back all the time and which others share, and tells them. Virtual time.</summary>
public sealed class ToldLevelTests : IDisposable
{
    private const long Limit = ToldBed.Limit;
    private const int Instances = ToldBed.Instances;

    private readonly ToldBed _bed = new();

    private static CancellationToken Ended => ToldBed.Ended;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_an_answer_says_is_told_as_of_when_it_came_before_its_request_is_released(bool isOfRefusal)
    {
        await LearnAsync();
        var ticket = await _bed.GoAsync();

        _bed.Limiter.Answered(ticket, [Remaining(98) with { IsOfRefusal = isOfRefusal }], _bed.Limiter.Now);

        var call = await _bed.Store.NextAsync();
        call.Told.ShouldBe([(NoteKind.Level, 2), (NoteKind.GiveBack, 1)]);
        var told = call.Exchange.Notes[0];
        (told.Instant, told.Receipt, told.Token).ShouldBe((_bed.Limiter.Now, Instances - 1, isOfRefusal ? 1 : 0));
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

    [Fact]
    public async Task A_window_and_a_quota_that_are_told_otherwise_hold_from_then_on()
    {
        await LearnAsync();
        var ticket = await _bed.GoAsync();

        _bed.Limiter.Answered(ticket, [Remaining(20) with { Limit = 50, Window = TimeSpan.TicksPerHour }], _bed.Limiter.Now);

        var call = await _bed.Store.NextAsync();
        call.Told.ShouldBe([(NoteKind.Level, 30), (NoteKind.GiveBack, 1)]);
        (call.Exchange.Notes[0].Balance.Rule.Inner is FleetBucket { Quota: 50, Window: TimeSpan.TicksPerHour }).ShouldBeTrue();
    }

    [Fact]
    public async Task Of_what_has_a_length_and_no_end_the_quota_is_as_if_it_flowed_back()
    {
        var first = _bed.Limiter.Admit(default, LimitRule.Never, Ended);
        _bed.Limiter.Answered(first, [Remaining(Limit - 1) with { Refills = false, ResetAfter = null }], _bed.Limiter.Now);
        (await _bed.Store.NextAsync()).Told.ShouldBe([(NoteKind.Level, 1)]);
    }

    [Fact]
    public async Task While_the_store_is_lost_a_process_has_its_share_of_what_remains_under_way()
    {
        await LearnAsync();
        _bed.Time.Advance(TimeSpan.FromSeconds(10));
        var waiting = _bed.Limiter.AdmitAsync(default, Ended).AsTask();
        (await _bed.Store.NextAsync()).Fail(mayBeDone: false);
        await waiting.WaitAsync(TimeSpan.FromSeconds(30), Ended);
        for (var i = 1; i < Limit / Instances; i++)
        {
            _bed.Limiter.AdmitAsync(default, Ended).AsTask().IsCompletedSuccessfully.ShouldBeTrue();
        }

        _bed.Limiter.AdmitAsync(default, Ended).AsTask().IsCompleted.ShouldBeFalse();
    }

    public void Dispose() => _bed.Dispose();

    private static QuotaReport Remaining(long remaining) =>
        new() { Name = "".AsMemory(), Unit = UnitCost.Requests, Limit = Limit, Remaining = remaining, ResetAfter = (Limit - remaining) * TimeSpan.TicksPerMinute / Limit, Window = TimeSpan.TicksPerMinute, Refills = true };

    /// <summary>A first request goes of which nothing is known, and its answer tells of the quota.</summary>
    private async Task LearnAsync()
    {
        var call = await _bed.LearnAsync(Remaining(Limit - 1));
        call.Told.ShouldBe([(NoteKind.Level, 1)]);
        call.Exchange.Notes[0].Receipt.ShouldBe(-1);
        call.Grant();
    }
}
