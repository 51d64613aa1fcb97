using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using RateLimited.Http.Admission;
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
    private readonly UsageCounts _counts;
    private readonly TimeProvider _time;
    private readonly TimeSpan _lives;
    private readonly ConcurrentDictionary<string, FleetPage> _pages = new(StringComparer.OrdinalIgnoreCase);
    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;

    public FleetBook(RedisStore store, IServiceProvider services, UsageCounts counts, TimeProvider time, IOptions<RedisStoreOptions> options) =>
        (_store, _services, _counts, _time, _lives) = (store, services, counts, time, options.Value.LeaseTimeToLive);

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
                await TellAsync(service, page, []).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    public void Dispose() => _stopping.Dispose();

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

    /// <summary>Says once how all services are that there is something to say of.</summary>
    public async Task SayOfAllAsync()
    {
        try
        {
            // A service that nobody has used is not even made for this.
            foreach (var service in Registry.Services.Where(service => (PageOf(service).IsWanted || _counts.Checks.Of(service).Count > 0) && IsShared(service)))
            {
                await TellAsync(service, PageOf(service), ReportOf(service).ToBytes()).ConfigureAwait(false);
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
    }

    private async Task TellAsync(string service, FleetPage page, byte[] said)
    {
        try
        {
            page.HasSaid = said.Length > 0;
            var answer = await _store.TellUsageAsync(service, said, _lives, page.IsWanted).ConfigureAwait(false);
            if (page.IsWanted)
            {
                page.Status = FleetSum.Of(service, _time.GetUtcNow(), ReportsIn(answer));
            }
        }
        catch (SharedStoreException failure)
        {
            page.Status = FleetSum.Unheard(service, page.Status, failure.Message);
        }
    }

    private static List<ProcessReport> ReportsIn(byte[] answer)
    {
        var reports = new List<ProcessReport>();
        foreach (var line in Encoding.UTF8.GetString(answer).Split('\n').Skip(1))
        {
            if (ProcessReport.Of(Encoding.UTF8.GetBytes(line)) is { } report)
            {
                reports.Add(report);
            }
        }

        return reports;
    }

    private ProcessReport ReportOf(string service)
    {
        var limiter = Registry.Limiter(service);
        return new ProcessReport
        {
            Checks = _counts.Checks.Of(service),
            Refusals = _counts.Refusals.Of(service),
            Unexpected429 = _counts.Unexpected429.Of(service).Values.Sum(),
            SpendUsd = _counts.Spend.Of(service),
            InFlight = limiter.InFlight,
            Waiting = limiter.Waiting,
            Alerts = AlertsOf(service),
        };
    }

    private IReadOnlyList<Alert> AlertsOf(string service) => _services.GetService<IAlertBook>() is not { } book ? [] :
    [
        .. book.Open.Concat(book.Past).Where(alert => string.Equals(alert.Service, service, StringComparison.OrdinalIgnoreCase)).Take(FleetSum.MostAlerts),
    ];

    /// <summary>Asked for only when it is needed: alerts and services may be made of what asks this book.</summary>
    private ServiceRegistry Registry => _services.GetRequiredService<ServiceRegistry>();

    private bool IsShared(string service) => Registry.Services.Contains(service, StringComparer.OrdinalIgnoreCase) && _store.Name.Equals(Registry.Limiter(service).Definition.Store, StringComparison.OrdinalIgnoreCase);

    private FleetPage PageOf(string service) => _pages.GetOrAdd(service, static _ => new FleetPage());
}
