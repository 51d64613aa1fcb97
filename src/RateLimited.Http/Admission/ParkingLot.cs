using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>
/// The lanes whose turn it was and that a limit of their own held up: they wait aside, so that others pass, one behind the other for the same partition. When it may have room, the
/// first of them tries as a scout; only when that has gone does the next.
/// </summary>
internal sealed class ParkingLot(Partition partition) : IDue
{
    /// <summary>What one takes on the heap without its lanes.</summary>
    public static readonly long Bytes = ManagedSize.Object((3 * ManagedSize.Reference) + sizeof(long) + sizeof(int) + sizeof(bool)) + ManagedSize.Object((2 * ManagedSize.Reference) + (2 * sizeof(int)));

    private readonly LinkedList<Lane> _lanes = [];

    public Partition Partition { get; } = partition;

    /// <summary>When the first lane may try.</summary>
    public long Due { get; set; } = LimitRule.Never;

    public int HeapIndex { get; set; }

    /// <summary>Whether the scout tries at the instant it was told: if it finds no room, others have taken it.</summary>
    public bool IsOvertaken { get; set; }

    /// <summary>The lane that is trying.</summary>
    public Lane? Scout { get; set; }

    public Lane? First => _lanes.First?.Value;

    /// <summary>Whether somebody whom the lane may not overtake waits for the partition or tries it.</summary>
    public bool IsInTheWayOf(Lane lane) =>
        !ReferenceEquals(Scout, lane) && ((Scout is not null && Scout.Rank <= lane.Rank) || (First is not null && First.Rank <= lane.Rank));

    /// <summary>Adds a lane behind those of higher priority and, of its own, behind those whose head came no later than a place in the order of arrival.</summary>
    public void Add(Lane lane, long behind)
    {
        var before = _lanes.Last;
        while (before is { Value: var other } && (other.Rank > lane.Rank || (other.Rank == lane.Rank && other.HeadSequence > behind)))
        {
            before = before.Previous;
        }

        lane.Park(this, before is null ? _lanes.AddFirst(lane) : _lanes.AddAfter(before, lane));
    }

    public void Remove(Lane lane)
    {
        _lanes.Remove(lane.Parking!);
        lane.Unpark();
    }
}
