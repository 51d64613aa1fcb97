using FsCheck.Fluent;
using RateLimited.Http.Limits;
using RateLimited.Http.Testing.Models;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Tests.Limits;

/// <summary>The limit on what an upstream takes for invalid, against an upstream that bans.</summary>
public sealed class InvalidRequestsTests
{
    private const long Window = 600;

    private LimitState _state;

    [Fact]
    public void Whatever_is_answered_in_whatever_order_the_upstream_never_bans() => Holds.For(Gen.Choose(0, int.MaxValue).ToArbitrary(), Play);

    [Fact]
    public void Who_may_be_invalid_counts_until_it_is_known()
    {
        var rule = new InvalidRequests(2, Window);
        Charge(rule, 0);
        Charge(rule, 0);
        Earliest(rule, 1).ShouldBe(LimitRule.Never, "only an answer tells");

        Answer(rule, 2, isInvalid: false).ShouldBeTrue();
        Earliest(rule, 2).ShouldBe(2);
        Answer(rule, 3, isInvalid: true).ShouldBeFalse();
        rule.Used(ref _state, At(3)).ShouldBe(1);
    }

    [Fact]
    public void Once_so_many_were_invalid_nobody_goes_until_the_first_has_left_the_window()
    {
        var rule = new InvalidRequests(2, Window);
        foreach (var now in (long[])[5, 50])
        {
            Charge(rule, now);
            Answer(rule, now, isInvalid: true);
        }

        Earliest(rule, 60).ShouldBe(5 + Window);
        rule.Project(ref _state, At(60), 1_000).ShouldBe(5 + Window, "those before may be valid");
        rule.FreshAt(_state, At(60)).ShouldBe(50 + Window);
        Earliest(rule, 4 + Window).ShouldBe(5 + Window);
        Earliest(rule, 5 + Window).ShouldBe(5 + Window);
    }

    [Fact]
    public void Whatever_a_request_costs_it_is_one()
    {
        var rule = new InvalidRequests(3, Window);
        rule.Charge(ref _state, At(0), 50);
        rule.ChargeMore(ref _state, At(0), 0, 50);
        rule.GiveBack(ref _state, At(0), 0, 50);
        rule.Used(ref _state, At(0)).ShouldBe(1);
    }

    [Fact]
    public void What_went_before_anybody_counted_counts_when_it_is_answered()
    {
        var rule = new InvalidRequests(1, Window);
        rule.Learn(ref _state, At(7), new AnswerOutcome(AnswerKind.Succeeded, 0, IsUncharged: true, IsInvalid: true));
        Earliest(rule, 8).ShouldBe(7 + Window);
    }

    [Fact]
    public void Another_quota_finds_what_was_counted_and_another_kind_of_limit_does_not()
    {
        var rule = new InvalidRequests(5, Window);
        Charge(rule, 0);
        Answer(rule, 0, isInvalid: true);
        Charge(rule, 1);

        var smaller = new InvalidRequests(1, Window / 2);
        smaller.Adopt(ref _state, rule, At(2));
        (smaller.Used(ref _state, At(2)), Earliest(smaller, 2)).ShouldBe((2, Window / 2));

        smaller.Adopt(ref _state, new SlidingWindow(1, Window), At(2));
        smaller.Used(ref _state, At(2)).ShouldBe(0);
    }

    private static void Play(int seed)
    {
        var random = new Random(seed);
        var (quota, now, state) = (random.Next(1, 12), 0L, default(LimitState));
        var rule = new InvalidRequests(quota, Window);
        var bans = new PenaltyModel { Tolerated = quota, Within = TimeSpan.FromTicks(Window), First = TimeSpan.FromTicks(1) };
        List<long> onTheWay = [];
        List<(long SentAt, bool IsInvalid)> answers = [];
        for (var step = 0; step < 400; step++)
        {
            now += random.Next(3) == 0 ? random.Next(40) : 0;
            var told = rule.Earliest(ref state, At(now), 1);
            (told == LimitRule.Never).ShouldBe(told > now && rule.Used(ref state, At(now)) - onTheWay.Count - answers.Count < quota);
            if (told == now && random.Next(2) == 0)
            {
                rule.Charge(ref state, At(now), 1);
                onTheWay.Add(now);
            }
            else if (onTheWay.Count > 0 && random.Next(2) == 0)
            {
                var sentAt = Take(onTheWay, random);
                var isInvalid = random.Next(4) > 0;
                answers.Add((sentAt, isInvalid));
                if (isInvalid)
                {
                    bans.Refuse(new ArrivalTime(TimeSpan.FromTicks(now), TimeSpan.FromTicks(now)));
                    bans.LeftAt(new ArrivalTime(TimeSpan.FromTicks(now), TimeSpan.FromTicks(now))).ShouldBe(TimeSpan.Zero, $"seed {seed}");
                }
            }
            else if (answers.Count > 0)
            {
                // One whose answer is lost counts as if it had been invalid.
                var (sentAt, isInvalid) = Take(answers, random);
                var mayGoEarlier = rule.Learn(ref state, At(now), new AnswerOutcome(AnswerKind.Succeeded, sentAt, IsInvalid: isInvalid || random.Next(10) == 0));
                (mayGoEarlier || rule.Earliest(ref state, At(now), 1) >= told).ShouldBeTrue("who waits must be told");
            }
            else if (told is > 0 and not LimitRule.Never && told > now && onTheWay.Count == 0)
            {
                rule.Earliest(ref state, At(told - 1), 1).ShouldBe(told);
                now = told;
                rule.Earliest(ref state, At(now), 1).ShouldBe(now, "who is told a time goes then");
            }
        }
    }

    private static T Take<T>(List<T> from, Random random)
    {
        var i = random.Next(from.Count);
        var taken = from[i];
        from.RemoveAt(i);
        return taken;
    }

    private static Moment At(long now) => new(now);

    private void Charge(InvalidRequests rule, long now) => rule.Charge(ref _state, At(now), 1);

    private bool Answer(InvalidRequests rule, long now, bool isInvalid) => rule.Learn(ref _state, At(now), new AnswerOutcome(AnswerKind.Succeeded, now, IsInvalid: isInvalid));

    private long Earliest(InvalidRequests rule, long now) => rule.Earliest(ref _state, At(now), 1);
}
