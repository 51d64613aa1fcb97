using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>
/// What is known of the first answer about one quota, a service's or that of a key: whether it would tell what is left, and whether it was heard. See <see cref="AskFirst"/>. It outlives reloads. Only under the
/// store's gate.
/// </summary>
/// <param name="reported">The limits that answers have told of. Where some are known from before, nobody asks.</param>
internal sealed class FirstAnswer(ReportedLimits reported)
{
    private bool _isTold;
    private bool _isAwaited;
    private bool _wasHeard;

    /// <summary>Whether requests would wait for it if another process said that answers tell, as of the last binding.</summary>
    public bool HingesOnOthers { get; private set; }

    /// <summary>Whether requests wait for it from the next binding on.</summary>
    /// <param name="correction">How far answers are believed.</param>
    /// <param name="isExpected">Whether answers will be heard at all.</param>
    /// <param name="hasOthers">Whether other processes may say that answers tell, so that it matters already.</param>
    public bool IsAwaited(CorrectionDefinition correction, bool isExpected, bool hasOthers = false) =>
        isExpected && !_wasHeard && (_isAwaited || reported.IsEmpty) && (correction.IsSpoken || _isTold || hasOthers) && !correction.Discover && correction.AskFirst > TimeSpan.Zero;

    /// <summary>What requests wait by, for one binding; null where they do not.</summary>
    public LimitDefinition? Bind(CorrectionDefinition correction, bool isExpected)
    {
        _isAwaited = IsAwaited(correction, isExpected);
        HingesOnOthers = !_isAwaited && IsAwaited(correction, isExpected, hasOthers: true);
        return _isAwaited ? new LimitDefinition("first answer", UnitCost.Requests, new AskFirst(correction.AskFirst.Ticks)) : null;
    }

    /// <summary>Answers to other processes tell of the quota. Returns whether that is news.</summary>
    public bool ExpectTold()
    {
        var isNews = !_isTold;
        _isTold = true;
        return isNews;
    }

    /// <summary>A request was answered. Returns whether it is the first.</summary>
    public bool Hear()
    {
        var isFirst = !_wasHeard;
        _wasHeard = true;
        return isFirst;
    }
}
