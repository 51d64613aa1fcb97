using RateLimited.Http.Admission;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;
using RateLimited.Http.Redis.Keys;
using RateLimited.Http.Redis.Messages;

namespace RateLimited.Http.Redis.Exchange;

/// <summary>Where one partition of a limit is counted, and by what terms. Immutable; a limit that was changed has another.</summary>
/// <param name="Rule">The limit.</param>
/// <param name="Group">The key.</param>
/// <param name="Terms">Its terms; of a limit that learns those of what was learned, since its own are those that it has learned.</param>
/// <param name="Id">The limit's number among those under the key.</param>
internal sealed record LimitAddress(SharedRule Rule, string Group, LimitTerms Terms, long Id) : ISized
{
    /// <summary>What the record and its terms take, which hold about eight numbers.</summary>
    private static readonly int Own = ManagedSize.Object(3 * ManagedSize.Reference) + ManagedSize.Object(8 * sizeof(long));

    /// <summary>What those count as that come when there are as many partitions as there may be.</summary>
    private const string Latecomers = "\0";

    /// <summary>As much fits into each of a sliding window's 128 entries with their sum still exact in a script, and twice that.</summary>
    private const long Largest = 1L << 45;

    public long Bytes => Own + ManagedSize.Text(Group);

    public static LimitAddress Of(SharedBalance balance, KeySchema schema, ServiceKeys keys, long leaseTicks)
    {
        var limit = balance.Partition.Limit;
        if (limit.Capacity > Largest)
        {
            throw new SharedStoreException(
                $"The limit '{limit.Definition.Name}' counts up to {limit.Capacity}, and Redis counts exactly up to {Largest}: give it a smaller quota or coarser costs.", new InvalidOperationException(), passes: false, mayBeDone: false);
        }

        // What is counted in other parts of a unit is another limit.
        var name = balance.Rule.Inner is FleetRule told ? told.Name : limit.Definition.Name;
        string[] names = [name, limit.Unit, balance.Rule.Inner.GetType().Name, $"{limit.PartsPerUnit}"];
        var id = schema.LimitIdOf(names);
        var terms = LimitTerms.Of(balance.Rule.Inner, balance.Rule.Learning is null ? id : schema.LimitIdOf([.. names, "learned"]), leaseTicks);

        // Processes hear of a limit from different endpoints first.
        var group = limit.Definition.Owner is { } owner ? keys.Quota(owner) : balance.Rule.Inner is FleetRule ? keys.Service : GroupOf(limit, balance.Partition.Key, keys);
        return new LimitAddress(balance.Rule, group, terms!, id);
    }

    /// <summary>Limits that count the same requests stand under one key, so that they are read and written together.</summary>
    private static string GroupOf(BoundLimit limit, string? partition, ServiceKeys keys) => (limit.Definition.Partition, limit.Scope) switch
    {
        (PartitionBy.Service, LimitScope.Circuit) => keys.Circuit,
        (PartitionBy.Service, LimitScope.Global) => keys.Global,
        (PartitionBy.Service, LimitScope.Service) => keys.Service,
        (PartitionBy.Service, LimitScope.Endpoint) => keys.Endpoint(limit.ScopeName),
        (PartitionBy.Tenant, LimitScope.Tenant) => keys.Tenant(limit.ScopeName, partition ?? Latecomers),
        _ => keys.Name($"{limit.Definition.Partition}/{limit.Scope}/{limit.ScopeName}", partition ?? Latecomers),
    };
}
