using RateLimited.Http.Limits;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Tests.Limits;

/// <summary>Answers tell when a request can have arrived at the latest, and charges count by that.</summary>
public sealed class AnswerTests
{
    private static readonly long Second = TimeSpan.TicksPerSecond;

    [Fact]
    public void Sliding_window_dated_by_answers_holds_at_the_door() => Holds.For(Scenarios.Guarded, static scenario =>
        AtTheDoor(new SlidingWindow(scenario.Quota, scenario.Window), scenario, arrivals => Arrivals.MostWithin(arrivals, scenario.Window) <= scenario.Quota));

    [Fact]
    public void Aligned_window_dated_by_answers_holds_at_the_door() => Holds.For(Scenarios.Guarded, static scenario =>
    {
        var guarded = scenario with { Guard = scenario.Guard % scenario.Window };
        AtTheDoor(new FixedWindow(scenario.Quota, scenario.Window), guarded, arrivals => Arrivals.MostOnGrid(arrivals, at => (at + Scenario.Wall - DateTime.UnixEpoch.Ticks) / scenario.Window) <= scenario.Quota);
    });

    [Fact]
    public void Hints_stay_exact_among_answers() => Holds.For(Rules.With(Scenarios.Guarded, Kind.Sliding, Kind.Aligned), static drawn =>
    {
        var scenario = drawn.Scenario with { Guard = drawn.Scenario.Guard % drawn.Scenario.Window };
        var rule = Rules.Of(drawn.Kind, scenario);
        Drive drive = null!;
        drive = new Drive(rule, scenario)
        {
            Refused = (cost, told) =>
            {
                drive.Now = told - 1;
                rule.Earliest(ref drive.State, drive.At, cost).ShouldBe(told);
                drive.Now = told;
                rule.Earliest(ref drive.State, drive.At, cost).ShouldBe(told);
            },
        };
        Answering(drive, scenario, static _ => 0);
        rule.FreshAt(drive.State, drive.At).ShouldBeGreaterThanOrEqualTo(0);
        drive.Now = Math.Max(rule.FreshAt(drive.State, drive.At), drive.Now);
        rule.Used(ref drive.State, drive.At).ShouldBe(0);
    });

    [Fact]
    public void A_sliding_window_counts_what_was_answered_from_when_it_can_have_arrived_and_no_longer()
    {
        var (rule, state) = (new SlidingWindow(10, Second), default(LimitState));
        Moment At(long instant) => new(T(instant), Guard: T(100));
        long T(long instant) => 1000 * instant;
        var window = Second / 1000;
        var first = rule.Charge(ref state, At(1000), 6);
        var second = rule.Charge(ref state, At(1000), 4);
        rule.IsDatedByAnswers.ShouldBeTrue();
        rule.Earliest(ref state, At(1001), 1).ShouldBe(T(1100 + window));

        first = rule.Answer(ref state, At(1050), first, 6, T(1020));

        rule.Used(ref state, At(1050)).ShouldBe(10);
        rule.Earliest(ref state, At(1050), 6).ShouldBe(T(1020 + window));
        rule.Earliest(ref state, At(1050), 7).ShouldBe(T(1100 + window));
        rule.FreshAt(state, At(1050)).ShouldBe(T(1100 + window));
        rule.Answer(ref state, At(1060), first, 6, T(1055)).ShouldBe(first);

        // Held up beyond the guard, it counts for as much longer.
        second = rule.Answer(ref state, At(5000), second, 4, T(4000));
        rule.Earliest(ref state, At(5000), 7).ShouldBe(T(4000 + window));
        rule.FreshAt(state, At(5000)).ShouldBe(T(4000 + window));

        rule.GiveBack(ref state, At(5000), second, 1);
        rule.ChargeMore(ref state, At(5000), first, 1);
        rule.Used(ref state, At(5000)).ShouldBe(10);
        rule.Used(ref state, At(1020 + window)).ShouldBe(3);
        rule.Used(ref state, At(4000 + window)).ShouldBe(0);
        rule.Answer(ref state, At(4001 + window), 0, 4, T(4000)).ShouldBe(0);
        rule.Used(ref state, At(4001 + window)).ShouldBe(0);
    }

