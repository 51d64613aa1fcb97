using RateLimited.Http.Testing.Models;

namespace RateLimited.Http.Testing.Limits;

/// <summary>An admitted request: what it was charged, to be settled and ended. Not thread-safe, as the model that gave it.</summary>
public sealed class UpstreamTicket
{
    private readonly IReadOnlyList<(string Unit, LimitModel Model, int Charge)> _charges;
    private bool _hasEnded;

    internal UpstreamTicket(IReadOnlyList<(string Unit, LimitModel Model, int Charge)> charges) => _charges = charges;

    /// <summary>The truth about estimates: of each unit that is named, so much was really used. Units that are not named stay as estimated.</summary>
    public void Settle(ArrivalTime now, IReadOnlyList<UnitCost> actual)
    {
        ArgumentNullException.ThrowIfNull(actual);
        foreach (var (unit, model, charge) in _charges)
        {
            foreach (var cost in actual)
            {
                if (string.Equals(cost.Unit, unit, StringComparison.Ordinal))
                {
                    model.Settle(now, charge, cost.Amount);
                }
            }
        }
    }

    /// <summary>The work has ended, well or not. A second end does nothing.</summary>
    public void End(ArrivalTime now)
    {
        if (!_hasEnded)
        {
            _hasEnded = true;
            foreach (var (_, model, charge) in _charges)
            {
                model.End(now, charge);
            }
        }
    }
}
