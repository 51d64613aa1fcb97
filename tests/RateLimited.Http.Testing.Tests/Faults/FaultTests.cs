using RateLimited.Http.Testing.Faults;

namespace RateLimited.Http.Testing.Tests.Faults;

public sealed class FaultTests
{
    private static readonly UpstreamRequest Request = new("GET", "/search/code");

    [Fact]
    public void It_befalls_everything_by_default() => Numbers(Fault.Reset(), 5).ShouldBe([1, 2, 3, 4, 5]);

    [Fact]
    public void Numbers_are_those_that_are_said()
    {
        Numbers(Fault.Reset().On(2, 3), 5).ShouldBe([2, 3]);
        Numbers(Fault.Reset().On(4), 5).ShouldBe([4]);
        Numbers(Fault.Reset().Every(2), 7).ShouldBe([2, 4, 6]);
        Numbers(Fault.Reset().Every(2).On(3, 5), 7).ShouldBe([4]);
    }

    [Fact]
    public void Time_is_from_one_instant_up_to_another()
    {
        var fault = Fault.Reset().Between(Seconds(1), Seconds(2));

        Befalls(fault, Seconds(0.9)).ShouldBeFalse();
        Befalls(fault, Seconds(1)).ShouldBeTrue();
        Befalls(fault, Seconds(1.9)).ShouldBeTrue();
        Befalls(fault, Seconds(2)).ShouldBeFalse();
    }

    [Fact]
    public void Endpoints_are_those_of_the_template()
    {
        Befalls(Fault.Reset().At("GET /search/*"), TimeSpan.Zero).ShouldBeTrue();
        Befalls(Fault.Reset().At("POST /search/*"), TimeSpan.Zero).ShouldBeFalse();
    }

    [Fact]
    public void A_share_is_drawn_and_the_same_for_the_same_seed()
    {
        var fault = Fault.Reset().WithProbability(0.3);

        var hit = Numbers(fault, 10_000);

        hit.Count.ShouldBeInRange(2_800, 3_200);
        Numbers(fault, 10_000).ShouldBe(hit);
        Numbers(Fault.Reset().WithProbability(0), 100).ShouldBeEmpty();
    }

    [Fact]
    public void Several_befall_one_request_and_the_first_counts_where_they_contradict()
    {
        Fault[] faults = [Fault.Status(500), Fault.Status(503), Fault.Slow(10), Fault.StallAfter(3, Seconds(1)), Fault.Header("a", "1"), Fault.Header("b", "2"), Fault.Reset().On(9)];

        var trouble = Trouble.Of(faults, Request, 1, TimeSpan.Zero, new Random(1));

        trouble.Failure!.FailsWith.ShouldBe(500);
        trouble.BytesPerSecond.ShouldBe(10);
        (trouble.StallsAfter, trouble.StallsFor).ShouldBe((3, Seconds(1)));
        trouble.BreaksAfter.ShouldBeNull();
        trouble.Lies.Select(lie => lie.Key).ShouldBe(["a", "b"]);
        trouble.Names.ShouldBe(["status 500", "status 503", "slow", "stall", "headers", "headers"]);
    }

    [Fact]
    public void What_cannot_be_meant_is_refused()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => Fault.Status(200));
        Should.Throw<ArgumentOutOfRangeException>(() => Fault.Status(600));
        Should.Throw<ArgumentOutOfRangeException>(() => Fault.ResetAfter(-1));
        Should.Throw<ArgumentOutOfRangeException>(() => Fault.StallAfter(-1, Seconds(1)));
        Should.Throw<ArgumentOutOfRangeException>(() => Fault.Slow(0));
        Should.Throw<ArgumentOutOfRangeException>(() => Fault.Reset().On(0));
        Should.Throw<ArgumentOutOfRangeException>(() => Fault.Reset().On(3, 2));
        Should.Throw<ArgumentOutOfRangeException>(() => Fault.Reset().Every(0));
        Should.Throw<ArgumentOutOfRangeException>(() => Fault.Reset().WithProbability(double.NaN));
        Should.Throw<FormatException>(() => Fault.Reset().At("/search"));
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static bool Befalls(Fault fault, TimeSpan elapsed) => fault.Befalls(Request, 1, elapsed, new Random(1));

    private static List<int> Numbers(Fault fault, int requests)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(1, requests).Where(number => fault.Befalls(Request, number, TimeSpan.Zero, random))];
    }
}
