namespace RateLimited.Http.Redis.Tests.Sharing;

/// <summary>The system's time, with a wall clock that is wrong by so much.</summary>
internal sealed class SkewedTime(TimeSpan by) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
}
