using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>
/// Costs as limits count them. A limit whose unit has parts counts in those and not in whole units, quota and charges alike: all its arithmetic stays whole, and half a unit is exactly half
/// (docs/decisions/0008).
/// </summary>
internal static class UnitParts
{
    /// <summary>A cost in parts of which so many make a unit; what is finer is rounded up.</summary>
    public static long InParts(this in UnitCost cost, int partsPerUnit) =>
        Saturating.Add(partsPerUnit == 1 ? cost.Amount : Saturating.Multiply(cost.Amount, partsPerUnit), FractionInParts(cost.Millionths, partsPerUnit));

    /// <summary>Millionths of a unit, any number of them, in parts.</summary>
    public static long FractionInParts(long millionths, int partsPerUnit) =>
        millionths == 0 ? 0 : Saturating.DivideUp(Saturating.Multiply(millionths, partsPerUnit), UnitCost.Finest);

    /// <summary>What was counted in parts of one size, in parts of another; rounded up.</summary>
    public static long Rescaled(long amount, int from, int to)
    {
        var parts = (((UInt128)(ulong)amount * (ulong)to) + (ulong)from - 1) / (ulong)from;
        return parts > long.MaxValue ? long.MaxValue : (long)parts;
    }
}
