using Microsoft.Extensions.Logging;
using RateLimited.Http.Configuration;
using RateLimited.Http.History.Recording;

namespace RateLimited.Http.History.Queries;

/// <summary>
/// At which hours of the week services are asked for, by what was recorded of the four weeks before. It is read again each hour in which anybody asks, on a task of its own: whoever asks is told what is known. Thread-safe.
/// </summary>
/// <param name="store">Where the records are; made with the first reading.</param>
/// <param name="time">The time.</param>
/// <param name="loggers">Where is said that they cannot be read.</param>
internal sealed class DemandProfile(Lazy<IHistoryStore> store, TimeProvider time, ILoggerFactory loggers) : IDemandProfile, IDisposable
{
    private const int HoursOfWeek = 7 * 24;

    /// <summary>A journal may be anybody's, and its names anything.</summary>
    private const int MostServices = 1_000;

    private static readonly TimeSpan Kept = TimeSpan.FromDays(28);
    private static readonly TimeSpan Again = TimeSpan.FromHours(1);

    /// <summary>Some Monday.</summary>
    private static readonly DateTimeOffset WeekBegin = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _ending = new();
    private volatile IReadOnlyDictionary<string, IReadOnlyList<double>> _known = new Dictionary<string, IReadOnlyList<double>>(StringComparer.OrdinalIgnoreCase);
    private DateTimeOffset _readsAgainAt = DateTimeOffset.MinValue;
    private bool _isFailing;

    /// <summary>The last reading.</summary>
    public Task Reading { get; private set; } = Task.CompletedTask;

    public IReadOnlyList<double>? Of(string service)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            if (now >= _readsAgainAt && Reading.IsCompleted && !_ending.IsCancellationRequested)
            {
                _readsAgainAt = now + Again;
                var ending = _ending.Token;
                Reading = Task.Run(() => ReadAsync(now, ending), CancellationToken.None);
            }
        }

        return _known.GetValueOrDefault(service);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _ending.Cancel();
            _ending.Dispose();
        }
    }

    private async Task ReadAsync(DateTimeOffset now, CancellationToken ending)
    {
        try
        {
            var profiles = new Dictionary<string, UseProfile>(StringComparer.OrdinalIgnoreCase);
            await foreach (var record in store.Value.ReadAsync(now - Kept, now, ending).ConfigureAwait(false))
            {
                if (record is UsageRecord minute && ProfileOf(profiles, minute.Service) is { } profile)
                {
                    profile.Add(minute.At, minute.Admitted + minute.Waited + minute.Refused + minute.DryRun);
                }
            }

            _known = profiles
                .Select(static each => (each.Key, Demand: DemandOf(each.Value)))
                .Where(static each => each.Demand is not null)
                .ToDictionary(static each => each.Key, static IReadOnlyList<double> (each) => each.Demand!, StringComparer.OrdinalIgnoreCase);
            _isFailing = false;
        }
#pragma warning disable CA1031 // A store may be anybody's, and this task has no other observer.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            if (!_isFailing && !ending.IsCancellationRequested)
            {
                _isFailing = true;
                HistoryLog.DemandUnreadable(loggers.CreateLogger(HistoryLog.Category), fault is IOException or UnauthorizedAccessException ? fault.Message : fault.GetType().Name);
            }
        }
    }

    private static UseProfile? ProfileOf(Dictionary<string, UseProfile> profiles, string service)
    {
        if (!profiles.TryGetValue(service, out var profile) && profiles.Count < MostServices)
        {
            profiles.Add(service, profile = new UseProfile());
        }

        return profile;
    }

    private static double[]? DemandOf(UseProfile profile)
    {
        var demand = new double[HoursOfWeek];
        for (var hour = 0; hour < HoursOfWeek; hour++)
        {
            if (profile.PerMinuteAt(WeekBegin.AddHours(hour)) is not { } known)
            {
                return null;
            }

            demand[hour] = known;
        }

        return demand;
    }
}
