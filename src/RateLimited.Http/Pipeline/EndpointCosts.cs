using System.Collections.Frozen;

namespace RateLimited.Http.Pipeline;

/// <summary>
/// What requests cost by their endpoint. Where a template names no cost of a unit, that of the most specific template which covers it counts: who adds an endpoint to a service whose every
/// write costs five points need not say so again. Immutable.
/// </summary>
internal sealed class EndpointCosts
{
    private readonly FrozenDictionary<string, UnitCost[]> _costs;
    private readonly UnitCost[]? _otherwise;

    /// <param name="endpoints">All endpoints and their costs.</param>
    /// <param name="templates">The templates among them, the more specific ones first.</param>
    /// <param name="otherwise">What every request costs where its endpoint names no cost of the unit.</param>
    public EndpointCosts(
        IReadOnlyList<(string Endpoint, IReadOnlyList<UnitCost> Costs)> endpoints, IReadOnlyList<EndpointTemplate> templates, IReadOnlyList<UnitCost> otherwise)
    {
        _otherwise = otherwise.Count == 0 ? null : [.. otherwise];
        var own = endpoints.ToDictionary(static endpoint => endpoint.Endpoint, static endpoint => endpoint.Costs, StringComparer.Ordinal);
        var costs = new Dictionary<string, UnitCost[]>(StringComparer.Ordinal);
        foreach (var (endpoint, list) in own)
        {
            if (list.Count > 0)
            {
                costs[endpoint] = [.. list];
            }
        }

        for (var i = templates.Count - 1; i >= 0 && costs.Count > 0; i--)
        {
            var template = templates[i];
            for (var next = i + 1; next < templates.Count; next++)
            {
                // The next one that covers it has what those behind it add: they were looked at first.
                if (templates[next].Covers(template) && costs.TryGetValue(templates[next].Text, out var general))
                {
                    costs[template.Text] = Over(costs.GetValueOrDefault(template.Text), general);
                }
            }
        }

        _costs = costs.ToFrozenDictionary(static endpoint => endpoint.Key, endpoint => _otherwise is null ? endpoint.Value : Over(endpoint.Value, _otherwise), StringComparer.Ordinal);
    }

    /// <summary>What a request to an endpoint costs, where it says no more itself; null where nothing is said.</summary>
    public UnitCost[]? Of(string? endpoint) => endpoint is not null && _costs.TryGetValue(endpoint, out var costs) ? costs : _otherwise;

    /// <summary>The costs of one list, and those of another in units that it does not name.</summary>
    public static UnitCost[] Over(IReadOnlyList<UnitCost>? first, UnitCost[] then)
    {
        if (first is null or { Count: 0 })
        {
            return then;
        }

        var all = new List<UnitCost>(first);
        foreach (var cost in then)
        {
            var isNamed = false;
            foreach (var named in first)
            {
                isNamed |= string.Equals(named.Unit, cost.Unit, StringComparison.Ordinal);
            }

            if (!isNamed)
            {
                all.Add(cost);
            }
        }

        return [.. all];
    }
}
