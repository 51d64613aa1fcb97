using RateLimited.Http.Admission;
using RateLimited.Http.Telemetry;
using static RateLimited.Http.Tests.Admission.AdmissionBed;

namespace RateLimited.Http.Tests.Admission;

/// <summary>A request is broken off at the k-th step of its way, for every k until it gets through: nothing is lost and nothing is minted.</summary>
public sealed class CancellationTests
{
    private const int MostSteps = 60;

    public static TheoryData<string, int> Breaks()
    {
        var data = new TheoryData<string, int>();
        foreach (var way in new[] { "cancel", "dispose", "displace" })
        {
            for (var at = 0; at <= 7; at++)
            {
                data.Add(way, at);
            }
        }

        return data;
    }

    /// <summary>The steps: before the call; in line behind another; at the head; in line for another limit; granted and not observed; observed; ended; nothing left.</summary>
    [Theory]
    [MemberData(nameof(Breaks))]
    public void Broken_off_at_any_step_a_request_leaves_the_books_balanced(string way, int at)
    {
        using var bed = new AdmissionBed(Slots("global", 1));
        var definition = Define(Window("window", 2, Ms(10))) with { TenantLimits = [Slots("tenant", 1, PartitionBy.Tenant)] };
        definition = definition with { Queue = definition.Queue with { Length = 2, Overflow = QueueOverflow.DropLowestPriority } };
        var (service, other) = (bed.Serve(definition with { Name = "one" }), bed.Serve(Define() with { Name = "two" }));
        using var source = new CancellationTokenSource();
        var victim = default(Waiter);
        var (holder, ahead) = (default(Waiter), default(Waiter));
        var isOver = false;
        Action[] steps =
        [
            () => holder = Enter(service, Of(tenant: "t")),
            () => ahead = Enter(service, Of(tenant: "t")),
            () => victim = source.IsCancellationRequested ? null : Waiter.Enter(service, Of(RequestPriority.Low, tenant: "t"), token: source.Token),
            () => End(holder),
            () => End(ahead),
            () => bed.Advance(Ms(10)),
            () => End(victim),
            () => bed.Advance(Ms(10)),
        ];
        for (var step = 0; step < steps.Length; step++)
        {
            if (step == at)
            {
                BreakOff();
            }

            steps[step]();
        }

        isOver.ShouldBeTrue();
        for (var i = 0; i < 4; i++)
        {
            End(holder);
            End(ahead);
            End(victim);
            bed.Advance(Ms(10));
        }

        if (way == "dispose")
        {
            service.GetStatus().InFlight.ShouldBe(0);
            Enter(service, Of()).Reason.ShouldBe(RejectionReason.Disposed);
            return;
        }

        service.GetStatus().Line.ShouldBeEmpty();
        service.GetStatus().InFlight.ShouldBe(0);
        service.GetStatus().Limits.ShouldAllBe(static limit => limit.Used == 0);
        Enter(service, Of(tenant: "t")).IsAdmitted.ShouldBeTrue("a slot was lost");
        Enter(service, Of(tenant: "t")).IsDone.ShouldBeFalse("a slot was minted");
        other.GetStatus().Limits[0].Used.ShouldBe(1);

        void BreakOff()
        {
            isOver = true;
            switch (way)
            {
                case "cancel":
                    source.Cancel();
                    break;
                case "dispose":
                    service.Dispose();
                    service.Dispose();
                    break;
                default:
                    // Two of higher priority fill the line and drive out whoever is lower; then they give up themselves.
                    using (var both = new CancellationTokenSource())
                    {
                        _ = Waiter.Enter(service, Of(RequestPriority.Critical, tenant: "t"), token: both.Token) is { IsAdmitted: true } first ? Completed(first) : null;
                        _ = Waiter.Enter(service, Of(RequestPriority.Critical, tenant: "t"), token: both.Token) is { IsAdmitted: true } second ? Completed(second) : null;
                        both.Cancel();
                    }

                    break;
            }
        }

        static Waiter Completed(Waiter waiter)
        {
            waiter.Complete();
            return waiter;
        }

        void End(Waiter? waiter)
        {
            if (waiter is { IsAdmitted: true })
            {
                waiter.Complete();
            }
        }
    }

