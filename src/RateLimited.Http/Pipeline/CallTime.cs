using RateLimited.Http.Limits;
using RateLimited.Http.Resilience;

namespace RateLimited.Http.Pipeline;

/// <summary>Until when a request may take, with all its attempts, pauses and waits.</summary>
/// <param name="Deadline">In ticks of the service's clock; <see cref="LimitRule.Never"/> where it may take as long as it likes.</param>
/// <param name="End">What its token belongs to, if it is one of ours that the present attempt may be ended by too.</param>
internal readonly record struct CallTime(long Deadline, CallEnd? End = null)
{
    public static CallTime Unbounded => new(LimitRule.Never);

    /// <summary>How long is left, in ticks. The clock is read only if something has waited since the request began.</summary>
    public long Left(ServiceResilience service) =>
        Deadline == LimitRule.Never ? LimitRule.Never
        : End is { HasWaited: false } end ? Deadline - end.Began
        : Math.Max(Deadline - service.Now, 0);
}
