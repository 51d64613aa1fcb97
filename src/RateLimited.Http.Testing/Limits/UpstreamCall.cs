namespace RateLimited.Http.Testing.Limits;

/// <summary>What an upstream's limits count a request by. Immutable.</summary>
public sealed record UpstreamCall
{
    /// <summary>The API key, or a name for it; empty without one.</summary>
    public string Key { get; init; } = "";

    /// <summary>Whom the key belongs to; the key itself by default.</summary>
    public string Organisation
    {
        get => field ?? Key;
        init;
    }

    /// <summary>The method; <c>GET</c> by default.</summary>
    public string Method { get; init; } = "GET";

    /// <summary>The path without its query; <c>/</c> by default.</summary>
    public string Path { get; init; } = "/";

    /// <summary>What it costs of each unit, by an estimate where the truth is known later. One of <c>requests</c> and one at once, unless that is said too, and nothing of units that are not.</summary>
    public IReadOnlyList<UnitCost> Costs { get; init; } = [];

    /// <summary>What it costs of a unit.</summary>
    public long CostOf(string unit)
    {
        foreach (var cost in Costs)
        {
            if (string.Equals(cost.Unit, unit, StringComparison.Ordinal))
            {
                return cost.Amount;
            }
        }

        return unit is UnitCost.Requests or UpstreamLimit.ConcurrentRequests ? 1 : 0;
    }
}
