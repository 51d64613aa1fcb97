using RateLimited.Http.Testing.Models;

namespace RateLimited.Http.Testing.Limits;

/// <summary>What an upstream says of one limit to one caller: the figures before a dialect writes them. Immutable.</summary>
/// <param name="Limit">The limit.</param>
/// <param name="Reading">How it stands.</param>
public sealed record StatedLimit(UpstreamLimit Limit, LimitReading Reading)
{
    /// <summary>The share of the quota that is left, for telling which limit is closest to exhaustion.</summary>
    internal double ShareLeft => (double)Reading.Remaining / Reading.Quota;
}