    [Fact]
    public void A_sliding_window_counts_again_what_arrived_after_it_had_ceased_to_count()
    {
        var (rule, state) = (new SlidingWindow(10, Second), default(LimitState));
        Moment At(long milliseconds) => new(milliseconds * TimeSpan.TicksPerMillisecond, Guard: 0);
        long T(long milliseconds) => At(milliseconds).Now;
        var late = rule.Charge(ref state, At(1000), 6);
        var lost = rule.Charge(ref state, At(1000), 1);
        rule.Used(ref state, At(2000)).ShouldBe(0);

        rule.CountAgain(ref state, At(2500), lost, 1, T(1500)).ShouldBe(lost, "the upstream does not count it any more either");
        rule.Used(ref state, At(2500)).ShouldBe(0);
        late = rule.CountAgain(ref state, At(2500), late, 6, T(2400));

        rule.Used(ref state, At(2500)).ShouldBe(6);
        rule.Earliest(ref state, At(2500), 5).ShouldBe(T(3400));
        rule.CountAgain(ref state, At(2600), late, 6, T(2550)).ShouldBe(late, "once is enough");
        rule.Charge(ref state, At(2600), 3);
        rule.GiveBack(ref state, At(2600), late, 2);
        rule.Used(ref state, At(2600)).ShouldBe(7);
        rule.Used(ref state, At(3400)).ShouldBe(3);
        rule.FreshAt(state, At(3400)).ShouldBe(T(3600));
        rule.Used(ref state, At(3600)).ShouldBe(0);

        var (other, at) = (new FixedWindow(10, Second), new Moment(2, Scenario.Wall));
        var fresh = default(LimitState);
        var receipt = other.Charge(ref fresh, at, 3);
        other.CountAgain(ref fresh, at, receipt, 3, at.Now).ShouldBe(receipt);
        other.Used(ref fresh, at).ShouldBe(3);
    }

    [Fact]
    public void A_bucket_whose_first_request_was_late_is_as_much_emptier_and_one_that_was_not_used_is_not()
    {
        var (rule, used, unused) = (new TokenBucket(10, Second, 10), default(LimitState), default(LimitState));
        var receipt = rule.Charge(ref used, new Moment(5), 10);
        var earliest = rule.Earliest(ref used, new Moment(5), 1);

        rule.Defer(ref used, 300);
        rule.Defer(ref unused, 300);

        rule.Earliest(ref used, new Moment(5), 1).ShouldBe(earliest + 300);
        rule.Earliest(ref unused, new Moment(5), 10).ShouldBe(5);
        rule.GiveBack(ref used, new Moment(5), receipt, 10);
        rule.Earliest(ref used, new Moment(305), 10).ShouldBe(305);
        rule.Charge(ref used, new Moment(400), 1);
        rule.Defer(ref used, LimitRule.Never);
        rule.Earliest(ref used, new Moment(400), 1).ShouldBeGreaterThan(Second * 1000, "and nothing leaves the range");
    }

    [Fact]
    public void An_aligned_window_counts_what_may_have_arrived_after_the_one_it_was_sent_in()
    {
        var (rule, state) = (new FixedWindow(10, Second), default(LimitState));
        var wall = Scenario.Wall;
        var early = rule.Charge(ref state, new Moment(1000, wall), 2);
        var crossing = rule.Charge(ref state, new Moment(2000, wall), 3);
        rule.IsDatedByAnswers.ShouldBeTrue();
        rule.Answer(ref state, new Moment(2500, wall), early, 2, 2400).ShouldBe(early);
        rule.Used(ref state, new Moment(2500, wall)).ShouldBe(5);
        rule.Charge(ref state, new Moment(Second + 1, wall), 1);

        rule.Answer(ref state, new Moment(Second + 5, wall), early, 2, Second - 1).ShouldBe(early);
        rule.Used(ref state, new Moment(Second + 5, wall)).ShouldBe(1);

        crossing = rule.Answer(ref state, new Moment(Second + 5, wall), crossing, 3, Second);
        rule.Used(ref state, new Moment(Second + 5, wall)).ShouldBe(4);
        rule.GiveBack(ref state, new Moment(Second + 6, wall), crossing, 2);
        rule.Used(ref state, new Moment(Second + 6, wall)).ShouldBe(2);
        rule.Answer(ref state, new Moment(Second + 7, wall), crossing, 3, Second + 6).ShouldBe(crossing);
        rule.Used(ref state, new Moment(Second + 7, wall)).ShouldBe(2);
    }

