using Microsoft.Extensions.Options;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.AI.Batching;

/// <summary>What can be wrong with a batcher's options.</summary>
internal static class BatcherOptionsFaults
{
    /// <exception cref="OptionsValidationException">Something is wrong; it holds all faults.</exception>
    public static void ThrowIfAny<TIn>(BatcherOptions<TIn> options)
    {
        var faults = new FaultList();
        Number(faults, nameof(options.MaxItems), options.MaxItems, BatcherBounds.Items);
        Number(faults, nameof(options.MaxBytes), options.MaxBytes, BatcherBounds.Amount);
        Number(faults, nameof(options.MaxCost), options.MaxCost, BatcherBounds.Amount);
        Number(faults, nameof(options.MaxItemCost), options.MaxItemCost, BatcherBounds.Amount);
        Number(faults, nameof(options.MaxConcurrentCalls), options.MaxConcurrentCalls, BatcherBounds.Calls);
        Number(faults, nameof(options.QueueLength), options.QueueLength, BatcherBounds.Items);
        Number(faults, nameof(options.MaxSplits), options.MaxSplits, BatcherBounds.Splits);
        Number(faults, nameof(options.MaxRepeats), options.MaxRepeats, BatcherBounds.Repeats);
        Duration(faults, nameof(options.MaxDelay), options.MaxDelay);
        Duration(faults, nameof(options.RepeatDelay), options.RepeatDelay);
        if (!Enum.IsDefined(options.Overflow))
        {
            faults.Add(nameof(options.Overflow), Fault.Quote((long)options.Overflow), "Wait or Refuse");
        }

        Pair(faults, nameof(options.Bytes), options.Bytes is not null, nameof(options.MaxBytes), options.MaxBytes is not null);
        Pair(faults, nameof(options.Cost), options.Cost is not null, $"{nameof(options.MaxCost)} or {nameof(options.MaxItemCost)}", options.MaxCost is not null || options.MaxItemCost is not null);
        if (faults.Count > 0)
        {
            throw new OptionsValidationException("Batcher", typeof(BatcherOptions<TIn>), faults.Sentences());
        }
    }

    private static void Number(FaultList faults, string path, long? value, NumberRange range)
    {
        if (value is { } number && !range.Contains(number))
        {
            faults.Add(path, Fault.Quote(number), range.Right);
        }
    }

    private static void Duration(FaultList faults, string path, TimeSpan value)
    {
        if (!BatcherBounds.Delay.Contains(value))
        {
            faults.Add(path, Fault.Quote(value), BatcherBounds.Delay.Right);
        }
    }

    /// <summary>A measure without a bound measures for nothing, and a bound without a measure would never hold.</summary>
    private static void Pair(FaultList faults, string measure, bool isMeasured, string bound, bool isBounded)
    {
        if (isMeasured && !isBounded)
        {
            faults.Add(bound, Fault.Missing, $"the most that a batch may have, because {measure} is set");
        }
        else if (isBounded && !isMeasured)
        {
            faults.Add(measure, Fault.Missing, $"how to count it, because {bound} is set");
        }
    }
}
