using System.Runtime.CompilerServices;

namespace RateLimited.Http.Limits;

/// <summary>
/// Holds up the requests of one endpoint, because the upstream asked for that or because a quota of theirs is used up. It has no quota of its own: before it is told anything, and after that is
/// over, it admits everything.
/// </summary>
internal sealed class CoolDown() : LimitRule(quota: long.MaxValue, window: 0)
{
    public override bool Learns => true;

    public override long Earliest(ref LimitState state, in Moment at, long cost) => Math.Max(OpensAt(state), at.Now);

    public override long Charge(ref LimitState state, in Moment at, long cost)
    {
        if (state.Extra is Held held)
        {
            held.WentAt(at.Now);
        }

        return 0;
    }

    public override void GiveBack(ref LimitState state, in Moment at, long receipt, long amount)
    {
    }

    public override void ChargeMore(ref LimitState state, in Moment at, long receipt, long amount)
    {
    }

    public override long Used(ref LimitState state, in Moment at) => 0;

    public override long FreshAt(in LimitState state, in Moment at) => OpensAt(state);

    public override long Project(ref LimitState state, in Moment at, long amount) => Math.Max(OpensAt(state), at.Now);

    public override void Adopt(ref LimitState state, LimitRule previous, in Moment at)
    {
    }

    /// <summary>A success of a request that was sent after a quota was known to be used up says that it has returned.</summary>
    public override bool Learn(ref LimitState state, in Moment at, in AnswerOutcome outcome) =>
        outcome.Kind == AnswerKind.Succeeded && state.Extra is Held held && held.SucceededAt(at.Now, outcome.SentAt);

    /// <summary>Nothing goes for so long.</summary>
    public static void Pause(ref LimitState state, long now, long duration) => HeldOf(ref state).Pause.Extend(now, duration);

    /// <summary>Nothing goes for a while, and nobody says for how long. See <see cref="Limits.Pause.ExtendBlindly"/>.</summary>
    public static void PauseBlindly(ref LimitState state, long now, long sentAt, long longest) =>
        HeldOf(ref state).Pause.ExtendBlindly(now, sentAt, longest, Limits.Pause.ShortestBlind);

    /// <summary>A response warns. See <see cref="Limits.Pause.Slow"/>.</summary>
    public static void Slow(ref LimitState state, long now, long sentAt, long underWay, int strain, long believed) =>
        HeldOf(ref state).Pause.Slow(now, sentAt, underWay, strain, believed);

    /// <summary>A response warns of nothing.</summary>
    public static void Ease(ref LimitState state, long now, long sentAt)
    {
        if (state.Extra is Held held)
        {
            held.Pause.Ease(now, sentAt);
        }
    }

    /// <summary>A quota is used up. See <see cref="Exhaustion.Begin"/>.</summary>
    public static void Exhaust(ref LimitState state, long now, long sentAt, long wait, long interval) => HeldOf(ref state).Exhaustion.Begin(now, sentAt, wait, interval);

    private static long OpensAt(in LimitState state) => state.Extra is Held held ? Math.Max(held.Pause.Until, held.Exhaustion.OpensAt) : 0;

    private static Held HeldOf(ref LimitState state)
    {
        if (state.Extra is not Held held)
        {
            held = new Held();
            state.Extra = held;
        }

        return held;
    }

    private sealed class Held : ISized
    {
        private static readonly int Own = ManagedSize.Object(Unsafe.SizeOf<Pause>() + Unsafe.SizeOf<Exhaustion>());

        public Pause Pause;

        public Exhaustion Exhaustion;

        public long Bytes => Own;

        public void WentAt(long now)
        {
            if (Exhaustion.WentAt(now))
            {
                Pause.Spread(now);
            }

            Pause.WentAt(now);
        }

        public bool SucceededAt(long now, long sentAt)
        {
            var hasReturned = Exhaustion.SucceededAt(sentAt);
            if (hasReturned)
            {
                Pause.Spread(now);
            }

            return hasReturned;
        }
    }
}
