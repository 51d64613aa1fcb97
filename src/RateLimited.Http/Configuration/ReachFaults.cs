using System.Globalization;
using RateLimited.Http.Pipeline;

namespace RateLimited.Http.Configuration;

/// <summary>
/// What can be wrong between limits that are right by themselves and what is said beside them: a cost that a limit could never give, so that nobody would ever go; a guard that a window cannot be kept
/// with. Total: what is wrong by itself is reported in its own place and left out here.
/// </summary>
internal static class ReachFaults
{
    /// <param name="faults">Where to say so.</param>
    /// <param name="path">Where the service is configured.</param>
    /// <param name="options">The service.</param>
    /// <param name="layers">What holds for it with its preset beneath.</param>
    /// <param name="globalLimits">The limits over all services, as far as they are known.</param>
    public static void Check(FaultList faults, string path, ServiceRateLimitingOptions options, ServiceLayers layers, IEnumerable<LimitOptions> globalLimits)
    {
        LimitOptions[] everywhere = [.. Valid(TenantLimits(options.Tenants)), .. Valid(globalLimits)];
        LimitOptions[] own = [.. Valid(layers.Limits).Where(limit => limit.Partition != PartitionBy.Key || !HasKeyOfItsOwn(options))];
        LimitOptions[] general = [.. own, .. everywhere];
        CheckGuard(faults, path, options.ArrivalGuard, [.. general, .. layers.Endpoints.SelectMany(static endpoint => Valid(endpoint.Value?.Limits))]);
        foreach (var (unit, cost) in options.Costs.Where(static cost => LimitFaults.IsUnit(cost.Key) && cost.Value is not null))
        {
            foreach (var (place, amount) in AmountsOf(cost))
            {
                CheckCost(faults, $"{path}:Costs:{unit}{place}", general, unit, amount);
            }
        }

        if (layers.Endpoints.Count <= OptionBounds.MaxEndpoints)
        {
            CheckEndpoints(faults, path, options, layers, own, everywhere);
        }
    }

    private static void CheckEndpoints(FaultList faults, string path, ServiceRateLimitingOptions options, ServiceLayers layers, LimitOptions[] own, LimitOptions[] everywhere)
    {
        KeyValuePair<string, EndpointOptions>[] endpoints = [.. layers.Endpoints.Where(static endpoint => endpoint.Value is not null && EndpointRouter.TryValidate(endpoint.Key, out _))];
        var router = EndpointRouter.WithCosts([.. endpoints.Select(static endpoint => (endpoint.Key, Costs(endpoint.Value.Costs)))], Costs(ServiceCosts(options)));
        foreach (var (template, endpoint) in endpoints)
        {
            LimitOptions[] limits = [.. Valid(endpoint.Limits)];
            LimitOptions[] all = [.. limits, .. endpoint.ServiceLimits ? own : [], .. everywhere];
            foreach (var cost in router.CostsOf(template) ?? [])
            {
                if (!endpoint.Costs.ContainsKey(cost.Unit))
                {
                    // Said elsewhere, where it is held to the limits of all: here to those that only this endpoint has.
                    CheckLimits(faults, $"{path}:Endpoints:{template}:Limits", limits, template, cost);
                }
                else if (options.Endpoints.ContainsKey(template))
                {
                    CheckCost(faults, $"{path}:Endpoints:{template}:Costs:{cost.Unit}", all, cost.Unit, cost.Value);
                }
                else
                {
                    // The preset's: what its writer can change are the limits.
                    CheckLimits(faults, $"{path}:Limits", all, template, cost);
                }
            }
        }
    }

    private static void CheckCost(FaultList faults, string path, LimitOptions[] limits, string unit, decimal amount)
    {
        if (Array.Find(limits, limit => CouldNeverGive(limit, unit, amount)) is { } limit)
        {
            faults.Add(path, Fault.Quote(amount), $"at most {Number(Most(limit))}, since {(IsSpread(limit) ? "the pace of " : string.Empty)}the limit '{limit.EffectiveName}' could never give more to one request");
        }
    }

