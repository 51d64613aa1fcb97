using RateLimited.Http.Admission.Persistence;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>
/// Limits' state in this process. One gate guards all of it, so that the limits of a request, the global ones included, decide together in one step. Thread-safe.
/// </summary>
/// <remarks>
/// The gate is held for a few dozen nanoseconds of arithmetic, a few hundred when a run of waiters goes, and never while anything else is called.
/// </remarks>
internal sealed partial class InProcessStore : ILimitStore, IDisposable
{
    /// <summary>How many of a run must have gone for the rest to be fetched ahead: by then it is many that go, and not the one that a refill lets go.</summary>
    private const int SureOfMore = 2;

    private readonly bool _hasCoarse;
    private ContendedClock _contended = new() { ReadAtCoarse = -FreshMilliseconds };
    private List<BoundLimit> _globals;
    private volatile ServiceLimiter[] _lines = [];

    /// <param name="time">What it counts by.</param>
    /// <param name="globalLimits">The limits that all services share.</param>
    /// <param name="keeper">Who keeps the limits of some services over the end of the process; null where none are.</param>
    public InProcessStore(TimeProvider time, IReadOnlyList<LimitDefinition> globalLimits, Keeper? keeper = null)
    {
        Clock = new MonotonicClock(time, keeper is null ? 0 : Keeper.Age);
        _hasCoarse = Clock.HasCoarse;
        _globals = [];
        Keeper = keeper;
        keeper?.Begin(this);
        var kept = KeptOf(string.Empty);
        GlobalDefinitions = globalLimits;
        Change(() => _globals = BindGlobals(kept?.TakeOver(() => _globals) ?? [], globalLimits));
        kept?.Begin();
    }

    public MonotonicClock Clock { get; }

    /// <summary>The limits that all services share.</summary>
    public IReadOnlyList<BoundLimit> GlobalLimits => _globals;

    /// <summary>The present. Only under the gate.</summary>
    private long Now => _contended.Latest = Clock.Now;

    public Decision Admit(AdmissionTicket ticket)
    {
        var service = ticket.Plan.Service;
        using var held = HoldForNewcomer();
        var now = Now;
        var decision = Decide(ticket, service, now);
        if (!decision.IsAdmitted && TryTakeBackVouchers())
        {
            decision = Decide(ticket, service, now);
        }

        if (decision.IsAdmitted)
        {
            Charge(ticket, service, now);
            HandOutVouchers(ticket, service, now);
        }
        else
        {
            service.Shared?.Want(new ReadOnlySpan<AdmissionTicket>(in ticket), now);
        }

        WantWritten(ticket, decision, now);
        return decision;
    }

    public int AdmitRun(ReadOnlySpan<AdmissionTicket> run, out Decision decision)
    {
        var service = run[0].Plan.Service;
        using var held = Hold();
        var now = Now;
        decision = Decision.Admitted(now);
        var hasKeys = service.Definition.Keys is not null;
        var admitted = 0;
        while (admitted < run.Length && decision.IsAdmitted)
        {
            if (admitted == SureOfMore)
            {
                Fetch(run[admitted..]);
            }

            var ticket = run[admitted];
            if (ticket.IsForGood)
            {
                decision = ChargeExactly(service, ticket.Plan.Shared!, cost: 1, now);
                admitted += decision.IsAdmitted ? 1 : 0;
                continue;
            }

            if (ticket.ChargeCount == 1 && !hasKeys && !service.AwaitsAnswers && service.PausedUntil <= now && !service.Faults.IsEngaged && TryChargeOnly(ticket, service, now))
            {
                admitted++;
                continue;
            }

            decision = Decide(ticket, service, now);
            if (decision.IsAdmitted)
            {
                Charge(ticket, service, now);
                WantWritten(ticket, decision, now);
                admitted++;
            }
            else
            {
                service.Shared?.Want(run[admitted..], now);
                WantWritten(ticket, decision, now);
                decision = service.Shared is { IsAlone: false } ? decision with { Told = Math.Max(Math.Max(SharedBalance.ToldOf(ticket, now), ToldOfKeys(ticket, now)), service.PausedUntil) } : decision;
            }
        }

        return admitted;
    }

    private static void Fetch(ReadOnlySpan<AdmissionTicket> run)
    {
        foreach (var ticket in run)
        {
            ticket.Fetch();
        }
    }

