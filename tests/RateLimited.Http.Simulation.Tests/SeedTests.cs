using System.Collections.Concurrent;
using System.Globalization;

namespace RateLimited.Http.Simulation.Tests;

/// <summary>Thousands of worlds, each with the faults that its seed draws, and all that is promised checked after every event.</summary>
public sealed class SeedTests(ITestOutputHelper output)
{
    private const int Usual = 2_000;

    /// <summary>Of more the first says as much.</summary>
    private const int MostShown = 3;

    [Fact]
    public void Whatever_goes_wrong_what_is_promised_holds()
    {
        var (from, seeds, step) = (Setting("SIMULATION_FROM", 1), Setting("SIMULATION_SEEDS", Usual), Setting("SIMULATION_STEP", 1));
        var failures = new ConcurrentDictionary<int, string>();
        Parallel.For(0, seeds, new ParallelOptions { CancellationToken = TestContext.Current.CancellationToken }, (index, loop) =>
        {
            var seed = from + (index * step);
            if (Simulation.Failure(seed) is { } failure)
            {
                failures[seed] = failure;
                if (failures.Count >= MostShown)
                {
                    loop.Stop();
                }
            }
        });
        output.WriteLine($"{seeds} seeds from {from}");
        foreach (var seed in failures.Keys.Order())
        {
            Regressions.Add(seed);
        }

        Assert.True(failures.IsEmpty, string.Join("\n", failures.OrderBy(static failure => failure.Key).Select(static failure => failure.Value)));
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
