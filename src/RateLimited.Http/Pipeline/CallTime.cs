using RateLimited.Http.Limits;
using RateLimited.Http.Resilience;

namespace RateLimited.Http.Pipeline;

/// <summary>Until when a request may take, with all its attempts, pauses and waits.</summary>
/// <param name="End">What its token belongs to, if it is one of ours that the present attempt may be ended by too.</param>
/// <param name="Deadline">Where there is none: in ticks of the service's clock, or <see cref="LimitRule.Never"/>.</param>
internal readonly record struct CallTime(CallEnd? End, long Deadline = LimitRule.Never)
{
    public static CallTime Unbounded => new(End: null);

    /// <summary>When it is over, in ticks of the service's clock, or never.</summary>
    public long EndsAt => End?.Deadline ?? Deadline;

    /// <summary>How long is left, in ticks.</summary>
    public long Left(ServiceResilience service) => End is not null ? End.Left : Deadline == LimitRule.Never ? LimitRule.Never : Math.Max(Deadline - service.Now, 0);
}
