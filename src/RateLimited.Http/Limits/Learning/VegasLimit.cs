namespace RateLimited.Http.Limits.Learning;

/// <summary>The range of a learned concurrency limit, and among how many processes the answers are spread that it is learned from.</summary>
internal readonly record struct VegasBounds(int Least, int Most, int Hearers = 1);

/// <summary>
/// How many requests one partition of an <see cref="AdaptiveConcurrency"/> lets be under way: TCP Vegas (Brakmo, Peterson, 1995) as Netflix's concurrency-limits has it, which takes
/// <c>limit × (1 − baseline / latency)</c> for the queue at the upstream and keeps that short; with the vetoes and the headroom of failsafe-go's adaptive limiter.
/// </summary>
/// <remarks>
/// It decides once a window, by the window's median latency, so that neither a straggler nor a lucky answer moves it. The baseline is the lowest median; it rises only by a probe, a window at
/// half the limit, or by a cut after which requests are as slow as before it: then it is not ours to wait less. So an incident that makes the upstream slow under our own load does not become
/// what is thought normal. Whatever was sent before a change says nothing of it and is not counted. There are no dice: the distance of probes is spread by their number.
/// </remarks>
/// <param name="initial">The limit before anything was learned.</param>
internal sealed class VegasLimit(int initial) : ISized
{
    /// <summary>What is left of the limit when the upstream refuses.</summary>
    private const double Backoff = 0.9;

    /// <summary>How many windows the limit stays below one that was refused, at first and at most: each refusal there doubles it.</summary>
    private const int ShortestHold = 4;

    private const int LongestHold = 256;

    /// <summary>How many times what was lately under way the limit may be.</summary>
    private const int Headroom = 5;

    /// <summary>How many samples lie between two probes of the baseline, times the limit.</summary>
    private const int ProbeFactor = 30;

    /// <summary>How large a part of the limit is cut at once, if anything is: what a smaller cut does to the latency is lost in its noise.</summary>
    private const double LeastCut = 0.2;

    private const double BaselineSmoothing = 0.3;

    private static readonly int Own = ManagedSize.Object((2 * ManagedSize.Reference) + (6 * sizeof(double)) + (5 * sizeof(long)) + (3 * sizeof(int)) + sizeof(bool));

    private readonly LatencyWindow _window = new();
    private readonly LoadHistory _history = new();
    private double _limit = initial;
    private double _baseline;
    private double _beforeProbe;
    private double _beforeCut;
    private double _medianBeforeCut;
    private double _refusedAt = double.MaxValue;
    private long _epoch;
    private long _leaps;

    // Whether everything in the window was sent under the present limit.
    private bool _isSteady;
    private long _samplesToProbe = ProbeFactor * (long)initial;
    private int _probes;
    private int _hold;
    private int _nextHold = ShortestHold;

    /// <summary>The limit in force, one at least.</summary>
    public int Limit => (int)_limit;

    public long Bytes => Own + LatencyWindow.Bytes + LoadHistory.Bytes;

    /// <summary>How often it fell.</summary>
    public long Version { get; private set; }

    /// <summary>When something was last learned.</summary>
    public long HeardAt { get; private set; }

    private bool IsProbing => _beforeProbe > 0;

    /// <summary>The step that limits change by: it grows with the limit, but far more slowly.</summary>
    private double Step => Math.Max(Math.Log10(_limit), 1);

    /// <summary>Notes how much is under way.</summary>
    public void Sent(long inFlight) => _window.Sent(inFlight);

    /// <summary>Takes a new range over.</summary>
    public void Bound(VegasBounds bounds) => _limit = Math.Clamp(_limit, bounds.Least, bounds.Most);

    /// <summary>Takes in an answer.</summary>
    public void Answered(long now, in AnswerOutcome outcome, long inFlight, VegasBounds bounds)
    {
        var before = _limit;
        Take(now, outcome, inFlight, bounds);
        Version += _limit < before ? 1 : 0;
    }

