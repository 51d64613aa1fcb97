using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>
/// The lanes whose turn it was and that a limit of their own held up: they wait aside, so that others pass, one behind the other for the same partition. When it may have room, the
/// first of them tries as a scout; only when that has gone does the next.
/// </summary>
internal sealed class ParkingLot(Partition partition) : IDue
{
    private readonly LinkedList<Lane> _lanes = [];

    public Partition Partition { get; } = partition;

    /// <summary>When the first lane may try.</summary>
    public long Due { get; set; } = LimitRule.Never;

    public int HeapIndex { get; set; }

    /// <summary>The lane that is trying.</summary>
    public Lane? Scout { get; set; }

    public int Count => _lanes.Count;

    public Lane? First => _lanes.First?.Value;

    public void AddFirst(Lane lane)
    {
        _lanes.AddFirst(lane);
        lane.ParkedAt = this;
    }

    /// <summary>Adds a lane behind those of its own priority and higher.</summary>
    public void Add(Lane lane)
    {
        var before = _lanes.Last;
        while (before is not null && before.Value.Flow.Priority.Rank > lane.Flow.Priority.Rank)
        {
            before = before.Previous;
        }

        lane.ParkedAt = this;
        if (before is null)
        {
            _lanes.AddFirst(lane);
        }
        else
        {
            _lanes.AddAfter(before, lane);
        }
    }

    public void Remove(Lane lane)
    {
        _lanes.Remove(lane);
        lane.ParkedAt = null;
    }
}
