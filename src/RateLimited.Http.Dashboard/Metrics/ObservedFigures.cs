using System.Diagnostics.Metrics;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Dashboard.Metrics;

/// <summary>
/// Asks the gauges that other packages have about budgets and repeated requests, without those of limits, which take a status of every service. Of one container and of what knows no container. Thread-safe.
/// </summary>
internal sealed class ObservedFigures : IDisposable
{
    private readonly Lock _collecting = new();
    private readonly MeterListener _listener = new();
    private readonly List<ObservedFigure> _figures = [];

    public ObservedFigures(IMeterFactory? meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.IsObservable && IsShown(instrument.Name) && instrument.Meter.Name is RateLimitingInstruments.Name && (instrument.Meter.Scope is null || ReferenceEquals(instrument.Meter.Scope, meters)))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => _figures.Add(new ObservedFigure(instrument, value, tags.ToArray())));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => _figures.Add(new ObservedFigure(instrument, value, tags.ToArray())));
        _listener.Start();
    }

    /// <summary>All of them, as they are now. A gauge that throws says nothing.</summary>
    public IReadOnlyList<ObservedFigure> Read()
    {
        lock (_collecting)
        {
            _figures.Clear();
            try
            {
                _listener.RecordObservableInstruments();
            }
            catch (AggregateException)
            {
                // Those that did not throw were asked all the same.
            }

            return [.. _figures];
        }
    }

    public void Dispose() => _listener.Dispose();

    private static bool IsShown(string name) => name is FigureNames.BudgetSpent or FigureNames.BudgetProjected || name.StartsWith(FigureNames.Redundancy, StringComparison.Ordinal);
}
