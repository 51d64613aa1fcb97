using RateLimited.Http.Costs.Bodies;
using RateLimited.Http.Costs.Json;

namespace RateLimited.Http.Costs;

/// <summary>The configured costs of one service: what requests tell of theirs, and where responses tell what they were. Immutable.</summary>
internal sealed class CostRules : ICostEstimator
{
    private readonly CostRule[] _rules;
    private readonly JsonPaths? _asked;
    private readonly UsagePaths? _told;

    public CostRules(IReadOnlyList<CostRule> rules)
    {
        _rules = [.. rules];
        _asked = PathsOf(static rule => rule.From) is { Length: > 0 } asked ? new JsonPaths(asked) : null;
        _told = PathsOf(static rule => rule.Settled) is { Length: > 0 } told ? new UsagePaths(told) : null;
        IsSettled = rules.Any(static rule => rule.Settled is not null);
    }

    /// <summary>Whether any response tells what its request did cost.</summary>
    public bool IsSettled { get; }

    public async ValueTask<CostEstimate?> EstimateAsync(CostedRequest request, CancellationToken cancellationToken)
    {
        var told = _asked is null ? null : await ReadAsync(_asked, request, cancellationToken).ConfigureAwait(false);
        var costs = new List<UnitCost>(_rules.Length);
        foreach (var rule in _rules)
        {
            if (rule.Of(Said(rule, request.Message, told)) is { } cost)
            {
                costs.Add(cost);
            }
        }

        return IsSettled ? new Settled(this, costs) : costs.Count > 0 ? new CostEstimate(costs) : null;
    }

    /// <summary>The true costs that a response tells.</summary>
    private List<UnitCost> Told(HttpResponseMessage response, UsageValues? values)
    {
        var costs = new List<UnitCost>();
        foreach (var rule in _rules)
        {
            var cost = rule.Settled switch
            {
                { Place: CostPlace.Header, Name: var name } => rule.True(MessageText.Header(response.Headers, response.Content.Headers, name)),
                { Place: CostPlace.Body, Name: var path } when values?.Number(path) is { } number => rule.True(number),
                _ => null,
            };
            if (cost is { } known)
            {
                costs.Add(known);
            }
        }

        return costs;
    }

    private static string? Said(CostRule rule, HttpRequestMessage request, JsonValues? told) => rule.From switch
    {
        { Place: CostPlace.Header, Name: var name } => MessageText.Header(request.Headers, request.Content?.Headers, name),
        { Place: CostPlace.Query, Name: var name } => MessageText.Query(request.RequestUri, name),
        { Place: CostPlace.Body, Name: var path } => told?.AsText(told.Paths.NumberOf(path)),
        { Place: CostPlace.Length } => MessageText.Length(request.Content),
        _ => null,
    };

    private static async ValueTask<JsonValues?> ReadAsync(JsonPaths paths, CostedRequest request, CancellationToken cancellationToken)
    {
        if (request.Message.Content is not { } content || BodyFormat.Of(content) is not { IsEventStream: false, Coding: "" })
        {
            return null;
        }

        var values = new JsonValues(paths);
        using var sink = new ScannerStream(new JsonValueScanner(values));
        return await request.ReadBodyAsync(sink, cancellationToken).ConfigureAwait(false) ? values : null;
    }

    private string[] PathsOf(Func<CostRule, CostSource?> source) =>
        [.. _rules.Select(source).Where(static from => from is { Place: CostPlace.Body }).Select(static from => from.GetValueOrDefault().Name).Distinct(StringComparer.Ordinal)];

    private sealed class Settled(CostRules rules, IReadOnlyList<UnitCost> costs) : CostEstimate(costs)
    {
        public override IUsageReader Watch(HttpResponseMessage response, string? key) =>
            rules._told is { } paths && JsonUsageReader.CanRead(response) ? new BodyReader(rules, response, paths) : new HeaderReader(rules.Told(response, values: null));
    }

    private sealed class BodyReader : JsonUsageReader
    {
        private readonly CostRules _rules;
        private readonly HttpResponseMessage _response;

        public BodyReader(CostRules rules, HttpResponseMessage response, UsagePaths paths)
            : base(response, paths)
        {
            _rules = rules;
            _response = response;
        }

        protected override IReadOnlyList<UnitCost> Settle(UsageValues values, bool isComplete) => _rules.Told(_response, values);
    }

    private sealed class HeaderReader(IReadOnlyList<UnitCost> costs) : IUsageReader
    {
        public void Read(ReadOnlySpan<byte> bytes)
        {
        }

        public IReadOnlyList<UnitCost> End(bool isComplete) => costs;
    }
}
