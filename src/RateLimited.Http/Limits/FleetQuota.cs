namespace RateLimited.Http.Limits;

/// <summary>
/// One of the upstream's limits, as several processes count it together: what the upstream said is used, until its window ends, and what any of them has under way. <c>Count</c> is what is under way
/// <c>Extra</c> what was said and how much of ours went, and <c>Mark</c> until when others are taken to use the quota too. What is under way is released by its answer, which says what is used with it.
/// </summary>
/// <remarks>
/// An answer was counted upstream before it said what is used. Of the answers to one window the largest figure is kept, so that whatever is not in it is under way: what remains beyond both is there,
/// in whatever order answers come and whoever hears them.
/// <para>
/// If all that remains is under way, as many are refused as others take meanwhile, and nobody sees that they took any: the window ends as full as ours alone would have made it. So a quota is not taken
/// for ours alone before two windows in a row went to us, by half at least, and nobody else was heard of: until then a window begins as if others used it.
/// </para>
/// </remarks>
/// <param name="name">The upstream's name of the limit, with the window that belongs to it.</param>
/// <param name="limit">What a window has.</param>
/// <param name="parts">Into how many parts what remains is divided, of which one may be under way: for processes that do not know of each other.</param>
/// <param name="patience">For how long a window that is not known to be ours alone is taken for one that others use too, from its first answer on; half of it at most. In ticks; zero: not at all.</param>
internal sealed class FleetQuota(string name, long limit, int parts = 1, long patience = 0) : FleetRule(name, limit, window: 0, parts)
{
    /// <summary>After so many windows in a row that went to us the next one is taken for ours. The first may have been heard of when it was almost over.</summary>
    public const int Proof = 2;

    /// <summary>Of a window of which this part went it is known whether others use it.</summary>
    public const int ProvingPart = 2;

    /// <summary>Of what is left where others use the quota too, this part may be under way at once: with more, others take the last of it under several; with less, much of a short window is left.</summary>
    public const int PartAtOnce = 4;

    /// <summary>Upstreams round resets to seconds: ends this close together are one window's.</summary>
    private const long MostTolerance = 2 * TimeSpan.TicksPerSecond;

    /// <summary>How far apart two answers may place the end of one window.</summary>
    /// <param name="window">The window; zero where it is not known.</param>
    /// <param name="longest">The longest time that an answer ever said is left of one.</param>
    public static long ToleranceOf(long window, long longest) => Math.Min(MostTolerance, (window > 0 ? window : longest) / 2);

    /// <summary>For how long a window that is not known to be ours alone is taken for one that others use too.</summary>
    public long Patience => patience;

    /// <summary>Whether others use the quota too where so much more of it is used than ours took.</summary>
    public static bool ShowsOthers(long excess, int processes) => excess > UncountedOf(processes);

    /// <summary>Whether a refusal shows the same: what went was counted, and less than there was.</summary>
    /// <param name="report">What the response says of the limit.</param>
    /// <param name="cost">What the refused request was charged by it; zero where nobody counted it.</param>
    public static bool ShowsOthers(in QuotaReport report, long cost) => report.IsOfRefusal && report.Remaining < cost;

    /// <summary>
    /// How much of what remains may be under way, where it is divided. As long as there is enough for all, no more than there is in all; of less, one at a time each.
    /// </summary>
    public static long ShareOf(long remaining, int parts) => remaining <= 0 ? 0 : Math.Max(remaining / parts, 1);

    public override FleetQuota Among(int processes) => new(Name, Quota, PartsAmong(processes), patience);

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
        if (SaidAt(state, at) is { } said)
        {
            said.Ours = Saturating.Add(said.Ours, cost);
        }
        else if (patience > 0 && (state.Extra is not Told told || told.DoubtedUntil <= told.Until || state.Count == cost) && ProofsAt(state, at) < Proof)
        {
            // The first of a window that may not be ours alone.
            KnownOf<Told>(ref state).DoubtedUntil = Saturating.Add(at.Now, patience);
        }

