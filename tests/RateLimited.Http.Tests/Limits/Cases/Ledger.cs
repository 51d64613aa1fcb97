namespace RateLimited.Http.Tests.Limits.Cases;

/// <summary>What really went, by instant: every charge with what is known of its true cost by now, and every settlement upward at the instant it became known.</summary>
internal sealed class Ledger
{
    private readonly List<Entry> _entries = [];

    public IReadOnlyList<Entry> Entries => _entries;

    /// <summary>What was admitted. Settlements are not: nobody decided them.</summary>
    public IEnumerable<Entry> Sends => _entries.Where(static entry => entry.IsSend);

    public Entry Add(long instant, long amount, long receipt = 0, bool isSend = true)
    {
        var entry = new Entry { Instant = instant, Cost = amount, Amount = amount, Receipt = receipt, IsSend = isSend };
        _entries.Add(entry);
        return entry;
    }

    /// <summary>The most that went in the stretch before the latest instant, that one included and its far end not.</summary>
    public Int128 Within(long length)
    {
        Int128 sum = 0;
        var last = _entries[^1].Instant;
        for (var i = _entries.Count - 1; i >= 0 && last - _entries[i].Instant < length; i--)
        {
            sum += (Int128)_entries[i].Amount + _entries[i].More;
        }

        return sum;
    }

    /// <summary>By how much, in parts of one token, any closed interval that ends with the latest entry holds more than <c>burst + quota / window × (length − guard)</c>.</summary>
    public Int128 ExcessOverBucket(long quota, long window, long burst, long guard)
    {
        var worst = Int128.MinValue;
        Int128 sum = 0;
        var last = _entries[^1].Instant;
        for (var i = _entries.Count - 1; i >= 0; i--)
        {
            sum += _entries[i].Amount;
            var length = i == _entries.Count - 1 ? 0 : last - _entries[i].Instant - guard;
            var allowed = ((Int128)burst * window) + ((Int128)quota * length);
            worst = Int128.Max(worst, (sum * window) - allowed);
        }

        return worst;
    }

    internal sealed class Entry
    {
        public required long Instant { get; init; }

        public required long Cost { get; init; }

        public required bool IsSend { get; init; }

        public long Receipt { get; set; }

        /// <summary>What it cost in the end, as far as was given back.</summary>
        public long Amount { get; set; }

        /// <summary>What it cost more than charged at first.</summary>
        public long More { get; set; }
    }
}
