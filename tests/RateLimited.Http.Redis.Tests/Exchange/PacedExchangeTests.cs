using RateLimited.Http.Admission;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Testing;

namespace RateLimited.Http.Redis.Tests.Exchange;

/// <summary>A paced window that several processes count together: the store counts it, and each keeps the pace as if the others had as much to do. Virtual time.</summary>
public sealed class PacedExchangeTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ManualTimeProvider _time = new();
    private readonly RateLimitingTelemetry _telemetry = new();
    private readonly ScriptedStore _store = new() { Settings = new SharedSettings { Ahead = 0, Alone = AloneMode.LocalShare, Instances = 4 } };
    private ServiceLimiter? _limiter;

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_store_is_asked_for_the_window_alone_and_whoever_is_the_only_one_keeps_the_whole_pace()
    {
        var limiter = Limiter(burst: 2);
        for (var i = 0; i < 2; i++)
        {
            var going = limiter.AdmitAsync(default, Ended).AsTask();
            var call = await _store.NextAsync();
            call.Exchange.Questions.ShouldHaveSingleItem().Wants.ToArray().ShouldHaveSingleItem().Least.ShouldBe(1);
            call.Exchange.Instances = 1;
            call.Grant();
            await going.WaitAsync(Patience, Ended);
        }

        limiter.EstimateWait().ShouldBe(TimeSpan.FromMinutes(30));
        limiter.TryAcquire().Limit.ShouldBe("day");
        _store.Waiting.ShouldBe(0);
    }

    [Fact]
    public async Task Whoever_is_ahead_waits_and_asks_for_nothing_until_the_pace_is_there()
    {
        var limiter = Limiter(burst: 2);
        var first = limiter.AdmitAsync(default, Ended).AsTask();
        await GrantAsync();
        await first.WaitAsync(Patience, Ended);

        // Four have gone, and one more is three ahead of the burst: three half hours.
        var waiting = limiter.AdmitAsync(new AdmissionRequest { Timeout = TimeSpan.FromHours(9) }, Ended).AsTask();
        limiter.EstimateWait(new AdmissionRequest { Timeout = TimeSpan.FromHours(9) }).ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMinutes(90));
        _time.Advance(TimeSpan.FromMinutes(90) - TimeSpan.FromTicks(1));
        _store.Waiting.ShouldBe(0);
        _time.Advance(TimeSpan.FromTicks(1));
        await GrantAsync();

        await waiting.WaitAsync(Patience, Ended);
        limiter.GetStatus().Limits.ShouldHaveSingleItem().Name.ShouldBe("day");
    }

    [Fact]
    public async Task No_more_is_asked_for_at_once_than_the_pace_lets_go()
    {
        var limiter = Limiter(burst: 10);
        var waiting = Enumerable.Range(0, 20).Select(_ => limiter.AdmitAsync(new AdmissionRequest { Timeout = TimeSpan.FromHours(9) }, Ended).AsTask()).ToList();
        await GrantAsync();

        var next = (await _store.NextAsync()).Exchange.Questions.ShouldHaveSingleItem().Wants.ToArray().ShouldHaveSingleItem();

        (next.Least + next.More).ShouldBe(10 - 4);
        await (await Task.WhenAny(waiting).WaitAsync(Patience, Ended));
        waiting.Count(static each => each.IsCompleted).ShouldBe(1);
    }

    [Fact]
    public async Task While_the_store_is_lost_each_keeps_the_pace_with_its_share()
    {
        var limiter = Limiter(burst: 2);
        var first = limiter.AdmitAsync(default, Ended).AsTask();
        (await _store.NextAsync()).Fail(mayBeDone: false);

        await first.WaitAsync(Patience, Ended);
        var refused = limiter.TryAcquire();
        (refused.IsAdmitted, refused.Limit).ShouldBe((false, "day"));
        refused.RetryAfter.ShouldBe(TimeSpan.FromMinutes(90));
    }

    /// <summary>Four processes live, and the next question is granted.</summary>
    private async Task GrantAsync()
    {
        var call = await _store.NextAsync();
        call.Exchange.Instances = 4;
        call.Grant();
    }

    public void Dispose()
    {
        _limiter?.Dispose();
        _telemetry.Dispose();
    }

    private ServiceLimiter Limiter(long burst)
    {
        var day = new LimitDefinition("day", UnitCost.Requests, new PacedWindow(new FixedWindow(48, TimeSpan.TicksPerDay), burst, WeekShape.Even));
        return _limiter = new ServiceLimiter(new ServiceDefinition { Name = "s", Limits = [day], ArrivalGuard = TimeSpan.Zero }, new InProcessStore(_time, []), _telemetry.For("s"), shared: _store);
    }
}