    /// <summary>What deciding and charging come to for a request of one limit that has room.</summary>
    private bool TryChargeOnly(AdmissionTicket ticket, BoundService service, long now)
    {
        ref var charge = ref ticket.Charges[0];
        var limit = charge.Partition.Limit;
        var at = MomentOf(now, service, limit);
        if (limit.Rule.Earliest(ref charge.Partition.State, at, charge.Cost) > now)
        {
            return false;
        }

        charge.Receipt = limit.Rule.Charge(ref charge.Partition.State, at, charge.Cost);
        ticket.ChargedAt = now;
        service.WentAt(now);
        service.Shared?.Went(ticket, now);
        return true;
    }

    public void Force(AdmissionTicket ticket)
    {
        using var held = Hold();
        var now = Now;
        if (ticket.Key is { } claim)
        {
            claim.Chosen = PickUnheld(ticket, claim, now);
        }

        Charge(ticket, ticket.Plan.Service, now);
    }

    /// <summary>The request was refused and does not wait.</summary>
    public void PassBy(AdmissionTicket ticket)
    {
        if (ticket.Plan.Service.Shared is not null)
        {
            using var held = Hold();
            SharedService.PassBy(ticket, Now);
        }

        WantWritten(ticket);
    }

    public Decision Peek(AdmissionTicket ticket)
    {
        using var held = Hold();
        return Decide(ticket, ticket.Plan.Service, Now);
    }

    public Decision Project(AdmissionTicket ticket, WaitingLine? line)
    {
        var service = ticket.Plan.Service;
        using var held = Hold();
        var now = Now;
        var (latest, refused) = OpeningOf(ticket, service, now, line?.QueuedBefore(ticket, service.Faults.Partition) ?? 0);
        foreach (ref var charge in ticket.Charges)
        {
            var at = MomentOf(now, service, charge.Partition.Limit);
            var rule = charge.Partition.Limit.Rule;
            var ahead = line?.QueuedBefore(ticket, charge.Partition) ?? 0;
            var earliest = charge.Cost > charge.Partition.Limit.Capacity ? LimitRule.Never
                : ahead == 0 ? rule.Soonest(ref charge.Partition.State, at, charge.Cost)
                : rule.Project(ref charge.Partition.State, at, Saturating.Add(ahead, charge.Cost));
            if (earliest > latest)
            {
                (latest, refused) = (earliest, charge.Partition);
            }
        }

        return ticket.Key is { } claim ? (line is null && service.Shared is null ? DecideKey(ticket, claim, service, now, latest, refused) : ProjectKey(ticket, claim, service, now, line, latest, refused))
            : latest <= now ? Decision.Admitted(now)
            : WaitForAll(ticket, service, now, latest, refused);
    }

    public void Signal(BoundService service, in RequestOutcome outcome)
    {
        using var held = Hold();
        var at = Clock.At(service.Guard);
        if (outcome.RetryAfter is { } pause)
        {
            service.Pause(at.Now, pause.Ticks);
        }

        if (outcome.ResetAfter is { } reset)
        {
            service.Announce(at, reset.Ticks);
        }

    }

    /// <summary>Runs something that changes definitions while nothing decides.</summary>
    public void Change(Action change)
    {
        using var held = Hold();
        change();
    }

    /// <summary>How much of a partition there is to use, what of it is used, when it is whole again, and what its state holds beside itself.</summary>
    public PartitionStatus Inspect(Partition partition, BoundService service)
    {
        using var held = Hold();
        var at = MomentOf(Now, service, partition.Limit);
        var used = partition.Limit.Rule.Used(ref partition.State, at);
        var fresh = partition.Limit.Rule.FreshAt(partition.State, at);
        return new PartitionStatus(partition.Limit.Rule.Present(ref partition.State, at), used, fresh, partition.State.ExtraBytes);
    }

    /// <summary>Takes a partition out of use if it has equalled a new one for so long and nobody holds it.</summary>
    public bool TryEvict(Partition partition, long idleTicks)
    {
        using var held = Hold();
        var at = Clock.At(guard: 0);
        var fresh = partition.Limit.Rule.FreshAt(partition.State, at);
        return fresh != LimitRule.Never && Saturating.Add(fresh, idleTicks) <= at.Now && partition.TryEvict();
    }

    public void Register(ServiceLimiter line)
    {
        lock (Clock)
        {
            _lines = [.. _lines, line];
        }
    }

    public void Unregister(ServiceLimiter line)
    {
        lock (Clock)
        {
            _lines = [.. _lines.Where(each => !ReferenceEquals(each, line))];
        }
    }

