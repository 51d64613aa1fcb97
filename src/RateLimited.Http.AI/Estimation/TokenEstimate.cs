using RateLimited.Http.AI.Money;
using RateLimited.Http.AI.Usage;
using RateLimited.Http.Costs;

namespace RateLimited.Http.AI.Estimation;

/// <summary>What one request to a model is expected to cost, and what its answer tells of it.</summary>
internal sealed class TokenEstimate : CostEstimate
{
    private readonly ServiceTokens _service;
    private readonly TokenRules _rules;
    private readonly TokenForecast _forecast;
    private readonly string? _tenant;

    public TokenEstimate(ServiceTokens service, TokenRules rules, TokenForecast forecast, string? tenant)
        : base(forecast.Costs(forecast.Usd(rules.Prices.Of(forecast.Prompt.Model)?.Price))) => (_service, _rules, _forecast, _tenant) = (service, rules, forecast, tenant);

    public override IUsageReader Watch(HttpResponseMessage response, string? key) =>
        !response.IsSuccessStatusCode ? new NothingSpent()
        : JsonUsageReader.CanRead(response) ? new Reader(this, response, key)
        : new Unread(this, key);

    /// <summary>Takes in what an answer used. Returns what it did cost.</summary>
    private List<UnitCost> Settle(UsageValues values, bool isComplete, string? key)
    {
        var usage = UsageFields.Read(values, _forecast.Shape, isComplete, out var odd);
        if (odd is not null)
        {
            _service.OddUsage(odd);
        }

        Learn(usage);
        var costs = _forecast.Settled(usage);
        costs.Add(Record(UsageFields.ModelOf(values) ?? _forecast.Prompt.Model, usage, key));
        return costs;
    }

    private void Learn(in TokenUsage usage)
    {
        var (prompt, calibration) = (_forecast.Prompt, _forecast.Calibration);
        if (usage.Input is { } input && prompt.IsRead && !_forecast.IsExact && _forecast.Shape is not (Requests.RequestShape.Transcription or Requests.RequestShape.Images))
        {
            calibration.LearnInput(prompt.Counts, _forecast.Plain, input - prompt.TokenIds, _rules.Margin);
        }

        if (usage.Output is > 0 and { } output && _forecast.Output > 0)
        {
            calibration.LearnOutput(output / Math.Max(prompt.Choices, 1));
        }
    }

    /// <summary>Adds the request to what was spent: by what its answer reported, and by the estimate where it did not.</summary>
    private UnitCost Record(string model, in TokenUsage usage, string? key)
    {
        var price = _rules.Prices.Of(model) ?? _rules.Prices.Of(_forecast.Prompt.Model);
        var used = new TokenUsage(usage.Input ?? _forecast.Input, usage.CacheRead, usage.CacheWrite, usage.Output ?? _forecast.Output, usage.AudioSeconds ?? _forecast.Prompt.AudioSeconds);
        var images = _forecast.Shape == Requests.RequestShape.Images ? _forecast.Prompt.Choices : 0;
        var usd = price?.Price.CostOf(used, images) ?? 0;
        return _service.Record(new SpendEntry(_forecast.Prompt.Model, price?.Name, used, usd, _tenant, key), usage.Input is null ? null : _forecast.Plain);
    }

    /// <summary>A request that failed is not paid for. Whether its tokens were counted nobody knows: they stay as estimated.</summary>
    private sealed class NothingSpent : IUsageReader
    {
        public void Read(ReadOnlySpan<byte> bytes)
        {
        }

        public IReadOnlyList<UnitCost> End(bool isComplete) => [new UnitCost(AIUnits.Usd, 0)];
    }

    /// <summary>An answer that reports nothing that can be read.</summary>
    private sealed class Unread(TokenEstimate owner, string? key) : IUsageReader
    {
        public void Read(ReadOnlySpan<byte> bytes)
        {
        }

        public IReadOnlyList<UnitCost> End(bool isComplete) => [owner.Record(owner._forecast.Prompt.Model, default, key)];
    }

    private sealed class Reader : JsonUsageReader
    {
        private readonly TokenEstimate _owner;
        private readonly string? _key;

        public Reader(TokenEstimate owner, HttpResponseMessage response, string? key)
            : base(response, UsageFields.PathsOf(owner._forecast.Shape)) => (_owner, _key) = (owner, key);

        protected override IReadOnlyList<UnitCost> Settle(UsageValues values, bool isComplete) => _owner.Settle(values, isComplete, _key);
    }
}
