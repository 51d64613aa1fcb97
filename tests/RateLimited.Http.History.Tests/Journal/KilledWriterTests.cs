using System.Diagnostics;
using System.Globalization;

namespace RateLimited.Http.History.Tests.Journal;

public sealed class KilledWriterTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly JournalDirectory _journal = new();

    [Theory]
    [InlineData(1)]
    [InlineData(50)]
    [InlineData(300)]
    public async Task Killed_while_it_writes_it_loses_nothing_that_was_written(int written)
    {
        using var writer = Process.Start(new ProcessStartInfo("dotnet", ["exec", typeof(EndlessWriter).Assembly.Location, EndlessWriter.Word, _journal.Path]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var last = -1;
        try
        {
            while (last < written && await writer.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken) is { } line)
            {
                last = int.Parse(line, CultureInfo.InvariantCulture);
            }

            last.ShouldBe(written);
        }
        finally
        {
            // SIGKILL, wherever it is just now.
            writer.Kill();
            await writer.WaitForExitAsync(CancellationToken.None);
        }

        // What it said before it was killed and nobody had read yet; the last line may be cut off.
        foreach (var line in (await writer.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Split('\n')[..^1])
        {
            last = int.Parse(line, CultureInfo.InvariantCulture);
        }

        var kept = (await _journal.TenantsAsync()).Select(static tenant => int.Parse(tenant!, CultureInfo.InvariantCulture)).ToList();
        kept.ShouldBe(Enumerable.Range(0, kept.Count));
        kept.Count.ShouldBeInRange(last + 1, last + 2);

        // The time of whoever goes on is the machine's, as the other's was.
        using var next = new History.Journal.JournalStore(JournalDirectory.Settings(options => options.Directory = _journal.Path), TimeProvider.System, _journal.Logs);
        await next.AppendAsync([_journal.Refusal("after")], TestContext.Current.CancellationToken);
        (await _journal.TenantsAsync()).ShouldBe([.. kept.Select(static i => i.ToString(CultureInfo.InvariantCulture)), "after"]);
    }

    public void Dispose() => _journal.Dispose();
}
