using System.Diagnostics.Metrics;

namespace RateLimited.Http.AI.Telemetry;

/// <summary>The gauge of budgets: of each service that has some, how much of each is spent. Thread-safe.</summary>
internal sealed class BudgetGauges
{
    private readonly Lock _lock = new();
    private Observed[] _observed = [];

    public BudgetGauges(Meter meter) => meter.CreateObservableGauge("ai.budget.ratio", Measure, "1", "How much of a budget is spent, as a part of it.");

    public IDisposable Add(string service, Func<IReadOnlyList<BudgetStatus>> budgets)
    {
        var observed = new Observed(this, service, budgets);
        lock (_lock)
        {
            _observed = [.. _observed, observed];
        }

        return observed;
    }

    public void Clear()
    {
        lock (_lock)
        {
            _observed = [];
        }
    }

    private IEnumerable<Measurement<double>> Measure() =>
        from observed in Volatile.Read(ref _observed)
        from budget in observed.Budgets()
        select new Measurement<double>((double)(budget.Spent / budget.Quota), new("service", observed.Service), new("budget", budget.Name));

    private void Remove(Observed observed)
    {
        lock (_lock)
        {
            _observed = [.. _observed.Where(each => !ReferenceEquals(each, observed))];
        }
    }

    private sealed class Observed(BudgetGauges owner, string service, Func<IReadOnlyList<BudgetStatus>> budgets) : IDisposable
    {
        public string Service { get; } = service;

        public Func<IReadOnlyList<BudgetStatus>> Budgets { get; } = budgets;

        public void Dispose() => owner.Remove(this);
    }
}
