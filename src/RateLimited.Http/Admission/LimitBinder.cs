using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>
/// Finds for each limit of a new definition the one it continues, so that a reload changes quotas without giving them out anew: by name first, else by what it counts. What is found
/// keeps its state; what is left over is dropped.
/// </summary>
internal sealed class LimitBinder(IReadOnlyList<BoundLimit> previous, InProcessStore store, PartitionBounds bounds, long guard)
{
    private readonly List<BoundLimit> _left = [.. previous];

    /// <summary>All that was bound so far.</summary>
    public List<BoundLimit> Bound { get; } = [];

    /// <summary>Binds the limits that stand together in one place. Only under the store's gate when there is a previous state.</summary>
    public List<BoundLimit> Bind(IReadOnlyList<LimitDefinition> definitions, LimitScope scope, string scopeName)
    {
        var taken = new BoundLimit?[definitions.Count];
        Match(definitions, taken, (limit, next) => string.Equals(limit.Definition.Name, next.Name, StringComparison.Ordinal));
        Match(definitions, taken, (limit, next) => limit.Rule.Counting.GetType() == next.Rule.Counting.GetType() && limit.Rule.Window == next.Rule.Window);
        Match(definitions, taken, (limit, next) => limit.Rule.Counting.GetType() == next.Rule.Counting.GetType());
        Match(definitions, taken, (_, _) => true);

        var result = new List<BoundLimit>(definitions.Count);
        for (var i = 0; i < definitions.Count; i++)
        {
            if (taken[i] is { } same)
            {
                same.Change(definitions[i], store.Clock.At(guard), bounds);
                result.Add(same);
            }
            else
            {
                result.Add(new BoundLimit(definitions[i], scope, scopeName, bounds, store));
            }
        }

        Bound.AddRange(result);
        return result;

        void Match(IReadOnlyList<LimitDefinition> nexts, BoundLimit?[] into, Func<BoundLimit, LimitDefinition, bool> continues)
        {
            for (var i = 0; i < nexts.Count; i++)
            {
                var next = nexts[i];
                if (into[i] is null && _left.Find(limit => CountsAlike(limit, next) && continues(limit, next)) is { } found)
                {
                    into[i] = found;
                    _left.Remove(found);
                }
            }
        }

        // What is released counts like nothing else: a request that a window counted must not release a slot that another holds.
        bool CountsAlike(BoundLimit limit, LimitDefinition next) =>
            limit.Scope == scope
            && string.Equals(limit.ScopeName, scopeName, StringComparison.Ordinal)
            && string.Equals(limit.Unit, next.Unit, StringComparison.Ordinal)
            && limit.Definition.Partition == next.Partition
            && limit.Rule is SharedRule == next.Rule is SharedRule

            // What other processes count is not converted by one of them, and a key whose text was replaced is another one to them.
            && (limit.Rule is not SharedRule || (limit.PartsPerUnit == next.PartsPerUnit && limit.Definition.Owner == next.Owner))
            && limit.Rule.IsReleased == next.Rule.IsReleased

            // What went ahead of a pace is not what went of a quota.
            && limit.Definition.PaceOf is null == next.PaceOf is null

            // What it has used is no quota: counted against one, it would close it.
            && limit.Rule is AdaptiveThrottle == next.Rule is AdaptiveThrottle;
    }
}
