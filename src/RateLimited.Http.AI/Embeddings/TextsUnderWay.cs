using RateLimited.Http.AI.Batching;

namespace RateLimited.Http.AI.Embeddings;

/// <summary>Which texts are under way, so that equal ones are sent once for all who ask meanwhile. Thread-safe.</summary>
internal sealed class TextsUnderWay
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(LaneKey Lane, string Text), SharedText> _texts = [];

    /// <summary>Joins those who wait for a text.</summary>
    /// <param name="lane">What else must be equal.</param>
    /// <param name="text">The text.</param>
    /// <param name="isNew">Whether nobody does yet: the caller puts it in line then.</param>
    public SharedText Join(LaneKey lane, string text, out bool isNew)
    {
        lock (_gate)
        {
            isNew = !_texts.TryGetValue((lane, text), out var shared);
            if (shared is null)
            {
                _texts.Add((lane, text), shared = new SharedText(lane, text));
            }

            shared.Callers++;
            return shared;
        }
    }

    /// <summary>A call leaves, with each of the texts it has joined. What nobody waits for any more is taken out of line.</summary>
    public void Leave(IEnumerable<SharedText> texts)
    {
        lock (_gate)
        {
            foreach (var shared in texts)
            {
                if (--shared.Callers == 0)
                {
                    Remove_NeedsLock(shared);

                    // Under the lock: whoever asks for the text next must not find it in line still, and send it twice in one request. Nothing but the batcher listens, which never comes here from its own lock.
                    shared.Left.Cancel();
                }
            }
        }
    }

    /// <summary>A text has its outcome: who asks from now on asks anew.</summary>
    public void Remove(SharedText shared)
    {
        lock (_gate)
        {
            Remove_NeedsLock(shared);
        }
    }

    private void Remove_NeedsLock(SharedText shared)
    {
        // Whoever came after the last caller had left has begun another.
        if (_texts.TryGetValue((shared.Lane, shared.Text), out var current) && ReferenceEquals(current, shared))
        {
            _texts.Remove((shared.Lane, shared.Text));
        }
    }
}
