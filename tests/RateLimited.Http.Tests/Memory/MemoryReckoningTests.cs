using System.Globalization;
using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Testing;
using static RateLimited.Http.Tests.Admission.AdmissionBed;

namespace RateLimited.Http.Tests.Memory;

/// <summary>What a status says that limits and lines take is what the collector finds. Alone: the collector knows the whole process and nothing less.</summary>
[CollectionDefinition(nameof(MemoryReckoningTests), DisableParallelization = true)]
[Collection(nameof(MemoryReckoningTests))]
public sealed class MemoryReckoningTests : IDisposable
{
    private const int Count = 100_000;
    private const double Tolerance = 0.12;

    private readonly ManualTimeProvider _time = new();
    private readonly RateLimitingTelemetry _telemetry = new();
    private readonly InProcessStore _store;

    public MemoryReckoningTests() => _store = new InProcessStore(_time, []);

    public static TheoryData<string> Kinds => [.. Rules.Keys];

    public static TheoryData<string> Lines => ["plain", "by tenant", "by the line's timeout", "by timeouts of their own", "of tokens", "with tokens to cancel by", "who ask for permits"];

    /// <summary>Of each kind: the rule, and how many times each tenant goes, a while apart.</summary>
    private static Dictionary<string, (LimitRule Rule, int Times)> Rules { get; } = new(StringComparer.Ordinal)
    {
        ["token bucket"] = (new TokenBucket(1_000, TimeSpan.TicksPerDay, 1_000), 1),
        ["sliding window, once"] = (new SlidingWindow(1_000, TimeSpan.TicksPerDay), 1),
        ["sliding window, several times"] = (new SlidingWindow(1_000, TimeSpan.TicksPerDay), 3),
        ["fixed window"] = (new FixedWindow(1_000, TimeSpan.TicksPerDay), 1),
        ["fixed window from first use"] = (new FixedWindow(1_000, TimeSpan.TicksPerDay, WindowAnchor.FirstUse), 1),
        ["concurrency"] = (new Concurrency(10), 1),
        ["adaptive rate"] = (new AdaptiveRate(1_000, TimeSpan.TicksPerSecond, 100), 1),
        ["adaptive concurrency"] = (new AdaptiveConcurrency(100, 2, 10), 1),
        ["what the upstream reports"] = (new ReportedLimit("requests", Requests, 0, TimeSpan.TicksPerHour, false), 1),
    };

    public void Dispose()
    {
        _store.Dispose();
        _telemetry.Dispose();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_hundred_thousand_partitions_take_what_is_said(string kind)
    {
        var (rule, times) = Rules[kind];
        using var service = Serve(Define() with { TenantLimits = [new LimitDefinition("t", Requests, rule, PartitionBy.Tenant)], MaxPartitions = Count });

        Take(service, tenants: 100, times);
        var (before, said) = (Held(), service.GetStatus().Limits[0].Bytes);
        Take(service, Count, times);
        var held = Held() - before;

        service.GetStatus().Limits[0].Partitions.ShouldBe(Count);
        ((double)(service.GetStatus().Limits[0].Bytes - said)).ShouldBe(held, held * Tolerance, $"{held / Count} bytes each");
        GC.KeepAlive(service);
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public void A_hundred_thousand_who_wait_take_what_is_said(string line)
    {
        var queue = new QueueDefinition { Length = Count, Timeout = line is "by the line's timeout" ? TimeSpan.FromHours(1) : Timeout.InfiniteTimeSpan, Ageing = TimeSpan.FromDays(1) };
        var limits = line is "of tokens" ? [Slots("c", 1), Window(Tokens, 1_000_000, TimeSpan.FromMinutes(1), Tokens)] : new[] { Slots("c", 1) };
        using var service = Serve(Define(limits) with { Queue = queue });
        using var lease = service.TryAcquire(Of()).Lease.ShouldNotBeNull();
        using var cancelled = new CancellationTokenSource();
        var waiting = new ValueTask<AdmissionTicket>[Count];
        var permits = new ValueTask<System.Threading.RateLimiting.RateLimitLease>[Count];
        var tenants = Enumerable.Range(0, Count).Select(static i => i.ToString(CultureInfo.InvariantCulture)).ToArray();

        var (before, said) = (Held(), service.GetStatus().LineBytes);
#pragma warning disable CA2012 // They are kept and never awaited: whoever awaits has a task besides, which is the caller's.
        for (var i = 0; i < Count; i++)
        {
            if (line is "who ask for permits")
            {
                permits[i] = service.AcquirePermitsAsync(default, 1, CancellationToken.None);
                continue;
            }

            waiting[i] = service.AdmitAsync(
                line switch
                {
                    "by tenant" => Of(tenant: tenants[i]),
                    "by timeouts of their own" => Of(timeout: TimeSpan.FromHours(2)),
                    "of tokens" => Of(tokens: 1),
                    _ => Of(),
                },
                line is "with tokens to cancel by" ? cancelled.Token : CancellationToken.None);
        }
#pragma warning restore CA2012

        var held = Held() - before;

        service.GetStatus().Line[0].Waiting.ShouldBe(Count);
        ((double)(service.GetStatus().LineBytes - said)).ShouldBe(held, held * Tolerance, $"{held / Count} bytes each");
        GC.KeepAlive(waiting);
        GC.KeepAlive(permits);
        GC.KeepAlive(tenants);
    }

    [Fact]
    public void What_was_cleaned_up_is_given_back_to_the_collector_and_said_so()
    {
        using var service = Serve(Define() with
        {
            TenantLimits = [Window("t", 10, TimeSpan.FromSeconds(1), by: PartitionBy.Tenant)],
            MaxPartitions = Count,
            PartitionIdleTimeout = TimeSpan.FromMinutes(5),
        });
        var (before, said) = (Held(), service.GetStatus().Bytes);
        Take(service, Count, times: 2);
        Take(service, tenants: 10, times: 1);
        var most = Held() - before;

        // Idle for the timeout, and then at most a minute until it is found.
        _time.Advance(TimeSpan.FromMinutes(7));

        var status = service.GetStatus();
        status.Limits[0].Partitions.ShouldBe(0);
        status.Limits[0].Evicted.ShouldBe(Count);
        (status.Bytes - said).ShouldBeLessThan(100_000);
        (Held() - before).ShouldBeLessThan(most / 50);
        GC.KeepAlive(service);
    }

    private static long Held() => GC.GetTotalMemory(forceFullCollection: true);

    private ServiceLimiter Serve(ServiceDefinition definition) => new(definition, _store, _telemetry.For(definition.Name));

    private void Take(ServiceLimiter service, int tenants, int times)
    {
        for (var time = 0; time < times; time++)
        {
            _time.Advance(TimeSpan.FromMinutes(time));
            for (var i = 0; i < tenants; i++)
            {
                // A name that nobody else holds.
                service.TryAcquire(Of(tenant: string.Create(CultureInfo.InvariantCulture, $"customer {i}"))).Lease.ShouldNotBeNull().Dispose();
            }
        }
    }
}
