namespace RateLimited.Http.Limits;

/// <summary>
/// One of the upstream's limits, as several processes count it together: what the upstream said is used, until its window ends, and what any of them has under way. <c>Count</c> is what is under way
/// <c>Extra</c> what was said, and <c>Mark</c> until when others are taken to use the quota too. What is under way is released by its answer, which says what is used with it.
/// </summary>
/// <remarks>
/// An answer was counted upstream before it said what is used. Of the answers to one window the largest figure is kept, so that whatever is not in it is under way: what remains beyond both is there,
/// in whatever order answers come and whoever hears them.
/// </remarks>
/// <param name="name">The upstream's name of the limit, with the window that belongs to it.</param>
/// <param name="limit">What a window has.</param>
/// <param name="parts">Into how many parts what remains is divided, of which one may be under way: for processes that do not know of each other.</param>
internal sealed class FleetQuota(string name, long limit, int parts = 1) : LimitRule(limit, window: 0)
{
    /// <summary>More than that is no limit, and not counted exactly elsewhere.</summary>
    public const long Largest = 1L << 44;

    /// <summary>So much more than ours may be used before others are taken to use the quota too: somebody who has just joined, and whose first request nobody counted.</summary>
    public const long Doubt = 1;

    /// <summary>Of what is left where others use the quota too, this part may be under way at once: with more, others take the last of it under several; with less, much of a short window is left.</summary>
    public const int PartAtOnce = 4;

    /// <summary>Upstreams round resets to seconds: ends this close together are one window's.</summary>
    private const long MostTolerance = 2 * TimeSpan.TicksPerSecond;

    /// <summary>The upstream's name of the limit, with the window that belongs to it.</summary>
    public string Name => name;

    public override bool IsReleased => true;

    /// <summary>How far apart two answers may place the end of one window.</summary>
    /// <param name="window">The window; zero where it is not known.</param>
    /// <param name="longest">The longest time that an answer ever said is left of one.</param>
    public static long ToleranceOf(long window, long longest) => Math.Min(MostTolerance, (window > 0 ? window : longest) / 2);

    /// <summary>Into how many parts what remains is divided.</summary>
    public int Parts => parts;

    /// <summary>
    /// How much of what remains may be under way, where it is divided. As long as there is enough for all, no more than there is in all; of less, one at a time each.
    /// </summary>
    public static long ShareOf(long remaining, int parts) => remaining <= 0 ? 0 : Math.Max(remaining / parts, 1);

    /// <summary>The same limit as one of several processes counts it that do not know of each other.</summary>
    public FleetQuota Among(int processes) => new(name, Quota, (int)Math.Min((long)parts * processes, int.MaxValue));

    public override long Earliest(ref LimitState state, in Moment at, long cost)
    {
        var said = SaidAt(state, at);
        if (state.Count == 0 ? cost <= Quota - Used(said) : cost <= ShareOf(Quota - Used(said), PartsAt(state, at)) - state.Count)
        {
            return at.Now;
        }

        return said is not null && cost > Quota - said.Used ? said.Until : Never;
    }

    public override long Charge(ref LimitState state, in Moment at, long cost)
    {
        state.Count = Saturating.Add(state.Count, cost);
        return 0;
    }

    public override void GiveBack(ref LimitState state, in Moment at, long receipt, long amount) => state.Count = Math.Max(state.Count - amount, 0);

    public override void ChargeMore(ref LimitState state, in Moment at, long receipt, long amount) => Charge(ref state, at, amount);

    public override long Used(ref LimitState state, in Moment at) => Saturating.Add(state.Count, Used(SaidAt(state, at)));

    public override long FreshAt(in LimitState state, in Moment at) => state.Count > 0 ? Never : Math.Max(SaidAt(state, at)?.Until ?? 0, state.Mark);

    public override long Project(ref LimitState state, in Moment at, long amount) => Earliest(ref state, at, Math.Min(amount, Quota));

    public override void Adopt(ref LimitState state, LimitRule previous, in Moment at)
    {
        // What is under way is under way whatever the limit; no other rule knows what was said.
        state = previous is FleetQuota ? state : default;
    }

    /// <summary>Takes in that so much of a window is used that ends at an instant, as the answer to one request says. The request is released besides.</summary>
    /// <param name="state">The state.</param>
    /// <param name="at">The present.</param>
    /// <param name="used">How much.</param>
    /// <param name="until">When the window ends. What is past is not listened to.</param>
    /// <param name="tolerance">How far apart two answers may place the end of one window.</param>
    public static void Hear(ref LimitState state, in Moment at, long used, long until, long tolerance)
    {
        if (until <= at.Now)
        {
            return;
        }

        var said = SaidAt(state, at);
        if (said is null || until - said.Until > Math.Max(tolerance, said.Until - at.Now))
        {
            // The first of a window. What ends a little later while much is left of one is an answer that was long on its way.
            state.Extra = new Said(used, until);
        }
        else if (until >= said.Until - tolerance)
        {
            state.Extra = new Said(Math.Max(used, said.Used), Math.Max(until, said.Until));
        }
    }

    /// <summary>Takes in that others use the quota too, as far as is known until an instant.</summary>
    public static void Share(ref LimitState state, long until) => state.Mark = Math.Max(state.Mark, until);

    /// <summary>Takes in that a request was answered without a word of the limit, and was counted by it all the same.</summary>
    public static void Count(ref LimitState state, in Moment at, long cost)
    {
        if (SaidAt(state, at) is { } said)
        {
            state.Extra = said with { Used = Saturating.Add(said.Used, cost) };
        }
    }

    private int PartsAt(in LimitState state, in Moment at) => at.Now < state.Mark ? (int)Math.Min((long)parts * PartAtOnce, int.MaxValue) : parts;

    private static Said? SaidAt(in LimitState state, in Moment at) => state.Extra is Said said && at.Now < said.Until ? said : null;

    private static long Used(Said? said) => said?.Used ?? 0;

    private sealed record Said(long Used, long Until) : ISized
    {
        private static readonly int Own = ManagedSize.Object(2 * sizeof(long));

        public long Bytes => Own;
    }
}
