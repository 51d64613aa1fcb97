namespace RateLimited.Http.Limits;

/// <summary>
/// A limit that the upstream tells of and nobody configured: a limit like any other, whose quota and window are what the responses say. Before anything is said it admits everything.
/// </summary>
/// <param name="name">The upstream's name of it.</param>
/// <param name="unit">Its unit.</param>
/// <param name="namedWindow">The window, where it belongs to the name.</param>
/// <param name="longest">The longest that anything said is believed, in ticks.</param>
/// <param name="isKept">Whether the last known limit holds for good.</param>
/// <param name="patience">How long the first answer is waited for, in ticks, where others may have used the quota meanwhile.</param>
internal sealed class ReportedLimit(string name, string unit, long namedWindow, long longest, bool isKept, long patience = 0) : LimitRule(quota: long.MaxValue, window: 0)
{
    /// <summary>The window, where it belongs to the limit's name; else zero.</summary>
    public long NamedWindow => namedWindow;

    /// <summary>Whether a report is of this limit.</summary>
    public bool Is(in QuotaReport report) =>
        namedWindow == report.NamedWindow && string.Equals(unit, report.Unit, StringComparison.Ordinal)
        && (report.Name.Span.SequenceEqual(name) || report.Name.Span.Equals(name, StringComparison.OrdinalIgnoreCase));

    public override long Earliest(ref LimitState state, in Moment at, long cost) => Known(ref state).Earliest(at, cost);

    public override long Charge(ref LimitState state, in Moment at, long cost) => Known(ref state).Charge(at, cost);

    /// <summary>The upstream counts by what it was told and not by what we think: nothing is given back but requests that it never saw. See <see cref="End"/>.</summary>
    public override void GiveBack(ref LimitState state, in Moment at, long receipt, long amount)
    {
    }

    /// <summary>What a request cost more than was thought is in what the upstream says of it.</summary>
    public override void ChargeMore(ref LimitState state, in Moment at, long receipt, long amount)
    {
    }

    public override long Used(ref LimitState state, in Moment at) => Known(ref state).Used(at);

    public override long FreshAt(in LimitState state, in Moment at) => state.Extra is ReportedQuota quota ? quota.FreshAt(at) : 0;

    public override long Soonest(ref LimitState state, in Moment at, long cost) => Math.Min(Earliest(ref state, at, cost), Project(ref state, at, cost));

    public override long Project(ref LimitState state, in Moment at, long amount) => Known(ref state).Project(at, amount);

    public override long Present(ref LimitState state, in Moment at) => state.Extra is ReportedQuota { Limit: > 0 and var limit } ? limit : Quota;

    /// <summary>The same limit, believed for another time.</summary>
    public ReportedLimit Believed(long anotherLongest, bool isKeptNow, long anotherPatience) => new(name, unit, namedWindow, anotherLongest, isKeptNow, anotherPatience);

    /// <summary>What was learned stays true whatever is configured. For how long it is believed does not.</summary>
    public override void Adopt(ref LimitState state, LimitRule previous, in Moment at) => Known(ref state).Believe(longest, isKept, patience);

    public override bool OutlivesProcess => true;

    public override void Form(ref LimitState state, StateForm form)
    {
        if (form.Has(state.Extra is ReportedQuota))
        {
            Known(ref state).Form(form);
        }
    }

    /// <summary>The upstream's name of it.</summary>
    public string Name => name;

    public string Unit => unit;

    /// <summary>Takes in what the response to a request says. See <see cref="ReportedQuota.Hear"/>.</summary>
    public void Hear(ref LimitState state, in Moment at, in QuotaReport report, long? receipt, long cost, long unknown) =>
        Known(ref state).Hear(at, report, receipt, cost, unknown);

    /// <summary>The request has ended without a response that says what remains. Once for each charge that nothing was heard of.</summary>
    public void End(ref LimitState state, in Moment at, long cost, bool wasCounted) => Known(ref state).End(at, cost, wasCounted);

    private ReportedQuota Known(ref LimitState state)
    {
        if (state.Extra is ReportedQuota quota)
        {
            return quota;
        }

        quota = new ReportedQuota(longest, isKept, patience);
        state.Extra = quota;
        return quota;
    }
}
