using RateLimited.Http.Dashboard.Metrics;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Dashboard.Readings;

/// <summary>Reads what other packages report of money and of repeated requests. None need be there. Thread-safe.</summary>
internal sealed class FigureReader(MetricBook book, ObservedFigures observed)
{
    /// <summary>What the gauges say now.</summary>
    public IReadOnlyList<ObservedFigure> Observe() => observed.Read();

    /// <summary>US dollars since the start, by model.</summary>
    public IReadOnlyDictionary<string, double> SpendOf(string service) => book.SumsBy(FigureNames.Cost, service, "model");

    /// <summary>How much of each budget of a service is spent, and comes to be.</summary>
    public static IReadOnlyList<BudgetReading> BudgetsOf(string service, IReadOnlyList<ObservedFigure> figures)
    {
        var projected = Of(FigureNames.BudgetProjected).ToLookup(static figure => figure["budget"] as string, StringComparer.Ordinal);
        return
        [
            .. Of(FigureNames.BudgetSpent).Select(figure => (Name: figure["budget"] as string ?? string.Empty, figure.Value))
                .Select(budget => new BudgetReading(budget.Name, budget.Value, projected[budget.Name].Select(static figure => (double?)figure.Value).FirstOrDefault())),
        ];

        IEnumerable<ObservedFigure> Of(string instrument) => figures.Where(figure => string.Equals(figure.Instrument.Name, instrument, StringComparison.Ordinal) && IsOf(service, figure[TagValues.Service]));
    }

    /// <summary>What is said of repeated requests of a service, by whatever counts them.</summary>
    public IReadOnlyList<FigureReading> RedundancyOf(string service, IReadOnlyList<ObservedFigure> figures) =>
    [
        .. figures.Select(static figure => (figure.Instrument, figure.Value, Tags: (IReadOnlyList<KeyValuePair<string, object?>>)figure.Tags))
            .Concat(book.Counted(FigureNames.Redundancy))
            .Where(figure => figure.Instrument.Name.StartsWith(FigureNames.Redundancy, StringComparison.Ordinal) && figure.Tags.Any(tag => tag.Key is TagValues.Service && IsOf(service, tag.Value)))
            .Select(static figure => new FigureReading(
                figure.Instrument.Description ?? figure.Instrument.Name,
                string.Join(", ", figure.Tags.Where(static tag => tag.Key is not TagValues.Service).Select(static tag => tag.Value)),
                figure.Value,
                figure.Instrument.Unit?.Trim('{', '}') ?? string.Empty))
            .OrderBy(static figure => figure.What, StringComparer.Ordinal).ThenBy(static figure => figure.Of, StringComparer.Ordinal),
    ];

    private static bool IsOf(string service, object? tag) => tag is string name && name.Equals(service, StringComparison.OrdinalIgnoreCase);
}
