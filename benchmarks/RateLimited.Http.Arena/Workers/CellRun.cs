using Polly;
using RateLimited.Http.Arena.Cells;
using RateLimited.Http.Arena.Clients;
using RateLimited.Http.Arena.Demand;
using RateLimited.Http.Arena.Upstreams;

namespace RateLimited.Http.Arena.Workers;

/// <summary>One process's part in a cell: its client, and all who call through it.</summary>
internal sealed class CellRun : IDisposable
{
    private const int Connections = 40;
    private const int WarmUpCalls = 8;

    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(250);

    /// <summary>Who was refused thinks for so long before asking again: nobody asks in a loop.</summary>
    private static readonly TimeSpan Thought = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly CellOrder _order;
    private readonly ArenaUpstream _upstream;
    private readonly ArenaClient _client;
    private readonly TimeProvider _time;
    private readonly int _seed;
    private readonly CellShare _share;

    public CellRun(CellOrder order, int seed, TimeProvider time)
    {
        (_order, _seed, _time) = (order, seed, time);
        _upstream = UpstreamList.All.Single(upstream => string.Equals(upstream.Name, order.Upstream, StringComparison.Ordinal));
        _share = new CellShare { Cell = order.Number };
        _client = ArenaClient.Create(Strategy.Named(order.Strategy), new ClientSetup(_upstream, order.Address, order.Processes, order.Redis is { } redis ? (redis, $"arena{order.Number}") : null, seed));
    }

    /// <summary>
    /// What ours would have done long ago in a program that runs: opens connections, and learns how long requests are on their way by calls that no upstream counts. Its limits are whole again after it.
    /// The others have nothing to learn, and would count these as requests.
    /// </summary>
    public async Task WarmUpAsync()
    {
        if (!Strategy.Named(_order.Strategy).IsOurs)
        {
            return;
        }

        var free = new Uri(_order.Address, ArenaServer.FreePath);
        await Task.WhenAll(Enumerable.Range(0, _order.Demand == DemandKind.Sparse ? 1 : Connections / _order.Processes).Select(_ => _client.ConnectAsync(free)));
        for (var call = 0; call < WarmUpCalls; call++)
        {
            await _client.WarmUpAsync(free);
        }

        await Task.Delay(_upstream.Window + Slack, _time);
    }

    /// <summary>Runs until the time is up. What is not answered by then counts for nothing.</summary>
    public async Task<CellShare> RunAsync(TimeSpan time, CancellationToken timeIsUp)
    {
        try
        {
            await Task.Delay(_order.After, _time, timeIsUp);
            await (_order.Demand == DemandKind.Saturating
                ? Task.WhenAll(DemandPlan.CallersOf(_order.Processes).Select((tenant, caller) => CallAgainAsync(tenant, caller, timeIsUp)))
                : CallAsPlannedAsync(time, timeIsUp));
        }
        catch (OperationCanceledException) when (timeIsUp.IsCancellationRequested)
        {
            // As it was to be.
        }

        return _share;
    }

    public void Dispose() => _client.Dispose();

    private async Task CallAgainAsync(string tenant, int caller, CancellationToken timeIsUp)
    {
        var random = new Random(_seed ^ (caller * 7_919) ^ (_order.Process * 104_729));
        while (true)
        {
            if (!await CallAsync(DemandPlan.Now(random, tenant), timeIsUp))
            {
                await Task.Delay(Thought, _time, timeIsUp);
            }
        }
    }

    private async Task CallAsPlannedAsync(TimeSpan time, CancellationToken timeIsUp)
    {
        var began = _time.GetTimestamp();
        var calls = new List<Task>();
        foreach (var call in DemandPlan.CallsOf(_upstream, _order.Demand, _order.Process, _order.Processes, time, _seed))
        {
            if (call.At - _time.GetElapsedTime(began) is var early && early > TimeSpan.Zero)
            {
                await Task.Delay(early, _time, timeIsUp);
            }

            calls.Add(CallAsync(call, timeIsUp));
        }

        await Task.WhenAll(calls);
    }

    /// <summary>Returns whether it succeeded.</summary>
    private async Task<bool> CallAsync(Call call, CancellationToken timeIsUp)
    {
        Count(_share.Asked, call.Tenant);
        var asked = _time.GetTimestamp();
        try
        {
            if (await _client.CallAsync(_order.Address, call, timeIsUp))
            {
                Succeed(call.Tenant, _time.GetElapsedTime(asked));
                return true;
            }
        }
        catch (Exception fault) when (fault is HttpRequestException or ExecutionRejectedException or IOException)
        {
            // Refused on this side, or broken off: a call that failed, as the next line says.
        }

        lock (_gate)
        {
            _share.Failed++;
        }

        return false;
    }

    private void Succeed(string tenant, TimeSpan wait)
    {
        Count(_share.Ok, tenant);
        lock (_gate)
        {
            _share.Waits.Add(Math.Round(wait.TotalMilliseconds, 1));
        }
    }

    private void Count(Dictionary<string, int> counts, string tenant)
    {
        lock (_gate)
        {
            counts[tenant] = counts.GetValueOrDefault(tenant) + 1;
        }
    }
}
