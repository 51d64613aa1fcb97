using System.Runtime.CompilerServices;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission.Sharing;

/// <summary>What this process has of one partition of a shared limit: what it was granted and has not spent, until when it was refused, and what it counts while it is alone. Only under the gate.</summary>
internal sealed class SharedBalance(Partition partition) : ISized
{
    /// <summary>The receipt of what was counted in this process alone.</summary>
    public const long AloneReceipt = long.MaxValue;

    private const int MostBlocks = 4;

    private static readonly int Own = ManagedSize.Object((6 * ManagedSize.Reference) + Unsafe.SizeOf<LimitState>() + (12 * sizeof(long)) + sizeof(int) + (3 * sizeof(bool)));

    private readonly PrepaidBlock[] _blocks = new PrepaidBlock[MostBlocks];
    private int _count;
    private long _staleAt = LimitRule.Never;
    private long _deniedUntil;
    private long _deniedCost;
    private long _quietUntil;
    private long _heard;
    private HeldLeases? _leases;

    /// <summary>What is counted while nobody can be asked.</summary>
    public LimitState Alone;

    public Partition Partition { get; } = partition;

    public long Bytes => Own + ManagedSize.Array(MostBlocks, Unsafe.SizeOf<PrepaidBlock>()) + Alone.ExtraBytes + ((Address as ISized)?.Bytes ?? 0) + (Lesson is null ? 0 : SharedLesson.Bytes);

    public SharedRule Rule => (SharedRule)Partition.Limit.Rule;

    /// <summary>What was granted and may still be spent.</summary>
    public long Held { get; private set; }

    /// <summary>Of what is released: what is in use, granted and not yet released.</summary>
    public HeldLeases Leases => _leases ??= new HeldLeases();

    /// <summary>How much that is.</summary>
    public long InUse => _leases?.Count ?? 0;

    /// <summary>When the first of it will have been held for too long; never where it may be held for ever.</summary>
    public long HoldEndsAt => _leases?.EndsAt ?? LimitRule.Never;

    /// <summary>Goes up whenever the store has given away what was held: what it says of what was held before is old.</summary>
    public long Epoch { get; private set; }

    /// <summary>What was spent while nobody could be asked, and has not been told.</summary>
    public long SpentAlone { get; set; }

    /// <summary>Whether it is asked for: in a question that waits to be sent, or that was sent.</summary>
    public bool IsAsked { get; set; }

    /// <summary>Whether it was refused to somebody who does not wait, and may come back for it.</summary>
    public bool IsPassedBy { get; set; }

    /// <summary>How much was charged since <see cref="RateSince"/>.</summary>
    public long Charged { get; private set; }

    public long RateSince { get; set; }

    /// <summary>What was learned, where that is a limit that learns; else null. What that is stands in <see cref="Alone"/>.</summary>
    public SharedLesson? Lesson { get; set; } = partition.Limit.Rule is SharedRule { Learning: not null } ? new SharedLesson() : null;

    /// <summary>What is told of a key, where that is what it is; else null.</summary>
    public SharedRest? Rest { get; set; }

    /// <summary>What the store knows it by.</summary>
    public object? Address { get; set; }

    public long LastUsed { get; private set; }

    /// <summary>When the store said last how much is used.</summary>
    public long HeardSince { get; private set; }

    /// <summary>Whether nothing would be lost with it.</summary>
    public bool IsIdle => Held == 0 && InUse == 0 && SpentAlone == 0 && !IsAsked;

    /// <summary>The first instant at which something held ends; never when nothing is.</summary>
    public long EndsAt { get; private set; } = LimitRule.Never;

    /// <summary>Who looks after what is held and ends, so that it need not be told with every request.</summary>
    public SharedService? WatchedBy { get; set; }

    /// <summary>Now, if so much is held; else when to ask again, or never while nothing was said.</summary>
    public long Earliest(long now, long cost)
    {
        if (!Lacks(now, cost))
        {
            return now;
        }

        return IsDenied(now, cost) ? _quietUntil : LimitRule.Never;
    }

