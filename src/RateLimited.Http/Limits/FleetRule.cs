namespace RateLimited.Http.Limits;

/// <summary>
/// One of the upstream's limits, as several processes count it together: what the upstream said is used, and what any of them has under way, which is <c>Count</c>. What is under way is released by its
/// answer, which says what is used with it.
/// </summary>
/// <param name="name">The upstream's name of the limit, with the window that belongs to it.</param>
/// <param name="limit">How much there is in all.</param>
/// <param name="window">In how much time that flows back, in ticks; zero where it returns at once.</param>
/// <param name="parts">Into how many parts what remains is divided, of which one may be under way: for processes that do not know of each other.</param>
internal abstract class FleetRule(string name, long limit, long window, int parts) : LimitRule(limit, window)
{
    /// <summary>More than that is no limit, and not counted exactly elsewhere.</summary>
    public const long Largest = 1L << 44;

    /// <summary>The upstream's name of the limit, with the window that belongs to it.</summary>
    public string Name => name;

    public override bool IsReleased => true;

    /// <summary>Into how many parts what remains is divided.</summary>
    public int Parts => parts;

    /// <summary>How much of ours may be used that nobody counted: of a process that has just joined the first request, and each of the other processes may have.</summary>
    public static long UncountedOf(int processes) => Math.Max(processes - 1, 1);

    /// <summary>The same limit as one of several processes counts it that do not know of each other.</summary>
    public abstract FleetRule Among(int processes);

    /// <summary>Takes in that a request was answered without a word of the limit, and was counted by it all the same.</summary>
    public abstract void Count(ref LimitState state, in Moment at, long cost);

    public override void GiveBack(ref LimitState state, in Moment at, long receipt, long amount) => state.Count = Math.Max(state.Count - amount, 0);

    public override void ChargeMore(ref LimitState state, in Moment at, long receipt, long amount) => Charge(ref state, at, amount);

    public override long Project(ref LimitState state, in Moment at, long amount) => Earliest(ref state, at, Math.Min(amount, Quota));

    /// <summary>What is known besides, which is made when there is none.</summary>
    protected static T KnownOf<T>(ref LimitState state)
        where T : class, new()
    {
        if (state.Extra is T known)
        {
            return known;
        }

        known = new T();
        state.Extra = known;
        return known;
    }

    /// <summary>The parts of each of several that divide it further.</summary>
    protected int PartsAmong(int many) => (int)Math.Min((long)parts * many, int.MaxValue);
}
