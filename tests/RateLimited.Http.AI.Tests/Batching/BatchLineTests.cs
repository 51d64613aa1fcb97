using RateLimited.Http.AI.Batching;

namespace RateLimited.Http.AI.Tests.Batching;

/// <summary>When the line lets a batch go, and which.</summary>
public sealed class BatchLineTests
{
    private const int Delay = 10;

    [Theory]
    [InlineData(0, 0, 4)]
    [InlineData(5, 0, 2)]
    [InlineData(0, 5, 2)]
    public void A_batch_that_is_full_to_the_last_item_byte_or_cost_goes_at_once(int bytes, int cost, int items)
    {
        var line = Line();
        for (var i = 1; i <= items; i++)
        {
            line.TakeDue(0).ShouldBeNull($"{i - 1} items are no full batch");
            Add(line, "a", bytes, cost);
        }

        line.Due.ShouldBe(long.MinValue);
        line.TakeDue(0).ShouldNotBeNull().Count.ShouldBe(items);
        line.Due.ShouldBeNull();
    }

    [Fact]
    public void What_does_not_fit_stays_in_its_order_for_the_next_batch()
    {
        var line = Line();
        BatchItem[] items = [Add(line, "a", bytes: 6), Add(line, "a", bytes: 5), Add(line, "a", bytes: 1)];

        line.TakeDue(0).ShouldBe([items[0]]);
        line.TakeDue(Delay - 1).ShouldBeNull();
        line.TakeDue(Delay).ShouldBe([items[1], items[2]]);
    }

    [Fact]
    public void Of_several_lanes_the_one_goes_first_whose_oldest_item_came_first_be_it_full_or_due()
    {
        var line = Line();
        var due = Add(line, "due");
        BatchItem[] full = [Add(line, "full"), Add(line, "full"), Add(line, "full"), Add(line, "full")];
        var late = Add(line, "late");

        line.TakeDue(Delay).ShouldBe([due]);
        line.TakeDue(Delay).ShouldBe(full);
        line.TakeDue(Delay).ShouldBe([late]);
    }

    [Fact]
    public void A_full_lane_does_not_wait_for_an_older_one_that_is_not_due()
    {
        var line = Line();
        Add(line, "due");
        BatchItem[] full = [Add(line, "full"), Add(line, "full"), Add(line, "full"), Add(line, "full")];

        line.TakeDue(Delay - 1).ShouldBe(full);
    }

    [Fact]
    public void When_others_wait_for_a_place_the_oldest_batch_goes_at_once_and_they_come_in()
    {
        var line = Line(length: 3);
        BatchItem[] inside = [Add(line, "a"), Add(line, "b"), Add(line, "a")];
        var outside = Add(line, "a");
        outside.Place.ShouldBe(BatchItemPlace.Outside);
        line.EnterNext(0).ShouldBeNull();

        line.Due.ShouldBe(long.MinValue);
        line.TakeDue(0).ShouldBe([inside[0], inside[2]]);
        line.EnterNext(5).ShouldBe(outside);

        outside.Arrived.ShouldBe(5);
        line.Due.ShouldBe(Delay, "the oldest came at 0");
    }

    [Fact]
    public void Who_leaves_from_the_front_takes_his_time_along()
    {
        var line = Line();
        var first = Add(line, "a");
        Add(line, "a", now: 7);

        line.Remove(first);

        line.Due.ShouldBe(7 + Delay);
    }

    private static BatchLine Line(int length = 100) => new(new BatchBounds { Items = 4, Bytes = 10, Cost = 10, Delay = Delay, Calls = 1, QueueLength = length });

    private static BatchItem Add(BatchLine line, string lane, long bytes = 0, long cost = 0, long now = 0)
    {
        var item = new BatchItem { Lane = lane, Bytes = bytes, Cost = cost };
        line.TryAdd(now, item).ShouldBeTrue();
        return item;
    }
}
