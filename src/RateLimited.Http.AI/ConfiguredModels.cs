using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.AI.Configuration;
using RateLimited.Http.AI.Embeddings;
using RateLimited.Http.AI.Fallback;
using RateLimited.Http.AI.Models;

namespace RateLimited.Http.AI;

/// <summary>
/// What the section <c>AI</c> of a service says of batches, of the choice of models and of fallback, put around a client or a generator. It is read when that is made, and what is wrong in it was said at start-up. Needs
/// <c>AddTokenCosts</c> behind the service's <c>AddServiceRateLimiting</c>.
/// </summary>
public static class ConfiguredModels
{
    /// <summary>Sends the texts of concurrent calls together, within the bounds of <c>AI:Embeddings</c>.</summary>
    /// <param name="generator">Whoever makes the requests, through the service's <see cref="HttpClient"/>.</param>
    /// <param name="services">The container's services.</param>
    /// <param name="service">The service's name.</param>
    /// <exception cref="InvalidOperationException">No token costs were added to the service.</exception>
    public static BatchingEmbeddingGenerator WithBatching(this IEmbeddingGenerator<string, Embedding<float>> generator, IServiceProvider services, string service) =>
        new(generator, OptionsOf(services, service).Embeddings, services.GetService<TimeProvider>());

    /// <summary>Chooses the model of chats that name none by the rules of <c>AI:Models</c>; where there are none, the client as it is.</summary>
    /// <param name="client">Who is asked.</param>
    /// <param name="services">The container's services.</param>
    /// <param name="service">The service's name. Its budgets are those that rules mean.</param>
    /// <exception cref="InvalidOperationException">No token costs were added to the service.</exception>
    public static IChatClient WithModelChoice(this IChatClient client, IServiceProvider services, string service) =>
        OptionsOf(services, service) is { Models.Count: > 0 } options ? client.WithModelChoice(ChoiceOf(options, services, service)) : client;

    /// <summary>Chooses the model of texts whose call names none by the rules of <c>AI:Models</c>; where there are none, the generator as it is.</summary>
    /// <param name="generator">Who is asked.</param>
    /// <param name="services">The container's services.</param>
    /// <param name="service">The service's name. Its budgets are those that rules mean.</param>
    /// <exception cref="InvalidOperationException">No token costs were added to the service.</exception>
    public static IEmbeddingGenerator<string, Embedding<float>> WithModelChoice(this IEmbeddingGenerator<string, Embedding<float>> generator, IServiceProvider services, string service) =>
        OptionsOf(services, service) is { Models.Count: > 0 } options ? generator.WithModelChoice(ChoiceOf(options, services, service)) : generator;

    /// <summary>Lets the models of <c>AI:Fallback</c> answer, in their order, when the one that was asked is limited; where there are none, the client as it is.</summary>
    /// <param name="client">Who is asked.</param>
    /// <param name="services">The container's services.</param>
    /// <param name="service">The service's name.</param>
    /// <exception cref="InvalidOperationException">No token costs were added to the service.</exception>
    public static IChatClient WithFallback(this IChatClient client, IServiceProvider services, string service) =>
        OptionsOf(services, service) is { Fallback.Count: > 0 } options ? client.WithFallback(CausesOf(options), options.Fallback.Select(static model => new ChatFallback(model))) : client;

    private static ModelFallbackOptions CausesOf(TokenCostOptions options)
    {
        var causes = new ModelFallbackOptions();
        foreach (var cause in options.FallbackOn)
        {
            causes.Causes.Add(cause);
        }

        return causes;
    }

    private static ModelChoiceOptions ChoiceOf(TokenCostOptions options, IServiceProvider services, string service)
    {
        var choice = new ModelChoiceOptions { BudgetUsed = ModelBudget.Of(services.GetRequiredKeyedService<IServiceRateLimiter>(service)), TokenCounter = options.Counter };
        foreach (var model in options.Models)
        {
            choice.Rules.Add(new ModelRule(model.Model!) { UpToTokens = model.UpToTokens, UpToBudget = (double?)model.UpToBudget });
        }

        return choice;
    }

    private static TokenCostOptions OptionsOf(IServiceProvider services, string service)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(service);
        return TokenCostExtension.Required(services, service).Options;
    }
}
