using System.Runtime.CompilerServices;

namespace RateLimited.Http.Limits;

/// <summary>
/// One of the upstream's limits as its responses tell of it. What a response says remains does not know of requests that are still under way: they are taken off. Responses that
/// overtake each other cannot loosen anything; what tightens holds at once, and what loosens holds when the upstream says so of a new window, or twice.
/// </summary>
/// <remarks>
/// Of the responses to one window the smallest remainder r is kept. Whatever was answered was counted before it, so that at least r less what is under way can still go; when nothing is
/// under way it is exactly r, in whatever order requests and responses arrived. An instance belongs to one state and is called as <see cref="LimitRule"/> says.
/// </remarks>
/// <param name="longest">The longest that anything said is believed, in ticks.</param>
/// <param name="isKept">Whether the last known limit holds when nothing is said for that long: there is no other.</param>
/// <param name="patience">How long the first answer is waited for, in ticks, where others may have used the quota meanwhile; zero: not at all.</param>
internal sealed partial class ReportedQuota(long longest, bool isKept, long patience = 0) : ISized
{
    /// <summary>How long a window is taken to be whose length nobody said.</summary>
    private const long UsualWindow = TimeSpan.TicksPerMinute;

    /// <summary>A thousand times what can be configured: what is larger is no limit, and the arithmetic stays in range.</summary>
    private const long LargestLimit = 1_000_000_000_000_000;

    /// <summary>How long nothing goes when nothing remains and nobody says until when.</summary>
    private const long ShortestWait = TimeSpan.TicksPerSecond;

    /// <summary>Upstreams round resets to seconds: ends this close together are one window's.</summary>
    private const long MostTolerance = 2 * TimeSpan.TicksPerSecond;

    /// <summary>Into how many parts a window that others use too is divided for what goes before its first response.</summary>
    private const int FirstPart = 16;

    /// <summary>After this part of a window what was said of a quota that others use too is old.</summary>
    private const int StalePart = 64;

    private static readonly int Own = ManagedSize.Object(ManagedSize.Reference + (16 * sizeof(long)) + (2 * Unsafe.SizeOf<LimitState>()) + Unsafe.SizeOf<OtherClients>() + (4 * sizeof(bool)));

    private long _longest = longest;
    private bool _isKept = isKept;
    private long _patience = patience;
    private long _asksUntil;
    private long _askedAfter = -1;
    private long _charged;
    private long _underWay;
    private long _left = long.MaxValue;
    private long _resetAt = LimitRule.Never;
    private long _chargedBefore;
    private long _refused;
    private bool _isAssumed = true;
    private long _limit;
    private RefillWindow _window;
    private long _newest;
    private long _heardAt;
    private long _earlierReset;
    private TokenBucket? _bucket;
    private LimitState _level;
    private LimitState _looser;
    private bool _hasLooser;
    private OtherClients _others = new();

    /// <summary>The quota as last reported; zero while it is not known.</summary>
    public long Limit => _limit;

    public long Bytes => Own + (_bucket is null ? 0 : TokenBucket.Bytes + _level.ExtraBytes + _looser.ExtraBytes);

    /// <summary>The window as last reported; zero while it is not known.</summary>
    public long Window => _window.Ticks;

    private bool IsBounded => _left != long.MaxValue;

    private long Usable => IsBounded ? _left - _underWay : long.MaxValue;

    /// <summary>When what was said is forgotten, and with it what held anybody up.</summary>
    private long ForgottenAt => _isKept ? LimitRule.Never : Saturating.Add(Saturating.Add(_heardAt, _longest), 1);

    private long WindowOrUsual => Window > 0 ? Window : UsualWindow;

    /// <summary>From now on what is said is believed for another time.</summary>
    public void Believe(long longest, bool isKept, long patience) => (_longest, _isKept, _patience) = (longest, isKept, patience);

