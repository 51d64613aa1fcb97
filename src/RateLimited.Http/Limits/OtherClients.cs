namespace RateLimited.Http.Limits;

/// <summary>
/// What is known of others who draw on a quota of which responses tell: that they were seen, that they may be there, or that a window is ours alone. A state machine without a clock: instants are handed
/// in. It belongs to one quota.
/// </summary>
/// <remarks>
/// Whoever has all that remains under way is refused as often as others take some meanwhile, and sees nobody: the window ends as full as it would have been. So a quota is taken for ours alone only after
/// windows that went to us. See <see cref="FleetQuota"/>, where several processes know the same together.
/// </remarks>
internal struct OtherClients
{
    /// <summary>After how many windows in which nobody else used the quota it is taken for ours alone again.</summary>
    private const long Remembered = FleetBucket.Remembered;

    /// <summary>Of what is left where others use it too, this part may be under way at once.</summary>
    private const int PartAtOnce = 8;

    private const int MarginPart = FleetBucket.MarginPart;
    private const int LargestMarginPart = FleetBucket.LargestMarginPart;
    private const long SmallestMargin = FleetBucket.SmallestMargin;

    /// <summary>How often the margin is doubled at most, where it was too small.</summary>
    private const int MostDoublings = 2;

    private long _seenUntil;
    private long _doubtedUntil;
    private long _widerUntil;
    private long _refusedBy = -1;
    private int _doublings;
    private int _proofs;
    private long _followsUntil;

    /// <summary>Nothing is known.</summary>
    public OtherClients()
    {
    }

    /// <summary>Until when somebody else is taken to use the quota, or may be.</summary>
    public readonly long HeededUntil => Math.Max(_seenUntil, _doubtedUntil);

    /// <summary>Whether others use the quota too, by what responses have shown.</summary>
    public readonly bool AreSeen(long now) => now < _seenUntil;

    /// <summary>Whether a window that begins now is taken for ours alone: those before it were, one after the other, and the last has just ended.</summary>
    public readonly bool AreAbsent(long now) => ProofsAt(now) >= FleetQuota.Proof;

    /// <summary>How much of what is left may be under way at once. No bound where nobody else is heeded.</summary>
    public readonly long MostUnderWay(long now, long left) => AreSeen(now) ? left / PartAtOnce : now < _doubtedUntil ? FleetQuota.ShareOf(left, FleetQuota.PartAtOnce) : long.MaxValue;

    /// <summary>What is left to others in a bucket. It costs its amount once and no throughput.</summary>
    public readonly long MarginAt(long now, long limit) => AreSeen(now)
        ? Math.Min(Math.Max(limit / MarginPart, SmallestMargin) << (now < _widerUntil ? _doublings : 0), limit / LargestMarginPart)
        : 0;

    /// <summary>A window has ended.</summary>
    /// <param name="now">The present.</param>
    /// <param name="endedAt">When it ended.</param>
    /// <param name="window">How long the next one is.</param>
    /// <param name="isOurs">Whether most of it went to us, as was said, and the rest to nobody.</param>
    public void WindowEnded(long now, long endedAt, long window, bool isOurs)
    {
        _proofs = isOurs && !AreSeen(now) ? Math.Min(_proofs + 1, FleetQuota.Proof) : 0;
        _followsUntil = Saturating.Add(endedAt, window);
    }

    /// <summary>The first that is heard of a window. Until others can have been seen in it, it is taken for one that they use too.</summary>
    /// <param name="now">The present.</param>
    /// <param name="lasts">How much of it is left.</param>
    /// <param name="patience">For how long that is at most; zero: not at all.</param>
    public void WindowBegan(long now, long lasts, long patience)
    {
        _proofs = ProofsAt(now);
        _doubtedUntil = AreAbsent(now) ? 0 : Saturating.Add(now, Math.Min(patience, lasts / 2));
    }

    /// <summary>Takes in how much more of a window is used than ours can have taken.</summary>
    /// <param name="now">The present.</param>
    /// <param name="excess">How much.</param>
    /// <param name="isRefusal">Whether somebody was refused who was counted: then it is certain. Else one may be missing in the count.</param>
    /// <param name="window">How long a window is.</param>
    /// <param name="until">Until when they may be there at most, where it is not certain.</param>
    public void Notice(long now, long excess, bool isRefusal, long window, long until)
    {
        if (excess > (isRefusal ? 0 : 1))
        {
            See(now, window);
        }
        else if (excess > 0)
        {
            // However little it is, this window says nothing of the next, and is doubted for longer.
            (_proofs, _doubtedUntil) = (-1, Math.Max(_doubtedUntil, until));
        }
    }

    /// <summary>They use the quota too.</summary>
    public void See(long now, long window) => _seenUntil = Saturating.Add(now, Saturating.Multiply(window, Remembered));

    /// <summary>Whether a refusal of what was charged then is news.</summary>
    public readonly bool IsNewRefusal(long? receipt) => receipt > _refusedBy;

    /// <summary>Others took more of a bucket between two answers than was left to them. What was under way with the refused one says the same.</summary>
    public void Widen(long now, long window, long charged)
    {
        _doublings = now < _widerUntil ? Math.Min(_doublings + 1, MostDoublings) : 1;
        _widerUntil = Saturating.Add(now, Saturating.Multiply(window, Remembered));
        _refusedBy = charged;
    }

    /// <summary>Goes over what is to be known after the process. That a window is ours is left out: whoever comes after a silence asks anew.</summary>
    public void Form(StateForm form)
    {
        form.Instant(ref _seenUntil);
        form.Instant(ref _widerUntil);
        form.Number(ref _refusedBy);
        form.Count(ref _doublings, MostDoublings);
    }

    private readonly int ProofsAt(long now) => now < _followsUntil ? _proofs : 0;
}
