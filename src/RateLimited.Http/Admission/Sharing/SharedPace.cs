using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission.Sharing;

/// <summary>
/// The pace of a window that several processes count together: each keeps it by what it takes itself, and takes the others to have had as much. So they are in step where they have as much to do. Whoever has more falls behind the pace,
/// and catches up when that has reached the quota, shortly before the window ends; the quota itself is counted where all count it.
/// </summary>
/// <param name="pace">The window as configured, with its pace.</param>
/// <param name="shared">Who knows how many count.</param>
/// <param name="isOverAll">Whether every service of every process takes its own part of it.</param>
internal sealed class SharedPace(PacedWindow pace, SharedService shared, bool isOverAll = false) : PacedWindow((FixedWindow)pace.Counting, pace.Burst, pace.Shape)
{
    protected override int Counters => isOverAll ? shared.Takers : shared.IsAlone ? shared.Instances : shared.Living;

    /// <summary>How much of what a request needs of a shared limit the pace lets go now; all, where it has none.</summary>
    public static long RoomFor(AdmissionTicket ticket, BoundLimit limit, in Moment at)
    {
        foreach (ref var charge in ticket.Charges)
        {
            var other = charge.Partition.Limit;
            if (other.Rule is SharedPace own && other.Scope == limit.Scope && string.Equals(other.Definition.PaceOf, limit.Definition.Name, StringComparison.Ordinal) && string.Equals(other.ScopeName, limit.ScopeName, StringComparison.Ordinal))
            {
                return own.RoomAt(ref charge.Partition.State, at);
            }
        }

        return long.MaxValue;
    }
}
