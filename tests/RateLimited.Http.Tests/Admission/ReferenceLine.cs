using RateLimited.Http.Limits;

namespace RateLimited.Http.Tests.Admission;

/// <summary>The simplest line of one tenant that could be right: a list, sorted whenever it is looked at.</summary>
internal sealed class ReferenceLine(LimitRule[] rules, int length, long mostTokens, QueueOverflow overflow)
{
    private readonly LimitState[] _states = new LimitState[rules.Length];
    private readonly List<Entry> _waiting = [];
    private long _arrivals;

    public int Count => _waiting.Count;

    public void Arrive(Entry entry, long now)
    {
        (entry.Sequence, entry.Deadline) = (_arrivals++, entry.Timeout < 0 ? long.MaxValue : now + entry.Timeout);
        if (_waiting.Count == 0 && TryGo(entry, now))
        {
            return;
        }

        var kept = _waiting.ToList();
        while (!HasRoom(kept, entry))
        {
            // The newest of the lowest class, as far as that is below the newcomer's.
            var victim = overflow == QueueOverflow.DropLowestPriority ? kept.Where(each => each.Priority < entry.Priority).OrderBy(each => each.Priority).ThenByDescending(each => each.Sequence).FirstOrDefault() : null;
            if (victim is null)
            {
                entry.Outcome = nameof(RejectionReason.QueueFull);
                return;
            }

            kept.Remove(victim);
        }

        foreach (var victim in _waiting.Except(kept).ToList())
        {
            victim.Outcome = nameof(RejectionReason.Displaced);
            _waiting.Remove(victim);
        }

        _waiting.Add(entry);
        Look(now);
    }

    public void Cancel(Entry entry, long now)
    {
        if (_waiting.Remove(entry))
        {
            entry.Outcome = "cancelled";
            Look(now);
        }
    }

    public bool WouldGoAtOnce(Entry entry, long now) => _waiting.Count == 0 && Fits(entry, now);

    public void Look(long now)
    {
        do
        {
            while (_waiting.OrderByDescending(each => each.Priority).ThenBy(each => each.Sequence).FirstOrDefault() is { } head && TryGo(head, now))
            {
                _waiting.Remove(head);
            }
        }
        while (Expire(now));
    }

    private bool Expire(long now)
    {
        foreach (var each in _waiting.Where(each => each.Deadline <= now))
        {
            each.Outcome = nameof(RejectionReason.Timeout);
        }

        return _waiting.RemoveAll(each => each.Deadline <= now) > 0;
    }

    private bool HasRoom(List<Entry> waiting, Entry entry)
    {
        var tokens = waiting.Sum(each => each.Costs[1]);
        return waiting.Count < length && (tokens == 0 || tokens + entry.Costs[1] <= mostTokens);
    }

    private bool Fits(Entry entry, long now) =>
        rules.Index().All(each => entry.Costs[each.Index] == 0 || each.Item.Earliest(ref _states[each.Index], new Moment(now), entry.Costs[each.Index]) <= now);

    private bool TryGo(Entry entry, long now)
    {
        if (!Fits(entry, now))
        {
            return false;
        }

        for (var i = 0; i < rules.Length; i++)
        {
            if (entry.Costs[i] > 0)
            {
                rules[i].Charge(ref _states[i], new Moment(now), entry.Costs[i]);
            }
        }

        entry.Outcome = "admitted";
        return true;
    }

    public sealed class Entry
    {
        public required RequestPriority Priority { get; init; }

        public required long[] Costs { get; init; }

        public required long Timeout { get; init; }

        public long Sequence { get; set; }

        public long Deadline { get; set; }

        public string Outcome { get; set; } = "waits";
    }
}
