using RateLimited.Http.Admission;
using RateLimited.Http.AI.Money;
using RateLimited.Http.AI.Telemetry;
using RateLimited.Http.AI.Tokens;

namespace RateLimited.Http.AI.Estimation;

/// <summary>What one service has learned and spent: it outlives reloads, and the handlers that the factory rotates. Thread-safe.</summary>
internal sealed class ServiceTokens : IDisposable
{
    private readonly AITelemetry _telemetry;
    private readonly IDisposable _observation;
    private readonly MonotonicClock _clock;
    private volatile BudgetMeter[] _budgets = [];
    private int _hasSeenOdd;
    private double _margin = 1;

    public ServiceTokens(string service, TimeProvider time, AITelemetry telemetry)
    {
        Service = service;
        Time = time;
        Ledger = new Ledger(time.GetUtcNow());
        _clock = new MonotonicClock(time);
        _telemetry = telemetry;
        _observation = telemetry.Observe(service, () => BudgetStatus);
    }

    public string Service { get; }

    public TimeProvider Time { get; }

    public Calibrations Calibrations { get; } = new();

    public Ledger Ledger { get; }

    public IReadOnlyList<BudgetStatus> BudgetStatus => Array.ConvertAll(_budgets, static budget => budget.Status());

    /// <summary>Takes changed options; budgets of the same name keep what they have counted.</summary>
    public void Apply(double margin, IReadOnlyList<BudgetRule> rules)
    {
        _margin = margin;
        var previous = _budgets;
        _budgets = [.. rules.Select(rule =>
        {
            if (Array.Find(previous, budget => budget.Rule == rule) is { } same)
            {
                return same;
            }

            var budget = new BudgetMeter(rule, _clock);
            if (Array.Find(previous, budget => string.Equals(budget.Rule.Name, rule.Name, StringComparison.Ordinal)) is { } changed)
            {
                budget.Adopt(changed);
            }

            return budget;
        })];
    }

    /// <summary>Adds what an answered request cost to all that count it. Returns it as limits in dollars are to be charged for it.</summary>
    /// <param name="entry">The request.</param>
    /// <param name="estimated">The tokens of its prompt as estimated, without a margin; null where they were not.</param>
    public UnitCost Record(in SpendEntry entry, double? estimated)
    {
        _telemetry.Used(Service, entry.Price, entry.Usage, entry.Usd, estimated);
        var charged = Ledger.Add(entry, Time.GetUtcNow());
        foreach (var budget in _budgets)
        {
            if (budget.Add((charged.Amount * UnitCost.Finest) + charged.Millionths))
            {
                _telemetry.BudgetNearlySpent(Service, budget.Status());
            }
        }

        return charged;
    }

    /// <summary>What was spent until now.</summary>
    public Spend Status() => Ledger.Status(Service, Time.GetUtcNow(), Calibrations, _margin, BudgetStatus);

    /// <summary>Notes a field of usage that counts nothing.</summary>
    public void OddUsage(string field) => _telemetry.OddUsage(Service, field, Interlocked.Exchange(ref _hasSeenOdd, 1) == 0);

    public void Dispose() => _observation.Dispose();
}
