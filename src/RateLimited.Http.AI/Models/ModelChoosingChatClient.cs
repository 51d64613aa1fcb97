using Microsoft.Extensions.AI;
using RateLimited.Http.AI.Embeddings;

namespace RateLimited.Http.AI.Models;

/// <summary>
/// Chooses the model of chats that name none: by their length, by what is left of a budget, or both. <c>ai.model_choices</c> counts which. The length is that of all text in messages and instructions; images and audio are
/// not counted. Thread-safe.
/// </summary>
public sealed class ModelChoosingChatClient : DelegatingChatClient
{
    /// <summary>What a message costs besides its text, in most providers.</summary>
    private const int TokensPerMessage = 4;

    private readonly ModelChoice _choice;

    /// <summary>Makes a client.</summary>
    /// <param name="inner">Who is asked. It is disposed with this one.</param>
    /// <param name="options">Which model is for which call.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Something is wrong in the options; it holds all faults.</exception>
    public ModelChoosingChatClient(IChatClient inner, ModelChoiceOptions options)
        : base(inner) => _choice = new ModelChoice(options);

    /// <inheritdoc/>
    public override Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var all = messages as IReadOnlyList<ChatMessage> ?? [.. messages];
        return base.GetResponseAsync(all, WithModel(all, options), cancellationToken);
    }

    /// <inheritdoc/>
    public override IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var all = messages as IReadOnlyList<ChatMessage> ?? [.. messages];
        return base.GetStreamingResponseAsync(all, WithModel(all, options), cancellationToken);
    }

    private ChatOptions? WithModel(IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        if (options?.ModelId is not null || _choice.Choose((tokens, model) => TokensOf(tokens, model, messages, options?.Instructions)) is not { } chosen)
        {
            return options;
        }

        var copy = options?.Clone() ?? new ChatOptions();
        copy.ModelId = chosen;
        return copy;
    }

    private static long TokensOf(TextTokens tokens, string model, IReadOnlyList<ChatMessage> messages, string? instructions) =>
        messages.Sum(message => TokensPerMessage + tokens.Of(model, message.Text)) + (instructions is null ? 0 : TokensPerMessage + tokens.Of(model, instructions));
}
