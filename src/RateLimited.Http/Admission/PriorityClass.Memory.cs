using System.Runtime.CompilerServices;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>What the waiters of a class take on the heap. Of those that are very many some are looked at, and the others taken to be like them: nobody waits for it.</summary>
internal sealed partial class PriorityClass
{
    /// <summary>How many tenants, and how many waiters, are looked at.</summary>
    private const int MostLookedAt = 1024;

    /// <summary>What a dictionary has for each place: a hash, where the next one is, and a bucket.</summary>
    private const int OfPlace = 3 * sizeof(int);

    private static readonly int OfFlow = (2 * ManagedSize.Reference) + OfPlace;
    private static readonly int OfPartition = ManagedSize.Reference + Unsafe.SizeOf<(int, long)>() + OfPlace;

    public long Bytes
    {
        get
        {
            var (flows, tickets, ofFlows, ofTickets) = (0, 0, 0L, 0L);
            foreach (var flow in _flows.Values)
            {
                foreach (var lane in flow.Lanes)
                {
                    foreach (var ticket in lane.Tickets.Front(MostLookedAt - tickets))
                    {
                        ofTickets += ticket?.Bytes ?? 0;
                        tickets += ticket is null ? 0 : 1;
                    }
                }

                ofFlows += flow.Bytes;
                if (++flows == MostLookedAt)
                {
                    break;
                }
            }

            return Like(ofFlows, flows, _flows.Count) + Like(ofTickets, tickets, Count) + _arrivals.Bytes + ((long)_flows.Capacity * OfFlow) + ((long)_queuedAt.Capacity * OfPartition);
        }
    }

    private static long Like(long bytes, int lookedAt, int all) => lookedAt == 0 ? 0 : (long)((double)bytes / lookedAt * all);
}