    public long Earliest(in Moment at, long cost)
    {
        Renew(at);
        if (_bucket is not null)
        {
            var full = _bucket.Earliest(ref _level, at, Math.Min(cost, _bucket.Capacity));
            return Math.Min(MustAsk(at, cost) ? Math.Max(full, _asksUntil) : full, ForgottenAt);
        }

        // A request that costs more than the upstream ever gives goes alone, for the upstream to refuse.
        if (cost > Usable && !(_isAssumed && _charged == _chargedBefore))
        {
            return Math.Min(_resetAt, ForgottenAt);
        }

        if (MustAsk(at, cost))
        {
            return Math.Min(Math.Min(_asksUntil, _resetAt), ForgottenAt);
        }

        if (_underWay == 0 || !IsBounded)
        {
            return at.Now;
        }

        // What was left may be gone. The less it was, and the longer ago, the fewer find out together.
        var isStale = _others.AreSeen(at.Now) && at.Now - _heardAt > WindowOrUsual / StalePart;
        return _underWay + cost > (isStale ? 0 : _others.MostUnderWay(at.Now, _left)) ? UnheldAt(isStale) : at.Now;
    }

    /// <summary>When what others may have left holds nobody up any more: an answer makes room, and where none comes, a new window that was just heard of, or that nobody else has been seen for long.</summary>
    private long UnheldAt(bool isStale) => Math.Min(Math.Min(isStale ? LimitRule.Never : _resetAt, _others.HeededUntil), ForgottenAt);

    /// <summary>Returns the receipt.</summary>
    public long Charge(in Moment at, long cost)
    {
        Renew(at);
        _charged = Saturating.Add(_charged, cost);
        _underWay = Saturating.Add(_underWay, cost);
        if (_bucket is not null)
        {
            AskWhere(at, isUnknown: at.Now - _heardAt >= Window && _askedAfter != _heardAt);
            _bucket.Charge(ref _level, at, cost);
            if (_hasLooser)
            {
                _bucket.Charge(ref _looser, at, cost);
            }
        }
        else if (IsBounded && _resetAt == LimitRule.Never)
        {
            AskWhere(at, isUnknown: _limit > 0 && !_others.AreAbsent(at.Now) && !_others.AreSeen(at.Now));
            _resetAt = Saturating.Add(at.Now, Saturating.Add(Math.Min(WindowOrUsual, _longest), at.Guard));
        }

        return _charged;
    }

    /// <summary>The request is not under way any more, and no response has said what remained after it.</summary>
    public void End(in Moment at, long cost, bool wasCounted)
    {
        _underWay = Math.Max(_underWay - cost, 0);
        if (_bucket is not null)
        {
            if (!wasCounted)
            {
                _bucket.GiveBack(ref _level, at, long.MaxValue, cost);
            }
        }
        else if (wasCounted && IsBounded)
        {
            _left -= cost;
        }
    }

    /// <summary>Takes in what the response to a request says.</summary>
    /// <param name="at">The present.</param>
    /// <param name="report">What it says.</param>
    /// <param name="receipt">What charging the request returned, or null when it was sent before the limit was known.</param>
    /// <param name="cost">What it was charged.</param>
    /// <param name="unknown">Without a receipt: how much may be under way in all.</param>
    public void Hear(in Moment at, in QuotaReport report, long? receipt, long cost, long unknown)
    {
        Renew(at);
        _heardAt = at.Now;
        var place = receipt ?? _newest;
        var isNewest = place >= _newest;
        _newest = Math.Max(_newest, place);
        _underWay = receipt is null ? _underWay : Math.Max(_underWay - cost, 0);
        if (report.Limit is > 0 and var limit)
        {
            _limit = Math.Min(limit, LargestLimit);
        }

        _window = _window.Hear(report);
        if (report.Remaining is not { } said)
        {
            return;
        }

        var uncharged = receipt is null ? Math.Max(unknown - _underWay, 0) : 0;
        var remaining = (_limit > 0 ? Math.Min(said, _limit) : said) - uncharged;

        // Where a window has a length and no end, its quota is as if it flowed back: that is never too much.
        if ((report.Refills || report.ResetAfter is null) && _limit > 0 && Window > 0)
        {
            if (report.IsOfRefusal && _others.IsNewRefusal(receipt))
            {
                _others.Widen(at.Now, Window, _charged);
            }

            if (isNewest)
            {
                HearLevel(at, remaining, report.IsOfFleet);
            }
        }
        else if (report is { Refills: true, ResetAfter: <= 0 } && _bucket is null && _limit > 0)
        {
            // A bucket that is full. How fast it fills tells the first answer that finds it used.
            (_left, _chargedBefore, _asksUntil) = (remaining, place, 0);
        }
        else
        {
            HearWindow(at, remaining, report, place, isNewest);
            var isRefused = report.IsOfRefusal && receipt is not null;
            _refused = Saturating.Add(_refused, isRefused ? cost : 0);

            // Before all of ours are known, somebody else's cannot be told from them, nor what a bucket still lacks of earlier ones of ours. What was refused took nothing.
            if (!report.IsOfFleet && !report.Refills && uncharged == 0 && IsBounded && _limit > 0)
            {
                var excess = _limit - _left - (_charged - _chargedBefore - _refused);
                _others.Notice(at.Now, excess, isRefused && said < cost, WindowOrUsual, Saturating.Add(at.Now, Math.Min(_patience, _resetAt - at.Now)));
            }
        }
    }

