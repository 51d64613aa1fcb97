using Microsoft.Extensions.Configuration;
using RateLimited.Http.AI.Batching;
using RateLimited.Http.AI.Embeddings;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.AI.Configuration;

/// <summary>Reads what the section <c>AI</c> of a service says of batches of texts, of the choice of models and of fallback.</summary>
internal static class ModelSectionReader
{
    public const string ModelName = "a model's name, such as 'gpt-4o-mini'";

    public static readonly AmountRange Share = new(0, 1, "a share from 0 to 1, such as 0.8");

    public static readonly IReadOnlyList<SectionKey<EmbeddingBatchOptions>> EmbeddingKeys =
    [
        new("MaxTexts", static (reader, section, options) => reader.Number(section, BatcherBounds.Items, value => options.MaxTexts = (int)value)),
        new("MaxTokens", static (reader, section, options) => reader.Number(section, BatcherBounds.Amount, value => options.MaxTokens = value)),
        new("MaxTokensPerText", static (reader, section, options) => reader.Number(section, BatcherBounds.Amount, value => options.MaxTokensPerText = value)),
        new("MaxBytes", static (reader, section, options) => reader.Number(section, BatcherBounds.Amount, value => options.MaxBytes = value)),
        new("TokenUnit", static (reader, section, options) => options.TokenUnit = reader.Text(section, EmbeddingBatchFaults.Unit)),
        new("MaxDelay", static (reader, section, options) => reader.Duration(section, BatcherBounds.Delay, value => options.MaxDelay = value)),
        new("MaxConcurrentCalls", static (reader, section, options) => reader.Number(section, BatcherBounds.Calls, value => options.MaxConcurrentCalls = (int)value)),
        new("QueueLength", static (reader, section, options) => reader.Number(section, BatcherBounds.Items, value => options.QueueLength = (int)value)),
        new("Overflow", static (reader, section, options) => reader.Choice<BatchOverflow>(section, value => options.Overflow = value)),
        new("MaxRepeats", static (reader, section, options) => reader.Number(section, BatcherBounds.Repeats, value => options.MaxRepeats = (int)value)),
        new("RepeatDelay", static (reader, section, options) => reader.Duration(section, BatcherBounds.Delay, value => options.RepeatDelay = value)),
    ];

    public static readonly IReadOnlyList<SectionKey<ModelOptions>> ModelKeys =
    [
        new("Model", static (reader, section, model) => model.Model = reader.Text(section, ModelName)),
        new("UpToTokens", static (reader, section, model) => reader.Number(section, BatcherBounds.Amount, value => model.UpToTokens = value)),
        new("UpToBudget", static (reader, section, model) => reader.Amount(section, Share, value => model.UpToBudget = value)),
    ];

    public static void ReadModels(SectionReader reader, IConfigurationSection section, IList<ModelOptions> models)
    {
        foreach (var child in reader.List(section, ModelName))
        {
            var model = new ModelOptions();
            models.Add(model);
            if (child.GetChildren().Any())
            {
                reader.Keys(child.GetChildren(), model, ModelKeys);
            }
            else
            {
                model.Model = reader.Text(child, ModelName);
            }
        }
    }

    public static void ReadFallback(SectionReader reader, IConfigurationSection section, IList<string> models)
    {
        foreach (var child in reader.List(section, ModelName))
        {
            if (reader.Text(child, ModelName) is { } model)
            {
                models.Add(model);
            }
        }
    }

    public static void ReadCauses(SectionReader reader, IConfigurationSection section, IList<FallbackCause> causes)
    {
        foreach (var child in reader.List(section, EnumText.Names<FallbackCause>()))
        {
            reader.Choice<FallbackCause>(child, causes.Add);
        }
    }
}
