namespace RateLimited.Http.AI.Batching;

/// <summary>
/// The search for the items whose fault it is that a batch was refused: parts that fail are divided in halves, level by level, until single items are left. A pure state machine; not thread-safe.
/// </summary>
/// <remarks>
/// One item at fault among n costs about 2 · log2(n) calls. When all parts of a level fail and these are eight or more, the fault is not an item's (a model that does not exist, say), and dividing on would cost 2n
/// calls for nothing: then all fail as they are.
/// </remarks>
internal sealed class Bisection(int maxSplits)
{
    /// <summary>Items at fault lie in all of eight parts by chance only where so many are at fault that the search would not pay.</summary>
    private const int CommonCause = 8;

    private readonly List<IReadOnlyList<ItemFailure>> _failed = [];
    private int _parts = 1;
    private int _open = 1;
    private int _splits;

    /// <summary>The items of parts that have ended, while others of their level are open.</summary>
    public IEnumerable<BatchItem> Held => _failed.SelectMany(static part => part.Select(static failure => failure.Item));

    /// <summary>Reports the end of a part.</summary>
    /// <param name="failed">Those of its items that failed so that they may be sent in smaller parts.</param>
    /// <returns>What to do next; nothing while other parts of the level are open.</returns>
    public BisectionStep Ended(IReadOnlyList<ItemFailure> failed)
    {
        var step = new BisectionStep([], []);
        if (failed.Count > 0)
        {
            _failed.Add(failed);
        }

        if (--_open > 0)
        {
            return step;
        }

        var isCommon = _parts >= CommonCause && _failed.Count == _parts;
        foreach (var whole in _failed)
        {
            // Some may have left while other parts were open.
            ItemFailure[] part = [.. whole.Where(static failure => failure.Item.Place != BatchItemPlace.Done)];
            if (part.Length == 0)
            {
                continue;
            }

            if (isCommon || part.Length == 1 || _splits == maxSplits)
            {
                step.Fail.AddRange(part);
            }
            else
            {
                _splits++;
                var half = (part.Length + 1) / 2;
                step.Send.Add([.. part.Take(half).Select(static failure => failure.Item)]);
                step.Send.Add([.. part.Skip(half).Select(static failure => failure.Item)]);
            }
        }

        _failed.Clear();
        _open = _parts = step.Send.Count;
        return step;
    }
}

/// <summary>What follows from the end of a part.</summary>
/// <param name="Send">The parts to send next.</param>
/// <param name="Fail">The items that have failed for good.</param>
internal readonly record struct BisectionStep(List<IReadOnlyList<BatchItem>> Send, List<ItemFailure> Fail);
