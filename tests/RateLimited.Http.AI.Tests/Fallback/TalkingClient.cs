using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace RateLimited.Http.AI.Tests.Fallback;

/// <summary>Answers with its name and the model it was asked for, or fails as a test says.</summary>
internal sealed class TalkingClient(string name) : IChatClient
{
    private readonly ConcurrentQueue<ChatOptions?> _asked = new();

    /// <summary>Thrown before anything comes.</summary>
    public Exception? Fails { get; set; }

    /// <summary>Thrown in the middle of a stream.</summary>
    public Exception? Breaks { get; set; }

    public IReadOnlyList<ChatOptions?> Asked => [.. _asked];

    public int Opened { get; private set; }

    public int Closed { get; private set; }

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        _asked.Enqueue(options);
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        return Fails is { } failure ? throw failure : new ChatResponse(new ChatMessage(ChatRole.Assistant, $"{name}/{options?.ModelId}: {messages.Count()}"));
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Opened++;
        try
        {
            var answer = await GetResponseAsync(messages, options, cancellationToken);
            yield return new ChatResponseUpdate(ChatRole.Assistant, answer.Text);
            if (Breaks is { } failure)
            {
                throw failure;
            }

            yield return new ChatResponseUpdate(ChatRole.Assistant, "!");
        }
        finally
        {
            Closed++;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
