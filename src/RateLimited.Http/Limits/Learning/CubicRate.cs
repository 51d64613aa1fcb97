namespace RateLimited.Http.Limits.Learning;

/// <summary>
/// The rate that one partition of an <see cref="AdaptiveRate"/> has learned: CUBIC (Ha, Rhee, Xu, 2008) over a rate, as the AWS SDKs' adaptive retry mode has it, with three changes. Only
/// demand that met the limit lets it grow; a burst of refusals brakes once; and it never falls because nobody asked.
/// </summary>
/// <param name="initial">The rate per second before anything was learned.</param>
/// <param name="now">The present instant.</param>
internal sealed class CubicRate(double initial, long now) : ISized
{
    /// <summary>The lowest rate, in requests of the usual cost per second: an upstream that refuses everything is still asked.</summary>
    public const double Slowest = 0.5;

    private const double Beta = 0.7;
    private const double Scaling = 0.4;
    private const double Smoothing = 0.8;
    private const double CostSmoothing = 0.1;

    /// <summary>For how long after the bucket ran empty demand counts as having met the limit, in ticks.</summary>
    private const long Pressed = TimeSpan.TicksPerSecond;

    private const long HalfSecond = TimeSpan.TicksPerSecond / 2;

    private static readonly int Own = ManagedSize.Object((6 * sizeof(double)) + (6 * sizeof(long)));

    private double _last = initial;
    private double _plateau;
    private double _grown;
    private double _measured;
    private double _cost = 1;
    private long _sentInBucket;
    private long _bucket = now / HalfSecond;
    private long _brakedAt = -1;

    /// <summary>The rate, in units per second.</summary>
    public double PerSecond { get; private set; } = initial;

    public long Bytes => Own;

    /// <summary>How often it fell.</summary>
    public long Version { get; private set; }

    /// <summary>When the bucket last ran empty.</summary>
    public long LimitedAt { get; set; } = -2 * Pressed;

    /// <summary>When something was last learned.</summary>
    public long HeardAt { get; private set; } = now;

    /// <summary>Counts what goes, in half seconds.</summary>
    /// <param name="now">The present instant.</param>
    /// <param name="cost">What the request costs.</param>
    /// <param name="processes">How many processes are taken to send as much at the same time.</param>
    public void Sent(long now, long cost, int processes = 1)
    {
        Roll(now);
        _sentInBucket = Saturating.Add(_sentInBucket, Saturating.Multiply(cost, processes));
        Costs(cost);
    }

    /// <summary>Notes what a request costs that is counted elsewhere.</summary>
    public void Costs(long cost) => _cost += CostSmoothing * (cost - _cost);

    /// <summary>All processes together sent so much: a second until lately, and in the half second under way.</summary>
    public void Measured(long now, double perSecond, long latest) => (_measured, _sentInBucket, _bucket) = (perSecond, latest, now / HalfSecond);

    /// <summary>The curve rises towards the rate that was last refused, rests there, and then probes beyond.</summary>
    public void Succeeded(long now, long sentAt, double ceiling)
    {
        Roll(now);
        var elapsed = Math.Clamp(now - HeardAt, 0, Pressed);
        HeardAt = Math.Max(HeardAt, now);
        if (LimitedAt < sentAt - Pressed)
        {
            // Nothing held it up: that a rate was not refused which was never tried says nothing. Time stands still, or the curve would leap when demand comes back.
            return;
        }

        _grown = Math.Min(_grown + ((double)elapsed / TimeSpan.TicksPerSecond), 1e6);
        var past = _grown - _plateau;
        var curve = (Scaling * past * past * past) + _last;
        PerSecond = Math.Max(PerSecond, Math.Min(Math.Min(curve, 2 * _measured), ceiling));
    }

    /// <summary>The upstream refused: the rate falls below what was really sent.</summary>
    public void Throttled(long now, in AnswerOutcome outcome, double ceiling)
    {
        Roll(now);
        HeardAt = Math.Max(HeardAt, now);
        if (outcome.IsExplained || outcome.SentAt <= _brakedAt)
        {
            return;
        }

        // What went in the half second under way counts as a whole second's: a short burst must not be taken for nothing.
        var sent = Math.Max(_measured, _sentInBucket);
        _last = Math.Max(Math.Min(sent, PerSecond), Floor(ceiling));
        _plateau = Math.Cbrt(_last * (1 - Beta) / Scaling);
        _grown = 0;
        _brakedAt = now;
        Version++;
        PerSecond = Math.Min(PerSecond, Math.Max(_last * Beta, Floor(ceiling)));
    }

    /// <summary>Takes over a new ceiling.</summary>
    public void Bound(double ceiling)
    {
        PerSecond = Math.Min(PerSecond, ceiling);
        _last = Math.Min(_last, ceiling);
    }

    /// <summary>What other processes are told.</summary>
    public Lesson Tell() => new(Version, [Lesson.Figure(PerSecond), Lesson.Figure(_last), Lesson.Figure(_plateau), Lesson.Figure(_grown)]);

    /// <summary>Takes over what another process has learned. Where it was refused, what went before anybody here knew says nothing more.</summary>
    public void Hear(long now, Lesson lesson, double ceiling)
    {
        _brakedAt = lesson.Version == Version ? _brakedAt : now;
        (Version, HeardAt) = (lesson.Version, Math.Max(HeardAt, now));
        (PerSecond, _last) = (lesson.Real(0), lesson.Real(1));
        (_plateau, _grown) = (lesson.Real(2), lesson.Real(3));
        Bound(ceiling);
    }

    public void Form(StateForm form)
    {
        var (rate, limitedAt, heardAt, begun) = (PerSecond, LimitedAt, HeardAt, _bucket * HalfSecond);
        form.Real(ref rate);
        form.Real(ref _last);
        form.Real(ref _plateau);
        form.Real(ref _grown);
        form.Real(ref _measured);
        form.Real(ref _cost);
        form.Number(ref _sentInBucket);
        form.Instant(ref begun);
        form.Instant(ref limitedAt);
        form.Instant(ref heardAt);
        form.Instant(ref _brakedAt);
        (PerSecond, LimitedAt, HeardAt, _bucket) = (rate, limitedAt, heardAt, begun / HalfSecond);
    }

    private double Floor(double ceiling) => Math.Min(Slowest * Math.Max(_cost, 1), ceiling);

    private void Roll(long now)
    {
        var bucket = now / HalfSecond;
        if (bucket <= _bucket)
        {
            return;
        }

        var rate = 2d * _sentInBucket / (bucket - _bucket);
        _measured = (rate * Smoothing) + (_measured * (1 - Smoothing));
        (_bucket, _sentInBucket) = (bucket, 0);
    }
}
