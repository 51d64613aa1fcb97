using RateLimited.Http.Admission;
using RateLimited.Http.Telemetry;
using static RateLimited.Http.Tests.Admission.AdmissionBed;

namespace RateLimited.Http.Tests.Admission;

/// <summary>Whoever observes refusals hears of each of them once, by whichever face it was refused.</summary>
public sealed class RefusalObserverTests : IDisposable
{
    private readonly AdmissionBed _bed = new();
    private readonly Heard _heard = new();
    private readonly RateLimitingTelemetry _telemetry;

    public RefusalObserverTests() => _telemetry = new RateLimitingTelemetry(observers: [new Throwing(), _heard]);

    [Fact]
    public void One_who_does_not_wait_is_heard_of_with_what_it_asked()
    {
        using var service = Serve(Define(Slots("5 concurrent", 1)));
        using var lease = service.TryAcquire().Lease;
        service.TryAcquire(new AdmissionRequest { Tenant = "acme", Endpoint = "GET /x", Priority = RequestPriority.High }).Lease.ShouldBeNull();

        _heard.All.ShouldBe([new RefusedRequest { Service = "s", Reason = RejectionReason.LimitReached, Limit = "5 concurrent", Tenant = "acme", Endpoint = "GET /x", Priority = RequestPriority.High }]);
    }

    [Fact]
    public async Task One_whose_wait_would_be_too_long_is_heard_of()
    {
        using var service = Serve(Define(Window("1/minute", 1, TimeSpan.FromMinutes(1))));
        using var lease = await service.AcquireAsync(cancellationToken: TestContext.Current.CancellationToken);
        await Should.ThrowAsync<RateLimitRejectedException>(async () => await service.AcquireAsync(new AdmissionRequest { Tenant = "acme", Timeout = TimeSpan.FromSeconds(1) }, TestContext.Current.CancellationToken));

        _heard.All.ShouldBe([new RefusedRequest { Service = "s", Reason = RejectionReason.Timeout, Limit = "1/minute", Tenant = "acme" }]);
    }

    [Fact]
    public async Task One_whose_time_in_line_is_over_is_heard_of_and_one_who_leaves_by_itself_is_not()
    {
        using var service = Serve(Define(Slots("slots", 1)));
        using var lease = service.TryAcquire().Lease;
        using var gone = new CancellationTokenSource();
        var left = service.AcquireAsync(new AdmissionRequest { Tenant = "left" }, gone.Token).AsTask();
        var expired = service.AcquireAsync(new AdmissionRequest { Tenant = "acme", Timeout = Ms(10) }, TestContext.Current.CancellationToken).AsTask();
        await gone.CancelAsync();
        _bed.Advance(Ms(10));

        await Should.ThrowAsync<OperationCanceledException>(left);
        await Should.ThrowAsync<RateLimitRejectedException>(expired);
        _heard.All.ShouldBe([new RefusedRequest { Service = "s", Reason = RejectionReason.Timeout, Limit = "slots", Tenant = "acme" }]);
    }

    [Fact]
    public void Those_who_ask_for_permits_are_heard_of_too()
    {
        using var service = Serve(Define(Window("1/minute", 1, TimeSpan.FromMinutes(1))));
        service.AttemptPermits(1).IsAcquired.ShouldBeTrue();
        service.AttemptPermits(1).IsAcquired.ShouldBeFalse();
        service.AttemptPermits(new AdmissionRequest { Tenant = "acme" }, 1).IsAcquired.ShouldBeFalse();
        service.AttemptPermits(2).IsAcquired.ShouldBeFalse();

        _heard.All.Select(static refused => (refused.Reason, refused.Tenant)).ShouldBe([(RejectionReason.LimitReached, null), (RejectionReason.LimitReached, "acme"), (RejectionReason.CostExceedsQuota, null)]);
    }

    [Fact]
    public void Nobody_is_told_where_nobody_observes() => RefusalObservers.Of([]).ShouldBeNull();

    public void Dispose()
    {
        _telemetry.Dispose();
        _bed.Dispose();
    }

    private ServiceLimiter Serve(ServiceDefinition definition) => new(definition, _bed.Store, _telemetry.For(definition.Name));

    private sealed class Heard : IRefusalObserver
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<RefusedRequest> _all = new();

        public IReadOnlyList<RefusedRequest> All => [.. _all];

        public void Refused(in RefusedRequest refused) => _all.Enqueue(refused);
    }

    private sealed class Throwing : IRefusalObserver
    {
        public void Refused(in RefusedRequest refused) => throw new InvalidOperationException();
    }
}
