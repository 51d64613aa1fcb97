using RateLimited.Http.Testing.Limits;

namespace RateLimited.Http.Testing.Providers;

/// <summary>What requests of a template cost of a unit. Of the rules for one unit the first that matches counts.</summary>
internal sealed record CostRule(string Template, string Unit, long Amount)
{
    private readonly EndpointPattern _pattern = EndpointPattern.Of(Template);

    public static IEnumerable<UnitCost> CostsOf(IEnumerable<CostRule> rules, string method, string path) =>
        rules.Where(rule => rule._pattern.Matches(method, path, out _)).DistinctBy(static rule => rule.Unit).Select(static rule => new UnitCost(rule.Unit, rule.Amount));
}
