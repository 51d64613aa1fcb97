namespace RateLimited.Http.Admission;

/// <summary>What waiters cost together, by unit.</summary>
internal sealed class UnitSums
{
    private readonly Dictionary<string, long> _others = new(StringComparer.Ordinal);
    private long _requests;

    public long this[string unit] => string.Equals(unit, UnitCost.Requests, StringComparison.Ordinal) ? _requests : _others.GetValueOrDefault(unit);

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
        foreach (var cost in costs)
        {
            if (string.Equals(cost.Unit, UnitCost.Requests, StringComparison.Ordinal))
            {
                // The first counts, as it does for the limits.
                requests ??= cost.Amount;
            }
            else
            {
                AddOther(cost.Unit, sign * cost.Amount);
            }
        }

        _requests += sign * (requests ?? 1);
    }

    private void AddOther(string unit, long amount)
    {
        var sum = _others.GetValueOrDefault(unit) + amount;
        if (sum == 0)
        {
            // Units are the caller's to name: only those that somebody waits with are kept.
            _others.Remove(unit);
        }
        else
        {
            _others[unit] = sum;
        }
    }
}
