using RateLimited.Http.Admission;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Testing;

namespace RateLimited.Http.Redis.Tests.Exchange;

/// <summary>P06: an outage of the store is not paid for by another one. What went meanwhile is owed as far as it has not flowed back. Virtual time.</summary>
public sealed class OwedTests : IDisposable
{
    private const int Quota = 60;
    private const int Instances = 2;

    private static readonly TimeSpan Outage = TimeSpan.FromMinutes(10);

    private readonly ManualTimeProvider _time = new();
    private readonly RateLimitingTelemetry _telemetry = new();
    private readonly ScriptedStore _store = new() { Settings = new SharedSettings { Ahead = 0, Alone = AloneMode.LocalShare, Instances = Instances, FirstProbe = Outage.Ticks, LongestProbe = Outage.Ticks } };

    public static TheoryData<string> Limits => ["bucket", "sliding", "fixed"];

    [Theory]
    [MemberData(nameof(Limits))]
    public async Task After_an_outage_no_more_is_owed_than_one_share(string limit)
    {
        LimitRule rule = limit switch
        {
            "bucket" => new TokenBucket(Quota, TimeSpan.TicksPerMinute, Quota),
            "sliding" => new SlidingWindow(Quota, TimeSpan.TicksPerMinute),
            _ => new FixedWindow(Quota, TimeSpan.TicksPerMinute, WindowAnchor.Clock),
        };
        using var limiter = new ServiceLimiter(
            new ServiceDefinition { Name = "s", Limits = [new LimitDefinition("own", UnitCost.Requests, rule)], ArrivalGuard = TimeSpan.Zero }, new InProcessStore(_time, []), _telemetry.For("s"), shared: _store);
        var first = limiter.AdmitAsync(default, TestContext.Current.CancellationToken).AsTask();
        (await _store.NextAsync()).Fail(mayBeDone: false);
        await first;

        var went = 1;
        var back = _store.NextAsync();
        while (!back.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(250));
            went += limiter.TryAcquire().Lease is null ? 0 : 1;
        }

        (await back).Grant();
        var owed = (await _store.NextAsync()).Exchange.Notes.Where(static note => note.Kind == NoteKind.Force).Sum(static note => note.Amount);

        // The store is looked for after three quarters of ten minutes at the soonest: six of its windows are whole.
        went.ShouldBeGreaterThan(Quota / Instances * 6);
        owed.ShouldBeInRange(1, Quota / Instances);
    }

    public void Dispose() => _telemetry.Dispose();
}
