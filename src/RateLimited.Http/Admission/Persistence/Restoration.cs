using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission.Persistence;

/// <summary>Makes limits again of what another process left behind, on this process's clock.</summary>
/// <param name="left">What it left.</param>
/// <param name="later">What to add to an instant of its clock.</param>
/// <param name="store">Where the limits are to live.</param>
/// <param name="serviceOf">Where those of a service go.</param>
internal sealed class Restoration(KeptStates left, long later, InProcessStore store, Func<string, KeptService> serviceOf)
{
    private static readonly PartitionBounds Bounds = new(int.MaxValue, TimeSpan.FromMinutes(5).Ticks);

    private readonly Dictionary<long, BoundLimit> _limits = [];

    /// <exception cref="FormatException">It is not what a process of this version leaves behind.</exception>
    public void Run()
    {
        foreach (var (id, limit) in left.Limits)
        {
            _limits[id] = Add(limit, serviceOf(limit.Service));
        }

        foreach (var ((id, place), written) in left.States)
        {
            if (_limits.TryGetValue(id, out var limit) && PartitionAt(limit, place) is { } partition)
            {
                Take(partition, written);
            }
        }

        foreach (var (service, image) in left.Services)
        {
            serviceOf(service).Form(new StateReader(image, later));
        }
    }

    /// <summary>Where a partition stands in its limit, as it is written.</summary>
    public static string PlaceOf(Partition partition) => partition.IsOverflow ? "*" : partition.Key is { } key ? $"={key}" : string.Empty;

    private static Partition? PartitionAt(BoundLimit limit, string place) =>
        place.Length == 0 ? limit.Only : limit.Table is not { } table ? null : place[0] == '=' ? table.Find(place[1..]) : table.Overflow;

    private BoundLimit Add(KeptLimit limit, KeptService service)
    {
        var bound = new BoundLimit(service.Keep(limit.Definition), limit.Scope, limit.ScopeName, Bounds, store);
        if (limit.Endpoints.Count > 0)
        {
            (limit.Group.Length == 0 ? service.Reported : service.Quotas.Of(limit.Group).Reported).Restore(bound, limit.Endpoints);
        }
        else
        {
            service.Left.Add(bound);
        }

        return bound;
    }

    private void Take(Partition partition, in WrittenState written)
    {
        var (limit, clock) = (partition.Limit, store.Clock);
        limit.Rule.Form(ref partition.State, new StateReader(written.Image, later));
        if (limit.Rule is not KeptRule kept)
        {
            return;
        }

        var now = clock.Now;
        if (written.Allowance.Amount > 0)
        {
            // The last of it can have gone when the process ended, which nobody knows; but not after it ceased to be good, nor after now.
            var at = Math.Min(now, Math.Max(written.Allowance.Until + later, 1));
            kept.ChargeUnseen(ref partition.State, new Moment(at, clock.WallOffsetAt(now), limit.BoundGuard(LimitRule.Never)), written.Allowance.Amount);
        }

        if (left.IsDoubtful)
        {
            kept.ChargeUnseen(ref partition.State, new Moment(now, clock.WallOffsetAt(now)), kept.Capacity);
        }
    }
}
