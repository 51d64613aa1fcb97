using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.Redis.Watching;

/// <summary>
/// Says every few seconds, from the host's start to its end, how each service is that counts in Redis, in one round trip, and hears of the other processes where somebody here wants to. Nothing is said of a service that nobody
/// has used yet or asked for, so that nothing connects before it need. Nothing of it stands in a request's way. Thread-safe.
/// </summary>
internal sealed class FleetBook : IFleetBook, IHostedService, IDisposable
{
    /// <summary>How often a word is said at least; three times as often as it counts, where that is less.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private readonly RedisStore _store;
    private readonly IServiceProvider _services;
    private readonly ProcessReporter _reporter;
    private readonly TimeProvider _time;
    private readonly TimeSpan _lives;
    private readonly ConcurrentDictionary<string, FleetPage> _pages = new(StringComparer.OrdinalIgnoreCase);
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _round = new(initialCount: 1, maxCount: 1);
    private Task _loop = Task.CompletedTask;

    public FleetBook(RedisStore store, IServiceProvider services, ProcessReporter reporter, TimeProvider time, IOptions<RedisStoreOptions> options) =>
        (_store, _services, _reporter, _time, _lives) = (store, services, reporter, time, options.Value.LeaseTimeToLive);

    private TimeSpan Interval => TimeSpan.FromTicks(Math.Min(_lives.Ticks / 3, Longest.Ticks));

    public FleetStatus? Of(string service)
    {
        ArgumentNullException.ThrowIfNull(service);
        if (!IsShared(service))
        {
            return null;
        }

        var page = PageOf(service);
        page.IsWanted = true;
        return page.Status ?? FleetSum.Unheard(service, last: null, fault: null);
    }

    public ServiceTraffic? TrafficOf(string service) => Of(service) is { Fault: null } ? PageOf(service).Traffic : null;

    public async Task<bool> AcknowledgeAsync(string service, string id, string? by = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        if (Of(service) is null || Acknowledgement.Known(id, by) is not { } acknowledged)
        {
            return false;
        }

        await _round.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await TellAsync(service, PageOf(service), acknowledged).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _round.Release();
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _loop = Task.Run(SayAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>Takes this process's word back, if that can be done at once.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
#pragma warning disable VSTHRD003 // It was begun by StartAsync, and waits for nobody else.
        await _loop.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
#pragma warning restore VSTHRD003
        foreach (var (service, page) in _pages)
        {
            if (page.HasSaid)
            {
                await LeaveAsync(service, page).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    public void Dispose()
    {
        _stopping.Dispose();
        _round.Dispose();
    }

    private async Task SayAsync()
    {
        using var timer = new PeriodicTimer(Interval, _time);
        try
        {
            do
            {
                await SayOfAllAsync().ConfigureAwait(false);
            }
            while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false));
        }
        catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException)
        {
            // The host stops, or its container is gone.
        }
    }

    /// <summary>Says once how all services are that there is something to say of: one round at a time.</summary>
    public async Task SayOfAllAsync()
    {
        await _round.WaitAsync().ConfigureAwait(false);
        try
        {
            _reporter.Turn(Registry.Services);

            // A service that nobody has used is not even made for this.
            foreach (var service in Registry.Services.Where(service => (PageOf(service).IsWanted || _reporter.HasCounted(service)) && IsShared(service)))
            {
                await TellAsync(service, PageOf(service), acknowledged: null).ConfigureAwait(false);
            }
        }
        catch (ObjectDisposedException)
        {
            throw;
        }
#pragma warning disable CA1031 // An alert book may be anybody's, and what it throws must not end what is said of services from then on.
        catch (Exception)
#pragma warning restore CA1031
        {
            // It is tried again when the next word is due.
        }
        finally
        {
            _round.Release();
        }
    }

    /// <summary>Says how a service is, and how it is then if what was heard has changed that.</summary>
    /// <returns>Whether it was said.</returns>
    private async Task<bool> TellAsync(string service, FleetPage page, Acknowledgement? acknowledged)
    {
        try
        {
            page.HasSaid = true;
            var isWanted = page.IsWanted;
            var answer = await SayAsync(service, page, acknowledged).ConfigureAwait(false);
            if (_reporter.Acknowledge(service, answer.Acknowledged))
            {
                answer = await SayAsync(service, page, acknowledged: null).ConfigureAwait(false);
            }

            if (isWanted)
            {
                Hear(service, page, answer.Reports);
            }

            return true;
        }
        catch (SharedStoreException failure)
        {
            page.Status = FleetSum.Unheard(service, page.Status, failure.Message);
            return false;
        }
    }

    private async Task<UsageAnswer> SayAsync(string service, FleetPage page, Acknowledgement? acknowledged)
    {
        var said = _reporter.Report(service, Registry.Limiter(service), page.Processes).ToBytes();
        var answer = UsageAnswer.Of(await _store.TellUsageAsync(service, said, _lives, page.IsWanted, acknowledged).ConfigureAwait(false));
        page.Processes = answer.Processes;
        return answer;
    }

    private async Task LeaveAsync(string service, FleetPage page)
    {
        try
        {
            page.HasSaid = false;
            await _store.TellUsageAsync(service, said: [], _lives, wants: false).ConfigureAwait(false);
        }
        catch (SharedStoreException)
        {
            // What it has said is forgotten all the same, a little later.
        }
    }

    private void Hear(string service, FleetPage page, IReadOnlyList<(string Process, ProcessReport Report)> told)
    {
        var at = _time.GetUtcNow();
        page.Traffic = TrafficSum.Of(service, at, [.. told.Select(each => _reporter.TrafficIn(service, each.Report)).OfType<TrafficReport>()]);
        page.Status = FleetSum.Of(service, at, [.. told.Select(static each => each.Report)]) with { Flow = page.Flow.Hear(told.Select(static each => (each.Process, FleetSum.FlowOf(each.Report)))) };
    }

    /// <summary>Asked for only when it is needed: alerts and services may be made of what asks this book.</summary>
    private ServiceRegistry Registry => _services.GetRequiredService<ServiceRegistry>();

    private bool IsShared(string service) => Registry.Services.Contains(service, StringComparer.OrdinalIgnoreCase) && _store.Name.Equals(Registry.Limiter(service).Definition.Store, StringComparison.OrdinalIgnoreCase);

    private FleetPage PageOf(string service) => _pages.GetOrAdd(service, static _ => new FleetPage());
}
