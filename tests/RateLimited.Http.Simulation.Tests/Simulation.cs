using System.Text;
using RateLimited.Http.Simulation.Tests.Mutants;
using RateLimited.Http.Simulation.Tests.Worlds;

namespace RateLimited.Http.Simulation.Tests;

/// <summary>Runs the world of a seed.</summary>
internal static class Simulation
{
    /// <summary>Runs it. Returns what went wrong, with all that is needed to see it again; null when nothing did.</summary>
    public static string? Failure(int seed, Mutant? mutant = null)
    {
        // All events of one seed, for whoever looks for what a failure began with: the latest are seldom it.
        var all = Environment.GetEnvironmentVariable("SIMULATION_TRACE") == "1";
        var trace = new Trace { All = all ? [] : null };
        try
        {
            using var world = new World(seed, mutant, trace);
            world.Run();
            return null;
        }
#pragma warning disable CA1031 // Whatever a world throws is what it found.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            return Described(seed, fault, trace);
        }
    }

    private static string Described(int seed, Exception fault, Trace trace)
    {
        var text = new StringBuilder();
        text.AppendLine(FormattableString.Invariant($"seed {seed}: {fault.Message}"));
        if (fault is not Oracles.InvariantException)
        {
            text.AppendLine(fault.ToString());
        }

        trace.Head.ForEach(line => text.AppendLine(line));
        text.AppendLine(FormattableString.Invariant($"It is seen again with SIMULATION_FROM={seed} SIMULATION_SEEDS=1. The last {trace.Latest.Count} of {trace.Count} events:"));
        foreach (var line in trace.All ?? trace.Latest.ToList())
        {
            text.AppendLine(line);
        }

        return text.ToString();
    }
}
