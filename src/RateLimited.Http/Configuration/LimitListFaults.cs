using RateLimited.Http.Admission;

namespace RateLimited.Http.Configuration;

/// <summary>Where a list of limits stands, which decides what its limits may count separately by.</summary>
internal enum LimitPlace
{
    /// <summary>Under a service or an endpoint: by anything.</summary>
    Service,

    /// <summary>Under tenants: by tenant, which need not be said.</summary>
    Tenant,

    /// <summary>Over all services: by nothing.</summary>
    Global,

    /// <summary>Under a key: by key, which need not be said.</summary>
    Key,
}

/// <summary>What can be wrong with limits that stand beside one another.</summary>
internal sealed class LimitListFaults
{
    private readonly FaultList _faults;
    private readonly LimitPlace _place;
    private readonly Dictionary<string, string> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);

    private LimitListFaults(FaultList faults, LimitPlace place)
    {
        _faults = faults;
        _place = place;
    }

    public static void Check(FaultList faults, string path, IList<LimitOptions> limits, LimitPlace place)
    {
        // What paces a limit can be one beside it, and is decided with all others.
        var count = limits.Sum(static limit => limit is { Pace: not QuotaPace.None } ? 2 : 1);
        if (count > OptionBounds.MaxLimits)
        {
            faults.Add(path, $"{count} limits", $"at most {OptionBounds.MaxLimits}");
            return;
        }

        var list = new LimitListFaults(faults, place);
        for (var i = 0; i < limits.Count; i++)
        {
            list.CheckNext(limits[i]?.Path ?? $"{path}:{i}", limits[i]);
        }
    }

    private void CheckNext(string path, LimitOptions? limit)
    {
        if (limit is null)
        {
            _faults.Add(path, Fault.Missing, LimitText.Example);
        }
        else if (limit.Unreadable is { } right)
        {
            _faults.Add(path, Fault.Quote(limit.Name), right);
        }
        else if (IsRight(path, limit))
        {
            CheckTwins(path, limit);
        }
    }

    private bool IsRight(string path, LimitOptions limit)
    {
        var before = _faults.Count;
        foreach (var (key, value, right) in LimitFaults.Of(limit))
        {
            _faults.Add($"{path}:{key}", value, right);
        }

        if (_place == LimitPlace.Tenant && limit.Partition is (PartitionBy.Name or PartitionBy.Key))
        {
            _faults.Add($"{path}:Partition", Fault.Quote(limit.Partition.ToString()), "Tenant, which limits under Tenants count by, or nothing");
        }

        if (_place == LimitPlace.Key && limit.Partition is (PartitionBy.Tenant or PartitionBy.Name))
        {
            _faults.Add($"{path}:Partition", Fault.Quote(limit.Partition.ToString()), "Key, which limits under Keys count by, or nothing");
        }

        if (_place == LimitPlace.Global && limit.Partition is (PartitionBy.Tenant or PartitionBy.Name or PartitionBy.Key))
        {
            _faults.Add($"{path}:Partition", Fault.Quote(limit.Partition.ToString()), "Service or nothing, since a global limit counts all requests together");
        }

        if (_place is LimitPlace.Global or LimitPlace.Key && limit.Pace == QuotaPace.Profile)
        {
            _faults.Add($"{path}:Pace", Fault.Quote(limit.Pace.ToString()), "None or Even, since demand is known of each service, and of nothing larger or smaller");
        }

        return _faults.Count == before;
    }

    private void CheckTwins(string path, LimitOptions limit)
    {
        var text = limit.ToString();
        var name = limit.EffectiveName;
        if (_place == LimitPlace.Tenant)
        {
            // Said or not, limits under Tenants count by tenant.
            (text, name) = (WithoutTenant(text), limit.Name ?? WithoutTenant(name));
        }

        if (_texts.TryGetValue(text, out var twin))
        {
            _faults.Add(path, Fault.Quote(text), $"one limit of this kind, since {twin} is the same");
        }
        else
        {
            foreach (var taken in Names().Where(_names.ContainsKey))
            {
                _faults.Add($"{path}:Name", Fault.Quote(taken), $"a name of its own, since {_names[taken]} has this one");
            }
        }

        _texts.TryAdd(text, path);
        foreach (var each in Names())
        {
            _names.TryAdd(each, path);
        }

        IEnumerable<string> Names() => limit.Pace == QuotaPace.None ? [name] : [name, LimitDefinition.PaceNameOf(name)];
    }

    private static string WithoutTenant(string text) => text.Replace(LimitText.PerTenant, string.Empty, StringComparison.Ordinal);
}
