using RateLimited.Http.Configuration;

namespace RateLimited.Http.Testing.Simulation;

/// <summary>What the requests of a generated demand are like. The default is one request of normal priority, of no tenant and no endpoint.</summary>
public sealed record RequestMix
{
    private const int MostNames = 100_000;

    /// <summary>How many tenants they are of, in equal parts: <c>tenant-1</c> and so on. Default: 0, of none. 0 to 100 000.</summary>
    public int Tenants { get; init; }

    /// <summary>How many names limits per name count them by, in equal parts: <c>name-1</c> and so on. Default: 0, by none. 0 to 100 000.</summary>
    public int Names { get; init; }

    /// <summary>The endpoint that they are for, by its key in <c>Endpoints</c>. Default: null, none.</summary>
    public string? Endpoint { get; init; }

    /// <summary>What each costs. Default: nothing but its one request.</summary>
    public IReadOnlyList<CostRange> Costs { get; init; } = [];

    /// <summary>How long the upstream takes at least. Default: null, what the simulation says.</summary>
    public TimeSpan? LeastLatency { get; init; }

    /// <summary>How long it takes at most, if it is not always the same. Default: null, the least.</summary>
    public TimeSpan? MostLatency { get; init; }

    internal SimulatedRequest Draw(TimeSpan at, Random random)
    {
        var request = new AdmissionRequest
        {
            Tenant = Tenants > 0 ? $"tenant-{random.Next(Tenants) + 1}" : null,
            Partition = Names > 0 ? $"name-{random.Next(Names) + 1}" : null,
            Endpoint = Endpoint,
            Costs = Costs.Count == 0 ? null : [.. Costs.Select(cost => UnitCost.Of(cost.Unit, cost.Least + random.NextInt64((long)(cost.Most - cost.Least) + 1)))],
        };
        var latency = LeastLatency is { } least && MostLatency is { } most ? least + TimeSpan.FromTicks((long)((most - least).Ticks * random.NextDouble())) : LeastLatency;
        return new SimulatedRequest(at, request, latency);
    }

    internal void Validate()
    {
        FigureBounds.Require(nameof(Tenants), Tenants, 0, MostNames);
        FigureBounds.Require(nameof(Names), Names, 0, MostNames);
        FigureBounds.Require(nameof(LeastLatency), LeastLatency ?? TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromDays(1));
        FigureBounds.Require(nameof(MostLatency), MostLatency ?? TimeSpan.FromDays(1), LeastLatency ?? TimeSpan.Zero, TimeSpan.FromDays(1));
        foreach (var cost in Costs)
        {
            FigureBounds.Require(nameof(CostRange.Least), cost.Least, 0, OptionBounds.MaxAmount);
            FigureBounds.Require(nameof(CostRange.Most), cost.Most, cost.Least, OptionBounds.MaxAmount);
        }
    }
}
