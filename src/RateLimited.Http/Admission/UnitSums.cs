using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>What waiters cost together, by unit.</summary>
internal sealed class UnitSums
{
    private readonly Dictionary<string, long> _others = new(StringComparer.Ordinal);
    private long _requests;

    /// <summary>What the waiters' costs have beyond whole units, in millionths. Null while none has.</summary>
    private Dictionary<string, long>? _millionths;

    /// <summary>The sum in whole units, rounded up.</summary>
    public long this[string unit] => InParts(unit, partsPerUnit: 1);

    /// <summary>The sum in the parts that a limit counts in.</summary>
    public long InParts(string unit, int partsPerUnit)
    {
        var whole = string.Equals(unit, UnitCost.Requests, StringComparison.Ordinal) ? _requests : _others.GetValueOrDefault(unit);
        var parts = partsPerUnit == 1 ? whole : Saturating.Multiply(whole, partsPerUnit);
        return _millionths is null ? parts : Saturating.Add(parts, UnitParts.FractionInParts(_millionths.GetValueOrDefault(unit), partsPerUnit));
    }

    /// <summary>Adds a ticket that names no costs.</summary>
    public void AddRequest() => _requests++;

    public void Add(AdmissionTicket ticket, int sign)
    {
        var costs = ticket.Costs;
        if (costs is null)
        {
            _requests += sign;
            return;
        }

        var requests = default(long?);
        for (var i = 0; i < costs.Count; i++)
        {
            var cost = costs[i];
            if (!string.Equals(cost.Unit, UnitCost.Requests, StringComparison.Ordinal))
            {
                AddTo(_others, cost.Unit, sign * cost.Amount);
            }
            else if (requests is null)
            {
                // The first counts, as it does for the limits.
                requests = cost.Amount;
            }
            else
            {
                continue;
            }

            if (cost.Millionths != 0)
            {
                AddTo(_millionths ??= new Dictionary<string, long>(StringComparer.Ordinal), cost.Unit, sign * cost.Millionths);
            }
        }

        _requests += sign * (requests ?? 1);
    }

    private static void AddTo(Dictionary<string, long> sums, string unit, long amount)
    {
        var sum = sums.GetValueOrDefault(unit) + amount;
        if (sum == 0)
        {
            // Units are the caller's to name: only those that somebody waits with are kept.
            sums.Remove(unit);
        }
        else
        {
            sums[unit] = sum;
        }
    }
}
