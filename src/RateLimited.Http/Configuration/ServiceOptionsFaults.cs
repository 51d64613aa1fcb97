using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Configuration.Presets;

namespace RateLimited.Http.Configuration;

/// <summary>What can be wrong with a service's options as a whole, wherever they come from.</summary>
internal static class ServiceOptionsFaults
{
    /// <summary>All faults: those of reading, and those of validating that do not merely follow from them.</summary>
    /// <param name="service">The service's name.</param>
    /// <param name="options">Its options.</param>
    /// <param name="globalLimits">The limits over all services, which are limits of this one too; null where they are not known.</param>
    /// <param name="stores">The stores that were added to the program; null where that is not known.</param>
    /// <param name="hasDirectory">Whether there is a directory that limits can be kept in.</param>
    public static FaultList Of(string service, ServiceRateLimitingOptions options, IList<LimitOptions>? globalLimits, IReadOnlyCollection<ISharedStore>? stores = null, bool hasDirectory = true)
    {
        var faults = new FaultList();
        var path = options.Path ?? $"{RateLimitingOptionsReader.ServicesPath}:{service}";
        if (!LimitFaults.IsServiceName(service))
        {
            faults.Add(path, Fault.Quote(service), $"a service's name of 1 to {OptionBounds.MaxServiceNameLength} printable characters");
        }

        CheckValues(faults, path, options);
        CheckPreset(faults, path, options);
        CheckStore(faults, $"{path}:Store", options, stores, hasDirectory);
        if (options.Lease is { } lease && !StoreNames.IsShared(options.Store))
        {
            faults.Add($"{path}:Lease", Fault.Quote(lease.ToString()), "nothing, or a Store of 'Redis', where other processes have of the quota too");
        }

        if (options.Resilience.Breaker.Shared && !StoreNames.IsShared(options.Store))
        {
            faults.Add($"{path}:Resilience:Breaker:Shared", Fault.Quote("true"), "false, or a Store of 'Redis', where other processes hear of it");
        }

        if (globalLimits is { Count: > 0 } && stores?.FirstOrDefault(static store => store.Settings.Globals != GlobalCounting.PerProcess) is { } counting && !counting.Name.Equals(options.Store, StringComparison.OrdinalIgnoreCase))
        {
            faults.Add($"{path}:Store", Fault.Quote(options.Store ?? string.Empty), $"'{counting.Name}', where {RateLimitingOptionsReader.GlobalLimitsPath} is counted for all services; or a {counting.Name}StoreOptions.GlobalLimits of 'PerProcess'");
        }

        if (options.Dialect is { } dialect)
        {
            DialectFaults.Check(faults, $"{path}:Dialect", dialect);
        }

        LimitListFaults.Check(faults, $"{path}:Limits", options.Limits, LimitPlace.Service);
        EndpointFaults.Check(faults, $"{path}:Endpoints", options.Endpoints);
        foreach (var addition in options.Additions)
        {
            addition.Check(faults, path);
            if (addition.KeepsResponses && options.Resilience.Fallback.StaleFor is { } staleFor)
            {
                faults.Add($"{path}:Resilience:Fallback:StaleFor", Fault.Quote(staleFor), "nothing beside a Cache, which keeps responses itself: Cache:StaleIfLimited and Cache:StaleIfError say for how long");
            }
        }

        InvalidRequestFaults.Check(faults, $"{path}:InvalidRequests", options.InvalidRequests, options.Preset is { } preset ? KnownPresets.Find(preset)?.InvalidRequests : null);
        CostFaults.Check(faults, $"{path}:Costs", options.Costs);
        TenantFaults.Check(faults, $"{path}:Tenants", options.Tenants);
        KeyFaults.Check(faults, path, options);
        var layers = ServiceLayers.Of(options);
        IReadOnlyList<LimitOptions?> limits = [.. AllLimits(options, layers).Concat(globalLimits ?? [])];
        CheckParts(faults, path, limits.OfType<LimitOptions>(), UnitScale.Of(options));
        CheckQueue(faults, $"{path}:Queue", options.Queue, globalLimits is null || layers.Discovers ? null : limits);
        ReachFaults.Check(faults, path, options, layers, globalLimits ?? []);
        ResilienceFaults.Check(faults, $"{path}:Resilience", options.Resilience);
        if (options.DiscoverLimits && options.Limits.Count > 0)
        {
            faults.Add($"{path}:Limits", Fault.Quote(ServiceOptionsReader.Discover), "either 'discover' or limits of your own");
        }
        else if (options.Mode != RateLimitMode.Disabled && globalLimits is not null && options.Preset is null && !layers.Discovers && limits.Count == 0)
        {
            faults.Add($"{path}:Limits", Fault.Missing, "at least one limit, such as '500/minute', or a Preset, or 'discover', or the Mode Disabled");
        }

        return faults.Over(options.Faults);
    }

