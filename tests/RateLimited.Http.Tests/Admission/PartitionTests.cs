using RateLimited.Http.Admission;
using RateLimited.Http.Telemetry;
using static RateLimited.Http.Tests.Admission.AdmissionBed;

namespace RateLimited.Http.Tests.Admission;

/// <summary>Partitions are bounded, and neither forgetting nor sharing one ever gives anybody a quota anew.</summary>
public sealed class PartitionTests : IDisposable
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);

    private readonly AdmissionBed _bed = new();

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 30)];

    public void Dispose() => _bed.Dispose();

    [Fact]
    public void What_is_idle_and_whole_again_is_forgotten_and_then_no_timer_is_left()
    {
        var service = Serve(Window("t", 2, Ms(1000), by: PartitionBy.Tenant));
        for (var i = 0; i < 1000; i++)
        {
            Take(service, $"t{i}").ShouldBeTrue();
        }

        Partitions(service).ShouldBe(1000);
        _bed.Advance(Idle);
        Partitions(service).ShouldBe(1000, "they were used within the idle time");

        _bed.Advance(4 * Idle);

        Partitions(service).ShouldBe(0);
        _bed.Time.ArmedTimers.ShouldBe(0, "an idle service has nothing to do");
    }

    [Fact]
    public void What_is_held_or_still_counts_is_never_forgotten()
    {
        var service = Serve(Slots("c", 1, PartitionBy.Tenant), Window("d", 1, TimeSpan.FromDays(1), by: PartitionBy.Tenant));
        using var lease = service.TryAcquire(Of(tenant: "held")).Lease.ShouldNotBeNull();
        service.TryAcquire(Of(tenant: "counts")).Lease.ShouldNotBeNull().Dispose();

        _bed.Advance(TimeSpan.FromHours(12));

        service.TryAcquire(Of(tenant: "held")).Limit.ShouldNotBeNull();
        service.TryAcquire(Of(tenant: "counts")).Limit.ShouldBe("d");
        service.GetStatus().Limits[1].Partitions.ShouldBe(2);
        service.GetStatus().Limits[0].Used.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void No_tenant_ever_gets_more_than_its_quota_in_any_window_however_partitions_come_and_go(int seed)
    {
        var random = new Random(seed);
        var (quota, window) = (random.Next(1, 5), random.Next(20, 200));
        var service = Serve(most: random.Next(1, 5), idle: Ms(random.Next(1, 300)), Window("t", quota, Ms(window), by: PartitionBy.Tenant));
        var admitted = new Dictionary<string, List<long>>(StringComparer.Ordinal);
        for (var step = 0; step < 1500; step++)
        {
            var tenant = $"t{random.Next(6)}";
            if (Take(service, tenant))
            {
                var times = admitted.TryGetValue(tenant, out var known) ? known : admitted[tenant] = [];
                times.Add(_bed.Now.Ticks);
                var inWindow = times.Count(time => time > _bed.Now.Ticks - Ms(window).Ticks);
                inWindow.ShouldBeLessThanOrEqualTo(quota, $"seed {seed}, step {step}");
            }

            if (random.Next(3) == 0)
            {
                _bed.Advance(TimeSpan.FromTicks(random.Next(0, 400_000)));
            }
        }
    }

    [Fact]
    public void Above_the_cap_newcomers_share_one_quota_however_many_names_they_take()
    {
        var service = Serve(most: 10, Idle, Window("t", 5, Ms(1000), by: PartitionBy.Tenant));
        var admitted = Enumerable.Range(0, 10_000).Count(i => Take(service, $"rotating{i}"));

        admitted.ShouldBe(10 + 5);
        Partitions(service).ShouldBe(10);
    }

    [Fact]
    public void Above_the_cap_newcomers_share_the_slots_and_release_them()
    {
        var service = Serve(most: 1, Idle, Slots("c", 2, PartitionBy.Tenant));
        using var first = service.TryAcquire(Of(tenant: "first")).Lease;
        using (service.TryAcquire(Of(tenant: "a")).Lease.ShouldNotBeNull())
        using (service.TryAcquire(Of(tenant: "b")).Lease.ShouldNotBeNull())
        {
            service.TryAcquire(Of(tenant: "c")).IsAdmitted.ShouldBeFalse();
            first!.Dispose();
            _bed.Advance(5 * Idle);
            service.TryAcquire(Of(tenant: "a")).IsAdmitted.ShouldBeFalse("a holds a slot among the latecomers; one of its own would be a third");
        }

        using var again = service.TryAcquire(Of(tenant: "a")).Lease.ShouldNotBeNull();
    }

    [Fact]
    public void Above_the_cap_nobody_counts_with_the_latecomers_and_apart_as_well()
    {
        // Two of one tenant wait: the first came when latecomers had to share, the second when there was room for one more. Found by the simulation, seed 2.
        var service = Serve(most: 1, Ms(10), Window("t", 1, Ms(1000), by: PartitionBy.Tenant));
        Take(service, "first").ShouldBeTrue();
        Take(service, "late").ShouldBeTrue();
        var one = Waiter.Enter(service, Of(tenant: "late"), "one", CancellationToken.None);
        _bed.Advance(Ms(900));
        var two = Waiter.Enter(service, Of(tenant: "late"), "two", CancellationToken.None);
        _bed.Advance(Ms(200));
        var three = Waiter.Enter(service, Of(tenant: "late"), "three", CancellationToken.None);

        // The first's own is forgotten meanwhile, and one more name would have a partition of its own.
        _bed.Advance(Ms(700));

        (one.IsAdmitted, two.IsAdmitted, three.IsAdmitted).ShouldBe((true, false, false));
        _bed.Advance(Ms(400));
        (two.IsAdmitted, three.IsAdmitted).ShouldBe((true, false));
        _bed.Advance(Ms(999));
        three.IsAdmitted.ShouldBeTrue();
    }

    [Fact]
    public void A_disposed_service_makes_no_partition_and_no_timer()
    {
        var service = Serve(Window("t", 1, Ms(1000), by: PartitionBy.Tenant));
        Take(service, "a").ShouldBeTrue();
        service.Dispose();

        service.TryAcquire(Of(tenant: "b")).Reason.ShouldBe(RejectionReason.Disposed);

        _bed.Time.ArmedTimers.ShouldBe(0);
    }

    [Fact]
    public void Eviction_races_use_and_neither_loses_nor_mints()
    {
        const int Threads = 3;
        using var telemetry = new RateLimitingTelemetry();
        using var store = new InProcessStore(TimeProvider.System, []);
        var definition = Define(Window("never", 1_000_000, TimeSpan.FromDays(1))) with
        {
            TenantLimits = [Slots("c", 1, PartitionBy.Tenant), Window("w", 1000, Ms(1), by: PartitionBy.Tenant)],
            PartitionIdleTimeout = TimeSpan.FromTicks(1),
            MaxPartitions = 3,
        };
        using var service = new ServiceLimiter(definition, store, telemetry.For("s"));
        var held = new int[2];
        var (over, admitted) = (0, 0);
        var threads = Enumerable.Range(0, Threads).Select(index => new Thread(() => Work(index))).ToList();
        threads.ForEach(static thread => thread.Start());
        threads.ShouldAllBe(static thread => thread.Join(TimeSpan.FromSeconds(60)));

        over.ShouldBe(0, "two held the one slot of a tenant");
        service.GetStatus().Limits[0].Used.ShouldBe(admitted);
        service.GetStatus().Limits[1].Used.ShouldBe(0);

        void Work(int index)
        {
            for (var i = 0; i < 30_000; i++)
            {
                // Two tenants that all threads fight for, and newcomers that make the table sweep at every look-up.
                var which = i % 4;
                using var lease = service.TryAcquire(Of(tenant: which < 2 ? $"t{which}" : $"n{index}-{i}")).Lease;
                if (lease is null)
                {
                    continue;
                }

                Interlocked.Increment(ref admitted);
                if (which < 2)
                {
                    over += Interlocked.Increment(ref held[which]) > 1 ? 1 : 0;
                    Interlocked.Decrement(ref held[which]);
                }
            }
        }
    }

    [Fact]
    public void A_million_idle_partitions_leave_no_work_and_little_memory()
    {
        const int Count = 1_000_000;
        using var telemetry = new RateLimitingTelemetry();
        var time = new CountedTimers();
        using var store = new InProcessStore(time, []);
        var definition = Define() with { TenantLimits = [Bucket("t", 1, TimeSpan.FromHours(1), 1, by: PartitionBy.Tenant)], MaxPartitions = Count, PartitionIdleTimeout = TimeSpan.FromMinutes(5) };
        using var service = new ServiceLimiter(definition, store, telemetry.For("s"));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < Count; i++)
        {
            _ = service.AttemptPermits(new AdmissionRequest { Tenant = i.ToString(System.Globalization.CultureInfo.InvariantCulture) }, 1);
        }

        var perPartition = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)Count;
        Partitions(service).ShouldBe(Count);
        perPartition.ShouldBeLessThan(260, "bytes, the name included");
        _ = service.AttemptPermits(new AdmissionRequest { Tenant = "one more" }, 1).IsAcquired;
        Partitions(service).ShouldBe(Count);

        // While they still count: each is looked at about once a minute, a batch at a time.
        time.Inner.Advance(TimeSpan.FromMinutes(10));
        time.Fired.ShouldBeInRange(9 * (Count / 256), 11 * ((Count / 256) + 1));
        Partitions(service).ShouldBe(Count);
        GC.KeepAlive(service);
    }

    private ServiceLimiter Serve(params LimitDefinition[] limits) => Serve(100_000, Idle, limits);

    private ServiceLimiter Serve(int most, TimeSpan idle, params LimitDefinition[] limits) =>
        _bed.Serve(Define() with { TenantLimits = limits, MaxPartitions = most, PartitionIdleTimeout = idle });

    /// <summary>Acquires and ends at once: what is counted stays counted, and nothing is held.</summary>
    private static bool Take(ServiceLimiter service, string tenant)
    {
        using var lease = service.TryAcquire(Of(tenant: tenant)).Lease;
        return lease is not null;
    }

    private static int Partitions(ServiceLimiter service) => service.GetStatus().Limits[0].Partitions;

    private sealed class CountedTimers : TimeProvider
    {
        public Testing.ManualTimeProvider Inner { get; } = new();

        public int Fired { get; private set; }

        public override long TimestampFrequency => Inner.TimestampFrequency;

        public override long GetTimestamp() => Inner.GetTimestamp();

        public override DateTimeOffset GetUtcNow() => Inner.GetUtcNow();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            Inner.CreateTimer(
                given =>
                {
                    Fired++;
                    callback(given);
                },
                state,
                dueTime,
                period);
    }
}
