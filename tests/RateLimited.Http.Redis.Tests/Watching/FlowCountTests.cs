using RateLimited.Http.Redis.Watching;

namespace RateLimited.Http.Redis.Tests.Watching;

/// <summary>What happens is counted whoever comes and goes, and what has happened before is not.</summary>
public sealed class FlowCountTests
{
    private readonly FlowCount _flow = new();

    [Fact]
    public void Who_comes_counts_from_then_on_and_who_goes_takes_nothing_away()
    {
        Hear(("a", 1_000), ("b", 5)).ShouldBe(0);
        Hear(("a", 1_003), ("b", 5)).ShouldBe(3);
        Hear(("a", 1_004), ("c", 1_000_000)).ShouldBe(4);
        Hear(("c", 1_000_002)).ShouldBe(6);
        Hear().ShouldBe(6);
    }

    [Fact]
    public void Who_was_silent_for_a_while_is_known_again_and_who_was_for_an_hour_is_not()
    {
        Hear(("a", 10));
        Hear();
        Hear(("a", 15)).ShouldBe(5);
        for (var i = 0; i < 721; i++)
        {
            Hear();
        }

        Hear(("a", 100)).ShouldBe(5);
        Hear(("a", 101)).ShouldBe(6);
    }

    [Fact]
    public void Who_says_less_than_before_takes_nothing_away()
    {
        Hear(("a", 10));
        Hear(("a", 3)).ShouldBe(0);
        Hear(("a", 4)).ShouldBe(1);
    }

    [Fact]
    public void Each_is_counted_for_itself()
    {
        _flow.Hear([("a", new FleetFlow(1, 2, 3))]);

        _flow.Hear([("a", new FleetFlow(2, 4, 6))]).ShouldBe(new FleetFlow(1, 2, 3));
    }

    private long Hear(params (string Process, long Admitted)[] round) => _flow.Hear(round.Select(static each => (each.Process, new FleetFlow(each.Admitted, Refused: 0, Unexpected429: 0)))).Admitted;
}