    /// <summary>How much of the reported quota is used; zero while nothing is known.</summary>
    public long Used(in Moment at)
    {
        Renew(at);
        return _bucket is not null ? _bucket.Used(ref _level, at) : IsBounded && _limit > 0 ? Math.Clamp(_limit - Usable, 0, _limit) : 0;
    }

    public long FreshAt(in Moment at) => _bucket is not null ? _bucket.FreshAt(_level, at) : IsBounded && _resetAt != LimitRule.Never ? _resetAt : 0;

    public long Project(in Moment at, long amount)
    {
        Renew(at);
        if (_bucket is not null)
        {
            return Math.Min(_window.Soonest(at.Now, _bucket.Project(ref _level, at, amount)), ForgottenAt);
        }

        var usable = Math.Max(Usable, 0);
        if (amount <= usable || (_isAssumed && Window == 0 && _underWay > 0))
        {
            // Of a window of which nobody knows how long it is, the answer to what is under way may say that there is more.
            return at.Now;
        }

        var first = _resetAt != LimitRule.Never ? _resetAt : Saturating.Add(at.Now, WindowOrUsual);
        return Math.Min(_limit == 0 ? first : Saturating.Add(first, Saturating.Multiply((amount - usable - 1) / _limit, WindowOrUsual)), ForgottenAt);
    }

    /// <summary>Begins the next window when one has ended, and forgets what was said too long ago.</summary>
    private void Renew(in Moment at)
    {
        if (at.Now >= ForgottenAt)
        {
            (_bucket, _level, _looser, _hasLooser) = (null, default, default, false);
            (_left, _resetAt, _limit, _window) = (long.MaxValue, LimitRule.Never, 0, default);
        }

        if (at.Now < _resetAt)
        {
            return;
        }

        EndWindow(at, _resetAt);
        (_chargedBefore, _refused) = (_charged, 0);
        _isAssumed = true;
        _earlierReset = 0;
        _resetAt = LimitRule.Never;

        // Of a quota that others use too, the first response of a window tells how much of it they took meanwhile.
        _left = _limit == 0 ? long.MaxValue : _others.AreSeen(at.Now) ? Math.Max(_limit / FirstPart, 1) : _limit;
    }

    /// <summary>The first that goes where others may have used the quota asks what is left of it.</summary>
    private void AskWhere(in Moment at, bool isUnknown)
    {
        if (isUnknown && _patience > 0)
        {
            (_asksUntil, _askedAfter) = (Saturating.Add(at.Now, _patience), _heardAt);
        }
    }

    /// <summary>Whether what remains has been asked for, and as many are under way as may be before the answer comes.</summary>
    private bool MustAsk(in Moment at, long cost) => at.Now < _asksUntil && _underWay > 0 && _underWay + cost > Math.Max(_limit / FirstPart, 1);

    /// <summary>Whoever had most of a window, and it all, may be alone in the next.</summary>
    private void EndWindow(in Moment at, long endedAt) =>
        _others.WindowEnded(at.Now, endedAt, WindowOrUsual, isOurs: !_isAssumed && _limit - _left >= _limit - (_limit / FleetQuota.ProvingPart));