    [Fact]
    public void What_was_sent_late_counts_in_the_next_window_once_whatever_its_answer()
    {
        var (rule, state) = (new FixedWindow(10, Second), default(LimitState));
        Moment At(long now) => new(now, Scenario.Wall, Guard: 100);
        var late = rule.Charge(ref state, At(Second - 50), 4);

        rule.Answer(ref state, At(Second + 20), late, 4, Second + 10).ShouldBe(late);

        rule.Used(ref state, At(Second + 20)).ShouldBe(4);
        rule.ChargeMore(ref state, At(Second + 21), late, 5);
        rule.Used(ref state, At(Second + 21)).ShouldBe(9);
        rule.GiveBack(ref state, At(Second + 21), late, 3);
        rule.Used(ref state, At(Second + 21)).ShouldBe(6);
        rule.Used(ref state, At(2 * Second)).ShouldBe(0);
        rule.ChargeMore(ref state, At(2 * Second), late, 5);
        rule.Used(ref state, At(2 * Second)).ShouldBe(0);
    }

    [Theory]
    [InlineData(nameof(Kind.Bucket))]
    [InlineData(nameof(Kind.FirstUse))]
    [InlineData(nameof(Kind.Concurrency))]
    public void Others_are_not_dated_by_answers(string kind)
    {
        var rule = Rules.Of(Enum.Parse<Kind>(kind), new Scenario(10, Second, 10, 0, 0, []));
        var (state, at) = (default(LimitState), new Moment(5));
        var receipt = rule.Charge(ref state, at, 3);

        rule.IsDatedByAnswers.ShouldBeFalse();
        rule.Answer(ref state, at, receipt, 3, 7).ShouldBe(receipt);
        rule.Used(ref state, at).ShouldBe(3);
    }

    private static void AtTheDoor(LimitRule rule, Scenario scenario, Predicate<List<(long Instant, long Amount)>> holds)
    {
        var random = new Random(scenario.Steps[^1].RawCost);
        var drive = new Drive(rule, scenario) { CanGiveBack = false, CanChargeMore = false };
        var arrivals = Answering(drive, scenario, _ => random.Next(3) switch { 0 => 0, 1 => scenario.Guard, _ => random.NextInt64(scenario.Guard + 1) });
        if (arrivals.Count > 0)
        {
            holds([.. arrivals.OrderBy(static arrival => arrival.Instant)]).ShouldBeTrue();
        }
    }

    /// <summary>Takes all steps, and answers about half of what has arrived by each. Returns what arrived when.</summary>
    private static List<(long Instant, long Amount)> Answering(Drive drive, Scenario scenario, Func<Ledger.Entry, long> way)
    {
        var random = new Random(scenario.Steps[0].RawCost);
        var arrivals = new List<(long Instant, long Amount)>();
        var open = new List<(Ledger.Entry Entry, long Arrival)>();
        foreach (var step in scenario.Steps)
        {
            var count = drive.Ledger.Entries.Count;
            drive.Take(step);
            if (drive.Ledger.Entries.Count > count)
            {
                var entry = drive.Ledger.Entries[^1];
                open.Add((entry, entry.Instant + way(entry)));
                arrivals.Add((open[^1].Arrival, entry.Cost));
            }

            for (var i = open.Count - 1; i >= 0; i--)
            {
                var (entry, arrival) = open[i];
                if (arrival <= drive.Now && random.Next(2) == 0)
                {
                    var arrivedBy = arrival + random.NextInt64(Math.Min(drive.Now - arrival, scenario.Guard) + 1);
                    entry.Receipt = drive.Rule.Answer(ref drive.State, drive.At, entry.Receipt, entry.Cost, arrivedBy);
                    open.RemoveAt(i);
                }
            }
        }

        return arrivals;
    }
}
