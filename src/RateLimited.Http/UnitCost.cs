namespace RateLimited.Http;

/// <summary>How much of one unit a request takes, for example 1 500 of <c>tokens</c>, or half of one of <c>premium-requests</c>.</summary>
/// <param name="Unit">The unit's name, as the limits write it. Compared ordinally.</param>
/// <param name="Amount">The whole amount, zero or more. A cost of zero means that limits of this unit do not apply to the request.</param>
public readonly record struct UnitCost(string Unit, long Amount)
{
    /// <summary>The unit of limits that name none: every request costs one of it unless it says otherwise.</summary>
    public const string Requests = "requests";

    /// <summary>The finest part of a unit that can be said.</summary>
    internal const int Finest = 1_000_000;

    /// <summary>
    /// What the request takes beyond the whole amount, in millionths of a unit, 0 to 999 999. Default: 0. Limits count it exactly where the configuration says that the unit has such
    /// parts, as a cost of 0.5 does; elsewhere it is rounded up to what they count in.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or a million or more.</exception>
    public int Millionths
    {
        get;
        init => field = value is >= 0 and < Finest ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Of a unit there are 0 to 999 999 millionths; more is a whole one.");
    }

    /// <summary>The whole amount and its millionths as one number.</summary>
    public decimal Value => Amount + ((decimal)Millionths / Finest);

    /// <summary>A cost that need not be whole.</summary>
    /// <param name="unit">The unit, as the limits write it, not empty.</param>
    /// <param name="amount">The amount, zero or more, at most <see cref="long.MaxValue"/>. What is finer than a millionth is rounded up.</param>
    /// <exception cref="ArgumentException"><paramref name="unit"/> is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="amount"/> is out of range.</exception>
    public static UnitCost Of(string unit, decimal amount)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(unit);
        // Of decimals there is a zero that calls itself negative.
        ArgumentOutOfRangeException.ThrowIfLessThan(amount, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(amount, long.MaxValue);
        var whole = decimal.Truncate(amount);
        var millionths = (int)decimal.Ceiling((amount - whole) * Finest);
        return millionths == Finest ? new UnitCost(unit, (long)whole + 1) : new UnitCost(unit, (long)whole) { Millionths = millionths };
    }
}