        return 0;
    }

    /// <summary>What was granted went to nobody and is given back: it was not ours.</summary>
    public static void Unused(ref LimitState state, in Moment at, long amount)
    {
        state.Count = Math.Max(state.Count - amount, 0);
        if (SaidAt(state, at) is { } said)
        {
            said.Ours = Math.Max(said.Ours - amount, 0);
        }
    }

    public override long Used(ref LimitState state, in Moment at) => Saturating.Add(state.Count, Used(SaidAt(state, at)));

    public override long FreshAt(in LimitState state, in Moment at) => state.Count > 0 ? Never : Math.Max((state.Extra as Told)?.FreshAt ?? 0, state.Mark);

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
    /// <param name="isCounted">Whether the request was counted as it will be upstream; else it and all that is used by then are taken for ours.</param>
    /// <returns>How much more of the window is used than ours can have taken.</returns>
    public long Hear(ref LimitState state, in Moment at, long used, long until, long tolerance, bool isCounted = true)
    {
        var said = SaidAt(state, at);
        if (until <= at.Now || (said is not null && until < said.Until - tolerance))
        {
            return 0;
        }

        // What ends a little later while much is left of a window is an answer that was long on its way.
        var isNew = said is null || until - said.Until > Math.Max(tolerance, said.Until - at.Now);
        var known = KnownOf<Told>(ref state);
        if (isNew)
        {
            Begin(ref state, known, at, used, until);
        }
        else
        {
            (known.Used, known.Until) = (Math.Max(used, known.Used), Math.Max(until, known.Until));
        }

        known.Ours = isCounted ? known.Ours : Math.Max(isNew ? known.Ours : Saturating.Add(known.Ours, 1), used);
        if (isNew)
        {
            return 0;
        }

        if (used > known.Ours)
        {
            // However little it is, this window says nothing of the next, and is doubted for longer.
            (known.Proofs, known.DoubtedUntil) = (-1, Math.Max(known.DoubtedUntil, Saturating.Add(at.Now, Math.Min(patience, until - at.Now))));
        }

        return used - known.Ours;
    }

    /// <summary>Takes in that others use the quota too, as far as is known until an instant.</summary>
    public static void Share(ref LimitState state, long until) => state.Mark = Math.Max(state.Mark, until);

    public override void Count(ref LimitState state, in Moment at, long cost)
    {
        if (SaidAt(state, at) is { } said)
        {
            said.Used = Saturating.Add(said.Used, cost);
        }
    }

    /// <summary>The first that is heard of a window. What is under way may be counted in it.</summary>
    private void Begin(ref LimitState state, Told known, in Moment at, long used, long until)
    {
        var lasts = until - at.Now;
        known.Proofs = ProofsAt(state, at);
        known.Ours = known.Follows(at) ? state.Count : Math.Max(state.Count, used);
        (known.Used, known.Until, known.Lasts) = (used, until, lasts);
        if (known.Proofs < Proof)
        {
            known.DoubtedUntil = Math.Max(known.DoubtedUntil, Saturating.Add(at.Now, Math.Min(patience, lasts / 2)));
        }
    }

    /// <summary>How many windows in a row, with the last one that was told of, went to us and to nobody else.</summary>
    private int ProofsAt(in LimitState state, in Moment at) =>
        state.Extra is Told known && known.Follows(at) && known.Ours >= Quota - (Quota / ProvingPart) && at.Now >= state.Mark ? Math.Min(known.Proofs + 1, Proof) : 0;

    private int PartsAt(in LimitState state, in Moment at) =>
        at.Now < state.Mark || (state.Extra is Told known && at.Now < known.DoubtedUntil) ? PartsAmong(PartAtOnce) : Parts;

    private static Told? SaidAt(in LimitState state, in Moment at) => state.Extra is Told told && at.Now < told.Until ? told : null;

    private static long Used(Told? said) => said?.Used ?? 0;

    /// <summary>What was said of the last window that was told of, and what of ours went in it.</summary>
    private sealed class Told : ISized
    {
        private static readonly int Own = ManagedSize.Object((5 * sizeof(long)) + sizeof(int));

        public long Used { get; set; }

        public long Until { get; set; }

        /// <summary>How much was left of it when it was heard of first. Whoever goes as soon after its end is taken to go in the window that follows it.</summary>
        public long Lasts { get; set; }

        /// <summary>How much of ours went in it, or was under way when it began and may be counted in it.</summary>
        public long Ours { get; set; }

        /// <summary>How many windows before it went to us, one after the other; minus one where somebody else was heard of in it.</summary>
        public int Proofs { get; set; }

        /// <summary>Until when others may be using the quota, for all that is known.</summary>
        public long DoubtedUntil { get; set; }

        public long FreshAt => Math.Max(Saturating.Add(Until, Lasts), DoubtedUntil);

        public long Bytes => Own;

        public bool Follows(in Moment at) => at.Now < Saturating.Add(Until, Lasts);
    }
}
