using System.Threading.RateLimiting;

namespace RateLimited.Http.Admission;

/// <summary>A service's limits as a <see cref="RateLimiter"/>: a permit is a request.</summary>
internal sealed class PermitLimiter(ServiceLimiter limiter, IDisposable? owned) : RateLimiter
{
    public override TimeSpan? IdleDuration => limiter.IdleDuration();

    public override RateLimiterStatistics? GetStatistics() => limiter.GetStatistics(default);

    protected override RateLimitLease AttemptAcquireCore(int permitCount) => limiter.AttemptPermits(permitCount);

    protected override ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken) =>
        limiter.AcquirePermitsAsync(default, permitCount, cancellationToken);

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
