using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>Decisions on requests that hold nothing and are counted by requests alone: they need no ticket and often no exact clock.</summary>
internal sealed partial class InProcessStore
{
    /// <summary>How old the exact clock's last reading may be to still serve as a lower bound of now.</summary>
    private const long FreshMilliseconds = 200;

    /// <summary>By how much the coarse clock may lag: far more than any kernel's tick.</summary>
    private const long CoarseLag = 2 * TimeSpan.TicksPerSecond;

    /// <summary>Admits a request that is charged only what everybody shares.</summary>
    public Decision AdmitShared(LimitPlan plan, Partition[] shared, long cost)
    {
        // Read before the gate: it only bounds how long ago the exact clock was read.
        var coarse = CoarseFor(plan);
        using var held = HoldForNewcomer();
        return Charge(plan.Service, shared, cost, coarse);
    }

    /// <summary>Releases what a request without a ticket holds. Returns which lines may move.</summary>
    public Loosened Release(ReadOnlySpan<Partition> partitions, long permits)
    {
        var loosened = Loosened.Nobody;
        using var held = Hold();
        var at = new Moment(Now);
        foreach (var partition in partitions)
        {
            var limit = partition.Limit;
            if (limit.Rule.IsReleased)
            {
                // It may count in other parts than it did; slots it counts all the same.
                limit.Rule.GiveBack(ref partition.State, at, receipt: 0, Saturating.Multiply(permits, limit.PartsPerUnit));
                loosened = (Loosened)Math.Max((int)loosened, (int)(limit.Scope == LimitScope.Global ? Loosened.Everybody : Loosened.Service));
            }
        }

        return loosened;
    }

    /// <summary>Admits a request that is charged by requests alone: partitions are looked up and checked rather than pinned.</summary>
    public Decision AdmitRequest(LimitPlan plan, in AdmissionRequest request, long cost)
    {
        var coarse = CoarseFor(plan);
        var partitions = new PartitionBuffer();
        while (true)
        {
            var count = 0;
            foreach (var limit in plan.Limits)
            {
                if (limit.Find(request) is { } partition)
                {
                    partitions[count++] = partition;
                }
            }

            var found = ((ReadOnlySpan<Partition>)partitions)[..count];
            using var held = HoldForNewcomer();
            var isEvicted = AnyEvicted(found);
            var decision = isEvicted ? default : Charge(plan.Service, found, cost, coarse);
            LetGo(found);
            if (!isEvicted)
            {
                return decision;
            }
        }
    }

    /// <summary>What was found is not pinned, but for what latecomers share.</summary>
    private static void LetGo(ReadOnlySpan<Partition> found)
    {
        foreach (var partition in found)
        {
            if (partition.IsOverflow)
            {
                partition.Unpin();
            }
        }
    }

    /// <summary>The coarse clock, where it can help; else zero, which is longer ago than anything.</summary>
    private long CoarseFor(LimitPlan plan) => _hasCoarse && plan.MayBeCoarse ? MonotonicClock.CoarseMilliseconds : 0;

    private Decision Charge(BoundService service, ReadOnlySpan<Partition> partitions, long cost, long coarse) =>
        coarse != 0 && service.IsUnhindered && TryChargeCoarsely(service, partitions, cost, coarse)
            ? Decision.Admitted(_contended.ReadAt)
            : ChargeExactly(service, partitions, cost, ReadClock(coarse));

    /// <summary>Reads the exact clock, and remembers when, where that helps.</summary>
    private long ReadClock(long coarse)
    {
        var now = Now;
        if (coarse != 0)
        {
            (_contended.ReadAt, _contended.ReadAtCoarse) = (now, coarse);
        }

        return now;
    }

    /// <summary>
    /// Decides without reading the exact clock, where every instant it could show leads to the same decision and the same state: half the cost of an admission is that reading.
    /// </summary>
    private bool TryChargeCoarsely(BoundService service, ReadOnlySpan<Partition> partitions, long cost, long coarse)
    {
        var sinceRead = coarse - _contended.ReadAtCoarse;
        if (sinceRead >= FreshMilliseconds)
        {
            return false;
        }

        // No window ends before the latest instant, so that none reads the wall clock.
        var latest = _contended.ReadAt + (sinceRead * TimeSpan.TicksPerMillisecond) + CoarseLag;
        if (partitions.Length == 1)
        {
            var only = partitions[0];
            var isCharged = only.Limit.Rule.TryChargeThroughout(ref only.State, new Moment(_contended.ReadAt, 0, service.GuardOf(only.Limit)), latest, cost);
            service.Admitted.Value += isCharged ? 1 : 0;
            return isCharged;
        }

        foreach (var partition in partitions)
        {
            var limit = partition.Limit;
            if (!limit.Rule.AdmitsThroughout(partition.State, new Moment(_contended.ReadAt, 0, service.GuardOf(limit)), latest, cost))
            {
                return false;
            }
        }

        foreach (var partition in partitions)
        {
            var limit = partition.Limit;
            limit.Rule.Charge(ref partition.State, new Moment(_contended.ReadAt, 0, service.GuardOf(limit)), cost);
        }

        service.Admitted.Value++;
        return true;
    }

