using System.Globalization;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Signals;
using RateLimited.Http.Tests.Signals;

namespace RateLimited.Http.Tests.Pipeline;

/// <summary>Responses are taken in one by one, and one within another where whoever is told of the first sends the second.</summary>
public sealed class SignalRoomTests
{
    private static readonly SignalReader Reader = new(dialect: null, TimeSpan.FromHours(1));

    [Fact]
    public void A_response_within_another_leaves_that_ones_figures_alone()
    {
        var outer = Filled(1, remaining: 40);
        var figures = outer.Reports();
        var inner = Filled(2, remaining: 7);

        inner.ShouldNotBeSameAs(outer);
        inner.Reports()[0].Remaining.ShouldBe(7);
        inner.Leave();
        figures.Length.ShouldBe(1);
        figures[0].Remaining.ShouldBe(40);
        outer.Signal.Limits.Span[0].Limit.ShouldBe(100);
        outer.Leave();
    }

    [Fact]
    public void The_next_response_has_the_room_of_the_last_and_nothing_of_what_it_said()
    {
        var first = Filled(3, remaining: 1);
        first.Leave();
        using var silent = Reading.Response(200);
        var second = SignalRoom.Enter();
        Reader.Read(silent, default, Reading.Now, out second.Signal);

        second.ShouldBeSameAs(first);
        second.Reports().IsEmpty.ShouldBeTrue();
        second.Leave();
    }

    [Fact]
    public void There_is_room_for_as_many_figures_as_are_read()
    {
        var room = Filled(LimitHints.Capacity + 3, remaining: 5);

        room.Reports().Length.ShouldBe(LimitHints.Capacity);
        room.Leave();
    }

    /// <summary>A room with a response that tells of so many limits.</summary>
    private static SignalRoom Filled(int limits, int remaining)
    {
        var headers = Enumerable.Range(0, limits).SelectMany(limit => new[]
        {
            (string.Create(CultureInfo.InvariantCulture, $"x-ratelimit-limit-units{limit}"), "100"),
            (string.Create(CultureInfo.InvariantCulture, $"x-ratelimit-remaining-units{limit}"), remaining.ToString(CultureInfo.InvariantCulture)),
        });
        using var response = Reading.Response(200, [.. headers]);
        var room = SignalRoom.Enter();
        Reader.Read(response, default, Reading.Now, out room.Signal);
        return room;
    }
}
