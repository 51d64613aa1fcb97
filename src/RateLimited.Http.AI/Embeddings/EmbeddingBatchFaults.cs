using System.Text;
using RateLimited.Http.AI.Batching;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.AI.Embeddings;

/// <summary>What can be wrong with the options of batches of texts, and the batcher's options that they are.</summary>
internal static class EmbeddingBatchFaults
{
    public const string Unit = "the name of a unit, such as 'tokens', or null";

    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Something is wrong; it holds all faults.</exception>
    public static BatcherOptions<EmbeddingRequest> BatcherOptions(EmbeddingBatchOptions options)
    {
        var faults = new OptionFaults();
        Check(faults, options);
        faults.ThrowIfAny("Embeddings", typeof(EmbeddingBatchOptions));
        return new BatcherOptions<EmbeddingRequest>
        {
            MaxItems = options.MaxTexts,
            MaxBytes = options.MaxBytes,
            Bytes = options.MaxBytes is null ? null : static request => Encoding.UTF8.GetByteCount(request.Text),
            MaxCost = options.MaxTokens,
            Cost = static request => request.Tokens,
            MaxDelay = options.MaxDelay,
            MaxConcurrentCalls = options.MaxConcurrentCalls,
            QueueLength = options.QueueLength,
            Overflow = options.Overflow,
            Lane = static request => request.Options,
            SplitOn = options.SplitOn ?? Failures.UpstreamFailure.IsOfContent,
            RepeatOn = Failures.UpstreamFailure.MayPass,
            MaxRepeats = options.MaxRepeats,
            RepeatDelay = options.RepeatDelay,
        };
    }

    public static void Check(OptionFaults faults, EmbeddingBatchOptions options)
    {
        faults.Number(nameof(options.MaxTexts), options.MaxTexts, BatcherBounds.Items);
        faults.Number(nameof(options.MaxTokens), options.MaxTokens, BatcherBounds.Amount);
        faults.Number(nameof(options.MaxTokensPerText), options.MaxTokensPerText, BatcherBounds.Amount);
        faults.Number(nameof(options.MaxBytes), options.MaxBytes, BatcherBounds.Amount);
        faults.Duration(nameof(options.MaxDelay), options.MaxDelay, BatcherBounds.Delay);
        faults.Number(nameof(options.MaxConcurrentCalls), options.MaxConcurrentCalls, BatcherBounds.Calls);
        faults.Number(nameof(options.QueueLength), options.QueueLength, BatcherBounds.Items);
        faults.Choice(nameof(options.Overflow), options.Overflow);
        faults.Number(nameof(options.MaxRepeats), options.MaxRepeats, BatcherBounds.Repeats);
        faults.Duration(nameof(options.RepeatDelay), options.RepeatDelay, BatcherBounds.Delay);
        if (options.TokenUnit is { } unit && string.IsNullOrWhiteSpace(unit))
        {
            faults.Add(nameof(options.TokenUnit), Fault.Quote(unit), Unit);
        }
    }
}
