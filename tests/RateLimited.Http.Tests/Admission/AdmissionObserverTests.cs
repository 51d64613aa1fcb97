using RateLimited.Http.Admission;
using RateLimited.Http.Telemetry;
using static RateLimited.Http.Tests.Admission.AdmissionBed;

namespace RateLimited.Http.Tests.Admission;

/// <summary>Whoever observes admissions hears of each of them once, by whichever face it went.</summary>
public sealed class AdmissionObserverTests : IDisposable
{
    private static readonly AdmissionRequest Acme = new() { Tenant = "acme", Endpoint = "GET /x" };
    private static readonly AdmittedRequest OfAcme = new() { Service = "s", Tenant = "acme", Endpoint = "GET /x" };

    private readonly AdmissionBed _bed = new();
    private readonly Heard _heard = new();
    private readonly RateLimitingTelemetry _telemetry;

    public AdmissionObserverTests() => _telemetry = new RateLimitingTelemetry(admissions: [new Throwing(), _heard]);

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Those_who_go_at_once_are_heard_of_and_those_who_are_refused_are_not()
    {
        using var service = Serve(Define(Window("2/minute", 2, TimeSpan.FromMinutes(1))));
        service.TryAcquire(Acme).Lease.ShouldNotBeNull().Dispose();
        (await service.AcquireAsync(cancellationToken: Ended)).Dispose();
        service.TryAcquire(Acme).Lease.ShouldBeNull();

        _heard.All.ShouldBe([OfAcme, new AdmittedRequest { Service = "s" }]);
    }

    [Fact]
    public async Task One_who_waited_is_heard_of_when_it_goes()
    {
        using var service = Serve(Define(Slots("slots", 1)));
        var first = service.TryAcquire().Lease;
        var waiting = service.AcquireAsync(Acme, Ended).AsTask();
        _heard.All.Count.ShouldBe(1);
        first!.Dispose();

        (await waiting).Dispose();

        _heard.All.ShouldBe([new AdmittedRequest { Service = "s" }, OfAcme]);
    }

    [Fact]
    public void Those_who_are_only_watched_are_heard_of()
    {
        using var service = Serve(Define(Window("1/minute", 1, TimeSpan.FromMinutes(1))) with { Mode = RateLimitMode.DryRun });
        service.TryAcquire(Acme).Lease!.Dispose();
        service.TryAcquire(Acme).Lease!.Dispose();

        _heard.All.ShouldBe([OfAcme, OfAcme]);
    }

    [Fact]
    public async Task Those_who_ask_for_permits_are_heard_of_too()
    {
        using var windows = Serve(Define(Window("9/minute", 9, TimeSpan.FromMinutes(1))));
        windows.AttemptPermits(1).IsAcquired.ShouldBeTrue();
        windows.AttemptPermits(Acme, 2).IsAcquired.ShouldBeTrue();
        (await windows.AcquirePermitsAsync(Acme, 1, Ended)).IsAcquired.ShouldBeTrue();
        using var slots = Serve(Define(Slots("slots", 5)));
        using var held = slots.AttemptPermits(Acme, 2);

        held.IsAcquired.ShouldBeTrue();
        _heard.All.ShouldBe([new AdmittedRequest { Service = "s" }, OfAcme, OfAcme, OfAcme]);
    }

    [Fact]
    public void Nobody_is_told_where_nobody_observes() => AdmissionObservers.Of([]).ShouldBeNull();

    public void Dispose()
    {
        _telemetry.Dispose();
        _bed.Dispose();
    }

    private ServiceLimiter Serve(ServiceDefinition definition) => new(definition, _bed.Store, _telemetry.For(definition.Name));

    private sealed class Heard : IAdmissionObserver
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<AdmittedRequest> _all = new();

        public IReadOnlyList<AdmittedRequest> All => [.. _all];

        public void Admitted(in AdmittedRequest admitted) => _all.Enqueue(admitted);
    }

    private sealed class Throwing : IAdmissionObserver
    {
        public void Admitted(in AdmittedRequest admitted) => throw new InvalidOperationException();
    }
}
