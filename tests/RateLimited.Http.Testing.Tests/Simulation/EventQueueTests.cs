using RateLimited.Http.Testing.Simulation;

namespace RateLimited.Http.Testing.Tests.Simulation;

/// <summary>One thing after the other, and always in the same order.</summary>
public sealed class EventQueueTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly List<string> _happened = [];

    [Fact]
    public void Events_happen_at_their_instants_and_those_of_one_in_the_order_they_were_asked_for()
    {
        var events = new EventQueue(_time);
        foreach (var (at, name) in ((long, string)[])[(20, "c"), (10, "a"), (20, "d"), (10, "b")])
        {
            events.At(at, () => Note(name));
        }

        events.RunUntil(100);

        _happened.ShouldBe(["a@10", "b@10", "c@20", "d@20"]);
        events.Now.ShouldBe(100);
        events.TryStep(long.MaxValue).ShouldBeFalse();
    }

    [Fact]
    public void Timers_are_events_and_come_before_others_of_their_instant()
    {
        var events = new EventQueue(_time);
        events.At(20, () => Note("event"));
        using var timer = _time.CreateTimer(_ => Note("timer"), state: null, TimeSpan.FromTicks(20), Timeout.InfiniteTimeSpan);
        using var later = _time.CreateTimer(_ => Note("later"), state: null, TimeSpan.FromTicks(21), Timeout.InfiniteTimeSpan);

        events.RunUntil(20);

        _happened.ShouldBe(["timer@20", "event@20"]);
    }

    [Fact]
    public void What_is_asked_for_by_an_event_happens_before_what_comes_later()
    {
        var events = new EventQueue(_time);
        events.At(10, () => events.In(5, () => Note("inner")));
        events.At(20, () => events.At(3, () => Note("late")));
        events.At(30, () => Note("last"));

        events.RunUntil(50);

        _happened.ShouldBe(["inner@15", "late@20", "last@30"]);
    }

    [Fact]
    public void The_order_of_one_instant_can_be_drawn_and_is_the_same_for_the_same_seed()
    {
        var first = Drawn(7);

        first.ShouldNotBe(Enumerable.Range(0, 20));
        first.Order().ShouldBe(Enumerable.Range(0, 20));
        Drawn(7).ShouldBe(first);
    }

    private static List<int> Drawn(int seed)
    {
        var events = new EventQueue(new ManualTimeProvider(), new Random(seed));
        var order = new List<int>();
        for (var i = 0; i < 20; i++)
        {
            var number = i;
            events.At(10, () => order.Add(number));
        }

        events.RunUntil(10);
        return order;
    }

    private void Note(string name) => _happened.Add($"{name}@{_time.GetTimestamp()}");
}
