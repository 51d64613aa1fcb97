namespace RateLimited.Http.Limits;

/// <summary>
/// In every interval as long as the window, at most the quota of requests that the upstream takes for invalid: more, and it bans whoever sends them. Which are, only their answers say, so that
/// each request may be one until it is answered: nothing goes that could bring more than the quota.
/// </summary>
/// <remarks>
/// <c>Count</c> is how many are under way, and <c>Extra</c> the log of those that were invalid, by when that was known: the upstream knew it before, so that they are counted no shorter than there.
/// </remarks>
internal sealed class InvalidRequests : LimitRule
{
    private readonly long _spacing;

    /// <param name="quota">How many may be invalid in any window.</param>
    /// <param name="window">The window in ticks.</param>
    public InvalidRequests(long quota, long window)
        : base(quota, window)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        _spacing = Saturating.DivideUp(window, ChargeLog.Resolution);
    }

    public override bool Learns => true;

    /// <summary>Where those under way decide, only their answers make room: <see cref="LimitRule.Never"/>.</summary>
    public override long Earliest(ref LimitState state, in Moment at, long cost)
    {
        var counted = CountedOf(state, at);
        return Saturating.Add(counted, state.Count) < Quota ? at.Now
            : counted < Quota ? Never
            : ExpiryOf((ChargeLog)state.Extra!, counted - Quota + 1);
    }

    public override long Charge(ref LimitState state, in Moment at, long cost)
    {
        state.Count++;
        return 0;
    }

    public override void GiveBack(ref LimitState state, in Moment at, long receipt, long amount)
    {
        // What became of it is told by its outcome.
    }

    public override void ChargeMore(ref LimitState state, in Moment at, long receipt, long amount)
    {
        // Whatever it cost, it was one request.
    }

    public override bool Learn(ref LimitState state, in Moment at, in AnswerOutcome outcome)
    {
        var wasFull = Used(ref state, at) >= Quota;
        if (!outcome.IsUncharged)
        {
            state.Count = Math.Max(state.Count - 1, 0);
        }

        if (outcome.IsInvalid)
        {
            if (state.Extra is not ChargeLog log)
            {
                state.Extra = log = new ChargeLog(at.Now + 1);
            }

            log.Add(at.Now, 1, _spacing);
        }

        return wasFull;
    }

    public override long Used(ref LimitState state, in Moment at) => Saturating.Add(CountedOf(state, at), state.Count);

    public override long FreshAt(in LimitState state, in Moment at) =>
        state.Count > 0 ? Never : state.Extra is ChargeLog { Count: > 0 } log ? Saturating.Add(log.Newest, Window) : 0;

    /// <summary>Those who go before may all be valid.</summary>
    public override long Project(ref LimitState state, in Moment at, long amount) => Earliest(ref state, at, 1);

    public override void Adopt(ref LimitState state, LimitRule previous, in Moment at)
    {
        // The log holds instants, which a change of quota or window leaves true.
        state = previous is InvalidRequests ? state : default;
    }

    private long CountedOf(in LimitState state, in Moment at)
    {
        if (state.Extra is not ChargeLog log)
        {
            return 0;
        }

        log.Expire(at.Now - Window);
        return log.Total;
    }

    /// <summary>When so many of those that are counted will have left the window.</summary>
    private long ExpiryOf(ChargeLog log, long amount)
    {
        var expired = 0L;
        for (var i = 0; i < log.Count; i++)
        {
            expired += log[i].Amount;
            if (expired >= amount)
            {
                return Saturating.Add(log[i].Instant, Window);
            }
        }

        return Never;
    }
}
