using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace RateLimited.Http.AI.Fallback;

/// <summary>
/// Lets another model or client answer when the first one is limited: refused here or there, its quota or money used up, its circuit open. Each is asked once, in their order; nobody who is asked so falls back further. A
/// stream goes on elsewhere only while nothing of it has come. An answer says whose it is in the additional property <c>RateLimited.Http.Fallback</c>, and <c>ai.fallbacks</c> counts it. Thread-safe.
/// </summary>
public sealed class FallbackChatClient : DelegatingChatClient
{
    private readonly FallbackRun _run;
    private readonly ChatFallback[] _fallbacks;

    /// <summary>Makes a client.</summary>
    /// <param name="inner">Who is asked first. It is disposed with this one.</param>
    /// <param name="fallbacks">Who is asked then, in this order; at least one.</param>
    /// <param name="options">When; null for the defaults.</param>
    /// <exception cref="ArgumentException">There are no fallbacks.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Something is wrong in the options; it holds all faults.</exception>
    public FallbackChatClient(IChatClient inner, IEnumerable<ChatFallback> fallbacks, ModelFallbackOptions? options = null)
        : base(inner)
    {
        ArgumentNullException.ThrowIfNull(fallbacks);
        _run = new FallbackRun(options ?? new ModelFallbackOptions());
        _fallbacks = [.. fallbacks];
        if (_fallbacks.Length == 0 || Array.Exists(_fallbacks, static fallback => fallback is null))
        {
            throw new ArgumentException("A fallback needs somewhere to go: name a model, or give another client.", nameof(fallbacks));
        }
    }

    /// <inheritdoc/>
    public override async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var all = messages as IReadOnlyList<ChatMessage> ?? [.. messages];
        var (answer, step) = await _run.AskAsync(
            () => InnerClient.GetResponseAsync(all, options, cancellationToken),
            For(options).Select(fallback => new FallbackStep<ChatResponse>(fallback.Name, () => ClientOf(fallback).GetResponseAsync(all, OptionsFor(fallback, options), cancellationToken))),
            cancellationToken).ConfigureAwait(false);
        if (step is not null)
        {
            (answer.AdditionalProperties ??= [])[FallbackMark.Property] = step;
        }

        return answer;
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var all = messages as IReadOnlyList<ChatMessage> ?? [.. messages];
        var (stream, step) = await _run.AskAsync(
            () => BegunStream.BeginAsync(InnerClient.GetStreamingResponseAsync(all, options, cancellationToken), cancellationToken),
            For(options).Select(fallback => new FallbackStep<BegunStream>(
                fallback.Name,
                () => BegunStream.BeginAsync(ClientOf(fallback).GetStreamingResponseAsync(all, OptionsFor(fallback, options), cancellationToken), cancellationToken))),
            cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            while (stream.HasUpdate)
            {
                var update = stream.Update;
                if (step is not null)
                {
                    (update.AdditionalProperties ??= [])[FallbackMark.Property] = step;
                }

                yield return update;
                await stream.MoveNextAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Those who can answer: a conversation that lives at the provider cannot be gone on with elsewhere.</summary>
    private IEnumerable<ChatFallback> For(ChatOptions? options) => options?.ConversationId is null ? _fallbacks : _fallbacks.Where(static fallback => fallback.Client is null);

    private IChatClient ClientOf(ChatFallback fallback) => fallback.Client ?? InnerClient;

    private static ChatOptions OptionsFor(ChatFallback fallback, ChatOptions? options)
    {
        var copy = options?.Clone() ?? new ChatOptions();
        copy.ModelId = fallback.Model;
        if (fallback.Client is not null)
        {
            copy.RawRepresentationFactory = null;
        }

        return copy;
    }
}
