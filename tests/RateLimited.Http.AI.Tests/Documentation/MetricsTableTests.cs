using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.AI.Telemetry;
using RateLimited.Http.Testing;
using RateLimited.Http.Tests.Structure;

namespace RateLimited.Http.AI.Tests.Documentation;

/// <summary>docs/ai.md says which instruments there are on the core's meter, no less and no more.</summary>
public sealed class MetricsTableTests
{
    [Fact]
    public void The_table_of_instruments_is_that_of_the_meter()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        using var ofContainer = new MetricCollector(meters);
        using var ofProcess = new MetricCollector();
        using var telemetry = new AITelemetry(meters);
        AIInstruments.Chose("any");

        // What tells of services is the container's; what tells of generators and clients, which know no container, is the process's.
        var there = ofContainer.Instruments.Concat(ofProcess.Instruments).Where(static instrument => instrument.Name.StartsWith("ai.", StringComparison.Ordinal));

        File.ReadAllLines(Path.Combine(Repository.Root, "docs", "ai.md"))
            .Where(static row => row.StartsWith("| `ai.", StringComparison.Ordinal))
            .Select(static row => row.Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(static cell => cell.Trim('`')).ToArray())
            .Select(static cells => $"{cells[0]} {cells[1]} {cells[2]}")
            .ShouldBe(there.Select(static instrument => $"{instrument.Name} {instrument.GetType().Name.Split('`')[0]} {instrument.Unit}").Distinct(StringComparer.Ordinal), ignoreOrder: true);
    }
}
