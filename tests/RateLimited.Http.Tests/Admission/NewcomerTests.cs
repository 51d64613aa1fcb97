using System.Threading.RateLimiting;
using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using static RateLimited.Http.Tests.Admission.AdmissionBed;

namespace RateLimited.Http.Tests.Admission;

/// <summary>Permits waited for by very many, who join without the line's lock: they stand in line as everybody does.</summary>
public sealed class NewcomerTests : IDisposable
{
    /// <summary>More than come at a time, and not a multiple of it.</summary>
    private const int Many = 700;

    private static readonly TimeSpan Watchdog = TimeSpan.FromSeconds(60);

    private readonly AdmissionBed _bed = new();

    public void Dispose() => _bed.Dispose();

    [Fact]
    public async Task They_go_in_the_order_they_came_and_one_for_each_permit()
    {
        var (service, limiter) = Serve(Bucket("b", 1, Ms(1), burst: 1));
        var waiters = Join(limiter, Many);

        for (var gone = 1; gone <= Many; gone++)
        {
            _bed.Advance(Ms(1));
            (await waiters[gone - 1].WaitAsync(Watchdog, TestContext.Current.CancellationToken)).IsAcquired.ShouldBeTrue();
            Waiting(service).ShouldBe(Many - gone);
            waiters[Math.Min(gone, Many - 1)].IsCompleted.ShouldBe(gone == Many);
        }

        (service.GetStatus().InFlight, limiter.GetStatistics()!.TotalSuccessfulLeases).ShouldBe((0, Many + 1));
    }

    [Fact]
    public void Everybody_is_counted_at_once()
    {
        var (service, limiter) = Serve(Bucket("b", 1, Ms(1), burst: 1));
        for (var count = 1; count <= 20; count++)
        {
            Join(limiter, 1);
            Waiting(service).ShouldBe(count);
            limiter.GetStatistics()!.CurrentQueuedCount.ShouldBe(count);
            service.EstimateWait().ShouldBe(Ms(count + 1));
            Join(limiter, 1);
            Waiting(service).ShouldBe(++count);
        }
    }

    [Fact]
    public async Task The_line_is_as_long_as_it_may_be_and_no_longer_however_many_come_at_once()
    {
        const int Threads = 4;
        const int Length = 1_000;
        var (service, limiter) = Serve(Define(Bucket("b", 1, TimeSpan.FromHours(1), burst: 1)), length: Length);
        Join(limiter, 1);
        var waiters = new Task<RateLimitLease>[Threads][];
        var threads = Enumerable.Range(0, Threads).Select(index => new Thread(() => waiters[index] = Join(limiter, Length / 2))).ToList();
        threads.ForEach(static thread => thread.Start());
        threads.ForEach(static thread => thread.Join(Watchdog).ShouldBeTrue());

        Waiting(service).ShouldBe(Length);
        var refused = waiters.SelectMany(static each => each).Where(static each => each.IsCompleted).ToList();
        refused.Count.ShouldBe((Threads * Length / 2) - Length + 1);
        foreach (var each in refused)
        {
            (await each).IsAcquired.ShouldBeFalse();
        }
    }

    [Fact]
    public async Task Any_of_them_may_leave_and_takes_nobody_along()
    {
        var (service, limiter) = Serve(Bucket("b", 1, Ms(1), burst: 1));
        using var source = new CancellationTokenSource();
        var before = Join(limiter, 3);
        var leaving = limiter.AcquireAsync(1, source.Token).AsTask();
        var after = Join(limiter, 3);

        await source.CancelAsync();

        (await Should.ThrowAsync<OperationCanceledException>(leaving)).CancellationToken.ShouldBe(source.Token);
        Waiting(service).ShouldBe(6);
        _bed.Advance(Ms(6));
        await Task.WhenAll([.. before, .. after]).WaitAsync(Watchdog, TestContext.Current.CancellationToken);
        Waiting(service).ShouldBe(0);
    }