    /// <summary>Lets every line look again: a request has made room in a global limit.</summary>
    public void WakeAll(AdmissionTicket? released)
    {
        foreach (var line in _lines)
        {
            line.Wake(released);
        }
    }

    public void Dispose()
    {
        foreach (var limit in _globals)
        {
            limit.Table?.Dispose();
        }

        SharedGlobals?.Dispose();
        Keeper?.Dispose();
    }

    /// <summary>A moment that has just passed, as the present: others may have read the clock since. Only under the gate.</summary>
    private long NotBeforeLatest(long instant) => _contended.Latest = Math.Max(instant, _contended.Latest);

    private List<BoundLimit> BindGlobals(IReadOnlyList<BoundLimit> previous, IReadOnlyList<LimitDefinition> limits)
    {
        var binder = new LimitBinder(previous, this, new PartitionBounds(100_000, TimeSpan.FromMinutes(5).Ticks), guard: 0);
        return binder.Bind(SharedGlobals is { } shared ? BoundService.Share(limits, shared) : Keeper?.ServiceOf(string.Empty).Keep(limits) ?? limits, LimitScope.Global, string.Empty);
    }

    private Moment MomentOf(long now, BoundService service, BoundLimit limit) => new(now, Clock.WallOffsetAt(now), service.GuardOf(limit));

    /// <summary>When the service opens, whatever its limits say: after the pause that its upstream asked for, and when it has been failing, at its next turn.</summary>
    private static (long Instant, Partition? Refused) Opening(BoundService service, long now, long ahead)
    {
        var latest = Math.Max(now, service.PausedUntil);
        if (!service.Faults.IsEngaged)
        {
            return (latest, null);
        }

        var turn = service.Faults.Earliest(now, ahead);
        return turn > latest ? (turn, service.Faults.Partition) : (latest, null);
    }

    /// <summary>A request that has no limits at all waits for pauses alone.</summary>
    private static (long Instant, Partition? Refused) OpeningOf(AdmissionTicket ticket, BoundService service, long now, long ahead) =>
        ticket.Plan.IsLimited ? Opening(service, now, ahead) : (Math.Max(now, service.PausedUntil), null);

    private Decision Decide(AdmissionTicket ticket, BoundService service, long now)
    {
        var (latest, refused) = OpeningOf(ticket, service, now, ahead: 0);
        var lacking = default(Partition);
        var wall = Clock.WallOffsetAt(now);
        foreach (ref var charge in ticket.Charges)
        {
            var limit = charge.Partition.Limit;
            var earliest = limit.Rule.Earliest(ref charge.Partition.State, new Moment(now, wall, service.GuardOf(limit)), charge.Cost);
            if (earliest == LimitRule.Never && limit.Rule is SharedRule && charge.Cost <= limit.Capacity)
            {
                // It is asked for; until it comes, what is known of the others says when to look again.
                lacking = charge.Partition;
            }
            else if (earliest > latest)
            {
                (latest, refused) = (earliest, charge.Partition);
            }
        }

        return ticket.Key is { } claim ? DecideKey(ticket, claim, service, now, latest, refused, lacking)
            : latest > now ? WaitForAll(ticket, service, now, latest, refused)
            : lacking is null ? Decision.Admitted(now)
            : Decision.Wait(LimitRule.Never, lacking);
    }

    private void Charge(AdmissionTicket ticket, BoundService service, long now)
    {
        var wall = Clock.WallOffsetAt(now);
        if (ticket.Key is { Chosen: { } key } claim)
        {
            ticket.TakeKey(key);
            Go(ticket, claim, key, now);
        }

        var isAwaited = service.AwaitsAnswers && service.Awaits(now);
        foreach (ref var charge in ticket.Charges)
        {
            var limit = charge.Partition.Limit;
            var at = new Moment(now, wall, service.GuardOf(limit));
            charge.Receipt = limit.Rule.Charge(ref charge.Partition.State, at, charge.Cost);
            if (isAwaited)
            {
                limit.Rule.Await(ref charge.Partition.State, at, charge.Cost, LatencySpread.LongestFirstHoldUp);
            }
        }

        if (ticket.IsForGood)
        {
            service.Faults.ChargeUnheard(now);
        }
        else if (ticket.Plan.IsLimited)
        {
            service.Faults.Charge(now);
        }

        ticket.ChargedAt = now;
        service.WentAt(now);
        service.Shared?.Went(ticket, now);
    }
}
