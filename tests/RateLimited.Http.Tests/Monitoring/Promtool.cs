using System.ComponentModel;
using System.Diagnostics;

namespace RateLimited.Http.Tests.Monitoring;

/// <summary>Prometheus' own checker of rules.</summary>
internal static class Promtool
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>Runs it to its end and fails with what it says unless it finds nothing wrong.</summary>
    public static async Task RunAsync(string directory, params string[] arguments)
    {
        using var process = Start(new ProcessStartInfo("promtool", arguments) { WorkingDirectory = directory, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true });
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        ended.CancelAfter(Patience);
        var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(ended.Token), process.StandardError.ReadToEndAsync(ended.Token));
        await process.WaitForExitAsync(ended.Token);
        process.ExitCode.ShouldBe(0, string.Join('\n', said));
    }

    /// <summary>Whether these are queries of PromQL.</summary>
    public static async Task ShouldParseAsync(IEnumerable<string> queries)
    {
        var directory = Directory.CreateTempSubdirectory("promtool");
        try
        {
            var rules = queries.Select(static (query, i) => $"      - record: query_{i}\n        expr: |\n{string.Join('\n', query.Split('\n').Select(static line => $"          {line}"))}\n");
            await File.WriteAllTextAsync(Path.Combine(directory.FullName, "queries.yml"), $"groups:\n  - name: queries\n    rules:\n{string.Concat(rules)}");
            await RunAsync(directory.FullName, "check", "rules", "--lint=none", "queries.yml");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception missing)
        {
            throw new Xunit.Sdk.XunitException("The tests need promtool. As root: apt-get update && apt-get install --yes prometheus. ./test.sh does it.", missing);
        }
    }
}
