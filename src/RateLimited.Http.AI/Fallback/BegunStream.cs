using Microsoft.Extensions.AI;

namespace RateLimited.Http.AI.Fallback;

/// <summary>A stream whose first update has come, so that it is known that there is one.</summary>
internal sealed class BegunStream(IAsyncEnumerator<ChatResponseUpdate> updates) : IAsyncDisposable
{
    public bool HasUpdate { get; private set; }

    public ChatResponseUpdate Update => updates.Current;

    public static async Task<BegunStream> BeginAsync(IAsyncEnumerable<ChatResponseUpdate> stream, CancellationToken cancellationToken)
    {
        var begun = new BegunStream(stream.GetAsyncEnumerator(cancellationToken));
        try
        {
            await begun.MoveNextAsync().ConfigureAwait(false);
            return begun;
        }
        catch
        {
            await begun.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async Task MoveNextAsync() => HasUpdate = await updates.MoveNextAsync().ConfigureAwait(false);

    public ValueTask DisposeAsync() => updates.DisposeAsync();
}
