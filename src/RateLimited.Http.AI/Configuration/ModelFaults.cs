using RateLimited.Http.AI.Batching;
using RateLimited.Http.AI.Embeddings;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.AI.Configuration;

/// <summary>What can be wrong with batches of texts, the choice of models and fallback.</summary>
internal static class ModelFaults
{
    private const int Most = 64;

    public static void Check(FaultList faults, string path, TokenCostOptions options)
    {
        EmbeddingBatchFaults.Check(new OptionFaults(faults, $"{path}:Embeddings"), options.Embeddings);
        var own = new OptionFaults(faults, path);
        own.Number($"{nameof(options.Models)}:Count", options.Models.Count, new NumberRange(0, Most, $"at most {Most} models"));
        own.Number($"{nameof(options.Fallback)}:Count", options.Fallback.Count, new NumberRange(0, Most, $"at most {Most} models"));
        for (var i = 0; i < Math.Min(options.Models.Count, Most); i++)
        {
            CheckModel(new OptionFaults(faults, $"{path}:{nameof(options.Models)}:{i}"), options.Models[i]);
        }

        for (var i = 0; i < Math.Min(options.Fallback.Count, Most); i++)
        {
            if (string.IsNullOrWhiteSpace(options.Fallback[i]))
            {
                own.Add($"{nameof(options.Fallback)}:{i}", Fault.Missing, ModelSectionReader.ModelName);
            }
        }

        for (var i = 0; i < options.FallbackOn.Count; i++)
        {
            own.Choice($"{nameof(options.FallbackOn)}:{i}", options.FallbackOn[i]);
        }
    }

    private static void CheckModel(OptionFaults faults, ModelOptions? model)
    {
        if (string.IsNullOrWhiteSpace(model?.Model))
        {
            faults.Add(nameof(ModelOptions.Model), Fault.Missing, ModelSectionReader.ModelName);
            return;
        }

        faults.Number(nameof(model.UpToTokens), model.UpToTokens, BatcherBounds.Amount);
        if (model.UpToBudget is { } share && !ModelSectionReader.Share.Contains(share))
        {
            faults.Add(nameof(model.UpToBudget), Fault.Quote(share), ModelSectionReader.Share.Right);
        }
    }
}
