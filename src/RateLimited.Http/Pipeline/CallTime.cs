using RateLimited.Http.Limits;
using RateLimited.Http.Resilience;

namespace RateLimited.Http.Pipeline;

/// <summary>Until when a request may take, with all its attempts, pauses and waits.</summary>
/// <param name="End">What its token belongs to, if it is one of ours that the present attempt may be ended by too.</param>
/// <param name="Deadline">Where there is none: in ticks of the service's clock, or <see cref="LimitRule.Never"/>.</param>
internal readonly record struct CallTime(CallEnd? End, long Deadline = LimitRule.Never)
{
    public static CallTime Unbounded => new(End: null);

    /// <summary>How long was left at an instant at which the service's clock was just read.</summary>
    public TimeSpan LeftAt(long now) => (End?.Deadline ?? Deadline) is var due && due == LimitRule.Never ? Timeout.InfiniteTimeSpan : TimeSpan.FromTicks(Math.Max(due - now, 0));

    /// <summary>How long is left, in ticks.</summary>
    public long Left(ServiceResilience service) => End is not null ? End.Left : Deadline == LimitRule.Never ? LimitRule.Never : Math.Max(Deadline - service.Now, 0);
}
