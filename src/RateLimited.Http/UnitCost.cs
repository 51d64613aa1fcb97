namespace RateLimited.Http;

/// <summary>How much of one unit a request takes, for example 1 500 of <c>tokens</c>.</summary>
/// <param name="Unit">The unit's name, as the limits write it. Compared ordinally.</param>
/// <param name="Amount">The amount, zero or more. Zero means that limits of this unit do not apply to the request.</param>
public readonly record struct UnitCost(string Unit, long Amount)
{
    /// <summary>The unit of limits that name none: every request costs one of it unless it says otherwise.</summary>
    public const string Requests = "requests";
}