    private void HearLevel(in Moment at, long remaining, bool isOfFleet)
    {
        if (Window / _limit > _longest)
        {
            return;
        }

        var isKnown = _bucket is not null && _bucket.Quota == _limit && _bucket.Window == Window;
        if (_bucket is null || !isKnown)
        {
            (_bucket, _level, _looser, _hasLooser) = (new TokenBucket(_limit, Window, _limit), default, default, false);
        }

        _asksUntil = 0;
        var used = Saturating.Add(_limit - remaining, _underWay);
        var margin = _others.MarginAt(at.Now, _limit);
        if (!isOfFleet && isKnown && used > _bucket.Used(ref _level, at) - margin + 1)
        {
            _others.See(at.Now, WindowOrUsual);
        }

        // What is under way may be more than there was, but nobody waits longer for one than anything is believed.
        var most = (long)Int128.Min(_limit - 1 + ((Int128)_longest * _limit / Window), long.MaxValue);
        used = Math.Min(Saturating.Add(used, margin), most);
        var heard = default(LimitState);
        if (used > 0)
        {
            _bucket.Charge(ref heard, at with { Guard = 0 }, used);
        }

        if (IsLater(heard, _level))
        {
            (_level, _hasLooser) = (heard, false);
        }
        else if (_hasLooser)
        {
            // The second in a row: the less generous of the two.
            _level = IsLater(heard, _looser) ? heard : _looser;
            _hasLooser = false;
        }
        else
        {
            (_looser, _hasLooser) = (heard, true);
        }
    }

    private static bool IsLater(in LimitState a, in LimitState b) => a.Mark > b.Mark || (a.Mark == b.Mark && a.Count >= b.Count);

    /// <summary>Whether it is another window than that which was heard of before. What ends a little later while much is left of one is an answer that was long on its way, or of a quota whose reset moves.</summary>
    private bool BeginsAnother(in Moment at, long resetAt, long tolerance)
    {
        if (_isAssumed || !IsBounded)
        {
            return true;
        }

        var isLater = resetAt - _resetAt > Math.Max(tolerance, _resetAt - at.Now);
        if (isLater)
        {
            EndWindow(at, at.Now);
        }

        return isLater;
    }

    private void HearWindow(in Moment at, long remaining, in QuotaReport report, long receipt, bool isNewest)
    {
        var after = Math.Min(report.ResetAfter ?? (remaining > 0 ? 0 : ShortestWait), _longest);
        if (after <= 0)
        {
            // Of a window that has ended meanwhile, or of none that ever ends.
            return;
        }

        _bucket = null;
        var resetAt = Saturating.Add(at.Now, after);
        var tolerance = Math.Min(MostTolerance, (Window > 0 ? Window : after) / 4);
        if (_isAssumed || !IsBounded || (isNewest && resetAt > _resetAt + tolerance))
        {
            // The first that is heard of a window.
            if (BeginsAnother(at, resetAt, tolerance))
            {
                _others.WindowBegan(at.Now, after, report.IsOfFleet || report.Refills ? 0 : _patience);
            }

            (_chargedBefore, _refused) = _isAssumed ? (_chargedBefore, _refused) : (receipt, 0);
            (_left, _resetAt, _isAssumed, _earlierReset, _asksUntil) = (remaining, resetAt, false, 0, 0);
        }
        else if (resetAt >= _resetAt - tolerance)
        {
            _left = Math.Min(_left, remaining);
            _resetAt = resetAt <= _resetAt + tolerance ? Math.Max(_resetAt, resetAt) : _resetAt;
            _earlierReset = 0;
        }
        else if (isNewest)
        {
            // An earlier end lets more go sooner: it must be said twice.
            _left = Math.Min(_left, remaining);
            _resetAt = _earlierReset != 0 && Math.Abs(resetAt - _earlierReset) <= tolerance ? Math.Max(resetAt, _earlierReset) : _resetAt;
            _earlierReset = resetAt;
        }
    }
}
