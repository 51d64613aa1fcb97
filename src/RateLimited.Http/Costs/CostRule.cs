using System.Globalization;

namespace RateLimited.Http.Costs;

/// <summary>What requests cost of one unit, by what they tell themselves. Immutable.</summary>
/// <param name="Unit">The unit.</param>
internal sealed record CostRule(string Unit)
{
    /// <summary>The most that a request can say it costs.</summary>
    public const decimal Most = 1_000_000_000_000;

    /// <summary>What a request costs that does not tell; null: then the rule says nothing of it.</summary>
    public decimal? Amount { get; init; }

    /// <summary>Where a request tells; null: it does not.</summary>
    public CostSource? From { get; init; }

    /// <summary>What each value costs that a request may tell; null: the value is the cost itself.</summary>
    public AmountTable<decimal>? Amounts { get; init; }

    /// <summary>How much of what a request tells costs one; begun ones count.</summary>
    public long Per { get; init; } = 1;

    /// <summary>Where the response tells the true cost; null: it does not.</summary>
    public CostSource? Settled { get; init; }

    /// <summary>What a request costs that tells a text, or nothing.</summary>
    public UnitCost? Of(string? said) => Named(said) ?? (Amount is { } amount ? UnitCost.Of(Unit, amount) : null);

    /// <summary>The true cost that a response tells, or null where it tells none.</summary>
    public UnitCost? True(string? said) => TryRead(said, out var number) ? True(number) : null;

    /// <summary>The true cost that a response tells as a number, or null where it is out of range.</summary>
    public UnitCost? True(decimal number) => number is < 0 or > Most ? null : UnitCost.Of(Unit, number);

    private UnitCost? Named(string? said)
    {
        if (said is not null && Amounts is { } amounts)
        {
            return amounts.TryFind(said, out var amount) ? UnitCost.Of(Unit, amount) : null;
        }

        return TryRead(said, out var number) ? True(Per == 1 ? number : decimal.Ceiling(number / Per)) : null;
    }

    private static bool TryRead(string? said, out decimal number)
    {
        number = 0;
        return said is not null && decimal.TryParse(said, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);
    }
}
