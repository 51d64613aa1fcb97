namespace RateLimited.Http.Admission;

/// <summary>What a store answers to one request.</summary>
/// <param name="Earliest">The first instant at which the request may go if nothing else goes before it; <see cref="Limits.LimitRule.Never"/> where only a release can tell, or none.</param>
/// <param name="Refused">Of what refused, that which refuses longest; null when the request was admitted or the whole service pauses.</param>
/// <param name="IsAdmitted">Whether all its limits were charged.</param>
internal readonly record struct Decision(bool IsAdmitted, long Earliest, Partition? Refused)
{
    /// <summary>Until when it is known to be refused, where somebody else decides that: whoever may not wait for so long need not wait at all. Zero where nothing was said.</summary>
    public long Told { get; init; }

    public static Decision Admitted(long now) => new(IsAdmitted: true, now, Refused: null);

    public static Decision Wait(long earliest, Partition? refused) => new(IsAdmitted: false, earliest, refused);
}
