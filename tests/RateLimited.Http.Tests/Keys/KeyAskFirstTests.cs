using FsCheck.Fluent;
using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using RateLimited.Http.Tests.Admission;
using RateLimited.Http.Tests.Limits.Cases;
using static RateLimited.Http.Tests.Keys.KeyedBed;

namespace RateLimited.Http.Tests.Keys;

/// <summary>A program that has just started asks with each key what is left of its quota before it sends with it all that it may. The other keys are free meanwhile.</summary>
public sealed class KeyAskFirstTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    [Fact]
    public void One_request_asks_with_each_key_and_what_it_is_told_holds_for_the_others()
    {
        using var bed = Asking(new TestKey("a", PerMinute(9)), new TestKey("b", PerMinute(9)));
        var waiters = Enumerable.Range(0, 12).Select(_ => bed.Enter()).ToArray();
        var asking = waiters.Where(static each => each.IsAdmitted).Select(static each => each.Hold()).ToArray();
        asking.Select(KeyOf).Order(StringComparer.Ordinal).ShouldBe(["a", "b"]);

        Answer(bed, asking.Single(static each => KeyOf(each) == "a"), Report(remaining: 0));

        // What was configured says that there are eight more of it.
        waiters.Count(static each => each.IsDone).ShouldBe(2);

        Answer(bed, asking.Single(static each => KeyOf(each) == "b"));
        waiters.Where(static each => each.IsAdmitted).Select(static each => KeyOf(each.Hold())).ShouldBe(Enumerable.Repeat("b", 8));
        waiters.Count(static each => each.IsDone).ShouldBe(10);
        bed.Limiter.GetStatus().Limits.ShouldNotContain(static limit => limit.Name == "first answer");
    }

    [Fact]
    public void While_one_key_asks_those_that_were_answered_are_free()
    {
        using var bed = Asking(new TestKey("a", PerMinute(9)), new TestKey("b", PerMinute(9)));
        var (first, _) = (bed.Go(), bed.Go());
        Answer(bed, first);

        Enumerable.Range(0, 8).Select(_ => KeyOf(bed.Go())).ShouldAllBe(key => key == KeyOf(first));
        bed.Enter().IsDone.ShouldBeFalse();
    }

    [Fact]
    public void Without_an_answer_all_go_after_a_while_and_not_one_tick_earlier()
    {
        using var bed = Asking(new TestKey("a", PerMinute(9)));
        bed.Go();
        var waiter = bed.Enter();
        bed.Bed.Advance(Patience - TimeSpan.FromTicks(1));
        waiter.IsDone.ShouldBeFalse();

        bed.Bed.Advance(TimeSpan.FromTicks(1));

        waiter.IsAdmitted.ShouldBeTrue();
    }

    [Fact]
    public void Keys_of_one_group_ask_with_one_request()
    {
        using var bed = Asking(new TestKey("a", PerMinute(9)) { Group = "org" }, new TestKey("b") { Group = "org" });
        var first = bed.Go();
        var waiter = bed.Enter();
        waiter.IsDone.ShouldBeFalse();

        Answer(bed, first);

        waiter.IsAdmitted.ShouldBeTrue();
    }

    [Fact]
    public void What_never_left_is_followed_by_the_next_that_asks()
    {
        using var bed = Asking(new TestKey("a", PerMinute(9)));
        var waiters = Enumerable.Range(0, 3).Select(_ => bed.Enter()).ToArray();

        waiters[0].GiveBack();

        waiters.Select(static each => each.IsDone).ShouldBe([true, true, false]);
    }

    [Fact]
    public void A_key_that_is_added_asks_and_those_that_were_answered_ask_no_more()
    {
        using var bed = Asking(new TestKey("a", PerMinute(3)));
        Answer(bed, bed.Go());

        bed.Change(Spoken(), new TestKey("a", PerMinute(3)), new TestKey("b", PerMinute(9)));

        Enumerable.Range(0, 3).Select(_ => KeyOf(bed.Go())).Order(StringComparer.Ordinal).ShouldBe(["a", "a", "b"]);
        bed.Enter().IsDone.ShouldBeFalse();
    }

    [Fact]
    public void Where_nobody_would_hear_an_answer_or_nothing_would_be_told_nobody_waits()
    {
        using var deaf = new KeyedBed(Spoken(), KeySelection.MostHeadroom, new TestKey("a", PerMinute(9)));
        using var mute = new KeyedBed(AdmissionBed.Define(), KeySelection.MostHeadroom, new TestKey("a", PerMinute(9)));
        mute.Limiter.ExpectAnswers();

        foreach (var bed in new[] { deaf, mute })
        {
            Enumerable.Range(0, 9).Select(_ => KeyOf(bed.Go())).ShouldAllBe(static key => key == "a");
        }
    }

    [Fact]
    public void However_requests_come_and_are_answered_one_is_under_way_with_a_key_until_it_is_answered_and_nobody_waits_for_another() => Holds.For(
        from keys in Gen.Choose(1, 4)
        from steps in Gen.Choose(0, int.MaxValue - 1).ArrayOf(60)
        select (keys, steps),
        static drawn => Play(drawn.keys, drawn.steps),
        share: 8);

    private static void Play(int keys, int[] steps)
    {
        using var bed = Asking([.. Enumerable.Range(0, keys).Select(static number => new TestKey($"k{number}", PerMinute(1_000)))]);
        var asked = new Dictionary<string, TimeSpan>(StringComparer.Ordinal);
        var answered = new HashSet<string>(StringComparer.Ordinal);
        var (waiting, underWay) = (new List<Waiter>(), new List<AdmissionTicket>());
        foreach (var step in steps)
        {
            switch (step % 4)
            {
                case 0 when underWay.Count > 0:
                    var ticket = underWay[step / 4 % underWay.Count];
                    answered.Add(KeyOf(ticket));
                    Answer(bed, ticket);
                    ticket.Complete();
                    underWay.Remove(ticket);
                    break;
                case 1 when underWay.Count > 0:
                    var lost = underWay[step / 4 % underWay.Count];
                    underWay.Remove(lost);
                    if (!answered.Contains(KeyOf(lost)) && underWay.TrueForAll(each => KeyOf(each) != KeyOf(lost)) && bed.Bed.Now < asked[KeyOf(lost)] + Patience)
                    {
                        asked.Remove(KeyOf(lost));
                    }

                    lost.GiveBack();
                    break;
                case 2:
                    bed.Bed.Advance(Patience / (1 << (step / 4 % 3)));
                    break;
                default:
                    waiting.AddRange(Enumerable.Range(0, 1 + (step / 4 % 3)).Select(_ => bed.Enter()));
                    break;
            }

            foreach (var gone in waiting.Where(static each => each.IsAdmitted).ToArray())
            {
                waiting.Remove(gone);
                var ticket = gone.Hold();
                var key = KeyOf(ticket);
                (answered.Contains(key) || !asked.TryGetValue(key, out var since) || bed.Bed.Now >= since + Patience).ShouldBeTrue($"a second request went with {key}, which nobody was answered with");
                asked.TryAdd(key, bed.Bed.Now);
                underWay.Add(ticket);
            }

            if (waiting.Count > 0)
            {
                Enumerable.Range(0, keys).Select(static number => $"k{number}").ShouldAllBe(key => !answered.Contains(key) && asked.ContainsKey(key) && bed.Bed.Now < asked[key] + Patience);
            }
        }
    }

    private static ServiceDefinition Spoken() => AdmissionBed.Define() with { Correction = new CorrectionDefinition { IsSpoken = true } };

    private static KeyedBed Asking(params TestKey[] keys)
    {
        var bed = new KeyedBed(Spoken(), KeySelection.MostHeadroom, keys);
        bed.Limiter.ExpectAnswers();
        return bed;
    }

    private static string KeyOf(AdmissionTicket ticket) => ticket.Key!.Chosen!.Name;

    private static void Answer(KeyedBed bed, AdmissionTicket ticket, params ReadOnlySpan<QuotaReport> reports)
    {
        bed.Limiter.Answered(ticket, reports, bed.Limiter.Now);
        bed.Limiter.HeardFirst(ticket);
    }
}
