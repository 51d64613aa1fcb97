using System.Globalization;

namespace RateLimited.Http.Simulation.Tests;

/// <summary>The seeds that once failed. A new one is written down where it is found, so that it is replayed first from then on; whoever mends it says beside it what it was.</summary>
internal static class Regressions
{
    private const string File = "tests/RateLimited.Http.Simulation.Tests/Regressions/seeds.txt";

    /// <summary>The seeds, without what is said of them.</summary>
    public static IReadOnlyList<int> Seeds { get; } =
    [
        .. System.IO.File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Regressions", "seeds.txt"))
            .Select(static line => line.Split('#')[0].Trim())
            .Where(static line => line.Length > 0)
            .Select(static line => int.Parse(line, CultureInfo.InvariantCulture)),
    ];

    /// <summary>Writes a seed down, if it is not yet.</summary>
    public static void Add(int seed)
    {
        if (Find() is { } file && !Seeds.Contains(seed))
        {
            System.IO.File.AppendAllText(file, FormattableString.Invariant($"{seed}\n"));
        }
    }

    private static string? Find()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            var file = Path.Combine(directory.FullName, File);
            if (System.IO.File.Exists(file))
            {
                return file;
            }
        }

        return null;
    }
}
