using System.Runtime.CompilerServices;
using System.Threading.RateLimiting;

namespace RateLimited.Http.Admission;

/// <summary>A service's limits as a <see cref="RateLimiter"/>: a permit is a request.</summary>
internal sealed class PermitLimiter(ServiceLimiter limiter, IDisposable? owned) : RateLimiter
{
    public override TimeSpan? IdleDuration => limiter.IdleDuration();

    public override RateLimiterStatistics? GetStatistics() => limiter.GetStatistics(default);

    protected override RateLimitLease AttemptAcquireCore(int permitCount) => limiter.AttemptPermits(permitCount);

    // As a call of its own it leaves the vector registers' upper halves as they were. Inlined, what is copied on its way left them full for the runtime's next SSE copy in the awaiting method: with
    // processors that then save and restore them (Ice Lake and later) a waiter took twice as long.
    [MethodImpl(MethodImplOptions.NoInlining)]
    protected override ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken) =>
        permitCount == 1 && limiter.TryJoinNewcomers(cancellationToken) is { } newcomer
            ? newcomer.AwaitPermits()
            : limiter.AcquirePermitsAsync(default, permitCount, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            owned?.Dispose();
        }

        base.Dispose(disposing);
    }

    // The base class does not call Dispose for this: a limiter that a partitioned one evicts would stay.
    protected override ValueTask DisposeAsyncCore()
    {
        owned?.Dispose();
        return base.DisposeAsyncCore();
    }
}

/// <summary>A service's limits as a <see cref="PartitionedRateLimiter{TResource}"/>: a resource says what is asked for it, a permit is a request.</summary>
internal sealed class PartitionedPermitLimiter<TResource>(ServiceLimiter limiter, Func<TResource, AdmissionRequest> requestOf, IDisposable? owned)
    : PartitionedRateLimiter<TResource>
{
    public override RateLimiterStatistics? GetStatistics(TResource resource) => limiter.GetStatistics(requestOf(resource));

    protected override RateLimitLease AttemptAcquireCore(TResource resource, int permitCount) => limiter.AttemptPermits(requestOf(resource), permitCount);

    protected override ValueTask<RateLimitLease> AcquireAsyncCore(TResource resource, int permitCount, CancellationToken cancellationToken) =>
        limiter.AcquirePermitsAsync(requestOf(resource), permitCount, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            owned?.Dispose();
        }

        base.Dispose(disposing);
    }

    // The base class does not call Dispose for this: a limiter that a partitioned one evicts would stay.
    protected override ValueTask DisposeAsyncCore()
    {
        owned?.Dispose();
        return base.DisposeAsyncCore();
    }
}
