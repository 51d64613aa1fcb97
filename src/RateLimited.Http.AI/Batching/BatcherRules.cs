using RateLimited.Http.Limits;

namespace RateLimited.Http.AI.Batching;

/// <summary>A batcher's options as they were when it was made: what an item weighs, and what a failure means.</summary>
internal sealed class BatcherRules<TIn>
{
    /// <summary>Timers have it. The line is told a delay that is shorter by it, so that a batch goes before the delay is over and not a part of a millisecond after it.</summary>
    private const long TimerResolution = TimeSpan.TicksPerMillisecond;

    private readonly Func<TIn, long>? _bytes;
    private readonly Func<TIn, long>? _cost;
    private readonly Func<TIn, object?>? _lane;
    private readonly Func<Exception, bool>? _splitOn;
    private readonly Func<Exception, bool>? _repeatOn;

    public BatcherRules(BatcherOptions<TIn> options)
    {
        BatcherOptionsFaults.ThrowIfAny(options);
        (_bytes, _cost, _lane, _splitOn, _repeatOn) = (options.Bytes, options.Cost, options.Lane, options.SplitOn, options.RepeatOn);
        Bounds = new BatchBounds
        {
            Items = options.MaxItems,
            Bytes = options.MaxBytes ?? long.MaxValue,
            Cost = options.MaxCost ?? long.MaxValue,
            ItemCost = options.MaxItemCost ?? long.MaxValue,
            Delay = Math.Max(0, options.MaxDelay.Ticks - TimerResolution),
            Calls = options.MaxConcurrentCalls,
            QueueLength = options.QueueLength,
            Overflow = options.Overflow,
            Splits = options.MaxSplits,
            Repeats = options.MaxRepeats,
            RepeatDelay = options.RepeatDelay.Ticks,
        };
    }

    public BatchBounds Bounds { get; }

    /// <summary>An item of the caller's context, or one that has failed already.</summary>
    public BatcherItem<TIn, TOut> Weigh<TOut>(TIn value)
    {
        var settings = RateLimitScope.Current;
        try
        {
            var item = new BatcherItem<TIn, TOut>
            {
                Value = value,
                Settings = settings,
                Lane = LaneKey.Of(_lane?.Invoke(value), settings),
                Bytes = Amount(_bytes, value, nameof(BatcherOptions<>.Bytes)),
                Cost = Amount(_cost, value, nameof(BatcherOptions<>.Cost)),
            };
            return Bounds.FaultOf(item) is { } fault ? Failed<TOut>(value, new BatchRejectedException(BatchRejection.ItemTooLarge, fault)) : item;
        }
#pragma warning disable CA1031 // The owner's code fails for one item, whose failure it is.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return Failed<TOut>(value, failure);
        }
    }

    /// <summary>What a failure means: of a whole call, or of one item in a call that succeeded.</summary>
    public FailureMeaning MeaningOf(Exception failure, bool isWhole)
    {
        try
        {
            return isWhole && _splitOn?.Invoke(failure) == true ? FailureMeaning.MayBeOthers
                : _repeatOn?.Invoke(failure) == true ? FailureMeaning.MayPass
                : FailureMeaning.Final;
        }
#pragma warning disable CA1031 // Whoever waits for the items must hear of their failure, whatever the owner's code does with it.
        catch (Exception)
#pragma warning restore CA1031
        {
            return FailureMeaning.Final;
        }
    }

    /// <summary>How long until an instant, as timers take it.</summary>
    public static TimeSpan Until(long instant, long now) =>
        TimeSpan.FromMilliseconds(instant <= now ? 0 : Saturating.DivideUp(instant - now, TimeSpan.TicksPerMillisecond));

    private static BatcherItem<TIn, TOut> Failed<TOut>(TIn value, Exception failure)
    {
        var item = new BatcherItem<TIn, TOut> { Value = value, Lane = LaneKey.Of(own: null, settings: null), Place = BatchItemPlace.Done };
        item.Fail(default(SharedFailures<TOut>).TaskOf(failure));
        return item;
    }

    private static long Amount(Func<TIn, long>? measure, TIn value, string name)
    {
        if (measure is null)
        {
            return 0;
        }

        var amount = measure(value);
        return amount >= 0 ? amount : throw new InvalidOperationException($"{name} said {amount} of an item; zero or more would be right.");
    }
}