    /// <summary>When so much can be had at the latest as far as was said; now, while nothing was.</summary>
    public long Told(long now, long cost) => !Lacks(now, cost) || !IsDenied(now, cost) ? now : _deniedUntil;

    /// <summary>When a request can have all that it needs of shared limits, as far as was said.</summary>
    public static long ToldOf(AdmissionTicket ticket, long now)
    {
        var latest = 0L;
        foreach (ref var charge in ticket.Charges)
        {
            latest = charge.Partition is { State.Extra: SharedBalance balance, Limit.Rule: SharedRule } ? Math.Max(latest, balance.Told(now, charge.Cost)) : latest;
        }

        return latest;
    }

    /// <summary>Whether asking now would be in vain.</summary>
    public bool IsDenied(long now, long cost) => now < _quietUntil && NeedOf(cost) >= _deniedCost;

    /// <param name="cost">What was refused.</param>
    /// <param name="until">Until when.</param>
    /// <param name="quietUntil">Until when nobody asks again: others may give back what they did not use.</param>
    public void Deny(long cost, long until, long quietUntil) => (_deniedCost, _deniedUntil, _quietUntil) = (cost, until, Math.Min(until, quietUntil));

    public void ForgetDenial() => (_deniedUntil, _quietUntil) = (0, 0);

    /// <summary>What this process needs to be granted for a cost. What costs more than a learned limit is goes when all of that is free, and is owed after it.</summary>
    public long NeedOf(long cost) => Lesson is not null && Rule.Learning is { } learning ? Math.Min(cost, learning.MostAtOnce(learning.Figure(Alone))) : cost;

    /// <summary>Whether less is held than is needed for a cost.</summary>
    public bool Lacks(long now, long cost) => HeldAt(now) < NeedOf(cost);

    /// <summary>So much of what is used has been released here.</summary>
    public void Unhear(long amount) => _heard = Math.Max(_heard - amount, 0);

    /// <summary>So much is used by all, as the store says.</summary>
    public void Hear(long now, long used) => (_heard, HeardSince) = (used, now);

    /// <summary>How much of that is used still, if it flows back evenly within a window.</summary>
    public long HeardAt(long now, long window) =>
        window == 0 ? _heard : (long)((Int128)_heard * Math.Clamp(window - (now - HeardSince), 0, window) / window);

    /// <summary>Whether it was refused until later than now, and nothing was granted since.</summary>
    public bool IsRefusedAt(long now) => now < _deniedUntil;

    /// <summary>What may be spent now.</summary>
    public long HeldAt(long now)
    {
        var held = Held;
        for (var i = 0; i < _count && EndsAt <= now; i++)
        {
            held -= _blocks[i].Ends <= now ? _blocks[i].Amount : 0;
        }

        return held;
    }

    /// <param name="amount">How much.</param>
    /// <param name="receipt">What the store knows it by.</param>
    /// <param name="until">Until when it may be spent as of when it was granted.</param>
    /// <param name="ends">Until when it is kept: what is spent between the two is counted anew.</param>
    public void Grant(long amount, long receipt, long until, long ends)
    {
        if (amount <= 0)
        {
            return;
        }

        Held += amount;
        _heard = Saturating.Add(_heard, amount);
        ForgetDenial();
        if (_count == MostBlocks)
        {
            // The older receipt serves both: what is given back by it was taken at the latest then.
            ref var last = ref _blocks[_count - 1];
            last = new PrepaidBlock(last.Amount + amount, last.Receipt, Math.Min(last.Until, until), Math.Min(last.Ends, ends));
        }
        else
        {
            _blocks[_count++] = new PrepaidBlock(amount, receipt, until, ends);
        }

        NoteFirst();
    }

    /// <summary>Whether something is held that may not be spent as of when it was granted.</summary>
    public bool IsStale(long now) => _staleAt <= now;

    /// <summary>Takes out of the oldest block as much as is there of an amount. Returns false when nothing is held.</summary>
    public bool TryTake(long most, out long amount, out long receipt)
    {
        if (_count == 0 || most == 0)
        {
            (amount, receipt) = (0, 0);
            return false;
        }

        ref var first = ref _blocks[0];
        (amount, receipt) = (Math.Min(most, first.Amount), first.Receipt);
        first.Amount -= amount;
        Held -= amount;
        if (first.Amount == 0)
        {
            Drop(0);
        }

        return true;
    }

