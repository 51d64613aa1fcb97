using RateLimited.Http.Testing.Limits;

namespace RateLimited.Http.Testing.Dialects;

/// <summary>What there is to say in one response, before a dialect says it.</summary>
internal sealed record Saying
{
    /// <summary>The response's status.</summary>
    public int Status { get; init; } = 200;

    /// <summary>The time by the upstream's clock.</summary>
    public required DateTimeOffset Wall { get; init; }

    /// <summary>The limits that it speaks of, as they stand after the request.</summary>
    public IReadOnlyList<StatedLimit> Limits { get; init; } = [];

    /// <summary>Why the request was refused by a limit; null if it was not.</summary>
    public UpstreamRefusal? Refusal { get; init; }

    /// <summary>How long to wait, of a refusal or a failure; null if nothing is to be said of it.</summary>
    public TimeSpan? Wait { get; init; }

    /// <summary>What the request did cost.</summary>
    public IReadOnlyList<UnitCost> Costs { get; init; } = [];

    /// <summary>The request's method and path.</summary>
    public string Endpoint { get; init; } = "GET /";

    public Oddities Oddities { get; init; }

    /// <summary>The limit that a dialect speaks of which speaks of one: that which is closest to exhaustion.</summary>
    public StatedLimit? Closest => Limits.MinBy(static stated => stated.ShareLeft);

    public bool IsRefusal => Refusal is not null;

    /// <summary>No header speaks of the limit that refused.</summary>
    public bool IsHidden => Refusal?.Limit is { IsHidden: true };

    public StatedLimit? LimitOf(string name) => Limits.FirstOrDefault(stated => string.Equals(stated.Limit.Name, name, StringComparison.Ordinal));

    public long? CostOf(string unit)
    {
        foreach (var cost in Costs)
        {
            if (string.Equals(cost.Unit, unit, StringComparison.Ordinal))
            {
                return cost.Amount;
            }
        }

        return null;
    }

    public bool Has(Oddities oddity) => (Oddities & oddity) != Oddities.None;
}
