using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.AI.Telemetry;

/// <summary>
/// What the tokens and the money of services are told to: the meter and the log category of the core. Tags are the names of services, of models that have a price, and closed sets: what
/// requests name besides is <c>other</c>, so that no traffic makes new series. Nothing here is told a tenant, a key, a prompt or an answer. Thread-safe.
/// </summary>
internal sealed class AITelemetry : IDisposable
{
    public const string OtherModel = "other";

    private static readonly Lazy<Instruments> Shared = new(static () => new Instruments(RateLimitingInstruments.SharedMeter));

    private readonly Instruments _instruments;
    private readonly ILogger _log;

    public AITelemetry(IMeterFactory? meters = null, ILoggerFactory? loggers = null)
    {
        _instruments = meters is null ? Shared.Value : new Instruments(meters.Create(new MeterOptions(RateLimitingInstruments.Name) { Version = RateLimitingInstruments.Version }));
        _log = loggers?.CreateLogger(RateLimitingInstruments.Name) ?? NullLogger.Instance;
    }

    /// <summary>Counts what an answer used and cost, and how far its estimate was off.</summary>
    /// <param name="service">The service.</param>
    /// <param name="model">The name that the model's price stands under, or null where it has none.</param>
    /// <param name="usage">What it used.</param>
    /// <param name="usd">What that cost.</param>
    /// <param name="estimated">The tokens of the prompt as estimated, without a margin; null where they were not.</param>
    public void Used(string service, string? model, in Usage.TokenUsage usage, decimal usd, double? estimated)
    {
        var priced = model ?? OtherModel;
        Count(service, priced, "input", (usage.Input ?? 0) - usage.CacheRead);
        Count(service, priced, "cached", usage.CacheRead);
        Count(service, priced, "output", usage.Output ?? 0);
        try
        {
            if (usd > 0)
            {
                _instruments.Cost.Add((double)usd, new("service", service), new("model", priced));
            }

            if (estimated is > 0 && usage.Input is > 0 and { } input)
            {
                _instruments.EstimateError.Record(Math.Abs(estimated.Value - input) / input, new("service", service), new("model", priced));
            }
        }
        catch (Exception)
        {
            // Whoever listens is somebody else's code.
        }
    }

    /// <summary>Says that a budget is spent as far as its warning.</summary>
    public void BudgetNearlySpent(string service, in BudgetStatus budget)
    {
        try
        {
            _instruments.BudgetWarnings.Add(1, new("service", service), new("budget", budget.Name));
        }
        catch (Exception)
        {
            // As above.
        }

        AILog.BudgetNearlySpent(_log, service, budget.Name, budget.Spent, budget.Quota);
    }

    /// <summary>Says that a response reported something that counts nothing where usage should be.</summary>
    /// <param name="service">The service.</param>
    /// <param name="field">The field, which is one of those that are looked for.</param>
    /// <param name="isFirst">Whether it is the service's first.</param>
    public void OddUsage(string service, string field, bool isFirst) => AILog.OddUsage(_log, isFirst ? LogLevel.Warning : LogLevel.Debug, service, field);

    /// <summary>Shows how much of each budget is spent, until the object is disposed.</summary>
    public IDisposable Observe(string service, Func<IReadOnlyList<BudgetStatus>> budgets) => _instruments.Budgets.Add(service, budgets);

    public void Dispose() => _instruments.Budgets.Clear();

    private void Count(string service, string model, string kind, long tokens)
    {
        try
        {
            if (tokens > 0)
            {
                _instruments.Tokens.Add(tokens, new("service", service), new("model", model), new("kind", kind));
            }
        }
        catch (Exception)
        {
            // As above.
        }
    }

    private sealed class Instruments
    {
        public Instruments(Meter meter)
        {
            Tokens = meter.CreateCounter<long>("ai.tokens", "{token}", "Tokens that answers reported, by kind.");
            Cost = meter.CreateCounter<double>("ai.cost", "{USD}", "US dollars by the price table.");
            EstimateError = meter.CreateHistogram<double>("ai.estimate.error", "1", "By how much estimates of prompts were off, as a part of what was reported.");
            BudgetWarnings = meter.CreateCounter<long>("ai.budget.warnings", "{warning}", "Budgets that were spent as far as their warning.");
            Budgets = new BudgetGauges(meter);
        }

        public Counter<long> Tokens { get; }

        public Counter<double> Cost { get; }

        public Histogram<double> EstimateError { get; }

        public Counter<long> BudgetWarnings { get; }

        public BudgetGauges Budgets { get; }
    }
}