    /// <summary>The same with a token that fires by itself at the k-th look at time, for k = 1, 2, … until the request gets through.</summary>
    [Fact]
    public void Cancelled_at_the_k_th_reading_of_the_clock_a_request_leaves_the_books_balanced()
    {
        var gotThrough = 0;
        for (var k = 1; k < MostSteps && gotThrough < 3; k++)
        {
            var time = new CountingTime();
            using var telemetry = new RateLimitingTelemetry();
            using var store = new InProcessStore(time, [Slots("global", 1)]);
            using var service = new ServiceLimiter(Define(Bucket("bucket", 1, Ms(1), burst: 5)), store, telemetry.For("s"));
            var holder = Enter(service, Of());
            using var source = new CancellationTokenSource();
            time.CallAt(k, source.Cancel);
            var victim = default(Waiter);
            try
            {
                victim = Waiter.Enter(service, Of(), token: source.Token);
                holder.Complete();
            }
            catch (OperationCanceledException)
            {
                // Before the request was taken in.
            }

            time.Join();
            if (victim is { IsAdmitted: true })
            {
                gotThrough += source.IsCancellationRequested ? 0 : 1;
                victim.Complete();
            }
            else
            {
                victim?.IsCancelled.ShouldBeTrue($"k = {k}");
            }

            time.CallAt(int.MaxValue, static () => { });
            service.GetStatus().Line.ShouldBeEmpty($"k = {k}");
            service.GetStatus().InFlight.ShouldBe(0, $"k = {k}");
            service.GetStatus().Limits[0].Used.ShouldBe(0, $"k = {k}");
            Enter(service, Of()).IsAdmitted.ShouldBeTrue($"k = {k}: a slot was lost");
            Enter(service, Of()).IsDone.ShouldBeFalse($"k = {k}: a slot was minted");
        }

        gotThrough.ShouldBe(3, "every reading was covered");
    }

    [Fact]
    public void A_token_that_is_cancelled_beforehand_takes_nothing()
    {
        using var bed = new AdmissionBed();
        var service = bed.Serve(Window("w", 1, Ms(10)));

        Should.Throw<OperationCanceledException>(() => Waiter.Enter(service, token: new CancellationToken(canceled: true)));

        Enter(service, Of()).IsAdmitted.ShouldBeTrue();
    }

    [Fact]
    public void A_token_that_fires_after_the_grant_changes_nothing()
    {
        using var bed = new AdmissionBed();
        var service = bed.Serve(Slots("c", 1));
        var holder = Enter(service, Of());
        using var source = new CancellationTokenSource();
        var waiter = Waiter.Enter(service, token: source.Token);
        holder.Complete();

        source.Cancel();

        waiter.IsAdmitted.ShouldBeTrue();
        service.GetStatus().Limits[0].Used.ShouldBe(1);
        waiter.Complete();
        service.GetStatus().Limits[0].Used.ShouldBe(0);
    }

    [Fact]
    public void Loggers_listeners_and_classifiers_that_throw_lose_nobody()
    {
        using var telemetry = new ThrowingTelemetry();
        using var bed = new AdmissionBed();
        var definition = Define(Bucket("b", 1, Ms(1), burst: 1)) with { TenantClassOf = static _ => throw new InvalidOperationException("mine") };
        using var service = new ServiceLimiter(definition, bed.Store, telemetry.For("s"));
        Enter(service, Of(tenant: "t")).IsAdmitted.ShouldBeTrue();
        var waiters = Enumerable.Range(0, 20).Select(i => Enter(service, Of(tenant: $"t{i}", timeout: i % 2 == 0 ? null : Ms(30 + i)))).ToList();
        service.TryAcquire().Reason.ShouldBe(RejectionReason.LimitReached);

        service.Apply(definition with { Limits = [Bucket("b", 1, Ms(4), burst: 1)] });
        bed.Advance(Ms(100));

        waiters.ShouldAllBe(static waiter => waiter.IsDone);
        waiters.ShouldContain(static waiter => waiter.Reason == RejectionReason.Timeout);
        telemetry.Thrown.ShouldBeGreaterThan(10);
    }

    private static Waiter Enter(ServiceLimiter service, AdmissionRequest request) => Waiter.Enter(service, request, token: TestContext.Current.CancellationToken);

    /// <summary>Time that stands still and calls back at the n-th reading.</summary>
    private sealed class CountingTime : TimeProvider
    {
        private int _left = int.MaxValue;
        private Action _call = static () => { };
        private Thread? _caller;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void CallAt(int reading, Action call) => (_left, _call) = (reading, call);

        public void Join() => (_caller?.Join(TimeSpan.FromSeconds(30)) ?? true).ShouldBeTrue("a cancellation hangs");

        public override long GetTimestamp()
        {
            if (_left != int.MaxValue && --_left == 0)
            {
                // On another thread, as a token is cancelled: the store's gate is held here, which that thread may have to wait for.
                _caller = new Thread(() => _call());
                _caller.Start();
                for (var i = 0; i < 20; i++)
                {
                    Thread.Yield();
                }
            }

            return 0;
        }
    }
}
