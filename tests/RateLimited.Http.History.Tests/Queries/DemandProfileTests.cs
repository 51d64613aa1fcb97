using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using RateLimited.Http.Configuration;
using RateLimited.Http.History.Queries;
using RateLimited.Http.Testing;

namespace RateLimited.Http.History.Tests.Queries;

/// <summary>At which hours of the week a service is asked for, and what a limit with that pace makes of it.</summary>
public sealed class DemandProfileTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>A Monday.</summary>
    private static readonly DateTimeOffset Monday = new(2026, 11, 23, 0, 0, 0, TimeSpan.Zero);

    private readonly ManualTimeProvider _time = new(Monday);
    private readonly KnownStore _store = new();

    [Fact]
    public async Task Each_hour_has_what_was_asked_for_in_a_minute_of_it_on_average()
    {
        // Twice as much from 8 to 12 on weekdays, and in the week before that four times.
        _store.Records = [.. Weeks(2, static at => at is { Hour: >= 8 and < 12, DayOfWeek: not (DayOfWeek.Saturday or DayOfWeek.Sunday) } ? (at < Monday.AddDays(-7) ? 4 : 2) : 1)];
        using var profile = Profile();
        profile.Of("shop").ShouldBeNull("nothing was read yet");
        await profile.Reading.WaitAsync(Patience, TestContext.Current.CancellationToken);

        var demand = profile.Of("SHOP").ShouldNotBeNull();

        demand.ShouldBe(Enumerable.Range(0, 168).Select(static hour => hour < 5 * 24 && hour % 24 is >= 8 and < 12 ? 3.0 : 1.0));
        profile.Of("other").ShouldBeNull();
        _store.Readings.ShouldBe([(Monday.AddDays(-28), Monday)]);
    }

    [Fact]
    public async Task It_is_read_again_after_an_hour_and_not_before()
    {
        _store.Records = [.. Weeks(1, static _ => 1)];
        using var profile = Profile();
        for (var minute = 0; minute < 121; minute++)
        {
            profile.Of("shop");
            await profile.Reading.WaitAsync(Patience, TestContext.Current.CancellationToken);
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        _store.Readings.Select(static reading => reading.To).ShouldBe([Monday, Monday.AddHours(1), Monday.AddHours(2)]);
    }

    [Fact]
    public async Task What_cannot_be_read_leaves_what_was_known()
    {
        _store.Records = [.. Weeks(1, static _ => 1)];
        using var profile = Profile();
        profile.Of("shop");
        await profile.Reading.WaitAsync(Patience, TestContext.Current.CancellationToken);

        _store.Records = null;
        _time.Advance(TimeSpan.FromHours(1));
        profile.Of("shop");
        await profile.Reading.WaitAsync(Patience, TestContext.Current.CancellationToken);

        profile.Of("shop").ShouldNotBeNull();
        _store.Readings.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Of_less_than_half_an_hour_nothing_is_known()
    {
        _store.Records = [.. Weeks(1, static _ => 1).Take(UseProfile.Enough - 1)];
        using var profile = Profile();
        profile.Of("shop");
        await profile.Reading.WaitAsync(Patience, TestContext.Current.CancellationToken);

        profile.Of("shop").ShouldBeNull();
    }

    [Fact]
    public async Task A_quota_is_spread_by_what_was_recorded()
    {
        // Nothing was asked for but from 8 to 12.
        _store.Records = [.. Weeks(4, static at => at.Hour is >= 8 and < 12 ? 5 : 0)];
        var services = new ServiceCollection().AddSingleton<TimeProvider>(_time).AddSingleton<IHistoryStore>(_store);
        services.AddServiceRateLimiting("shop", static shop => shop.Limit("1000/day fixed pace profile burst 10"));
        services.AddRateLimitHistory();
        await using var container = services.BuildServiceProvider();
        var shop = container.GetRequiredKeyedService<IServiceRateLimiter>("shop");
        Admitted(shop).ShouldBe(10);

        _time.Advance(TimeSpan.FromMinutes(1));
        await container.GetServices<IDemandProfile>().OfType<DemandProfile>().Single().Reading.WaitAsync(Patience, TestContext.Current.CancellationToken);
        _time.Advance(TimeSpan.FromHours(8) - TimeSpan.FromMinutes(1));
        Admitted(shop).ShouldBeInRange(1, 2, "evenly it would be 333");
        _time.Advance(TimeSpan.FromHours(2));
        Admitted(shop).ShouldBeInRange(490, 500);
    }

    private static int Admitted(IServiceRateLimiter limiter)
    {
        var admitted = 0;
        while (limiter.TryAcquire().IsAdmitted)
        {
            admitted++;
        }

        return admitted;
    }

    private static IEnumerable<UsageRecord> Weeks(int weeks, Func<DateTimeOffset, long> demand)
    {
        for (var at = Monday.AddDays(-7 * weeks); at < Monday; at = at.AddMinutes(1))
        {
            var all = demand(at);
            yield return new UsageRecord { At = at, Service = "shop", Admitted = all / 2, Refused = all - (all / 2) };
        }
    }

    private DemandProfile Profile() => new(new Lazy<IHistoryStore>(_store), _time, NullLoggerFactory.Instance);

    private sealed class KnownStore : IHistoryStore
    {
        /// <summary>Null: they cannot be read.</summary>
        public IReadOnlyList<HistoryRecord>? Records { get; set; }

        public List<(DateTimeOffset From, DateTimeOffset To)> Readings { get; } = [];

        public ValueTask AppendAsync(IReadOnlyList<HistoryRecord> records, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public async IAsyncEnumerable<HistoryRecord> ReadAsync(DateTimeOffset from, DateTimeOffset to, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            Readings.Add((from, to));
            await Task.CompletedTask;
            foreach (var record in Records ?? throw new IOException("The disk is gone."))
            {
                yield return record;
            }
        }
    }
}
