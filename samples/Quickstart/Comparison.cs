using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Quickstart.Clients;
using Quickstart.Display;
using Quickstart.Upstreams;
using RateLimited.Http.Testing;

namespace Quickstart;

/// <summary>Three clients, each at the same four upstreams, with the same demand.</summary>
internal static class Comparison
{
    private static readonly TimeSpan MeasuredTime = TimeSpan.FromSeconds(14);

    // The warm-up takes quota like any call. After this long each limit is whole again, on both sides: a window, and what calls are late by.
    private static readonly TimeSpan PauseAfterWarmUp = TimeSpan.FromSeconds(2.5);
    private const int Connections = 90;
    private const int WarmUpCalls = 10;

    // Every upstream lets in a hundred at first. Those bursts are not sent all at once, or the machine delays them more than the network does.
    private static readonly TimeSpan BetweenStarts = TimeSpan.FromMilliseconds(200);

    /// <summary>Runs the comparison and writes it.</summary>
    /// <returns>The exit code: 0, or 1 when the run itself failed. A rival's 429 is a result, not a failure; so would be one of ours.</returns>
    public static async Task<int> RunAsync(IServiceProvider services)
    {
        var stopping = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        try
        {
            await RunAsync(services, TimeProvider.System, stopping);
            return 0;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("Stopped before the end.");
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or OperationCanceledException)
        {
            await Console.Error.WriteLineAsync($"The run failed: {fault.Message}");
        }

        return 1;
    }

    private static async Task RunAsync(IServiceProvider services, TimeProvider time, CancellationToken cancellationToken)
    {
        // The upstreams are on this machine: a proxy that the environment names does not lead to them.
        HttpClient.DefaultProxy = new System.Net.WebProxy();

        List<UpstreamServer> servers = [];
        try
        {
            await RunAsync(services.GetRequiredService<IHttpClientFactory>(), servers, time, cancellationToken);
        }
        finally
        {
            await Task.WhenAll(servers.Select(server => server.DisposeAsync().AsTask()));
        }
    }

    private static async Task RunAsync(IHttpClientFactory clients, List<UpstreamServer> servers, TimeProvider time, CancellationToken cancellationToken)
    {
        List<Cell> cells = [];
        foreach (var (upstream, strategy) in from upstream in UpstreamKind.All from strategy in Strategy.All select (upstream, strategy))
        {
            servers.Add(await upstream.StartAsync(cancellationToken));
            cells.Add(new Cell(strategy, upstream, servers[^1], clients.CreateClient(strategy.ClientOf(upstream))));
        }

        var display = ProgressDisplay.Create(cells, time);

        display.Announce("Warming up: connections, compiled code. Not counted.");
        await Task.WhenAll(cells.Select(cell => WarmUpAsync(cell, cancellationToken)));
        await Task.Delay(PauseAfterWarmUp, time, cancellationToken);

        display.Announce($"{Demand.Callers} callers at each upstream for {MeasuredTime.TotalSeconds:0} s: by our client, then by the other two.");
        await display.ShowAsync(() => MeasureAsync(cells, time, cancellationToken));
        FinalTable.Write(cells);
        SummaryLines.Write(cells);
    }

    // First the connections, then calls like those to come. Ours measures latency from its first call on, and opening a hundred connections from cold code is no network's latency.
    private static async Task WarmUpAsync(Cell cell, CancellationToken cancellationToken)
    {
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => cell.ConnectAsync(cancellationToken)));
        for (var call = 0; call < WarmUpCalls; call++)
            await cell.WarmUpAsync(cancellationToken);
    }

    // Ours has the machine to itself, then the rivals share it. All at once, the hundreds of retries of one client would delay the others' requests by more than the network does.
    private static async Task MeasureAsync(List<Cell> cells, TimeProvider time, CancellationToken cancellationToken)
    {
        foreach (var round in cells.GroupBy(cell => cell.Strategy == Strategy.Ours).OrderByDescending(round => round.Key))
            await MeasureRoundAsync([.. round], time, cancellationToken);
    }

    private static async Task MeasureRoundAsync(Cell[] cells, TimeProvider time, CancellationToken cancellationToken)
    {
        using var timeIsUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var demand = Task.WhenAll(cells.GroupBy(cell => cell.Upstream).Index().SelectMany(upstream => upstream.Item.Select(cell =>
            StartAfterAsync(upstream.Index * BetweenStarts, cell, time, timeIsUp.Token))));

        // Until the time is up, or the program is told to stop. If calls failed, the demand says so when awaited.
        await Task.WhenAny(Task.Delay(MeasuredTime, time, timeIsUp.Token), demand);
        foreach (var cell in cells)
            cell.CloseBooks();
        await timeIsUp.CancelAsync();
        await demand;
        cancellationToken.ThrowIfCancellationRequested();
    }

    private static async Task StartAfterAsync(TimeSpan delay, Cell cell, TimeProvider time, CancellationToken timeIsUp)
    {
        await Task.Delay(delay, time, timeIsUp);
        await Demand.RunAsync(cell, timeIsUp);
    }
}