    /// <summary>What other processes are told. What is being measured is not.</summary>
    public Lesson Tell() => new(Version,
    [
        Lesson.Figure(_limit), Lesson.Figure(_beforeProbe), Lesson.Figure(_beforeCut), _refusedAt == double.MaxValue ? 0 : Lesson.Figure(_refusedAt),
        (long)_baseline, (long)_medianBeforeCut, Math.Max(_samplesToProbe, 0), _probes, _hold, _nextHold, _leaps,
    ]);

    /// <summary>Takes over what another process has learned. By how much it leapt, or that it measures the baseline, has to be seen in answers to what is sent from now on; of a step the next window tells.</summary>
    public void Hear(long now, Lesson lesson, VegasBounds bounds)
    {
        var isLeap = lesson.Figures[10] != _leaps;
        (Version, HeardAt) = (lesson.Version, Math.Max(HeardAt, now));
        (_limit, _beforeProbe) = (Math.Max(lesson.Real(0), 1), lesson.Real(1));
        (_beforeCut, _refusedAt) = (lesson.Real(2), lesson.Figures[3] == 0 ? double.MaxValue : lesson.Real(3));
        (_baseline, _medianBeforeCut) = (lesson.Figures[4], lesson.Figures[5]);
        (_samplesToProbe, _probes) = (lesson.Figures[6], (int)Math.Clamp(lesson.Figures[7], 0, int.MaxValue));
        (_hold, _nextHold) = ((int)Math.Clamp(lesson.Figures[8], 0, LongestHold), (int)Math.Clamp(lesson.Figures[9], ShortestHold, LongestHold));
        if (isLeap)
        {
            Set(_limit, now, bounds);
        }
        else
        {
            Bound(bounds);
            _isSteady = false;
            _window.Restart(now);
        }

        _leaps = lesson.Figures[10];
    }

    private void Take(long now, in AnswerOutcome outcome, long inFlight, VegasBounds bounds)
    {
        HeardAt = Math.Max(HeardAt, now);
        var latency = Math.Max(now - outcome.SentAt, 1);
        if (outcome.SentAt < _epoch)
        {
            return;
        }

        if (IsDrop(outcome, latency))
        {
            Drop(now, bounds);
        }
        else if (outcome.Kind == AnswerKind.Succeeded)
        {
            _samplesToProbe -= bounds.Hearers;
            _window.Add(now, latency, inFlight);
            if (_window.IsFull(now, Limit / bounds.Hearers, _baseline))
            {
                Decide(now, bounds);
                _window.Restart(now);
            }
        }
    }

    /// <summary>Goes over what was learned. What was being measured is measured anew, and a probe that was under way is none.</summary>
    public void Form(StateForm form)
    {
        var (limit, heardAt) = (IsProbing ? _beforeProbe : _limit, HeardAt);
        form.Real(ref limit);
        form.Real(ref _baseline);
        form.Real(ref _refusedAt);
        form.Number(ref _samplesToProbe);
        form.Count(ref _probes, int.MaxValue);
        form.Count(ref _hold, LongestHold);
        form.Count(ref _nextHold, LongestHold);
        form.Instant(ref heardAt);
        (_limit, HeardAt) = form.IsReading ? (Math.Max(limit, 1), heardAt) : (_limit, HeardAt);
    }

    /// <summary>A fault that came fast says that something is broken, not that it is too much; one that came late is a timeout.</summary>
    private bool IsDrop(in AnswerOutcome outcome, long latency) =>
        (outcome.Kind == AnswerKind.Throttled && !outcome.IsExplained) || (outcome.Kind == AnswerKind.Faulted && _baseline > 0 && latency > 2 * _baseline);

    private void Drop(long now, VegasBounds bounds)
    {
        EndProbe();
        _beforeCut = 0;
        _refusedAt = _limit;
        _hold = _nextHold;
        _nextHold = Math.Min(2 * _nextHold, LongestHold);
        Set(Math.Min(_limit * Backoff, _limit - 1), now, bounds);
    }

