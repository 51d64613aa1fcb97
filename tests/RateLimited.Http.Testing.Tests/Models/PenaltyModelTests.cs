using RateLimited.Http.Testing.Limits;
using RateLimited.Http.Testing.Models;
using static RateLimited.Http.Testing.Tests.Models.Histories;

namespace RateLimited.Http.Testing.Tests.Models;

public sealed class PenaltyModelTests
{
    [Fact]
    public void Who_does_not_wait_waits_twice_as_long_each_time_up_to_the_longest()
    {
        var penalty = new PenaltyModel { First = Seconds(2), Longest = Seconds(10) };
        List<double> waits = [];
        for (var refusal = 0; refusal < 5; refusal++)
        {
            penalty.Refuse(At(Seconds(refusal)));
            waits.Add(penalty.LeftAt(At(Seconds(refusal))).TotalSeconds);
        }

        waits.ShouldBe([2, 4, 8, 10, 10]);
    }

    [Fact]
    public void Who_waits_is_free_and_who_stays_quiet_begins_anew()
    {
        var penalty = new PenaltyModel { First = Seconds(2), Within = Seconds(30) };
        penalty.Refuse(At(Seconds(0)));
        penalty.LeftAt(At(Seconds(1.5))).ShouldBe(Seconds(0.5));
        penalty.LeftAt(At(Seconds(2))).ShouldBe(TimeSpan.Zero);

        penalty.Refuse(At(Seconds(5)));
        penalty.LeftAt(At(Seconds(5))).ShouldBe(Seconds(4));

        penalty.Refuse(At(Seconds(39)));
        penalty.LeftAt(At(Seconds(39))).ShouldBe(Seconds(2));
    }

    [Fact]
    public void So_many_within_a_while_have_no_consequence()
    {
        var penalty = new PenaltyModel { Tolerated = 3, Within = Seconds(10), First = Seconds(60), Growth = 1 };
        foreach (var at in (double[])[0, 1, 2, 10, 11])
        {
            penalty.Refuse(At(Seconds(at)));
            penalty.LeftAt(At(Seconds(at))).ShouldBe(TimeSpan.Zero);
        }

        penalty.Refuse(At(Seconds(11.5)));

        penalty.LeftAt(At(Seconds(11.5))).ShouldBe(Seconds(60));
        penalty.Refuse(At(Seconds(12)));
        penalty.LeftAt(At(Seconds(12))).ShouldBe(Seconds(60));
    }

    [Fact]
    public void No_growth_is_too_much_for_the_longest()
    {
        var penalty = new PenaltyModel { First = Seconds(1), Growth = double.MaxValue, Longest = TimeSpan.FromDays(1) };
        for (var refusal = 0; refusal < 3; refusal++)
        {
            penalty.Refuse(At(Seconds(0)));
        }

        penalty.LeftAt(At(Seconds(0))).ShouldBe(TimeSpan.FromDays(1));
    }

    [Fact]
    public void Answers_count_by_their_status_where_the_ban_says_so()
    {
        var call = new UpstreamCall { Key = "a" };
        var model = new UpstreamModel([], () => new PenaltyModel { Tolerated = 2, Statuses = [401, 429], Within = Seconds(10), First = Seconds(60) });
        foreach (var (at, status) in (IEnumerable<(int, int)>)[(0, 401), (1, 403), (2, 200), (3, 429)])
        {
            model.Arrive(At(Seconds(at)), call).IsAdmitted.ShouldBeTrue();
            model.Answer(At(Seconds(at)), call, status);
        }

        model.Answer(At(Seconds(4)), call with { Key = "b" }, 401);
        model.Arrive(At(Seconds(4)), call).IsAdmitted.ShouldBeTrue();
        model.Answer(At(Seconds(4)), call, 401);

        model.Arrive(At(Seconds(5)), call).Refusal!.IsBan.ShouldBeTrue();
        model.Arrive(At(Seconds(5)), call with { Key = "b" }).IsAdmitted.ShouldBeTrue();
    }
}
