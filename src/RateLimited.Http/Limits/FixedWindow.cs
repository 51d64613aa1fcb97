namespace RateLimited.Http.Limits;

/// <summary>
/// At most the quota in each window. <c>Mark</c> is the instant at which the current window ends, <c>Count</c> what went in it, and <c>Extra</c> its number and what went so shortly
/// before its end that it may arrive in the next one.
/// </summary>
/// <remarks>
/// <para>
/// A clock-aligned window cannot be padded by the guard, since its end stands. What is sent in the last stretch before the end, as long as the guard, counts in both windows: whichever
/// it arrives in has room for it. That needs a guard shorter than the window.
/// </para>
/// <para>
/// A window that begins at first use is padded, as the upstream's began later than ours by the first request's way, which is not known better than by the guard. Nothing goes while
/// the upstream's may have ended or not: what arrived after its end would begin its next one early, out of step with ours.
/// </para>
/// </remarks>
internal sealed partial class FixedWindow : LimitRule
{
    /// <summary>Upstreams round the instants they announce to seconds: of windows of a second and more none is moved by less.</summary>
    private const long SmallestTolerance = TimeSpan.TicksPerSecond;

    private const long LargestTolerance = 2 * TimeSpan.TicksPerSecond;

    private const int SmallestToleratedPart = 8;

    private readonly WindowAnchor _anchor;
    private readonly TimeZoneInfo? _zone;
    private readonly WindowGrid? _grid;

