namespace RateLimited.Http.Configuration;

/// <summary>
/// In how many parts limits count each unit: one, unless some request costs a part of it. It is the smallest number in which every configured cost is whole (docs/decisions/0008). Immutable.
/// </summary>
internal sealed class UnitScale
{
    /// <summary>Every unit is whole.</summary>
    public static readonly UnitScale Whole = new([]);

    private readonly Dictionary<string, int> _parts;

    private UnitScale(Dictionary<string, int> parts) => _parts = parts;

    /// <summary>The parts of a unit.</summary>
    public int this[string unit] => _parts.GetValueOrDefault(unit, 1);

    /// <summary>The scale of a service by its options, its preset and whoever estimates its costs.</summary>
    /// <param name="options">The options; what is not valid in them is left out.</param>
    public static UnitScale Of(ServiceRateLimitingOptions options)
    {
        var parts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (_, endpoint) in ServiceLayers.Of(options).Endpoints)
        {
            foreach (var (unit, amount) in endpoint?.Costs ?? new Dictionary<string, decimal>())
            {
                Take(parts, unit, PartsOf(amount));
            }
        }

        foreach (var (unit, cost) in options.Costs)
        {
            Take(parts, unit, PartsOf(cost?.Amount ?? 0));
            Take(parts, unit, cost?.Finest is > 0 and <= 1 and { } finest ? PartsOf(finest) : 1);
            foreach (var amount in cost?.Amounts.Values ?? [])
            {
                Take(parts, unit, PartsOf(amount));
            }
        }

        foreach (var (unit, number) in options.Additions.SelectMany(static addition => addition.Parts))
        {
            Take(parts, unit, number);
        }

        return new UnitScale(parts);
    }

    /// <summary>The scale of limits that several services share.</summary>
    public static UnitScale Of(IEnumerable<UnitScale> services)
    {
        var parts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var service in services)
        {
            foreach (var (unit, number) in service._parts)
            {
                Take(parts, unit, number);
            }
        }

        return new UnitScale(parts);
    }

    public static bool IsPowerOfTen(decimal finest)
    {
        for (var power = 1m; power >= 0.000001m; power /= 10)
        {
            if (finest == power)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The smallest number of parts in which an amount is whole. It divides a million.</summary>
    private static int PartsOf(decimal amount)
    {
        var millionths = (int)(decimal.Ceiling((amount - decimal.Truncate(amount)) * UnitCost.Finest) % UnitCost.Finest);
        return millionths <= 0 ? 1 : UnitCost.Finest / (int)System.Numerics.BigInteger.GreatestCommonDivisor(millionths, UnitCost.Finest);
    }

    private static void Take(Dictionary<string, int> parts, string unit, int number)
    {
        var known = parts.GetValueOrDefault(unit, 1);

        // Of numbers that divide a million the least common multiple does too.
        parts[unit] = known / (int)System.Numerics.BigInteger.GreatestCommonDivisor(known, number) * number;
    }
}
