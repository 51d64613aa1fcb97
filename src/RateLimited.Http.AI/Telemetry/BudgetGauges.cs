using System.Diagnostics.Metrics;

namespace RateLimited.Http.AI.Telemetry;

/// <summary>The gauge of budgets: of each service that has some, how much of each is spent. Thread-safe.</summary>
internal sealed class BudgetGauges
{
    private readonly Lock _lock = new();
    private Observed[] _observed = [];

    public BudgetGauges(Meter meter)
    {
        meter.CreateObservableGauge("ai.budget.ratio", () => Measure(static budget => budget.Spent), "1", "How much of a budget is spent, as a part of it.");
        meter.CreateObservableGauge("ai.budget.projection", () => Measure(static budget => budget.Projected), "1", "What a budget comes to at its period's end if spending goes on as it has, as a part of it; nothing while too little of the period was seen.");
    }

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

    private IEnumerable<Measurement<double>> Measure(Func<BudgetStatus, decimal?> amount) =>
        from observed in Volatile.Read(ref _observed)
        from budget in observed.Budgets()
        where amount(budget) is not null
        select new Measurement<double>((double)(amount(budget)!.Value / budget.Quota), new("service", observed.Service), new("budget", budget.Name));

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