    /// <param name="quota">How much may go in each window.</param>
    /// <param name="window">The window in ticks.</param>
    /// <param name="anchor">Where windows begin.</param>
    /// <param name="zone">The zone whose midnight windows of whole days begin at; null for UTC.</param>
    public FixedWindow(long quota, long window, WindowAnchor anchor = WindowAnchor.Clock, TimeZoneInfo? zone = null)
        : base(quota, window)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        _anchor = anchor;
        _zone = zone;
        _grid = anchor == WindowAnchor.Clock ? new WindowGrid(window, zone) : null;
    }

    /// <summary>Where windows begin.</summary>
    public WindowAnchor Anchor => _anchor;

    /// <summary>The zone whose midnight windows of whole days begin at; null for UTC.</summary>
    public TimeZoneInfo? Zone => _zone;

    public override long Earliest(ref LimitState state, in Moment at, long cost)
    {
        if (cost > Quota)
        {
            return Never;
        }

        Roll(ref state, at);
        if (IsOver(state, at) || cost <= Room(state, at))
        {
            return at.Now;
        }

        // What was sent late counts in the next window as well and may leave no room there.
        return cost <= Quota - Late(state) ? state.Mark : End(state.Mark, at, Phase(state));
    }

    public override long EarliestNotBefore(ref LimitState state, in Moment at, long cost, long instant)
    {
        var earliest = Math.Max(Earliest(ref state, at, cost), instant);

        // What has room now has none in the last stretch of a window that began at first use.
        return earliest >= state.Mark || cost <= Room(state, at with { Now = earliest }) ? earliest : state.Mark;
    }

    public override long Charge(ref LimitState state, in Moment at, long cost)
    {
        Roll(ref state, at);
        if (IsOver(state, at))
        {
            Open(ref state, Saturating.Add(at.Now, Padded(at)), follows: false);
        }

        state.Count = Saturating.Add(state.Count, cost);
        var notes = NotesOf(ref state);
        notes.Requests++;
        if (_grid is null || !IsLate(state, at))
        {
            return notes.Number;
        }

        notes.Late = Saturating.Add(notes.Late, cost);
        return -notes.Number;
    }

    /// <summary>Giving back goes into the window that was charged, if it is still the current one. The receipt is its number, negative for what counts in the next as well.</summary>
    public override void GiveBack(ref LimitState state, in Moment at, long receipt, long amount)
    {
        if (!Counts(ref state, at, receipt))
        {
            return;
        }

        state.Count = Math.Max(state.Count - amount, 0);
        var notes = NotesOf(ref state);
        if (receipt == -notes.Number)
        {
            notes.Late = Math.Max(notes.Late - amount, 0);
        }
    }

    /// <summary>A window that begins at first use has not begun where nothing that was charged in it left: the upstream's begins with what does.</summary>
    public override void NeverSent(ref LimitState state, in Moment at, long receipt)
    {
        if (_anchor == WindowAnchor.FirstUse && Counts(ref state, at, receipt) && --NotesOf(ref state).Requests == 0)
        {
            state.Mark = at.Now;
        }
    }

    public override void ChargeMore(ref LimitState state, in Moment at, long receipt, long amount)
    {
        if (!Counts(ref state, at, receipt))
        {
            return;
        }

        state.Count = Saturating.Add(state.Count, amount);
        var notes = NotesOf(ref state);
        if (receipt == -notes.Number)
        {
            notes.Late = Saturating.Add(notes.Late, amount);
        }
    }

    public override bool IsDatedByAnswers => _grid is not null;

    public override bool IsAnnounced => _anchor == WindowAnchor.Announced;

    public override long Used(ref LimitState state, in Moment at)
    {
        Roll(ref state, at);
        return IsOver(state, at) ? 0 : state.Count;
    }

    public override long FreshAt(in LimitState state, in Moment at) => Late(state) == 0 ? state.Mark : End(state.Mark, at, Phase(state));

    public override long Project(ref LimitState state, in Moment at, long amount)
    {
        Roll(ref state, at);
        var isOver = IsOver(state, at);
        var now = isOver ? Quota : Room(state, at);
        if (amount <= now)
        {
            return at.Now;
        }

        var rest = amount - now;
        var first = isOver ? Saturating.Add(at.Now, Padded(at)) : state.Mark;
        if (_grid is null)
        {
            return Saturating.Add(first, Saturating.Multiply((rest - 1) / Quota, Padded(at)));
        }

        // What goes now may be late: then it takes room in the next window too.
        var late = Saturating.Add(Late(state), IsLate(state, at) ? now : 0);
        var next = Math.Max(Quota - late, 0);
        return rest <= next ? first : WindowAfter(End(first, at, Phase(state)), (rest - next - 1) / Quota, at, Phase(state));
    }

    public override bool MayAdmitThroughout => true;

    public override bool AdmitsThroughout(in LimitState state, in Moment from, long to, long cost) =>
        to < state.Mark - Stretch(from) && cost <= Quota - state.Count;

    public override void Adopt(ref LimitState state, LimitRule previous, in Moment at)
    {
        // What paces a window leaves the state to it.
        if ((previous is PacedWindow paced ? paced.Counting : previous) is not FixedWindow same)
        {
            base.Adopt(ref state, previous, at);
            return;
        }

        if (same.Window == Window && same._anchor == _anchor && Equals(same._zone, _zone))
        {
            return;
        }

        // What went in the old window counts in the first new one: a change of window must not begin a fresh quota.
        var used = same.Used(ref state, at);
        var notes = state.Extra as Notes;
        state = default;
        if (used > 0)
        {
            var late = notes!.Late;
            (state.Extra, notes.Late) = (notes, 0);
            var number = notes.Number;
            Charge(ref state, at, used);
            notes.Number = number;
            notes.Late = _grid is null ? 0 : Math.Max(notes.Late, late);
        }
    }

    /// <summary>
    /// Windows that are anchored to announcements end when they are told, but no sooner than a whole window after the one before. Others are moved later until they end together with the
    /// upstream's, once in each window. Ends that came earlier would give the quota out anew, and whoever can say so could do it again and again.
    /// </summary>
    public override void Announce(ref LimitState state, in Moment at, long resetAt)
    {
        var end = Math.Clamp(resetAt, at.Now, Saturating.Add(at.Now, Padded(at)));
        Roll(ref state, at);
        if (IsOver(state, at))
        {
            Open(ref state, AWindowAfter(state.Mark, end), follows: false);
        }
        else if (_anchor == WindowAnchor.Announced)
        {
            state.Mark = AWindowAfter(state.Extra is Notes notes ? notes.Since : 0, end);
        }
        else
        {
            Shift(ref state, end);
        }
    }

    /// <summary>An end, or a later one if it lies less than a window after the end before it, where there was one.</summary>
    private long AWindowAfter(long previous, long end) => previous > 0 ? Math.Max(end, Saturating.Add(previous, Window)) : end;

    private void Shift(ref LimitState state, long resetAt)
    {
        var notes = NotesOf(ref state);
        var later = (((resetAt - state.Mark) % Window) + Window) % Window;
        var tolerance = Math.Clamp(Window / SmallestToleratedPart, Window < SmallestTolerance ? 0 : SmallestTolerance, LargestTolerance);
        if (notes.ShiftedIn == notes.Number || later <= tolerance || later >= Window - tolerance)
        {
            return;
        }

        notes.ShiftedIn = notes.Number;
        state.Mark = Saturating.Add(state.Mark, later);
        notes.Phase = (notes.Phase + later) % Window;
    }

    /// <summary>Begins a window. Its number tells its receipts from those of all windows before it. What was sent late in the one it follows counts in it.</summary>
    private static void Open(ref LimitState state, long end, bool follows)
    {
        var previous = state.Mark;
        var unheard = follows ? Unheard(state) : 0;
        (state.Mark, state.Count) = (end, follows ? Math.Min(Saturating.Add(Late(state), unheard), state.Count) : 0);
        if (state.Extra is Notes notes)
        {
            (notes.HasCarriedUnheard, notes.Unheard, notes.AwaitedUntil) = (unheard > 0, 0, 0);
            notes.Since = previous;
            notes.Carried = follows ? notes.Number : 0;
            notes.Number = Math.Max(notes.Number + 1, end);
            notes.Late = 0;
            notes.Requests = 0;
        }
    }

    private static Notes NotesOf(ref LimitState state)
    {
        if (state.Extra is not Notes notes)
        {
            notes = new Notes { Number = state.Mark };
            state.Extra = notes;
        }

        return notes;
    }

    private static long Late(in LimitState state) => state.Extra is Notes notes ? notes.Late : 0;

    /// <summary>What may arrive only after the window has ended, as far as anybody knows.</summary>
    private static long Unheard(in LimitState state) => state.Extra is Notes notes && notes.AwaitedUntil >= state.Mark ? notes.Unheard : 0;

    private static long Phase(in LimitState state) => state.Extra is Notes notes ? notes.Phase : 0;

    /// <summary>Whether no window is open: one that begins at first use has not begun. On a grid, rolling has opened one.</summary>
    private static bool IsOver(in LimitState state, in Moment at) => at.Now >= state.Mark;

    /// <summary>Whether what a receipt was given for counts in the current window.</summary>
    private bool Counts(ref LimitState state, in Moment at, long receipt)
    {
        Roll(ref state, at);
        return !IsOver(state, at) && state.Extra is Notes notes
            && (receipt == notes.Number || receipt == -notes.Number || (notes.Carried != 0 && receipt == -notes.Carried));
    }

    /// <summary>How much may go now in the open window.</summary>
    private long Room(in LimitState state, in Moment at) => _grid is null && IsLate(state, at) ? 0 : Math.Max(Quota - state.Count, 0);

    private long Padded(in Moment at) => Saturating.Add(Window, at.Guard);

    /// <summary>For how long before the end of a window what is sent may arrive after it.</summary>
    private long Stretch(in Moment at) => _grid is null ? 2 * at.Guard : at.Guard;

    private bool IsLate(in LimitState state, in Moment at) => state.Mark - at.Now <= Stretch(at);

    /// <summary>When the window that begins or lies open at an instant ends. A calendar that has ended has no more instants: then windows go on by themselves.</summary>
    private long End(long begin, in Moment at, long phase)
    {
        if (_grid is null)
        {
            return Saturating.Add(begin, Padded(at));
        }

        var offset = at.WallOffset - phase;
        var end = _grid.NextAfter(begin + offset) - offset;
        return end > begin ? end : Saturating.Add(begin, Window);
    }

    /// <summary>The end that so many windows more than one ends at.</summary>
    private long WindowAfter(long end, long windows, in Moment at, long phase)
    {
        var about = Saturating.Add(end, Saturating.Multiply(windows, Window));

        // Days of a time zone are not all as long.
        return windows == 0 || about > DateTime.MaxValue.Ticks - Math.Abs(at.WallOffset) ? about : End(about - (Window / 2) - 1, at, phase);
    }

    private void Roll(ref LimitState state, in Moment at)
    {
        if (_grid is null || !IsOver(state, at))
        {
            return;
        }

        var end = End(state.Mark, at, Phase(state));
        if (state.Mark > 0 && end > at.Now && end - state.Mark < Window / 2)
        {
            // The wall clock fell back a little since the end was reckoned: by what it says now the window is not over, and there is no quota for the rest of it.
            state.Mark = end;
            return;
        }

        // Only the window right after the one that ended may see what was sent late in that.
        Open(ref state, End(at.Now, at, Phase(state)), follows: at.Now < end);
    }

    /// <summary>What is known of the open window besides its end and its count.</summary>
    private sealed class Notes : ISized
    {
        private static readonly int Own = ManagedSize.Object((9 * sizeof(long)) + sizeof(bool));

        public long Bytes => Own;

        public long Number;

        /// <summary>How many requests were charged in the open window, without those that were never sent.</summary>
        public long Requests;

        /// <summary>When the window before ended. This one did not begin before.</summary>
        public long Since;

        /// <summary>What counts in the next window as well.</summary>
        public long Late;

        /// <summary>The number of the window that this one follows, if it does.</summary>
        public long Carried;

        /// <summary>What was charged while nobody knew how long the way is, and has not been answered.</summary>
        public long Unheard;

        /// <summary>Until when the last of it may be on its way.</summary>
        public long AwaitedUntil;

        /// <summary>Whether what had not been answered in the window before counts in this one.</summary>
        public bool HasCarriedUnheard;

        /// <summary>By how much windows end later than the clock says, because the upstream's do.</summary>
        public long Phase;

        /// <summary>The number of the window that was moved last.</summary>
        public long ShiftedIn = long.MinValue;
    }
}
