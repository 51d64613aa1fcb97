namespace RateLimited.Http.Limits;

/// <summary>
/// What a limit remembers of one partition. The default value is a partition that was never used. What the fields mean is the rule's affair; three words serve all of
/// them, so that an idle partition is small.
/// </summary>
internal struct LimitState
{
    public long Mark;
    public long Count;
    public object? Extra;

    /// <summary>What is held beside the words.</summary>
    public readonly long ExtraBytes => Extra is ISized sized ? sized.Bytes : 0;
}

/// <summary>
/// The moment a decision is made at. All times are ticks of 100 ns on a monotonic clock that began at zero.
/// </summary>
/// <param name="Now">The monotonic instant.</param>
/// <param name="WallOffset">What to add to a monotonic instant to get UTC ticks.</param>
/// <param name="Guard">By how much two requests may bunch up between being sent and arriving: limits are padded by it.</param>
internal readonly record struct Moment(long Now, long WallOffset = 0, long Guard = 0);
