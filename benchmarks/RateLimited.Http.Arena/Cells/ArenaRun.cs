using RateLimited.Http.Arena.Clients;
using RateLimited.Http.Arena.Demand;
using RateLimited.Http.Arena.Upstreams;
using RateLimited.Http.Arena.Workers;
using RateLimited.Http.Redis.Tests.Servers;
using RateLimited.Http.Testing;

namespace RateLimited.Http.Arena.Cells;

/// <summary>Runs cells, round by round: upstreams in this process, clients in others.</summary>
internal sealed class ArenaRun(TimeSpan time, int seed, Action<string> tell) : IDisposable
{
    private const int WarmUpCells = 24;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    /// <summary>Between the beginnings of the upstreams of a round.</summary>
    private static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(100);

    private static readonly TimeProvider Clock = TimeProvider.System;

    private readonly List<WorkerProcess> _workers = [];
    private RedisServer? _redis;

    /// <summary>Runs the cells and returns their rows in the order of the cells.</summary>
    /// <exception cref="IOException">A process, an upstream or Redis could not be started.</exception>
    public async Task<IReadOnlyList<CellResult>> RunAsync(IReadOnlyList<Cell> cells)
    {
        var processes = cells.Max(static cell => cell.Processes);
        _workers.AddRange(Enumerable.Range(0, processes).Select(static _ => new WorkerProcess()));
        if (cells.Any(static cell => cell.Strategy.IsOurs && cell.Processes > 1))
        {
            _redis = new RedisServer();
        }

        tell("Warming up: compiled code. Not counted.");
        await RunRoundAsync([.. cells.DistinctBy(static cell => (cell.Strategy.Name, cell.Processes, cell.Demand == DemandKind.Saturating)).Take(WarmUpCells).Select(static cell => cell with { Number = -1 - cell.Number })], WarmUp);
        var results = new List<CellResult>();
        var rounds = Rounds.Of(cells);
        foreach (var (number, round) in rounds.Index())
        {
            var first = round[0];
            tell($"Round {number + 1} of {rounds.Count}: {(first.Strategy.IsOurs ? "ours" : "the others")}, {first.Demand.ToString().ToLowerInvariant()} demand, processes: {first.Processes}, cells: {round.Count}");
            results.AddRange(await RunRoundAsync(round, time));
        }

        return [.. results.OrderBy(static result => result.Cell.Number)];
    }

    public void Dispose()
    {
        _workers.ForEach(static worker => worker.Dispose());
        _redis?.Dispose();
    }

    private async Task<IReadOnlyList<CellResult>> RunRoundAsync(IReadOnlyList<Cell> cells, TimeSpan length)
    {
        var servers = await Task.WhenAll(cells.Select(cell => ArenaServer.StartAsync(cell.Upstream, seed)));
        try
        {
            await Task.WhenAll(_workers.Index().Select(worker => worker.Item.PrepareAsync(OrdersFor(worker.Index, cells, servers), seed)));
            using var ended = new CancellationTokenSource();
            var shares = Task.WhenAll(_workers.Select(worker => worker.RunAsync(length)));
            var strangers = cells.Zip(servers).Where(static pair => pair.First.Upstream.HasStranger)
                .Select(pair => Stranger.CallAsync(pair.First.Upstream, pair.Second.Address, seed, Clock, ended.Token)).ToArray();
            await Task.WhenAny(Task.Delay(length, Clock), shares);
            foreach (var server in servers)
            {
                server.CloseBooks();
            }

            await ended.CancelAsync();
            await Task.WhenAll(strangers);
            ILookup<int, CellShare> seen = (await shares).SelectMany(static part => part).ToLookup(static share => share.Cell);
            return [.. cells.Zip(servers, (cell, server) => CellResult.Of(cell, server.Books, [.. seen[cell.Number]]))];
        }
        finally
        {
            await Task.WhenAll(servers.Select(static server => server.DisposeAsync().AsTask()));
        }
    }

    private List<CellOrder> OrdersFor(int process, IReadOnlyList<Cell> cells, UpstreamServer[] servers) =>
    [
        .. from pair in cells.Zip(servers).Index()
           let cell = pair.Item.First
           where process < cell.Processes
           select new CellOrder(
               cell.Number, cell.Strategy.Name, cell.Upstream.Name, pair.Item.Second.Address, cell.Demand, process, cell.Processes,
               cell.Strategy.IsOurs && cell.Processes > 1 ? _redis!.Address : null, Apart * (pair.Index % 8)),
    ];
}
