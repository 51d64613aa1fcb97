using RateLimited.Http.Configuration;

namespace RateLimited.Http.AI.Batching;

/// <summary>What can be wrong with a batcher's options.</summary>
internal static class BatcherOptionsFaults
{
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Something is wrong; it holds all faults.</exception>
    public static void ThrowIfAny<TIn>(BatcherOptions<TIn> options)
    {
        var faults = new OptionFaults();
        faults.Number(nameof(options.MaxItems), options.MaxItems, BatcherBounds.Items);
        faults.Number(nameof(options.MaxBytes), options.MaxBytes, BatcherBounds.Amount);
        faults.Number(nameof(options.MaxCost), options.MaxCost, BatcherBounds.Amount);
        faults.Number(nameof(options.MaxItemCost), options.MaxItemCost, BatcherBounds.Amount);
        faults.Duration(nameof(options.MaxDelay), options.MaxDelay, BatcherBounds.Delay);
        faults.Number(nameof(options.MaxConcurrentCalls), options.MaxConcurrentCalls, BatcherBounds.Calls);
        faults.Number(nameof(options.QueueLength), options.QueueLength, BatcherBounds.Items);
        faults.Choice(nameof(options.Overflow), options.Overflow);
        faults.Number(nameof(options.MaxSplits), options.MaxSplits, BatcherBounds.Splits);
        faults.Number(nameof(options.MaxRepeats), options.MaxRepeats, BatcherBounds.Repeats);
        faults.Duration(nameof(options.RepeatDelay), options.RepeatDelay, BatcherBounds.Delay);
        Pair(faults, nameof(options.Bytes), options.Bytes is not null, nameof(options.MaxBytes), options.MaxBytes is not null);
        Pair(faults, nameof(options.Cost), options.Cost is not null, $"{nameof(options.MaxCost)} or {nameof(options.MaxItemCost)}", options.MaxCost is not null || options.MaxItemCost is not null);
        faults.ThrowIfAny("Batcher", typeof(BatcherOptions<TIn>));
    }

    /// <summary>A measure without a bound measures for nothing, and a bound without a measure would never hold.</summary>
    private static void Pair(OptionFaults faults, string measure, bool isMeasured, string bound, bool isBounded)
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
