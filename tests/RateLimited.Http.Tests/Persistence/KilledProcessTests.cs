using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using RateLimited.Http.Admission.Persistence;
using RateLimited.Http.Testing;

namespace RateLimited.Http.Tests.Persistence;

/// <summary>A process of the operating system that is killed again and again while it calls a strict upstream over real HTTP. Its window is of a day, so that what must hold does not depend on how fast the machine is.</summary>
public sealed class KilledProcessTests
{
    private const string Program = "RateLimited.Http.KeptProcess.dll";
    private const int Quota = 640;
    private const int Callers = 4;
    private static readonly int Lives = int.TryParse(Environment.GetEnvironmentVariable("KEPT_LIVES"), CultureInfo.InvariantCulture, out var lives) ? lives : 2;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task However_often_it_is_killed_the_upstream_refuses_nothing_and_little_of_the_quota_is_lost()
    {
        var directory = KeptBed.NewDirectory();
        await using var upstream = await UpstreamServer.StartAsync(new UpstreamBuilder().SlidingLog(Quota, TimeSpan.FromDays(1)), Ended);
        for (var life = 0; life < Lives; life++)
        {
            var before = upstream.Books.Admitted;
            using var killed = Start(directory, upstream.Address);
            await HearAsync(killed);
            await HoldsAsync(() => upstream.Books.Admitted >= before + 30 || upstream.Books.Admitted >= Quota * 9 / 10);
            killed.Kill();
            await killed.WaitForExitAsync(Ended);
        }

        using var last = Start(directory, upstream.Address);
        await HearAsync(last);
        await HoldsAsync(() => upstream.Books.Admitted >= Quota - Lost);
        last.StandardInput.Close();
        var sight = JsonDocument.Parse(await HearAsync(last)).RootElement;
        await last.WaitForExitAsync(Ended);

        sight.GetProperty("Refused").GetInt32().ShouldBe(0);
        upstream.Books.Refused.ShouldBe(0, upstream.Books.ToString());
        upstream.Books.Admitted.ShouldBeInRange(Quota - Lost, Quota);
    }

    /// <summary>What a life may cost: what was written and not yet charged, with what was asked for ahead, and what was charged and never arrived.</summary>
    private static int Lost => Lives * ((2 * Quota / Allowance.SmallestPart) + Callers);

    private static Process Start(string directory, Uri upstream)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, Program), directory, upstream.AbsoluteUri, $"{Quota}/day", Callers.ToString(CultureInfo.InvariantCulture)];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    private static async Task<string> HearAsync(Process process)
    {
        using var late = new CancellationTokenSource(Patience);
        return await process.StandardOutput.ReadLineAsync(late.Token) ?? throw new IOException("The process has ended before its time; what went wrong stands above.");
    }

    private static async Task HoldsAsync(Func<bool> condition)
    {
        using var late = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        while (!condition())
        {
            await timer.WaitForNextTickAsync(late.Token);
        }
    }
}
