using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>Admitting what needs no ticket: requests that are charged by number and hold nothing.</summary>
internal sealed partial class InProcessStore
{
    /// <summary>How old the exact clock's last reading may be to still serve as a lower bound of now.</summary>
    private const long FreshMilliseconds = 200;

    /// <summary>By how much the coarse clock may lag: far more than any kernel's tick.</summary>
    private const long CoarseLag = 2 * TimeSpan.TicksPerSecond;

    private readonly bool _hasCoarse;

    /// <summary>The exact clock's last reading, and what the coarse one showed then or before.</summary>
    private long _readAt;
    private long _readAtCoarse = -FreshMilliseconds;

    /// <summary>Admits a request that is charged only what everybody shares, without a ticket.</summary>
    public Decision AdmitShared(LimitPlan plan, Partition[] shared, long cost)
    {
        using var held = Hold();
        return ChargeRequest(plan, shared, cost);
    }

    /// <summary>Admits a request that is charged by requests alone, without a ticket: partitions are looked up and checked rather than pinned.</summary>
    public Decision AdmitRequest(LimitPlan plan, in AdmissionRequest request, long cost)
    {
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
            using var held = Hold();
            if (!AnyEvicted(found))
            {
                return ChargeRequest(plan, found, cost);
            }
        }
    }

    private Decision ChargeRequest(LimitPlan plan, ReadOnlySpan<Partition> partitions, long cost)
    {
        if (!_hasCoarse || !plan.MayBeCoarse)
        {
            return ChargeExactly(plan.Service, partitions, cost);
        }

        // Read before the exact clock: what it has moved since is never underestimated.
        var coarse = MonotonicClock.CoarseMilliseconds;
        if (plan.Service.PausedUntil == 0 && TryChargeUnread(plan.Service, partitions, cost, coarse))
        {
            return Decision.Admitted(_readAt);
        }

        _readAtCoarse = coarse;
        return ChargeExactly(plan.Service, partitions, cost);
    }

    /// <summary>
    /// Decides without reading the exact clock, where every instant it could show leads to the same decision and the same state: half the cost of an admission is that reading.
    /// </summary>
    private bool TryChargeUnread(BoundService service, ReadOnlySpan<Partition> partitions, long cost, long coarse)
    {
        var sinceRead = coarse - _readAtCoarse;
        if (sinceRead >= FreshMilliseconds)
        {
            return false;
        }

        var moment = MomentOf(_readAt, service);
        var latest = _readAt + (sinceRead * TimeSpan.TicksPerMillisecond) + CoarseLag;
        foreach (var partition in partitions)
        {
            if (!partition.Limit.Rule.AdmitsThroughout(partition.State, moment.For(partition.Limit), latest, cost))
            {
                return false;
            }
        }

        foreach (var partition in partitions)
        {
            partition.Limit.Rule.Charge(ref partition.State, moment.For(partition.Limit), cost);
        }

        service.AdmittedCount++;
        return true;
    }

    private Decision ChargeExactly(BoundService service, ReadOnlySpan<Partition> partitions, long cost)
    {
        var now = Clock.Now;
        _readAt = now;
        var moment = MomentOf(now, service);
        var (latest, refused) = (Math.Max(now, service.PausedUntil), default(Partition));
        foreach (var partition in partitions)
        {
            var earliest = partition.Limit.Rule.Earliest(ref partition.State, moment.For(partition.Limit), cost);
            if (earliest > latest)
            {
                (latest, refused) = (earliest, partition);
            }
        }

        if (latest > now)
        {
            return Decision.Wait(latest, refused);
        }

        foreach (var partition in partitions)
        {
            partition.Limit.Rule.Charge(ref partition.State, moment.For(partition.Limit), cost);
        }

        service.AdmittedCount++;
        return Decision.Admitted(now);
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