    private void Decide(long now, VegasBounds bounds)
    {
        var median = _window.Median();
        if (IsProbing)
        {
            // With half as many under way this is what the upstream takes: neither more nor less is ours.
            _baseline = median;
            var limit = _beforeProbe;
            _beforeProbe = 0;
            Set(limit, now, bounds);
            return;
        }

        _baseline = _baseline == 0 ? median : _baseline > median ? _baseline + (BaselineSmoothing * (median - _baseline)) : _baseline;
        if (WasCutInVain(median))
        {
            _baseline = median;
            Set(_beforeCut, now, bounds);
            return;
        }

        _beforeCut = 0;
        var isUsed = 2 * _window.MostInFlight >= Limit;
        if (isUsed)
        {
            _history.Add(_window.MeanInFlight, _window.Throughput(now), median);
        }

        if (_samplesToProbe <= 0 && isUsed && Limit > bounds.Least)
        {
            Probe(now, bounds);
            return;
        }

        Move(now, median, isUsed, bounds);
    }

    private void Move(long now, double median, bool isUsed, VegasBounds bounds)
    {
        var queue = _limit * Math.Max(1 - (_baseline / median), 0);
        _hold = Math.Max(_hold - 1, 0);
        var excess = (queue - (6 * Step)) / 2;
        if (excess > LeastCut * _limit)
        {
            // Half of what is too much at once: step by step a fallen capacity would be reached in minutes.
            if (!_isSteady)
            {
                // The window saw the change itself. What a cut achieves can only be told from a latency that stands.
                Set(_limit, now, bounds);
                return;
            }

            (_beforeCut, _medianBeforeCut) = (_limit, median);
            Set(_limit - excess, now, bounds);
            return;
        }

        _isSteady = false;
        var next = _limit;
        if (isUsed && _history.Vetoes())
        {
            next -= Step;
        }
        else if (queue > 6 * Step)
        {
            next -= Step;
        }
        else if (isUsed && queue < 3 * Step)
        {
            next += queue <= Step ? 6 * Step : Step;
        }

        // Twice what was lately under way is never held back: only a limit that nobody has use for falls.
        var headroom = Math.Max((double)Headroom * _window.RecentMost, bounds.Least);
        _limit = Math.Clamp(Math.Min(Below(next), headroom), bounds.Least, bounds.Most);
    }

    /// <summary>Where it was refused before, it comes near, waits, and goes on in small steps.</summary>
    private double Below(double next)
    {
        if (next <= _limit || next < _refusedAt * Backoff)
        {
            return next;
        }

        if (_hold > 0)
        {
            return Math.Max(_limit, _refusedAt * Backoff);
        }

        if (_limit > _refusedAt + Step)
        {
            // The upstream takes more than it did.
            (_refusedAt, _nextHold) = (double.MaxValue, ShortestHold);
            return next;
        }

        return Math.Min(next, Math.Max(_limit, _refusedAt * Backoff) + 1);
    }

    /// <summary>A queue of ours gets shorter with what is under way. Where latency hardly follows, it is the upstream that has become slow, and less under way only gets less done.</summary>
    private bool WasCutInVain(double median) => _beforeCut > 0 && median > _medianBeforeCut * (1 + (_limit / _beforeCut)) / 2;

    private void Probe(long now, VegasBounds bounds)
    {
        _probes++;

        // From 27 to 33 times the limit, so that many clients do not probe together.
        var spread = unchecked((uint)(_probes * 2654435761L) >> 8) % 7;
        _samplesToProbe = (long)((ProbeFactor - 3 + spread) * _limit);
        _beforeProbe = _limit;
        Set(_limit / 2, now, bounds);
    }

    private void EndProbe()
    {
        if (IsProbing)
        {
            _limit = _beforeProbe;
            _beforeProbe = 0;
        }
    }

    private void Set(double limit, long now, VegasBounds bounds)
    {
        _limit = Math.Clamp(limit, bounds.Least, bounds.Most);
        (_epoch, _isSteady) = (now, true);
        _leaps++;
        _window.Restart(now);
        _history.Clear();
    }
}
