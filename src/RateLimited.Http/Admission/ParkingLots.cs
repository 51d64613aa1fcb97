using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>Those of a line who wait aside, by what they wait for.</summary>
internal sealed class ParkingLots
{
    private readonly Dictionary<Partition, ParkingLot> _lots = [];
    private readonly InstantHeap<ParkingLot> _byDue = new();

    /// <summary>When the next scout is due; <see cref="LimitRule.Never"/> when only an event can tell.</summary>
    public long NextDue => _byDue.First?.Due ?? LimitRule.Never;

    /// <summary>Parks a lane behind those that already wait for something it needs. Returns false when none do, or the lane is their scout.</summary>
    public bool TryQueueBehind(AdmissionTicket ticket, Lane lane)
    {
        if (_lots.Count == 0)
        {
            return false;
        }

        foreach (ref var charge in ticket.Charges)
        {
            if (_lots.TryGetValue(charge.Partition, out var lot) && !ReferenceEquals(lot.Scout, lane))
            {
                Park(lane, lot, LimitRule.Never);
                return true;
            }
        }

        return false;
    }

    /// <summary>Parks a lane whose head a partition has refused until an instant.</summary>
    public void Park(Lane lane, Partition partition, long until)
    {
        if (!_lots.TryGetValue(partition, out var lot))
        {
            lot = new ParkingLot(partition);
            _lots.Add(partition, lot);
        }

        Park(lane, lot, until);
    }

    /// <summary>A partition may have room: the first that waits for it may try.</summary>
    public void Loosen(Partition partition)
    {
        if (_lots.Count > 0 && _lots.TryGetValue(partition, out var lot) && lot.Scout is null)
        {
            Reschedule(lot, due: 0);
        }
    }

    /// <summary>Sends the first of every lot that is due back into the line.</summary>
    public void SendScouts(long now)
    {
        while (_byDue.First is { } lot && lot.Due <= now)
        {
            SendScout(lot);
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

        var wasFirst = ReferenceEquals(lot.First, lane);
        if (lane.Tickets.Count == 0)
        {
            lot.Remove(lane);
        }

        if (wasFirst && lot.Scout is null)
        {
            // Whoever is first now may be smaller and go at once.
            Reschedule(lot, due: 0);
        }
    }

    private void Park(Lane lane, ParkingLot lot, long until)
    {
        var scouted = lane.ScoutOf;
        if (ReferenceEquals(scouted, lot))
        {
            // The scout found no room: it keeps its place at the front, and the rest behind it.
            (lane.ScoutOf, lot.Scout) = (null, null);
            lot.AddFirst(lane);
            Reschedule(lot, until);
            return;
        }

        lot.Add(lane);
        if (ReferenceEquals(lot.First, lane) && lot.Scout is null)
        {
            Reschedule(lot, until);
        }

        if (scouted is not null)
        {
            EndScouting(lane, scouted);
        }
    }

    private void SendScout(ParkingLot lot)
    {
        _byDue.Remove(lot);
        if (lot.First is not { } lane)
        {
            _lots.Remove(lot.Partition);
            return;
        }

        lot.Remove(lane);
        lot.Scout = lane;
        lane.ScoutOf = lot;
        lane.Flow.Priority.Join(lane.Flow);
    }

    private void EndScouting(Lane lane, ParkingLot lot)
    {
        (lane.ScoutOf, lot.Scout) = (null, null);
        SendScout(lot);
    }

    private void Reschedule(ParkingLot lot, long due)
    {
        _byDue.Remove(lot);
        lot.Due = due;
        _byDue.Add(lot);
    }
}
