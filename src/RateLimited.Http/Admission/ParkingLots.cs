using System.Diagnostics.CodeAnalysis;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>Those of a line who wait aside, by what they wait for.</summary>
internal sealed class ParkingLots
{
    /// <summary>After how many times aside a request stops letting others pass: two limits that are never free together must not starve it.</summary>
    public const int MostBounces = 32;

    /// <summary>Due whenever it is looked: whoever comes before those that a partition has refused was not refused by it, and may need less.</summary>
    private const long AtOnce = 0;

    private readonly Dictionary<Partition, ParkingLot> _lots = [];
    private readonly InstantHeap<ParkingLot> _byDue = new();

    /// <summary>What they take on the heap without their lanes.</summary>
    public long Bytes => ((long)_lots.Capacity * ((2 * ManagedSize.Reference) + (3 * sizeof(int)))) + (_lots.Count * ParkingLot.Bytes) + _byDue.Bytes;

    /// <summary>Whether nobody waits aside, nor tries to get back.</summary>
    public bool IsEmpty => _lots.Count == 0;

    /// <summary>When the next scout is due; <see cref="LimitRule.Never"/> when only an event can tell.</summary>
    public long NextDue => _byDue.First?.Due ?? LimitRule.Never;

    /// <summary>Parks a lane behind those that already wait for something it needs. Returns false when none do that it may not overtake.</summary>
    public bool TryQueueBehind(AdmissionTicket ticket, Lane lane)
    {
        if (_lots.Count == 0 || ticket.Bounces >= MostBounces)
        {
            return false;
        }

        foreach (ref var charge in ticket.Charges)
        {
            if (_lots.TryGetValue(charge.Partition, out var lot) && lot.IsInTheWayOf(lane))
            {
                // It had its turn at one partition and loses that for another.
                ticket.Details.Bounces += lane.ScoutOf is null ? 0 : 1;
                Park(lane, lot, AtOnce);
                return true;
            }
        }

        return ticket.Key is { } claim && TryQueueBehindKeys(ticket, claim, lane);
    }

    /// <summary>Those who may take fewer keys than others queue behind nobody: they have had their turn with the others already.</summary>
    private bool TryQueueBehindKeys(AdmissionTicket ticket, KeyClaim claim, Lane lane)
    {
        if (claim.IsParticular || !(IsBlockedAt(claim.Set.Lot, lane, out var lot) || IsBlockedAt(claim.Set.EndpointLot, lane, out lot)))
        {
            return false;
        }

        ticket.Details.Bounces += lane.ScoutOf is null ? 0 : 1;
        Park(lane, lot, AtOnce);
        return true;
    }

    private bool IsBlockedAt(Partition partition, Lane lane, [NotNullWhen(true)] out ParkingLot? lot) => _lots.TryGetValue(partition, out lot) && lot.IsInTheWayOf(lane);

    /// <summary>Parks a lane whose head a partition has refused until an instant.</summary>
    public void Park(Lane lane, Partition partition, long until)
    {
        if (!_lots.TryGetValue(partition, out var lot))
        {
            lot = new ParkingLot(partition);
            _lots.Add(partition, lot);
        }

        // A scout that its own partition refuses again was called too early, which says nothing of its chances; but if its instant has come, others who may take the same keys were faster.
        lane.Tickets.First!.Details.Bounces += !ReferenceEquals(lane.ScoutOf, lot) || lot.IsOvertaken ? 1 : 0;
        Park(lane, lot, until);
    }

    /// <summary>A partition may have room: the first that waits for it may try.</summary>
    public void Loosen(Partition partition)
    {
        if (_lots.Count > 0 && _lots.TryGetValue(partition, out var lot))
        {
            Loosen(lot);
        }
    }

    /// <summary>A key may have room: whoever waits for any may try.</summary>
    public void LoosenKeys()
    {
        foreach (var (partition, lot) in _lots)
        {
            if (partition.Limit.Scope is LimitScope.Key or LimitScope.KeyEndpoint)
            {
                Loosen(lot);
            }
        }
    }

    /// <summary>Any partition may have room.</summary>
    public void LoosenAll()
    {
        foreach (var (_, lot) in _lots)
        {
            Loosen(lot);
        }
    }

    /// <summary>Sends the first of every lot that is due back into the line.</summary>
    public void SendScouts(long now)
    {
        while (_byDue.First is { } lot && lot.Due <= now)
        {
            _byDue.Remove(lot);
            lot.IsOvertaken = lot.Due > 0 && lot.Partition.Limit.Scope is LimitScope.Key or LimitScope.KeyEndpoint;
            var lane = lot.First!;
            lot.Remove(lane);
            (lot.Scout, lane.ScoutOf) = (lane, lot);
            lane.Flow.Priority.Join(lane.Flow);
        }
    }

    /// <summary>A lane's head has gone, or left.</summary>
    public void HeadLeft(Lane lane)
    {
        if (lane.ScoutOf is { } scouted)
        {
            EndScouting(lane, scouted);
        }

        if (lane.ParkedAt is not { } lot)
        {
            return;
        }

        // The next in the lane may need less, or something else.
        var wasFirst = ReferenceEquals(lot.First, lane);
        lot.Remove(lane);
        if (lane.Tickets.Count > 0)
        {
            lane.Flow.Priority.Join(lane.Flow);
        }

        if (wasFirst && lot.Scout is null)
        {
            CallNext(lot);
        }
    }

    private void Park(Lane lane, ParkingLot lot, long until)
    {
        var scouted = lane.ScoutOf;
        var hasScouted = ReferenceEquals(scouted, lot);
        if (hasScouted || lot.Scout?.Rank > lane.Rank)
        {
            // A scout that found no room keeps its place before its equals; one of lower priority gives way.
            lot.Scout!.ScoutOf = null;
            lot.Scout = null;
        }

        // Lanes take turns, so that no tenant holds up others by its number; but who had its turn elsewhere already stands before those that came after it.
        lot.Add(lane, behind: hasScouted ? -1 : scouted is null ? long.MaxValue : lane.HeadSequence);
        if (lot.Scout is null)
        {
            if (ReferenceEquals(lot.First, lane))
            {
                Reschedule(lot, until);
            }
            else if (lot.HeapIndex == 0)
            {
                CallNext(lot);
            }
        }

        if (scouted is not null && !hasScouted)
        {
            EndScouting(lane, scouted);
        }
    }

    private void EndScouting(Lane lane, ParkingLot lot)
    {
        (lane.ScoutOf, lot.Scout) = (null, null);
        CallNext(lot);
    }

    private void Loosen(ParkingLot lot)
    {
        if (lot.Scout is null)
        {
            Reschedule(lot, AtOnce);
        }
    }

    /// <summary>Whoever is first now is smaller, or the partition has room: it may try at once.</summary>
    private void CallNext(ParkingLot lot)
    {
        if (lot.First is not null)
        {
            Reschedule(lot, AtOnce);
            return;
        }

        _byDue.Remove(lot);
        _lots.Remove(lot.Partition);
    }

    private void Reschedule(ParkingLot lot, long due)
    {
        _byDue.Remove(lot);
        lot.Due = due;
        _byDue.Add(lot);
    }
}
