using System.Collections.Immutable;

namespace RateLimited.Http.Configuration.Presets;

/// <summary>A class of a provider's endpoints, with limits or costs of its own.</summary>
/// <param name="Template">A method or <c>*</c>, and a path.</param>
internal sealed record PresetEndpoint(string Template)
{
    public ImmutableArray<PresetLimit> Limits { get; init; } = [];

    /// <summary>Whether the limits for all requests count its requests too.</summary>
    public bool ServiceLimits { get; init; } = true;

    public ImmutableArray<UnitCost> Costs { get; init; } = [];

    /// <summary>Where the costs come from.</summary>
    public Source? CostSource { get; init; }

    public static PresetEndpoint Limited(string template, params ImmutableArray<PresetLimit> limits) => new(template) { Limits = limits };

    public static PresetEndpoint Costing(string template, Source source, params ImmutableArray<UnitCost> costs) => new(template) { Costs = costs, CostSource = source };

    public EndpointOptions Options()
    {
        var endpoint = new EndpointOptions { ServiceLimits = ServiceLimits };
        foreach (var limit in Limits)
        {
            endpoint.Limits.Add(limit.Options());
        }

        foreach (var cost in Costs)
        {
            endpoint.Costs[cost.Unit] = cost.Value;
        }

        return endpoint;
    }
}
