using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.Admission;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Testing;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Tests.Admission.Sharing;

/// <summary>Limits that are configured anew while the store that others share cannot be asked: the share of each process goes on as any limit does.</summary>
public sealed class AloneReloadTests
{
    private enum Kind
    {
        Sliding,
        Bucket,
        Fixed,
    }

    [Fact]
    public void What_was_counted_alone_is_converted_as_the_share_by_itself_would_be() => Holds.For(
        from processes in Gen.Choose(1, 4)
        from before in Rules
        from after in Rules
        from steps in Gen.Choose(0, 2_000).ArrayOf(60)
        select (processes, before, after, steps),
        static drawn => Play(drawn.processes, drawn.before, drawn.after, drawn.steps),
        share: 4);

    private static Gen<LimitRule> Rules =>
        from kind in Gen.Elements(Enum.GetValues<Kind>())
        from quota in Gen.Choose(1, 20)
        from window in Gen.Elements(500L, 1_000, 2_000).Select(static milliseconds => milliseconds * TimeSpan.TicksPerMillisecond)
        from burst in Gen.Choose(1, 20)
        select kind switch
        {
            Kind.Bucket => (LimitRule)new TokenBucket(quota, window, burst),
            Kind.Fixed => new FixedWindow(quota, window, WindowAnchor.FirstUse),
            _ => new SlidingWindow(quota, window),
        };

    private static void Play(int processes, LimitRule before, LimitRule after, int[] steps)
    {
        var time = new ManualTimeProvider();
        using var telemetry = new RateLimitingTelemetry();
        using var lost = new InProcessStore(time, []);
        using var own = new InProcessStore(time, []);
        using var alone = new ServiceLimiter(Of(before), lost, telemetry.For("alone"), Completion.Inline, new LostStore(processes));
        using var twin = new ServiceLimiter(Of(SharedRule.ShareOf(before, processes)), own, telemetry.For("twin"), Completion.Inline);

        // The first request finds out that nobody answers, and is long forgotten when the others come.
        _ = alone.AdmitAsync(default, CancellationToken.None).AsTask();
        time.Advance(TimeSpan.FromMinutes(1));
        for (var i = 0; i < steps.Length; i++)
        {
            if (i == steps.Length / 2)
            {
                alone.Apply(Of(after));
                twin.Apply(Of(SharedRule.ShareOf(after, processes)));
            }

            if (steps[i] % 3 == 0)
            {
                time.Advance(TimeSpan.FromMilliseconds(steps[i] / 8));
            }

            alone.TryAcquire().IsAdmitted.ShouldBe(twin.TryAcquire().IsAdmitted, $"step {i}");
        }
    }

    private static ServiceDefinition Of(LimitRule rule) => new() { Name = "s", Limits = [new LimitDefinition("own", UnitCost.Requests, rule)], ArrivalGuard = TimeSpan.Zero, FaultThrottle = false };

    /// <summary>One that nobody can reach.</summary>
    private sealed class LostStore(int processes) : ISharedStore, ISharedCounts
    {
        public string Name => "lost";

        public SharedSettings Settings { get; } = new() { Alone = AloneMode.LocalShare, Instances = processes };

        public TimeSpan RemembersFor => TimeSpan.FromSeconds(50);

        public ISharedCounts Open(string service, Action<int> onNews) => this;

        public Task ExchangeAsync(SharedExchange exchange, bool isRetry) => Task.FromException(new SharedStoreException("Nobody can reach it.", new TimeoutException(), passes: true, mayBeDone: false));
    }
}
