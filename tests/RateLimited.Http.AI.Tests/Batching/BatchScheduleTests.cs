using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.AI.Batching;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.AI.Tests.Batching;

/// <summary>The schedule driven by scripts of arrivals, departures, ends of calls and passing time, and what must hold after each step of any of them.</summary>
public sealed class BatchScheduleTests
{
    private static readonly Gen<ScheduleStep> Step =
        from kind in Gen.Frequency((5, Gen.Constant(StepKind.Arrive)), (1, Gen.Constant(StepKind.Leave)), (2, Gen.Constant(StepKind.End)), (2, Gen.Constant(StepKind.Pass)))
        from number in Gen.Choose(0, 1_000)
        select new ScheduleStep(kind, number);

    private static readonly Gen<BatchBounds> Bounds =
        from items in Gen.Choose(1, 7)
        from bytes in Gen.Choose(10, 60)
        from cost in Gen.Choose(10, 60)
        from delay in Gen.Choose(0, 20)
        from calls in Gen.Choose(1, 3)
        from length in Gen.Choose(1, 12)
        from overflow in Gen.Elements(BatchOverflow.Wait, BatchOverflow.Refuse)
        from splits in Gen.Choose(0, 6)
        from repeats in Gen.Choose(0, 2)
        select new BatchBounds
        {
            Items = items,
            Bytes = bytes,
            Cost = cost,
            ItemCost = 10,
            Delay = delay,
            Calls = calls,
            QueueLength = length,
            Overflow = overflow,
            Splits = splits,
            Repeats = repeats,
            RepeatDelay = 5,
        };

    private static readonly Arbitrary<(BatchBounds Bounds, List<ScheduleStep> Steps)> Scripts =
        (from bounds in Bounds from steps in Gen.ListOf(Step) select (bounds, steps.ToList())).ToArbitrary();

    [Fact]
    public void No_batch_is_beyond_a_bound_and_nobody_waits_longer_than_the_delay_while_a_call_is_free() =>
        Holds.For(Scripts, static script => new ScheduleRun(script.Bounds).Play(script.Steps), share: 8);

    [Fact]
    public void Every_item_ends_exactly_once() => Holds.For(Scripts, static script =>
    {
        var run = new ScheduleRun(script.Bounds);
        run.Play(script.Steps);
        run.Drain();
        run.Ended.Count.ShouldBe(run.Arrivals);
        run.Ended.ShouldBeUnique();
    }, share: 8);

    [Fact]
    public void Whoever_is_taken_out_at_the_end_is_whoever_had_not_ended() => Holds.For(Scripts, static script =>
    {
        var run = new ScheduleRun(script.Bounds);
        run.Play(script.Steps);
        var left = run.TakeAll();
        left.ShouldBeUnique();
        left.ShouldAllBe(static item => item.Place == BatchItemPlace.Done);
        left.Intersect(run.Ended).ShouldBeEmpty();
        (left.Count + run.Ended.Count).ShouldBe(run.Arrivals);
    }, share: 8);

    [Fact]
    public void A_batch_goes_exactly_when_the_schedule_says_and_not_a_tick_earlier() => Holds.For(Scripts, static script =>
    {
        var run = new ScheduleRun(script.Bounds) { Looks = false };
        foreach (var step in script.Steps)
        {
            run.Take(step);
            if (run.Schedule.Due is { } due)
            {
                if (due > run.Now)
                {
                    run.Schedule.Start(due - 1).ShouldBeNull();
                }

                run.StartAt(Math.Max(due, run.Now)).ShouldBeTrue("the schedule said that a batch may go");
            }
            else if (run.Schedule.UnderWay < script.Bounds.Calls)
            {
                run.Schedule.Start(long.MaxValue).ShouldBeNull();
            }
        }
    }, share: 8);

    [Fact]
    public void A_part_that_was_repeated_takes_no_repeat_from_the_others()
    {
        var schedule = new BatchSchedule(new BatchBounds { Items = 4, Delay = 0, Calls = 2, QueueLength = 10, Splits = 10, Repeats = 1 });
        var items = Enumerable.Range(0, 4).Select(static _ => new BatchItem { Lane = "lane" }).ToList();
        items.ForEach(item => schedule.TryAdd(0, item).ShouldBeTrue());
        End(schedule.Start(0)!, FailureMeaning.MayBeOthers).ShouldBeEmpty();
        var (left, right) = (schedule.Start(0)!, schedule.Start(0)!);
        End(right, FailureMeaning.MayBeOthers).ShouldBeEmpty();
        End(left, FailureMeaning.MayPass).ShouldBeEmpty();
        End(schedule.Start(0)!, FailureMeaning.MayBeOthers).ShouldBeEmpty();

        // One item after the other now: the first two were repeated once, as often as may be, and the last two never.
        var ends = Enumerable.Range(0, 4).Select(_ => End(schedule.Start(0)!, FailureMeaning.MayPass).Count).ToArray();

        ends.Order().ShouldBe([0, 0, 1, 1]);

        IReadOnlyList<ItemFailure> End(Batch batch, FailureMeaning meaning) => schedule.End(0, batch, [.. batch.Items.Select(item => new ItemFailure(item, new InvalidOperationException(), meaning))]);
    }
}