    private static void CheckValues(FaultList faults, string path, ServiceRateLimitingOptions options)
    {
        faults.Choice($"{path}:Mode", options.Mode);
        faults.Choice($"{path}:Rejection", options.Rejection);
        faults.Choice($"{path}:Lease", options.Lease);
        faults.Duration($"{path}:MaxHint", options.MaxHint, OptionBounds.MaxHint);
        faults.Duration($"{path}:MaxExhausted", options.MaxExhausted, OptionBounds.MaxExhausted);
        faults.Duration($"{path}:AskFirst", options.AskFirst, OptionBounds.AskFirst);
        if (options.AccountTimeZone is { } zone && !LimitFaults.TryZone(zone, out _))
        {
            faults.Add($"{path}:AccountTimeZone", Fault.Quote(zone), LimitFaults.Zone);
        }

        faults.Duration($"{path}:ArrivalGuard", options.ArrivalGuard, OptionBounds.ArrivalGuard);
        faults.Duration($"{path}:BodyIdleTimeout", options.BodyIdleTimeout, OptionBounds.BodyIdle);
        faults.Duration($"{path}:BodyTimeout", options.BodyTimeout, OptionBounds.BodyWhole);

        faults.Number($"{path}:MaxPartitions", options.MaxPartitions, OptionBounds.Partitions);
        faults.Duration($"{path}:PartitionIdleTimeout", options.PartitionIdleTimeout, OptionBounds.PartitionIdle);
    }

    private static void CheckStore(FaultList faults, string path, ServiceRateLimitingOptions options, IReadOnlyCollection<ISharedStore>? stores, bool hasDirectory)
    {
        var store = options.Store;
        if (store is null || !StoreNames.All.Contains(store, StringComparer.OrdinalIgnoreCase))
        {
            faults.Add(path, Fault.Quote(store ?? string.Empty), "'Memory', 'File' or 'Redis'");
        }
        else if (StoreNames.IsFile(store) && !hasDirectory)
        {
            faults.Add(path, Fault.Quote(store), $"a directory for it in {RateLimitingOptionsReader.FileDirectoryPath}, or 'Memory'");
        }
        else if (!StoreNames.IsShared(store) || stores is null)
        {
            return;
        }
        else if (stores.FirstOrDefault(each => each.Name.Equals(store, StringComparison.OrdinalIgnoreCase)) is not { } added)
        {
            faults.Add(path, Fault.Quote(store), "a store that was added to the program's services, with AddRateLimitingRedis of the package RateLimited.Http.Redis");
        }
        else if (options.Keys.IsUsed && added.LacksForKeys is { } lacking)
        {
            faults.Add(path, Fault.Quote(store), $"'Memory' for a service with Keys, or {lacking}");
        }
    }

    private static void CheckPreset(FaultList faults, string path, ServiceRateLimitingOptions options)
    {
        if (options.Preset is not { } name)
        {
            if (options.Tier is { } stray)
            {
                faults.Add($"{path}:Tier", Fault.Quote(stray), "no tier, or a Preset that has it");
            }

            return;
        }

        if (KnownPresets.Find(name) is not { } preset)
        {
            faults.Add($"{path}:Preset", Fault.Quote(name), NearestWord.OfKnown(name, KnownPresets.Words));
        }
        else if (options.Tier is { } tier && preset.TierOf(tier) is null)
        {
            var tiers = preset.TierNames.ToArray();
            faults.Add($"{path}:Tier", Fault.Quote(tier), tiers.Length == 0 ? $"no tier, since '{preset.Name}' has none" : NearestWord.OfKnown(tier, tiers));
        }
    }

    /// <param name="faults">Where to say so.</param>
    /// <param name="path">Where the line is configured.</param>
    /// <param name="queue">The line.</param>
    /// <param name="limits">All limits of the service; null where not all of them are known.</param>
    private static void CheckQueue(FaultList faults, string path, QueueOptions queue, IReadOnlyList<LimitOptions?>? limits)
    {
        faults.Number($"{path}:Length", queue.Length, OptionBounds.QueueLength);
        faults.Duration($"{path}:Timeout", queue.Timeout, OptionBounds.QueueTimeout);
        faults.Duration($"{path}:Ageing", queue.Ageing, OptionBounds.Ageing);
        faults.Choice($"{path}:Overflow", queue.Overflow);
        var units = limits?.OfType<LimitOptions>().Select(static limit => limit.Unit).ToHashSet(StringComparer.Ordinal);
        foreach (var (unit, cost) in queue.Costs)
        {
            faults.Number($"{path}:Costs:{unit}", cost, OptionBounds.Cost);
            if (units is not null && !units.Contains(unit))
            {
                faults.Add($"{path}:Costs:{unit}", Fault.UnknownUnit, units.Count == 0 ? "a unit that a limit has" : $"a unit that a limit has, one of {string.Join(", ", units.Order(StringComparer.Ordinal))}");
            }
        }
    }

    /// <summary>A quota counted in parts must leave the arithmetic room.</summary>
    private static void CheckParts(FaultList faults, string path, IEnumerable<LimitOptions> limits, UnitScale scale)
    {
        foreach (var limit in limits)
        {
            var parts = scale[limit.Unit ?? UnitCost.Requests];
            if (parts > 1 && Math.Max(limit.Quota, limit.Burst ?? 0) > OptionBounds.MaxParts / parts)
            {
                faults.Add($"{path}:Costs:{limit.Unit}", $"counted in 1/{parts}", $"costs with fewer digits behind the point, or no quota above {OptionBounds.MaxParts / parts} of the unit");
            }
        }
    }

    private static IEnumerable<LimitOptions> AllLimits(ServiceRateLimitingOptions options, ServiceLayers layers) =>
    [
        .. layers.Limits,
        .. layers.Endpoints.SelectMany(static endpoint => endpoint.Value?.Limits ?? []),
        .. options.Tenants.Limits,
        .. options.Tenants.Classes.Values.SelectMany(static tenantClass => tenantClass?.Limits ?? []),
        .. options.Keys.List.SelectMany(key => key is null ? [] : ServiceLayers.LimitsOf(key, options) ?? []),
    ];
}
