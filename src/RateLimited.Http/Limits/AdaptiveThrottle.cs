using RateLimited.Http.Limits.Learning;

namespace RateLimited.Http.Limits;

/// <summary>
/// Stops asking an upstream that fails: of two minutes, at most twice as many requests go as it has answered, and ten more, besides one probe a second. It does nothing while there
/// are fewer than ten faults among them, or less than a third of what was answered; having begun, it goes on until they are less than a tenth.
/// </summary>
/// <remarks>
/// Client-side throttling of Google's SRE book, chapter 21, which refuses with the probability <c>max(0, (requests − K × accepts) / (requests + 1))</c> and counts refused requests as
/// requests. So counted, what goes settles at <c>K × accepts</c>; here that is the rule itself, so that it needs no dice and nobody has to count the refused, who wait in line. Probes are
/// the trickle and not counted: after a long outage the first that succeeds lets two go, these let four. Ten answers without a fault between, to requests that went after the last
/// fault, begin the count anew with these ten: a short outage need not leave the window first, and those who wait do not all go at once. <c>Extra</c> holds the window.
/// </remarks>
internal sealed class AdaptiveThrottle() : LimitRule(Most, 0)
{
    /// <summary>How many requests may go for each that was answered: the book's K.</summary>
    public const long Factor = 2;

    /// <summary>How many may go beyond that, how many faults it takes, and how many successes in a row end it.</summary>
    public const long Few = 10;

    /// <summary>How far apart probes go, in ticks.</summary>
    public const long ProbeInterval = TimeSpan.TicksPerSecond;

    /// <summary>Nothing is too dear: every request counts as one.</summary>
    private const long Most = 1_000_000_000_000;

    public override bool Learns => true;

    /// <summary>Whether anything is remembered of faults.</summary>
    public static bool HasFaults(ref LimitState state, in Moment at) => state.Extra is FaultWindow window && window.At(at.Now).Faulted > 0;

    /// <summary>Lets a new state begin with requests that were answered before anybody counted.</summary>
    public static void Begin(ref LimitState state, in Moment at, long accepted)
    {
        var window = WindowOf(ref state, at);
        window.Begin(at.Now, accepted);
    }

    /// <summary>Notes that something goes of which nothing will be heard: it takes the place of a probe, and does not count.</summary>
    public static void NoteUnheard(ref LimitState state, in Moment at)
    {
        if (state.Extra is FaultWindow window && IsClosed(window, at.Now))
        {
            window.ProbedAt = at.Now;
        }
    }

    public override long Earliest(ref LimitState state, in Moment at, long cost)
    {
        if (state.Extra is not FaultWindow window || !IsClosed(window, at.Now))
        {
            return at.Now;
        }

        var probe = window.NextProbe(at.Now);
        var turn = FaultWindow.NextTurn(at.Now);
        return turn < probe && !IsClosed(window.Until(turn), window.IsThrottling) ? turn : probe;
    }

    public override long Charge(ref LimitState state, in Moment at, long cost)
    {
        var window = WindowOf(ref state, at);
        if (IsClosed(window, at.Now) && window.NextProbe(at.Now) == at.Now)
        {
            window.ProbedAt = at.Now;
        }
        else
        {
            window.Sent(at.Now, 1);
        }

        return 0;
    }

    public override void GiveBack(ref LimitState state, in Moment at, long receipt, long amount)
    {
        // What never reached the upstream is told by its outcome.
    }

    public override void ChargeMore(ref LimitState state, in Moment at, long receipt, long amount)
    {
        // Whatever it cost, it was one request.
    }

    public override bool Learn(ref LimitState state, in Moment at, in AnswerOutcome outcome)
    {
        var window = WindowOf(ref state, at);
        var isNews = outcome.Kind is AnswerKind.Succeeded or AnswerKind.Faulted;
        if (outcome.IsUncharged && isNews)
        {
            window.Sent(at.Now, 1);
        }
        else if (!outcome.IsUncharged && !isNews && outcome.SentAt != window.ProbedAt)
        {
            // It tells nothing of the upstream's health: as if it had not gone.
            window.Unsent(at.Now, outcome.SentAt);
        }

        var wasClosed = IsClosed(window, at.Now);
        switch (outcome.Kind)
        {
            case AnswerKind.Succeeded:
                window.Accepted(at.Now, 1);
                if (wasClosed && window.Run(outcome.SentAt) >= Few)
                {
                    window.Restart(at.Now, new FaultCounts(Few, Few, Few));
                }

                break;
            case AnswerKind.Faulted:
                window.Faulted(at.Now);
                break;
            default:
                break;
        }

        return wasClosed && !IsClosed(window, at.Now);
    }

    public override long Used(ref LimitState state, in Moment at) => state.Extra is FaultWindow window ? window.At(at.Now).Sent : 0;

    public override long Present(ref LimitState state, in Moment at) => Allowed(state.Extra is FaultWindow window ? window.At(at.Now) : default);

    public override long FreshAt(in LimitState state, in Moment at) => state.Extra is FaultWindow window ? window.EmptyAt : 0;

    public override long Project(ref LimitState state, in Moment at, long amount)
    {
        var earliest = Earliest(ref state, at, 1);
        return earliest == at.Now ? earliest : Saturating.Add(earliest, Saturating.Multiply(amount - 1, ProbeInterval));
    }

    public override void Adopt(ref LimitState state, LimitRule previous, in Moment at)
    {
        if (previous is not AdaptiveThrottle)
        {
            state = default;
        }
    }

    private static bool IsClosed(FaultWindow window, long now)
    {
        var counts = window.At(now);
        window.IsThrottling = IsThrottling(counts, window.IsThrottling);
        return window.IsThrottling && counts.Sent >= Allowed(counts);
    }

    private static bool IsClosed(in FaultCounts counts, bool wasThrottling) => IsThrottling(counts, wasThrottling) && counts.Sent >= Allowed(counts);

    /// <summary>At the bound itself half of what is answered fails. Where far less does, requests still under way are no reason to hold others up.</summary>
    private static bool IsThrottling(in FaultCounts counts, bool wasThrottling) =>
        counts.Faulted >= Few && counts.Faulted * (wasThrottling ? 10 : 2) >= (Factor - 1) * counts.Accepted;

    private static long Allowed(in FaultCounts counts) => Saturating.Add(Factor * counts.Accepted, Few);

    private static FaultWindow WindowOf(ref LimitState state, in Moment at)
    {
        if (state.Extra is not FaultWindow window)
        {
            state.Extra = window = new FaultWindow(at.Now);
        }

        return window;
    }
}
