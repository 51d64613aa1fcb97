using RateLimited.Http.Admission;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Redis.Keys;
using RateLimited.Http.Redis.Messages;

namespace RateLimited.Http.Redis.Exchange;

/// <summary>Where one partition of a limit is counted, and by what terms. Immutable; a limit that was changed has another.</summary>
internal sealed record LimitAddress(SharedRule Rule, string Group, LimitTerms Terms)
{
    /// <summary>What those count as that come when there are as many partitions as there may be.</summary>
    private const string Latecomers = "\0";

    public static LimitAddress Of(SharedBalance balance, KeySchema schema, ServiceKeys keys, long leaseTicks)
    {
        var limit = balance.Partition.Limit;
        var terms = LimitTerms.Of(balance.Rule.Inner, schema.LimitIdOf(limit.Definition.Name, limit.Unit, balance.Rule.Inner.GetType().Name), leaseTicks);
        return new LimitAddress(balance.Rule, GroupOf(limit, balance.Partition.Key, keys), terms!);
    }

    /// <summary>Limits that count the same requests stand under one key, so that they are read and written together.</summary>
    private static string GroupOf(BoundLimit limit, string? partition, ServiceKeys keys) => (limit.Definition.Partition, limit.Scope) switch
    {
        (PartitionBy.Service, LimitScope.Service) => keys.Service,
        (PartitionBy.Service, LimitScope.Endpoint) => keys.Endpoint(limit.ScopeName),
        (PartitionBy.Tenant, LimitScope.Tenant) => keys.Tenant(limit.ScopeName, partition ?? Latecomers),
        _ => keys.Name($"{limit.Definition.Partition}/{limit.Scope}/{limit.ScopeName}", partition ?? Latecomers),
    };
}