    private Decision ChargeExactly(BoundService service, ReadOnlySpan<Partition> partitions, long cost, long now)
    {
        var at = new Moment(now, Clock.WallOffsetAt(now));
        if (!service.IsUnhindered || partitions.IsEmpty)
        {
            return ChargeHindered(service, partitions, at, cost);
        }

        if (partitions.Length == 1)
        {
            var only = partitions[0];
            if (!only.Limit.Rule.TryCharge(ref only.State, at with { Guard = service.GuardOf(only.Limit) }, cost, out var earliest))
            {
                return Decision.Wait(earliest, only);
            }
        }
        else if (!TryChargeAll(service, partitions, at, cost))
        {
            return ChargeHindered(service, partitions, at, cost);
        }

        service.Admitted.Value++;
        return Decision.Admitted(now);
    }

    /// <summary>Charges all limits where all have room; the last of them, which is asked last, in one step.</summary>
    private static bool TryChargeAll(BoundService service, ReadOnlySpan<Partition> partitions, in Moment at, long cost)
    {
        var others = partitions[..^1];
        foreach (var partition in others)
        {
            var limit = partition.Limit;
            if (limit.Rule.Earliest(ref partition.State, at with { Guard = service.GuardOf(limit) }, cost) > at.Now)
            {
                return false;
            }
        }

        var last = partitions[^1];
        if (!last.Limit.Rule.TryCharge(ref last.State, at with { Guard = service.GuardOf(last.Limit) }, cost, out _))
        {
            return false;
        }

        foreach (var partition in others)
        {
            var limit = partition.Limit;
            limit.Rule.Charge(ref partition.State, at with { Guard = service.GuardOf(limit) }, cost);
        }

        return true;
    }

    /// <summary>Decides where more than the limits may hold the request up, and says until when and for whose sake it has to wait.</summary>
    private static Decision ChargeHindered(BoundService service, ReadOnlySpan<Partition> partitions, in Moment at, long cost)
    {
        var now = at.Now;
        var (latest, refused) = Opening(service, now, ahead: 0);
        foreach (var partition in partitions)
        {
            var limit = partition.Limit;
            var earliest = limit.Rule.Earliest(ref partition.State, at with { Guard = service.GuardOf(limit) }, cost);
            if (earliest > latest)
            {
                (latest, refused) = (earliest, partition);
            }
        }

        if (latest > now)
        {
            foreach (var partition in partitions)
            {
                partition.Limit.Rule.Want(ref partition.State, at with { Guard = service.GuardOf(partition.Limit) }, cost);
            }

            return WaitForAll(service, partitions, at, cost, latest, refused);
        }

        foreach (var partition in partitions)
        {
            var limit = partition.Limit;
            limit.Rule.Charge(ref partition.State, at with { Guard = service.GuardOf(limit) }, cost);
        }

        service.Faults.ChargeUnheard(now);
        service.WentAt(now);
        return Decision.Admitted(now);
    }

    private static Decision WaitForAll(BoundService service, ReadOnlySpan<Partition> partitions, in Moment at, long cost, long latest, Partition? refused)
    {
        for (var before = 0L; before < latest && latest != LimitRule.Never;)
        {
            before = latest;
            foreach (var partition in partitions)
            {
                var earliest = partition.Limit.Rule.EarliestNotBefore(ref partition.State, at with { Guard = service.GuardOf(partition.Limit) }, cost, latest);
                if (earliest > latest)
                {
                    (latest, refused) = (earliest, partition);
                }
            }
        }

        return Decision.Wait(latest, refused);
    }

    private static bool AnyEvicted(ReadOnlySpan<Partition> partitions)
    {
        foreach (var partition in partitions)
        {
            if (partition.IsEvicted)
            {
                return true;
            }
        }

        return false;
    }

    [System.Runtime.CompilerServices.InlineArray(LimitPlan.MostWithoutTicket)]
    private struct PartitionBuffer
    {
        private Partition _first;
    }
}
