namespace RateLimited.Http;

/// <summary>
/// Lets the caller of a request say what it truly cost, whenever that is known: also long after the response was read. Put it on the message (<c>WithSettlement</c>) or into the settings of
/// a <see cref="RateLimitScope"/>, one object for each call. What is said here wins over what the response says. It belongs to the last attempt of the call; attempts before it, which were
/// counted upstream too, settle by themselves. Thread-safe.
/// </summary>
/// <example>
/// <code>
/// var settlement = new CostSettlement();
/// using var request = new HttpRequestMessage(HttpMethod.Post, "/jobs").WithCost("credits", 10).WithSettlement(settlement);
/// using var response = await client.SendAsync(request);
/// settlement.Settle("credits", await CreditsOfAsync(response));
/// </code>
/// </example>
public sealed class CostSettlement
{
    private readonly Lock _lock = new();
    private readonly List<UnitCost> _said = [];
    private ISettledCharges? _charges;
    private int _responses;
    private int _changes;

    /// <summary>
    /// Replaces the cost of a unit by the true one. More than was charged is charged after the fact, less is given back where that can never admit too much. The last call for a unit
    /// counts. Without a request that was admitted it does nothing.
    /// </summary>
    /// <param name="unit">The unit, as the limits write it. A unit that no limit has is ignored.</param>
    /// <param name="actual">The true cost, zero or more.</param>
    /// <exception cref="ArgumentException"><paramref name="unit"/> is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="actual"/> is negative.</exception>
    public void Settle(string unit, long actual) => Settle(new UnitCost(unit, actual));

    /// <summary>The same for a cost that need not be whole.</summary>
    /// <param name="actual">The true cost of one unit.</param>
    /// <exception cref="ArgumentException">The unit is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The amount is negative.</exception>
    public void Settle(UnitCost actual)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(actual.Unit, nameof(actual));
        ArgumentOutOfRangeException.ThrowIfNegative(actual.Amount, nameof(actual));
        ISettledCharges? charges;
        lock (_lock)
        {
            _said.RemoveAll(cost => string.Equals(cost.Unit, actual.Unit, StringComparison.Ordinal));
            _said.Add(actual);
            _changes++;
            charges = _charges;
        }

        charges?.Settle(actual);
    }

    /// <summary>A response has come: what is said from now on is said of its request. Returns its number.</summary>
    internal int Begin()
    {
        lock (_lock)
        {
            _charges = null;
            _said.Clear();
            _changes = 0;
            return ++_responses;
        }
    }

    /// <summary>The request of a response has ended: what was said of it so far is settled now, and what will be is when it is said.</summary>
    internal void End(int response, ISettledCharges charges)
    {
        var settled = 0;
        while (true)
        {
            UnitCost[] said;
            lock (_lock)
            {
                if (_responses != response)
                {
                    return;
                }

                if (_changes == settled)
                {
                    // Published only when nothing is left that an older word could overwrite.
                    _charges = charges;
                    return;
                }

                (settled, said) = (_changes, [.. _said]);
            }

            foreach (var cost in said)
            {
                charges.Settle(cost);
            }
        }
    }
}

/// <summary>What a request that has ended was charged.</summary>
internal interface ISettledCharges
{
    /// <summary>Replaces what was charged for a unit.</summary>
    void Settle(in UnitCost actual);
}

/// <summary>What is known of a request's cost besides its amounts: who estimated it, and who will say what it was.</summary>
internal sealed record CostSources(CostEstimate? Estimate, CostSettlement? Settlement);
