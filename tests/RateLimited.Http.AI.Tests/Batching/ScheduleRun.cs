using RateLimited.Http.AI.Batching;

namespace RateLimited.Http.AI.Tests.Batching;

internal enum StepKind
{
    Arrive,
    Leave,
    End,
    Pass,
}

internal readonly record struct ScheduleStep(StepKind Kind, int Number);

/// <summary>One life of a schedule, and what must hold all along.</summary>
internal sealed class ScheduleRun(BatchBounds bounds)
{
    private static readonly object[] Lanes = ["a", "b", "c"];
    private static readonly Exception Failure = new InvalidOperationException("no");

    private readonly List<BatchItem> _alive = [];
    private readonly List<Batch> _underWay = [];
    private readonly Dictionary<BatchItem, long> _busy = [];
    private long _allBusy;

    public BatchSchedule Schedule { get; } = new(bounds);

    public long Now { get; private set; }

    public int Arrivals { get; private set; }

    public List<BatchItem> Ended { get; } = [];

    /// <summary>Whether batches are started as soon as they may go, as the batcher does.</summary>
    public bool Looks { get; init; } = true;

    public void Play(IEnumerable<ScheduleStep> steps)
    {
        foreach (var step in steps)
        {
            Take(step);
        }
    }

    public void Take(ScheduleStep step)
    {
        switch (step.Kind)
        {
            case StepKind.Arrive:
                Arrive(step.Number);
                break;
            case StepKind.Leave when _alive.Count > 0:
                Leave(_alive[step.Number % _alive.Count]);
                break;
            case StepKind.End when _underWay.Count > 0:
                End(_underWay[step.Number % _underWay.Count], step.Number);
                break;
            case StepKind.Pass:
                Pass(step.Number % 8);
                break;
        }

        Look();
    }

    /// <summary>Time passes and calls end well until nobody is left.</summary>
    public void Drain()
    {
        for (var round = 0; _alive.Count > 0; round++)
        {
            round.ShouldBeLessThan(10_000, "somebody is never sent");
            foreach (var batch in _underWay.ToArray())
            {
                End(batch, number: 0);
            }

            Look();

            Pass(1);
        }
    }

    public bool StartAt(long instant)
    {
        Now = instant;
        if (Schedule.Start(Now) is not { } batch)
        {
            return false;
        }

        Check(batch);
        _underWay.Add(batch);
        return true;
    }

    public List<BatchItem> TakeAll() => Schedule.TakeAll(_underWay);

    private void Arrive(int number)
    {
        var item = new BatchItem { Lane = Lanes[number % Lanes.Length], Bytes = number % 11, Cost = number % 10 };
        bounds.FaultOf(item).ShouldBe(item.Bytes > bounds.Bytes ? "too large" : null);
        Arrivals++;
        if (Schedule.TryAdd(Now, item))
        {
            _alive.Add(item);
        }
        else
        {
            bounds.Overflow.ShouldBe(BatchOverflow.Refuse);
            Schedule.Queued.ShouldBe(bounds.QueueLength);
            Ended.Add(item);
        }

        Schedule.Queued.ShouldBeLessThanOrEqualTo(bounds.QueueLength);
    }

    private void Leave(BatchItem item)
    {
        var batch = item.Batch;
        var forsaken = Schedule.Leave(item);
        if (forsaken is not null)
        {
            forsaken.ShouldBeSameAs(batch);
            batch!.Items.ShouldAllBe(static each => each.Place == BatchItemPlace.Done);
        }

        Finish(item);
    }

    /// <summary>The number draws what becomes of the call: all well, all failed in one of three ways, or some items only.</summary>
    private void End(Batch batch, int number)
    {
        _underWay.Remove(batch);
        var meaning = (FailureMeaning)(number / 4 % 3);
        List<ItemFailure> failures = [];
        foreach (var item in batch.Items.Where(static item => item.Place != BatchItemPlace.Done).ToArray())
        {
            var fails = (number % 4) switch { 0 => false, 1 => true, 2 => item.Sequence % 2 == 0, _ => item.Cost > 5 };
            if (fails)
            {
                failures.Add(new ItemFailure(item, Failure, meaning));
            }
            else
            {
                batch.Finish(item);
                Finish(item);
            }
        }

        foreach (var final in Schedule.End(Now, batch, failures))
        {
            final.Item.Place.ShouldBe(BatchItemPlace.Done);
            Finish(final.Item);
        }
    }

    private void Pass(int ticks)
    {
        // Tick by tick: a batch may go at any of them.
        for (var i = 0; i < ticks; i++)
        {
            _allBusy += Schedule.UnderWay == bounds.Calls ? 1 : 0;
            Now++;
            Look();
        }
    }

    private void Look()
    {
        if (!Looks)
        {
            return;
        }

        while (StartAt(Now) || Schedule.EnterNext(Now) is not null)
        {
            Schedule.UnderWay.ShouldBeLessThanOrEqualTo(bounds.Calls);
        }

        if (Schedule.UnderWay < bounds.Calls && Schedule.Due is { } due)
        {
            due.ShouldBeGreaterThan(Now);
        }

        foreach (var item in _alive.Where(static item => item.Place == BatchItemPlace.InLine))
        {
            // The time in which all calls were taken is not the batching's doing.
            var busy = _busy.TryGetValue(item, out var before) ? before : _busy[item] = _allBusy;
            (Now - item.Arrived - (_allBusy - busy)).ShouldBeLessThanOrEqualTo(bounds.Delay);
        }
    }

    private void Check(Batch batch)
    {
        batch.Items.Count.ShouldBeLessThanOrEqualTo(bounds.Items);
        batch.Items.Sum(static item => item.Bytes).ShouldBeLessThanOrEqualTo(bounds.Bytes);
        batch.Items.Sum(static item => item.Cost).ShouldBeLessThanOrEqualTo(bounds.Cost);
        batch.Items.Select(static item => item.Lane).Distinct().Count().ShouldBeLessThanOrEqualTo(1);
        batch.Items.Select(static item => item.Sequence).ShouldBeInOrder();
        batch.Items.ShouldAllBe(item => item.Place == BatchItemPlace.InBatch && ReferenceEquals(item.Batch, batch));
    }

    private void Finish(BatchItem item)
    {
        _alive.Remove(item).ShouldBeTrue("an item ended twice");
        Ended.Add(item);
    }
}