    /// <summary>Spends what is held, oldest first. Returns the receipt of the first of it, and what was lacking.</summary>
    public long Spend(long now, long cost, out long lacking)
    {
        NoteUse(now, cost);
        var receipt = _count > 0 ? _blocks[0].Receipt : 0;
        lacking = cost;
        while (lacking > 0 && TryTake(lacking, out var part, out _))
        {
            lacking -= part;
        }

        return receipt;
    }

    /// <summary>How often a cost may be lent: out of the oldest block, as long as nothing that is held has to be counted anew, and of all that is held only one part of so many.</summary>
    public long Lendable(long now, long cost, int parts) => _count == 0 || IsStale(now) ? 0 : Math.Min(_blocks[0].Amount, Held / parts) / cost;

    /// <summary>Lends out of the oldest block. It is spent unless it is taken back.</summary>
    public PrepaidBlock Lend(long now, long amount)
    {
        var lent = _blocks[0] with { Amount = amount };
        NoteUse(now, amount);
        TryTake(amount, out _, out _);
        return lent;
    }

    /// <summary>Takes back what was lent of a block and not spent.</summary>
    public void TakeBack(in PrepaidBlock lent, long amount)
    {
        Charged = Math.Max(Charged - amount, 0);
        Held += amount;
        var place = 0;
        while (place < _count && _blocks[place].Until < lent.Until)
        {
            place++;
        }

        if ((place < _count && _blocks[place].Receipt == lent.Receipt) || _count == MostBlocks)
        {
            // As with grants the older receipt serves both.
            ref var same = ref _blocks[Math.Min(place, _count - 1)];
            same = new PrepaidBlock(same.Amount + amount, place < _count ? lent.Receipt : same.Receipt, Math.Min(same.Until, lent.Until), Math.Min(same.Ends, lent.Ends));
        }
        else
        {
            Array.Copy(_blocks, place, _blocks, place + 1, _count - place);
            _blocks[place] = lent with { Amount = amount };
            _count++;
        }

        NoteFirst();
    }

    /// <summary>So much goes now.</summary>
    public void NoteUse(long now, long cost) => (LastUsed, Charged) = (now, Saturating.Add(Charged, cost));

    /// <summary>Takes out one block that has ended, if there is one.</summary>
    public bool TryTakeEnded(long now, out long amount, out long receipt)
    {
        for (var i = 0; i < _count; i++)
        {
            if (_blocks[i].Ends <= now)
            {
                (amount, receipt) = (_blocks[i].Amount, _blocks[i].Receipt);
                Held -= amount;
                Drop(i);
                return true;
            }
        }

        (amount, receipt) = (0, 0);
        return false;
    }

    /// <summary>How much was charged per tick since it was last asked.</summary>
    public double TakeRate(long now)
    {
        var elapsed = Math.Max(now - RateSince, 1);
        var rate = RateSince == 0 ? 0 : Charged / (double)elapsed;
        (Charged, RateSince) = (0, now);
        return rate;
    }

    /// <summary>The store has given what was held to others.</summary>
    /// <param name="told">What tells the holders is added to it, to be cancelled outside the gate.</param>
    public void Lose(List<CancellationTokenSource> told)
    {
        Epoch++;
        (Held, _count) = (0, 0);
        _leases?.Lose(told);
        NoteFirst();
    }

    private void Drop(int index)
    {
        _count--;
        Array.Copy(_blocks, index + 1, _blocks, index, _count - index);
        NoteFirst();
    }

    /// <summary>Notes what ends first: blocks come and go seldom, and every request asks.</summary>
    private void NoteFirst()
    {
        (EndsAt, _staleAt) = (LimitRule.Never, LimitRule.Never);
        for (var i = 0; i < _count; i++)
        {
            EndsAt = Math.Min(EndsAt, _blocks[i].Ends);
            _staleAt = Math.Min(_staleAt, _blocks[i].Until);
        }
    }
}