    [Fact]
    public async Task Whoever_is_more_urgent_goes_first()
    {
        var (service, limiter) = Serve(Bucket("b", 1, Ms(1), burst: 1));
        var waiters = Join(limiter, 5);
        var urgent = Waiter.Enter(service, Of(RequestPriority.High), token: TestContext.Current.CancellationToken);
        var late = Join(limiter, 5);

        _bed.Advance(Ms(1));

        urgent.IsAdmitted.ShouldBeTrue();
        urgent.Complete();
        waiters[0].IsCompleted.ShouldBeFalse();
        _bed.Advance(Ms(10));
        await Task.WhenAll([.. waiters, .. late]).WaitAsync(Watchdog, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task They_grow_older_as_others_do()
    {
        var (service, limiter) = Serve(Define(Bucket("b", 1, Ms(100), burst: 1)), ageing: Ms(20));
        var waiters = Join(limiter, 3);
        _bed.Advance(Ms(25));
        var late = Join(limiter, 1);
        var urgent = Waiter.Enter(service, Of(RequestPriority.High), token: TestContext.Current.CancellationToken);

        // Those that came first have risen to its class before it came; whoever came after them has not.
        for (var gone = 0; gone < 3; gone++)
        {
            _bed.Advance(gone == 0 ? Ms(75) : Ms(100));
            (await waiters[gone].WaitAsync(Watchdog, TestContext.Current.CancellationToken)).IsAcquired.ShouldBeTrue();
        }

        urgent.IsDone.ShouldBeFalse();
        late[0].IsCompleted.ShouldBeFalse();
        _bed.Advance(Ms(100));
        urgent.IsAdmitted.ShouldBeTrue();
        urgent.Complete();
        _bed.Advance(Ms(100));
        await late[0].WaitAsync(Watchdog, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_reload_keeps_their_places()
    {
        var (service, limiter) = Serve(Bucket("b", 1, Ms(1), burst: 1));
        var waiters = Join(limiter, 10);

        service.Apply(service.Definition with { Limits = [Bucket("b", 1, Ms(2), burst: 1), Window("w", 1_000, Ms(1))] });
        var late = Join(limiter, 10);

        Waiting(service).ShouldBe(20);
        for (var gone = 1; gone <= 20; gone++)
        {
            _bed.Advance(Ms(2));
            await (gone <= 10 ? waiters[gone - 1] : late[gone - 11]).WaitAsync(Watchdog, TestContext.Current.CancellationToken);
            Waiting(service).ShouldBe(20 - gone);
        }

        service.GetStatus().InFlight.ShouldBe(0);
    }

    [Theory]
    [InlineData(RateLimitMode.DryRun)]
    [InlineData(RateLimitMode.Disabled)]
    public async Task They_go_when_nothing_is_enforced_any_more(RateLimitMode mode)
    {
        var (service, limiter) = Serve(Bucket("b", 1, TimeSpan.FromHours(1), burst: 1));
        var waiters = Join(limiter, 10);

        service.Apply(service.Definition with { Mode = mode });

        (await Task.WhenAll(waiters).WaitAsync(Watchdog, TestContext.Current.CancellationToken)).ShouldAllBe(static lease => lease.IsAcquired);
        (await limiter.AcquireAsync(1, TestContext.Current.CancellationToken)).IsAcquired.ShouldBeTrue();
        (service.GetStatus().InFlight, Waiting(service)).ShouldBe((0, 0));
    }

    [Fact]
    public async Task All_are_told_when_the_limiter_is_disposed()
    {
        var (service, limiter) = Serve(Bucket("b", 1, TimeSpan.FromHours(1), burst: 1));
        var waiters = Join(limiter, Many);

        service.Dispose();

        (await Task.WhenAll(waiters).WaitAsync(Watchdog, TestContext.Current.CancellationToken)).ShouldAllBe(static lease => !lease.IsAcquired);
        await Should.ThrowAsync<ObjectDisposedException>(async () => await limiter.AcquireAsync(1, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task They_are_admitted_by_all_limits_or_none()
    {
        var (service, limiter) = Serve(Bucket("b", 1, Ms(1), burst: 1), Window("w", 3, Ms(10)));
        var waiters = Join(limiter, 5);

        _bed.Advance(Ms(5));

        await Task.WhenAll(waiters[..2]).WaitAsync(Watchdog, TestContext.Current.CancellationToken);
        waiters[2].IsCompleted.ShouldBeFalse("the window is full");
        service.GetStatus().Limits.Select(static limit => limit.Used).ShouldBe([0, 3]);
        _bed.Advance(Ms(20));
        await Task.WhenAll(waiters).WaitAsync(Watchdog, TestContext.Current.CancellationToken);
    }

    /// <summary>A limiter whose one permit has gone, and its first waiter, which holds up the others.</summary>
    private (ServiceLimiter Service, PermitLimiter Limiter) Serve(params LimitDefinition[] limits) => Serve(Define(limits));

    private (ServiceLimiter Service, PermitLimiter Limiter) Serve(ServiceDefinition definition, int length = 10_000, TimeSpan? ageing = null)
    {
        var service = _bed.Serve(definition with { Queue = definition.Queue with { Length = length, Ageing = ageing ?? definition.Queue.Ageing } });
        var limiter = new PermitLimiter(service, owned: null);
        limiter.AttemptAcquire().IsAcquired.ShouldBeTrue();
        return (service, limiter);
    }

    private static Task<RateLimitLease>[] Join(PermitLimiter limiter, int count) => [.. Enumerable.Range(0, count).Select(_ => limiter.AcquireAsync(1, CancellationToken.None).AsTask())];

    private static int Waiting(ServiceLimiter service) => service.GetStatus().Line.Sum(static each => each.Waiting);
}
