namespace RateLimited.Http.Configuration;

/// <summary>Where a list of limits stands, which decides what its limits may count separately by.</summary>
internal enum LimitScope
{
    /// <summary>Under a service or an endpoint: by anything.</summary>
    Service,

    /// <summary>Under tenants: by tenant, which need not be said.</summary>
    Tenant,

    /// <summary>Over all services: by nothing.</summary>
    Global,
}

/// <summary>What can be wrong with limits that stand beside one another.</summary>
internal static class LimitListFaults
{
    public static void Check(FaultList faults, string path, IList<LimitOptions> limits, LimitScope scope)
    {
        if (limits.Count > OptionBounds.MaxLimits)
        {
            faults.Add(path, $"{limits.Count} limits", $"at most {OptionBounds.MaxLimits}");
            return;
        }

        var names = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < limits.Count; i++)
        {
            var limit = limits[i];
            var place = limit?.Path ?? $"{path}:{i}";
            if (limit is null)
            {
                faults.Add(place, Fault.Missing, LimitText.Example);
            }
            else if (limit.Unreadable is { } right)
            {
                faults.Add(place, Fault.Quote(limit.Name), right);
            }
            else if (CheckOne(faults, place, limit, scope))
            {
                CheckTwins(faults, place, limit, scope, names, texts);
            }
        }
    }

    private static bool CheckOne(FaultList faults, string path, LimitOptions limit, LimitScope scope)
    {
        var before = faults.Count;
        foreach (var (key, value, right) in LimitFaults.Of(limit))
        {
            faults.Add($"{path}:{key}", value, right);
        }

        if (scope == LimitScope.Tenant && limit.Partition == PartitionBy.Name)
        {
            faults.Add($"{path}:Partition", "'Name'", "Tenant, which limits under Tenants count by, or nothing");
        }

        if (scope == LimitScope.Global && limit.Partition is PartitionBy.Tenant or PartitionBy.Name)
        {
            faults.Add($"{path}:Partition", Fault.Quote(limit.Partition.ToString()), "Service or nothing, since a global limit counts all requests together");
        }

        return faults.Count == before;
    }

    private static void CheckTwins(FaultList faults, string path, LimitOptions limit, LimitScope scope, Dictionary<string, string> names, Dictionary<string, string> texts)
    {
        var text = limit.ToString();
        var name = limit.EffectiveName;
        if (scope == LimitScope.Tenant)
        {
            // Said or not, limits under Tenants count by tenant.
            (text, name) = (WithoutTenant(text), limit.Name ?? WithoutTenant(name));
        }

        if (texts.TryGetValue(text, out var twin))
        {
            faults.Add(path, Fault.Quote(text), $"one limit of this kind, since {twin} is the same");
        }
        else if (names.TryGetValue(name, out var namesake))
        {
            faults.Add($"{path}:Name", Fault.Quote(name), $"a name of its own, since {namesake} has this one");
        }

        texts.TryAdd(text, path);
        names.TryAdd(name, path);
    }

    private static string WithoutTenant(string text) => text.Replace(LimitText.PerTenant, string.Empty, StringComparison.Ordinal);
}
