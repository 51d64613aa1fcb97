using System.Threading.RateLimiting;
using RateLimited.Http.Admission;
using RateLimited.Http.Configuration;
using RateLimited.Http.Tests.Faults;
using RateLimited.Http.Tests.Measuring;
using static RateLimited.Http.Tests.Admission.AdmissionBed;

namespace RateLimited.Http.Tests.Admission;

/// <summary>The faces of System.Threading.RateLimiting: what its own limiters promise, ours keep.</summary>
public sealed class PermitLimiterTests : IDisposable
{
    private readonly AdmissionBed _bed = new();

    public static TheoryData<string> Algorithms => ["sliding", "bucket", "fixed", "slots"];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _bed.Dispose();

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Permits_up_to_the_quota_are_acquired_and_no_more(string algorithm)
    {
        using var limiter = Make(algorithm, 3);
        limiter.AttemptAcquire(2).IsAcquired.ShouldBeTrue();
        limiter.AttemptAcquire(2).IsAcquired.ShouldBeFalse();
        limiter.AttemptAcquire().IsAcquired.ShouldBeTrue();
        limiter.AttemptAcquire().IsAcquired.ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task Acquiring_zero_asks_whether_one_could_be_had(string algorithm)
    {
        using var limiter = Make(algorithm, 1);
        limiter.AttemptAcquire(0).IsAcquired.ShouldBeTrue();
        (await limiter.AcquireAsync(0, Cancelled)).IsAcquired.ShouldBeTrue();
        limiter.AttemptAcquire().IsAcquired.ShouldBeTrue("asking took nothing");
        limiter.AttemptAcquire(0).IsAcquired.ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task More_than_the_quota_can_ever_hold_is_refused_without_waiting(string algorithm)
    {
        using var limiter = Make(algorithm, 3);
        limiter.AttemptAcquire(4).IsAcquired.ShouldBeFalse();
        (await limiter.AcquireAsync(4, Cancelled)).IsAcquired.ShouldBeFalse();
        Should.Throw<ArgumentOutOfRangeException>(() => limiter.AttemptAcquire(-1));
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task Who_waits_is_admitted_when_there_is_room(string algorithm)
    {
        using var limiter = Make(algorithm, 1);
        var lease = await limiter.AcquireAsync(1, Cancelled);
        var waiting = limiter.AcquireAsync(1, Cancelled).AsTask();
        waiting.IsCompleted.ShouldBeFalse();

        lease.Dispose();
        lease.Dispose();
        _bed.Advance(Ms(100));

        using var second = await waiting;
        second.IsAcquired.ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task Disposal_answers_waiters_with_failed_leases_and_then_the_limiter_is_disposed(string algorithm)
    {
        var limiter = Make(algorithm, 1);
        limiter.AttemptAcquire().IsAcquired.ShouldBeTrue();
        var waiting = limiter.AcquireAsync(1, Cancelled).AsTask();

        await limiter.DisposeAsync();
        await limiter.DisposeAsync();

        (await waiting).IsAcquired.ShouldBeFalse();
        Should.Throw<ObjectDisposedException>(() => limiter.AttemptAcquire());
        await Should.ThrowAsync<ObjectDisposedException>(async () => await limiter.AcquireAsync(1, Cancelled));
        _bed.Time.ArmedTimers.ShouldBe(0);
    }

    [Fact]
    public async Task Cancellation_before_and_while_waiting()
    {
        using var limiter = Make("slots", 1);
        var lease = await limiter.AcquireAsync(1, Cancelled);
        using var source = new CancellationTokenSource();
        var waiting = limiter.AcquireAsync(1, source.Token).AsTask();
        limiter.GetStatistics()!.CurrentQueuedCount.ShouldBe(1);

        await source.CancelAsync();

        (await Should.ThrowAsync<OperationCanceledException>(waiting)).CancellationToken.ShouldBe(source.Token);
        await Should.ThrowAsync<OperationCanceledException>(async () => await limiter.AcquireAsync(1, source.Token));
        limiter.GetStatistics()!.CurrentQueuedCount.ShouldBe(0);
        lease.Dispose();
        limiter.AttemptAcquire().IsAcquired.ShouldBeTrue();
    }

    [Theory]
    [InlineData("sliding", 100)]
    [InlineData("bucket", 100)]
    [InlineData("fixed", 100)]
    public void Retry_after_is_exact_and_shrinks_while_the_lease_is_kept(string algorithm, int milliseconds)
    {
        using var limiter = Make(algorithm, 1);
        limiter.AttemptAcquire();
        var refusal = limiter.AttemptAcquire();

        RetryAfter(refusal).ShouldBe(Ms(milliseconds));
        refusal.MetadataNames.ShouldContain(MetadataName.RetryAfter.Name);
        refusal.TryGetMetadata(MetadataName.ReasonPhrase, out var reason).ShouldBeTrue();
        reason.ShouldNotBeNull().ShouldContain("'l'");
        _bed.Advance(Ms(30));
        RetryAfter(refusal).ShouldBe(Ms(milliseconds - 30));
        _bed.Advance(Ms(milliseconds - 30) - TimeSpan.FromTicks(1));
        limiter.AttemptAcquire().IsAcquired.ShouldBeFalse();
        _bed.Advance(TimeSpan.FromTicks(1));
        limiter.AttemptAcquire().IsAcquired.ShouldBeTrue();
        RetryAfter(refusal).ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void A_refusal_that_only_a_release_ends_says_no_time()
    {
        using var limiter = Make("slots", 1);
        using var lease = limiter.AttemptAcquire();
        var refusal = limiter.AttemptAcquire();

        refusal.TryGetMetadata(MetadataName.RetryAfter, out _).ShouldBeFalse();
        refusal.MetadataNames.ShouldNotContain(MetadataName.RetryAfter.Name);
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task Statistics_count_permits_that_are_left_and_queued_and_leases_that_were_given_and_refused(string algorithm)
    {
        using var limiter = Make(algorithm, 5);
        limiter.AttemptAcquire(2);
        limiter.AttemptAcquire(4).IsAcquired.ShouldBeFalse();
        var waiting = limiter.AcquireAsync(5, Cancelled).AsTask();
        limiter.AttemptAcquire(4).IsAcquired.ShouldBeFalse();

        var statistics = limiter.GetStatistics().ShouldNotBeNull();

        statistics.CurrentAvailablePermits.ShouldBe(3);
        statistics.CurrentQueuedCount.ShouldBe(5);
        statistics.TotalSuccessfulLeases.ShouldBe(1);
        statistics.TotalFailedLeases.ShouldBe(2);
        await limiter.DisposeAsync();
        (await waiting).IsAcquired.ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task Idle_is_what_is_not_held_not_waited_for_and_whole_again(string algorithm)
    {
        using var limiter = Make(algorithm, 1);
        _bed.Advance(Ms(7));
        limiter.IdleDuration.ShouldBe(Ms(7));
        var lease = await limiter.AcquireAsync(1, Cancelled);
        limiter.IdleDuration.ShouldBeNull();
        var waiting = limiter.AcquireAsync(1, Cancelled).AsTask();
        limiter.IdleDuration.ShouldBeNull();

        lease.Dispose();
        _bed.Advance(Ms(100));
        (await waiting).Dispose();
        _bed.Advance(Ms(100));

        limiter.IdleDuration.ShouldBe(algorithm == "slots" ? Ms(100) : TimeSpan.Zero);
        _bed.Advance(Ms(5));
        limiter.IdleDuration.ShouldBe(algorithm == "slots" ? Ms(105) : Ms(5));
    }

    [Fact]
    public async Task Inside_a_partitioned_limiter_partitions_in_use_stay_and_idle_ones_are_disposed()
    {
        var made = new List<ServiceLimiter>();
        var partitioned = PartitionedRateLimiter.Create<string, string>(resource => RateLimitPartition.Get(resource, _ =>
        {
            var service = _bed.Serve(Define(Slots("l", 1)));
            made.Add(service);
            return new PermitLimiter(service, service);
        }));
        using var held = partitioned.AttemptAcquire("a");
        held.IsAcquired.ShouldBeTrue();
        partitioned.AttemptAcquire("a").IsAcquired.ShouldBeFalse();
        partitioned.AttemptAcquire("b").Dispose();

        await partitioned.DisposeAsync();

        made.Count.ShouldBe(2);
        made.ForEach(static service => Should.Throw<ObjectDisposedException>(() => service.AttemptPermits(1)));
    }

    [Fact]
    [Fault("PEERS_P7")]
    public async Task A_shared_limiter_is_not_disposed_by_its_face()
    {
        var service = _bed.Serve(Window("l", 2, Ms(100)));
        await new PermitLimiter(service, owned: null).DisposeAsync();
        new PartitionedPermitLimiter<string>(service, static name => Of(name: name), owned: null).Dispose();

        service.TryAcquire().IsAdmitted.ShouldBeTrue();
    }

    [Fact]
    public async Task The_partitioned_face_counts_by_what_the_resource_says()
    {
        var service = _bed.Serve(Window("all", 3, Ms(100)), Window("name", 1, Ms(100), by: PartitionBy.Name));
        await using var limiter = new PartitionedPermitLimiter<string>(service, static name => Of(name: name), owned: null);

        limiter.AttemptAcquire("a").IsAcquired.ShouldBeTrue();
        limiter.AttemptAcquire("a").IsAcquired.ShouldBeFalse();
        limiter.AttemptAcquire("b").IsAcquired.ShouldBeTrue();
        limiter.GetStatistics("a")!.CurrentAvailablePermits.ShouldBe(0);
        limiter.GetStatistics("c")!.CurrentAvailablePermits.ShouldBe(1);
        var waiting = limiter.AcquireAsync("a", 1, Cancelled).AsTask();
        limiter.AttemptAcquire("c").IsAcquired.ShouldBeTrue("a waits for its own name");
        limiter.AttemptAcquire("d").IsAcquired.ShouldBeFalse();

        _bed.Advance(Ms(100));
        (await waiting).IsAcquired.ShouldBeTrue();
    }

    [Fact]
    public async Task The_face_of_http_requests_reads_them_as_the_handler_does()
    {
        await using var limiter = _bed.Serve(Define() with { TenantLimits = [Window("tenant", 1, Ms(100), by: PartitionBy.Tenant)] }).AsHttpRateLimiter();
        using var request = new HttpRequestMessage(HttpMethod.Post, "https://example.test/other").WithTenant("t");

        limiter.AttemptAcquire(request).IsAcquired.ShouldBeTrue();
        limiter.AttemptAcquire(request).IsAcquired.ShouldBeFalse();
        using var other = new HttpRequestMessage(HttpMethod.Post, "https://example.test/other").WithTenant("u");
        limiter.AttemptAcquire(other).IsAcquired.ShouldBeTrue();
    }

    [Fact]
    public void The_face_of_http_requests_routes_them_by_the_definition_in_force()
    {
        var service = _bed.Serve(Define(Window("all", 100, Ms(100))) with { Endpoints = [new EndpointDefinition("GET /a", [Window("a", 1, Ms(100))], ServiceLimits: true)] });
        using var limiter = service.AsHttpRateLimiter();
        using var a = new HttpRequestMessage(HttpMethod.Get, "https://example.test/a");
        using var b = new HttpRequestMessage(HttpMethod.Get, "https://example.test/b");
        Acquired(a).ShouldBe([true, false]);
        Acquired(b).ShouldBe([true, true]);

        service.Apply(service.Definition with { Endpoints = [new EndpointDefinition("GET /b", [Window("b", 1, Ms(100))], ServiceLimits: true)] });

        Acquired(a).ShouldBe([true, true]);
        Acquired(b).ShouldBe([true, false]);

        bool[] Acquired(HttpRequestMessage request) => [limiter.AttemptAcquire(request).IsAcquired, limiter.AttemptAcquire(request).IsAcquired];
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_dry_run_acquires_whatever_is_asked(bool isZero)
    {
        var service = _bed.Serve(Define(Window("l", 1, Ms(100))) with { Mode = RateLimitMode.DryRun });
        using var limiter = new PermitLimiter(service, owned: null);
        limiter.AttemptAcquire();

        limiter.AttemptAcquire(isZero ? 0 : 1).IsAcquired.ShouldBeTrue();
    }

    [Theory]
    [InlineData("sliding", 1)]
    [InlineData("bucket", 1)]
    [InlineData("fixed", 1)]
    [InlineData("bucket", 4)]
    [InlineData("tenant", 1)]
    public void Neither_admitting_nor_refusing_allocates(string algorithm, int limits)
    {
        var service = _bed.Serve(algorithm == "tenant"
            ? Define() with { TenantLimits = [Bucket("l", 5000, Ms(1000), 5000, by: PartitionBy.Tenant)] }
            : Define([.. Enumerable.Range(0, limits).Select(i => Limit(algorithm, 5000) with { Name = $"l{i}" })]));
        using var limiter = new PermitLimiter(service, owned: null);
        var request = Of(tenant: "t");
        Run(1000);

        Run(1000).ShouldBe((1000, 0L), "admitted");
        Run(4000);
        Run(1000).ShouldBe((0, 0L), "refused");

        (int Admitted, long Bytes) Run(int times)
        {
            var admitted = 0;
            var bytes = Allocated.ByEach(times / 10, count =>
            {
                for (var i = 0; i < count; i++)
                {
                    using var lease = algorithm == "tenant" ? service.AttemptPermits(request, 1) : limiter.AttemptAcquire();
                    admitted += lease.IsAcquired ? 1 : 0;
                }
            });
            return (admitted, bytes);
        }
    }

    private static TimeSpan RetryAfter(RateLimitLease lease)
    {
        lease.TryGetMetadata(MetadataName.RetryAfter, out var wait).ShouldBeTrue();
        return wait;
    }

    private static LimitDefinition Limit(string algorithm, long quota) => algorithm switch
    {
        "sliding" => Window("l", quota, Ms(100)),
        "bucket" => Bucket("l", quota, Ms(100) * quota, quota),
        "fixed" => Fixed("l", quota, Ms(100), WindowAnchor.FirstUse),
        _ => Slots("l", quota),
    };

    private PermitLimiter Make(string algorithm, long quota)
    {
        var service = _bed.Serve(Limit(algorithm, quota));
        return new PermitLimiter(service, service);
    }
}
