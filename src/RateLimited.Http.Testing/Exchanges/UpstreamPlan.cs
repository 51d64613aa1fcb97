using RateLimited.Http.Testing.Answers;
using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Faults;
using RateLimited.Http.Testing.Limits;
using RateLimited.Http.Testing.Models;
using RateLimited.Http.Testing.Providers;

namespace RateLimited.Http.Testing.Exchanges;

/// <summary>All that was said of an upstream before it was built.</summary>
internal sealed record UpstreamPlan
{
    public required Provider Provider { get; init; }

    public required IReadOnlyList<UpstreamLimit> Limits { get; init; }

    public Func<PenaltyModel>? Penalty { get; init; }

    public Oddities Oddities { get; init; }

    public Delays LatencyThere { get; init; }

    public Delays LatencyBack { get; init; }

    public Delays Work { get; init; }

    public IReadOnlyList<Fault> Faults { get; init; } = [];

    public IReadOnlyList<EndpointPattern> Free { get; init; } = [];

    /// <summary>What a test says that requests cost of a unit: that is the truth, no estimate.</summary>
    public IReadOnlyDictionary<string, Func<UpstreamRequest, long>> Costs { get; init; } = new Dictionary<string, Func<UpstreamRequest, long>>(StringComparer.Ordinal);

    public Func<UpstreamRequest, string> KeyOf { get; init; } = ApiKeys.Of;

    public IReadOnlyDictionary<string, string> Organisations { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public TimeSpan ClockSkew { get; init; }

    public int Seed { get; init; } = 1;

    /// <summary>What a request is counted by, its estimates included. Costs that a test says come first, then those by endpoint, then what the request's body tells.</summary>
    public UpstreamCall CallOf(UpstreamRequest request)
    {
        var key = KeyOf(request);
        List<UnitCost> costs =
        [
            .. Costs.Select(cost => new UnitCost(cost.Key, cost.Value(request))), .. CostRule.CostsOf(Provider.Costs, request.Method, request.Path), .. Provider.Answer.Estimate(request),
        ];
        return new UpstreamCall { Key = key, Organisation = Organisations.GetValueOrDefault(key, key), Method = request.Method, Path = request.Path, Costs = costs };
    }

    /// <summary>What an answer corrects of the estimates.</summary>
    public IReadOnlyList<UnitCost> UsageOf(Answer answer) => Costs.Count == 0 ? answer.Costs : [.. answer.Costs.Where(cost => !Costs.ContainsKey(cost.Unit))];

    public bool IsFree(UpstreamRequest request) => Free.Any(pattern => pattern.Matches(request.Method, request.Path, out _));
}
