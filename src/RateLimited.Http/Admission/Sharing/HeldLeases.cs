using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission.Sharing;

/// <summary>
/// What this process holds of one partition of a limit that is released, by when it began to be held: so that what is held for too long goes to others, and nothing is released that was given to others. Only
/// under the gate.
/// </summary>
internal sealed class HeldLeases
{
    /// <summary>Those that begin within this part of the longest hold are let go together, when the last of them has been held for so long.</summary>
    private const int Parts = 8;

    private readonly List<Batch> _batches = [];
    private long _last;

    /// <summary>How much is held.</summary>
    public long Count { get; private set; }

    /// <summary>When the first of it will have been held for too long; never where nothing is, or where it may be held for ever.</summary>
    public long EndsAt => _batches.Find(static batch => batch.Count > 0)?.Ends ?? LimitRule.Never;

    /// <summary>Begins to hold some. Returns what it is released by.</summary>
    /// <param name="now">The present.</param>
    /// <param name="amount">How much.</param>
    /// <param name="longest">For how many ticks it may be held; never: for ever.</param>
    public long Hold(long now, long amount, long longest)
    {
        if (_batches.Count == 0 || now >= _batches[^1].Closes)
        {
            _batches.RemoveAll(static batch => batch.Count == 0);
            var closes = Saturating.Add(now, longest / Parts);
            _batches.Add(new Batch(++_last, longest == LimitRule.Never ? LimitRule.Never : closes, Saturating.Add(closes, longest)));
        }

        var newest = _batches[^1];
        newest.Count = Saturating.Add(newest.Count, amount);
        Count = Saturating.Add(Count, amount);
        return newest.Number;
    }

    /// <summary>Releases some. Returns whether it was held here still.</summary>
    public bool Release(long receipt, long amount)
    {
        if (BatchOf(receipt) is not { } batch)
        {
            return false;
        }

        Count -= Math.Min(amount, batch.Count);
        batch.Count = Math.Max(batch.Count - amount, 0);
        return true;
    }

    /// <summary>Lets go of what has been held for too long. Returns how much, and what tells the holders who want to know, to be cancelled outside the gate.</summary>
    public long LetGo(long now, List<CancellationTokenSource> told)
    {
        var amount = 0L;
        while (_batches.Count > 0 && _batches[0].Ends <= now)
        {
            amount += _batches[0].Count;
            Tell(_batches[0], told);
            _batches.RemoveAt(0);
        }

        Count -= amount;
        return amount;
    }

    /// <summary>All of it was given to others.</summary>
    public void Lose(List<CancellationTokenSource> told)
    {
        _batches.ForEach(batch => Tell(batch, told));
        _batches.Clear();
        Count = 0;
    }

    /// <summary>Cancelled when what was begun to be held then is given to others.</summary>
    public CancellationToken LostOf(long receipt) => BatchOf(receipt) is { } batch ? (batch.Lost ??= new CancellationTokenSource()).Token : new CancellationToken(canceled: true);

    private static void Tell(Batch batch, List<CancellationTokenSource> told)
    {
        if (batch is { Count: > 0, Lost: { } lost })
        {
            told.Add(lost);
        }
    }

    /// <summary>From the newest on: most leases are short.</summary>
    private Batch? BatchOf(long receipt)
    {
        for (var i = _batches.Count - 1; i >= 0; i--)
        {
            if (_batches[i].Number == receipt)
            {
                return _batches[i];
            }
        }

        return null;
    }

    private sealed class Batch(long number, long closes, long ends)
    {
        public long Number { get; } = number;

        /// <summary>Who comes then is in the next one.</summary>
        public long Closes { get; } = closes;

        public long Ends { get; } = ends;

        public long Count { get; set; }

        public CancellationTokenSource? Lost { get; set; }
    }
}
