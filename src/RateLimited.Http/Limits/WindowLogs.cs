namespace RateLimited.Http.Limits;

/// <summary>What counts in a sliding window: what was sent, and what has been answered since, each in order of time.</summary>
/// <param name="firstNumber">The number of the first entry of what was sent: later than any number given out before.</param>
internal sealed class WindowLogs(long firstNumber) : ISized
{
    private static readonly int Own = ManagedSize.Object(2 * ManagedSize.Reference);

    /// <summary>What was sent and not answered yet, by when it was sent. It counts as much longer as the guard says.</summary>
    public ChargeLog Sent { get; } = new(firstNumber);

    /// <summary>What was answered, by when it can have arrived at the latest; null until anything was.</summary>
    public ChargeLog? Answered { get; set; }

    public long Bytes => Own + Sent.Bytes + (Answered?.Bytes ?? 0);

    public bool IsEmpty => Sent.Count == 0 && Answered is not { Count: > 0 };

    public long Total => Answered is null ? Sent.Total : Saturating.Add(Sent.Total, Answered.Total);

    /// <summary>Changes what a receipt stands for, if it still counts.</summary>
    public void Change(long receipt, long by)
    {
        if (receipt >= 0)
        {
            Sent.Change(receipt, by);
        }
        else
        {
            Answered?.Change(~receipt, by);
        }
    }

    /// <summary>When so much of what counts now will have expired. At least so much counts now.</summary>
    public long ExpiryOf(long amount, long window, long guard)
    {
        var expired = 0L;
        var (sent, answered) = (0, 0);
        while (true)
        {
            var nextSent = sent < Sent.Count ? Saturating.Add(Sent[sent].Instant, Saturating.Add(window, guard)) : LimitRule.Never;
            var nextAnswered = answered < (Answered?.Count ?? 0) ? Saturating.Add(Answered![answered].Instant, window) : LimitRule.Never;
            if (nextSent == LimitRule.Never && nextAnswered == LimitRule.Never)
            {
                return LimitRule.Never;
            }

            expired += nextSent <= nextAnswered ? Sent[sent++].Amount : Answered![answered++].Amount;
            if (expired >= amount)
            {
                return Math.Min(nextSent, nextAnswered);
            }
        }
    }

    /// <summary>When nothing that was charged counts any more; past when that is so already. Something must have been charged.</summary>
    public long EmptyAt(long window, long guard) => Math.Max(
        Saturating.Add(Sent.Newest, Saturating.Add(window, guard)),
        Answered is null ? 0 : Saturating.Add(Answered.Newest, window));
}
