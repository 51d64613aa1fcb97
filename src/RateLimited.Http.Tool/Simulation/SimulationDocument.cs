using RateLimited.Http.Testing.Simulation;
using RateLimited.Http.Tool.Output;

namespace RateLimited.Http.Tool.Simulation;

/// <summary>What became of a demand. Durations are seconds.</summary>
internal sealed record SimulationDocument
{
    public required string Service { get; init; }

    /// <summary>The demand in words.</summary>
    public required string Demand { get; init; }

    public required int Seed { get; init; }

    /// <summary>For how long requests came.</summary>
    public required double Duration { get; init; }

    public required long Requests { get; init; }

    public required long Admitted { get; init; }

    public required long AtOnce { get; init; }

    public required long Refused { get; init; }

    public required WaitDocument Wait { get; init; }

    public required IReadOnlyList<RefusalDocument> Refusals { get; init; }

    public required IReadOnlyList<LimitUse> Limits { get; init; }

    /// <summary>The limit that held up or refused most; null for none.</summary>
    public required string? Bottleneck { get; init; }

    /// <summary>What those that went cost, by unit.</summary>
    public required IReadOnlyDictionary<string, decimal> Costs { get; init; }

    public required decimal? Price { get; init; }

    public required IReadOnlyList<IntervalDocument> Intervals { get; init; }

    public static SimulationDocument Of(SimulationSetup setup, string demand, SimulationReport report) => new()
    {
        Service = Terminal.Shown(setup.Service),
        Demand = demand,
        Seed = setup.Seed,
        Duration = setup.Duration.TotalSeconds,
        Requests = report.Requests,
        Admitted = report.Admitted,
        AtOnce = report.AtOnce,
        Refused = report.Refused,
        Wait = new WaitDocument(report.Waits.Mean.TotalSeconds, report.Waits.P50.TotalSeconds, report.Waits.P90.TotalSeconds, report.Waits.P99.TotalSeconds, report.Waits.Max.TotalSeconds),
        Refusals = [.. report.Refusals.Select(static refusal => new RefusalDocument(refusal.Reason.ToString(), refusal.Limit, refusal.Count))],
        Limits = report.Limits,
        Bottleneck = report.Bottleneck,
        Costs = report.Costs,
        Price = report.Price,
        Intervals = [.. report.Intervals.Select(static interval => new IntervalDocument(
            interval.Begin.TotalSeconds, interval.Length.TotalSeconds, interval.Requests, interval.Admitted, interval.Refused, interval.MostWaiting))],
    };
}

/// <summary>How long those that went had waited, in seconds.</summary>
internal sealed record WaitDocument(double Mean, double P50, double P90, double P99, double Max);

/// <summary>How many were refused for one reason.</summary>
internal sealed record RefusalDocument(string Reason, string? Limit, long Count);

/// <summary>What happened in one interval.</summary>
internal sealed record IntervalDocument(double Begin, double Length, long Requests, long Admitted, long Refused, long MostWaiting);