    private static void CheckLimits(FaultList faults, string path, LimitOptions[] limits, string template, UnitCost cost)
    {
        if (Array.Find(limits, limit => CouldNeverGive(limit, cost.Unit, cost.Value)) is { } limit)
        {
            faults.Add(path, Fault.Quote(limit.ToString()), $"a limit that can give {Number(cost.Value)} {cost.Unit} to one request, which is what one to '{template}' costs");
        }
    }

    /// <summary>A window that stands where it stands cannot be kept by a guard that is longer: what goes in it may arrive two windows on.</summary>
    private static void CheckGuard(FaultList faults, string path, TimeSpan? guard, LimitOptions[] limits)
    {
        if (guard is { } known && limits.Where(static limit => limit.Algorithm == LimitAlgorithm.FixedWindow).MinBy(static limit => limit.Window) is { Window: { } window } shortest
            && known >= window && OptionBounds.ArrivalGuard.Contains(known))
        {
            faults.Add($"{path}:ArrivalGuard", Fault.Quote(known), $"shorter than the window of the limit '{shortest.EffectiveName}', which could not be kept");
        }
    }

    private static bool CouldNeverGive(LimitOptions limit, string unit, decimal amount) => string.Equals(limit.Unit, unit, StringComparison.Ordinal) && amount > Most(limit);

    /// <summary>Whether what spreads it is a bucket, which never holds more than the burst.</summary>
    private static bool IsSpread(LimitOptions limit) => limit is { Algorithm: LimitAlgorithm.SlidingWindow, Pace: not QuotaPace.None };

    /// <summary>The most that one request can ever take of a limit; null where that is learned.</summary>
    private static long? Most(LimitOptions limit) => limit.Algorithm == LimitAlgorithm.TokenBucket || IsSpread(limit) ? limit.Burst ?? limit.UsualBurst : limit.Quota > 0 ? limit.Quota : null;

    private static string Number(decimal? value) => value.GetValueOrDefault().ToString("0.######", CultureInfo.InvariantCulture);

    private static IEnumerable<LimitOptions> Valid(IEnumerable<LimitOptions?>? limits) =>
        limits?.OfType<LimitOptions>().Where(static limit => limit.Unreadable is null && LimitFaults.First(limit) is null) ?? [];

    private static IEnumerable<LimitOptions> TenantLimits(TenantOptions tenants) => tenants.Limits.Concat(tenants.Classes.Values.SelectMany(static tenantClass => tenantClass?.Limits ?? []));

    /// <summary>Whether a key has limits in place of those that the service has for each: then what one cannot give another may.</summary>
    private static bool HasKeyOfItsOwn(ServiceRateLimitingOptions options) => options.Keys.List.Any(key => key is not null && ServiceLayers.LimitsOf(key, options) is not null);

    /// <summary>What every request costs that says nothing, as far as that is known without looking at it.</summary>
    private static IEnumerable<KeyValuePair<string, decimal>> ServiceCosts(ServiceRateLimitingOptions options) =>
        options.Costs.Where(static cost => cost.Value is { Amount: not null, From: null, Settled: null }).Select(static cost => KeyValuePair.Create(cost.Key, cost.Value.Amount.GetValueOrDefault()));

    private static IEnumerable<(string Place, decimal Amount)> AmountsOf(CostOptions cost)
    {
        if (cost.Amount is { } amount && OptionBounds.EndpointCost.Contains(amount))
        {
            yield return (":Amount", amount);
        }

        foreach (var (name, each) in cost.Amounts.Where(static each => OptionBounds.EndpointCost.Contains(each.Value)))
        {
            yield return ($":Amounts:{name}", each);
        }
    }

    private static IReadOnlyList<UnitCost> Costs(IEnumerable<KeyValuePair<string, decimal>> costs) =>
        [.. costs.Where(static cost => LimitFaults.IsUnit(cost.Key) && OptionBounds.EndpointCost.Contains(cost.Value)).Select(static cost => UnitCost.Of(cost.Key, cost.Value))];
}
