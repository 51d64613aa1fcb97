using System.Runtime.CompilerServices;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission.Persistence;

/// <summary>What one partition of a kept limit counts, and what of it may be charged before more is written. Only under the store's gate.</summary>
internal sealed class KeptState : ISized
{
    private static readonly int Own = ManagedSize.Object(Unsafe.SizeOf<LimitState>() + ManagedSize.Reference + (7 * sizeof(long)) + (2 * sizeof(bool)));

    /// <summary>What is counted.</summary>
    public LimitState Counted;

    /// <summary>Whose it is. Set before anybody counts in it.</summary>
    public Partition Partition { get; set; } = null!;

    /// <summary>What is left of what was written; less than nothing where more was charged than that.</summary>
    public long Left { get; private set; }

    /// <summary>From when on nothing of it may be charged any more.</summary>
    public long Until { get; private set; }

    /// <summary>Whether it is to be written.</summary>
    public bool IsListed { get; set; }

    /// <summary>Whether somebody waits for that, or soon will.</summary>
    public bool IsUrgent { get; set; }

    public long Bytes => Own + Counted.ExtraBytes;

    private long _wanted;
    private long _gone;
    private long _sizedAt;
    private long _askBelow = -1;
    private long _askAt = LimitRule.Never;

    /// <summary>Whether so much may be charged.</summary>
    public bool Covers(long now, long cost) => cost <= Left && now < Until;

    /// <summary>So much was charged. Returns whether more is to be written.</summary>
    public bool Spend(long now, long cost)
    {
        var spent = Math.Min(cost, Allowance.Everything);
        Left = Math.Max(Left - spent, -Allowance.Everything);
        _gone = Math.Min(_gone + spent, Allowance.Everything);
        return Left <= _askBelow || now >= _askAt;
    }

    /// <summary>A request waits that costs so much.</summary>
    public void Want(long cost) => _wanted = Math.Max(_wanted, cost);

    /// <summary>What is to be written of it.</summary>
    public Allowance Size(LimitRule rule, long now)
    {
        var allowance = Allowance.Of(rule, now, Math.Max(Left, 0), _wanted, _gone, _sizedAt);
        (_wanted, _gone, _sizedAt, IsListed, IsUrgent) = (0, 0, now, false, false);
        return allowance;
    }

    /// <summary>Nothing of it may be charged any more.</summary>
    public void End() => (Left, Until) = (0, 0);

    /// <summary>It has been written.</summary>
    /// <param name="rule">The limit.</param>
    /// <param name="allowance">What may be charged.</param>
    /// <param name="before">What was left when the state was taken down: what went since went after it.</param>
    /// <param name="now">The present.</param>
    public void Grant(LimitRule rule, in Allowance allowance, long before, long now)
    {
        Left = allowance.Amount - (before - Left);
        Until = allowance.Until;
        (_askBelow, _askAt) = (allowance.AskBelow(rule), Allowance.AskAt(now, allowance.Until));
    }
}
