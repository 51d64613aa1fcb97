using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission.Sharing;

/// <summary>
/// Vouchers: admissions of requests that are all charged the same. They have been charged together under the gate, and nobody has gone with them yet. Whoever asks for the same goes with one, by one interlocked operation.
/// What is left when they are taken back counts as never charged. A bundle is used once, so that whoever has taken a voucher reads what nobody writes any more.
/// </summary>
internal sealed class VoucherBundle
{
    private readonly UnitCost[]? _costs;
    private readonly Loan[] _loans;
    private readonly long _until;
    private int _left;

    /// <param name="count">How many vouchers.</param>
    /// <param name="costs">What whoever takes one must ask for.</param>
    /// <param name="charges">What each is charged. All of it is granted by a shared store.</param>
    /// <param name="now">The present. Only under the gate.</param>
    public VoucherBundle(int count, UnitCost[]? costs, ReadOnlySpan<Charge> charges, long now)
    {
        (_left, _costs, _until) = (count, costs, LimitRule.Never);
        (Charges, _loans) = (charges.ToArray(), new Loan[charges.Length]);
        for (var i = 0; i < charges.Length; i++)
        {
            var balance = Vouchers.BalanceOf(charges[i]);
            var block = balance.Lend(now, count * charges[i].Cost);
            Charges[i].Receipt = block.Receipt;
            _loans[i] = new Loan(balance, block);
            _until = Math.Min(_until, block.Until);
        }
    }

    /// <summary>What each is charged, by the receipts it was granted by.</summary>
    public Charge[] Charges { get; }

    /// <summary>Whether that is asked for which whoever takes one must ask for.</summary>
    /// <param name="costs">What is asked for.</param>
    /// <param name="same">That which must be.</param>
    public bool IsFor(IReadOnlyList<UnitCost>? costs, out UnitCost[]? same)
    {
        same = _costs;
        if (_costs is not { } own || costs is null)
        {
            return _costs is null && costs is null;
        }

        if (own.Length != costs.Count)
        {
            return false;
        }

        for (var i = 0; i < own.Length; i++)
        {
            if (own[i] != costs[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Takes a voucher, if there is one for what is asked for and its time is not over. Any thread.</summary>
    /// <param name="costs">What is asked for.</param>
    /// <param name="clock">What tells the time.</param>
    /// <param name="now">When it was taken: not before all of them were charged, nor after any were taken back.</param>
    public bool TryTake(IReadOnlyList<UnitCost>? costs, MonotonicClock clock, out long now)
    {
        now = 0;
        return Volatile.Read(ref _left) > 0 && IsFor(costs, out _) && (now = clock.Now) < _until && Interlocked.Decrement(ref _left) >= 0;
    }

    /// <summary>From now on nobody takes one. What is left is held again by those that it was lent by. Returns how many that were. Only under the gate.</summary>
    public int TakeBack()
    {
        var left = Math.Max(Interlocked.Exchange(ref _left, 0), 0);
        for (var i = 0; left > 0 && i < _loans.Length; i++)
        {
            _loans[i].Balance.TakeBack(_loans[i].Block, left * Charges[i].Cost);
        }

        return left;
    }

    private readonly record struct Loan(SharedBalance Balance, PrepaidBlock Block);
}
