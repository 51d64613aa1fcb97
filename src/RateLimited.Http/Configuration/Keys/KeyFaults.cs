using RateLimited.Http.Configuration.Presets;
using RateLimited.Http.Keys;

namespace RateLimited.Http.Configuration;

/// <summary>What can be wrong with the keys of a service, as far as it shows without reading any source. No fault repeats what may be a key.</summary>
internal sealed class KeyFaults
{
    public const string VariableRight = "the name of an environment variable that is set";
    public const string FileRight = "the path of a file with a key on each line";
    public const string CarrierRight = "'Bearer', a header such as 'x-api-key' or 'Authorization: Bot {key}', or a parameter of the query such as '?key'";
    public const string OriginRight = "an origin such as 'https://api.example.com', without a path";
    public const string PoolRight = "at least one key: in List, Environment or File";

    private const string Other = "something else";

    /// <summary>A shorter name is a part of many a key by chance.</summary>
    private const int ShortestTelling = 8;

    private readonly FaultList _faults;
    private readonly ServiceRateLimitingOptions _service;
    private readonly Dictionary<string, string> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<ApiKey, string> _keys = [];
    private readonly Dictionary<string, string> _limitsOfGroup = new(StringComparer.Ordinal);

    public KeyFaults(FaultList faults, ServiceRateLimitingOptions service)
    {
        _faults = faults;
        _service = service;
    }

    /// <summary>Finds the faults of a pool's options.</summary>
    public static void Check(FaultList faults, string path, ServiceRateLimitingOptions service)
    {
        var pool = service.Keys;
        if (!pool.IsUsed)
        {
            CheckUnused(faults, path, service);
            return;
        }

        var place = $"{path}:Keys";
        if (pool.List.Count == 0 && pool is { Environment: null, File: null, Sources.Count: 0 })
        {
            faults.Add(place, Fault.Missing, PoolRight);
        }

        if (pool.Carrier is { } carrier && !KeyCarrier.TryParse(carrier, out _))
        {
            faults.Add($"{place}:Carrier", Other, CarrierRight);
        }
        else if (pool is { Carrier: not null, Apply: not null })
        {
            faults.Add($"{place}:Carrier", "a carrier and a delegate", "either one");
        }

        if (pool.Group is { } group && !LimitFaults.IsName(group))
        {
            faults.Add($"{place}:Group", Other, LimitFaults.NameRange);
        }

        if (!Enum.IsDefined(pool.Selection))
        {
            faults.Add($"{place}:Selection", Fault.Quote((long)pool.Selection), EnumText.Names<KeySelection>());
        }

        CheckOrigin(faults, $"{place}:Origin", pool.Origin);
        var list = new KeyFaults(faults, service);
        list.CheckAll([.. pool.List], i => $"{place}:List:{i}");
        list.CheckAsWhole(place, pool.List, isComplete: pool is { Environment: null, File: null, Sources.Count: 0 });
    }

    /// <summary>Checks some of a pool's keys, together with those that were checked before.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="placeOf">Where one stands that does not know it itself.</param>
    public void CheckAll(IReadOnlyList<KeyOptions?> keys, Func<int, string> placeOf)
    {
        if (keys.Count > OptionBounds.MaxKeys)
        {
            _faults.Add(placeOf(0), $"{keys.Count} keys", $"at most {OptionBounds.MaxKeys}");
            return;
        }

        for (var i = 0; i < keys.Count; i++)
        {
            var place = keys[i]?.Path ?? placeOf(i);
            if (keys[i] is not { } key)
            {
                _faults.Add(place, Fault.Missing, ApiKey.Right);
                continue;
            }

            CheckText(place, key);
            CheckRest(place, key);
        }
    }

    /// <summary>Checks what only shows of all keys together.</summary>
    /// <param name="path">Where the pool is configured.</param>
    /// <param name="keys">The keys that are known.</param>
    /// <param name="isComplete">Whether there are no others.</param>
    public void CheckAsWhole(string path, IEnumerable<KeyOptions?> keys, bool isComplete)
    {
        IReadOnlyList<KeyOptions> all = [.. keys.OfType<KeyOptions>()];
        if (_service.Keys.Origin is null && all.Any(static key => key.Origin is not null) && (!isComplete || all.Any(static key => key.Origin is null)))
        {
            _faults.Add($"{path}:Origin", Fault.Missing, "an origin for the keys that have none of their own, since others have one");
        }

        if (!isComplete || all.Count == 0)
        {
            return;
        }

        foreach (var tenantClass in _service.Tenants.Classes.Keys.Append(null))
        {
            if (!all.Any(key => key.Classes.Count == 0 || (tenantClass is not null && key.Classes.Contains(tenantClass))))
            {
                var whom = tenantClass is null ? "requests of no class" : $"the class {Fault.Quote(tenantClass)}";
                _faults.Add(path, "every key is reserved for others", $"at least one key for {whom}");
            }
        }
    }

    private static void CheckUnused(FaultList faults, string path, ServiceRateLimitingOptions service)
    {
        const string Right = "Service, Tenant or Name, or Keys to count by";
        foreach (var (limits, place) in service.Endpoints.Where(static endpoint => endpoint.Value is not null)
            .Select(static endpoint => (endpoint.Value.Limits, $"Endpoints:{endpoint.Key}:Limits")).Prepend((service.Limits, "Limits")))
        {
            for (var i = 0; i < limits.Count; i++)
            {
                if (limits[i]?.Partition == PartitionBy.Key)
                {
                    faults.Add(limits[i].Path ?? $"{path}:{place}:{i}", "'per key'", Right);
                }
            }
        }

        if (service.Keys is { Carrier: not null } or { Apply: not null } or { Origin: not null } or { Group: not null })
        {
            faults.Add($"{path}:Keys", Fault.Missing, PoolRight);
        }
    }

    private static void CheckOrigin(FaultList faults, string path, string? origin)
    {
        if (origin is not null && !KeyOrigin.TryParse(origin, out _))
        {
            faults.Add(path, Other, OriginRight);
        }
    }

    private void CheckText(string place, KeyOptions key)
    {
        if (key.IsUnreadable)
        {
            _faults.Add(place, "something that is no key", ApiKey.Right);
        }
        else if (key is { Value: not null, Environment: not null })
        {
            _faults.Add(place, "a value and an environment variable", "either one");
        }
        else if (key.Value is null)
        {
            if (key.Environment is null)
            {
                _faults.Add(place, Fault.Missing, $"a Value, {ApiKey.Right}, or the Environment variable that holds it");
            }
        }
        else if (!_keys.TryAdd(key.Value, place))
        {
            _faults.Add(place, "the same key again", $"each key once, since {_keys[key.Value]} is the same");
        }
    }

    private void CheckRest(string place, KeyOptions key)
    {
        if (key.Name is { } name)
        {
            CheckName(place, key, name);
        }

        if (key.Group is { } group && !LimitFaults.IsName(group))
        {
            _faults.Add($"{place}:Group", Other, LimitFaults.NameRange);
        }

        if (!OptionBounds.Weight.Contains(key.Weight))
        {
            _faults.Add($"{place}:Weight", Fault.Quote(key.Weight), OptionBounds.Weight.Right);
        }

        CheckOrigin(_faults, $"{place}:Origin", key.Origin);
        LimitListFaults.Check(_faults, $"{place}:Limits", key.Limits, LimitPlace.Key);
        CheckTier(place, key);
        foreach (var tenantClass in key.Classes.Where(tenantClass => !_service.Tenants.Classes.ContainsKey(tenantClass)))
        {
            var known = _service.Tenants.Classes.Keys;
            _faults.Add($"{place}:Classes", Fault.Quote(tenantClass), known.Count == 0 ? "no class, since Tenants has none" : NearestWord.OfKnown(tenantClass, known));
        }
    }

    private void CheckName(string place, KeyOptions key, string name)
    {
        if (!LimitFaults.IsName(name))
        {
            _faults.Add($"{place}:Name", Other, LimitFaults.NameRange);
        }
        else if (key.Value?.Reveal() is { } text && (name.Contains(text, StringComparison.Ordinal) || (name.Length >= ShortestTelling && text.Contains(name, StringComparison.Ordinal))))
        {
            _faults.Add($"{place}:Name", "a part of the key", "a name that may be seen");
        }
        else if (!_names.TryAdd(name, place))
        {
            _faults.Add($"{place}:Name", Fault.Quote(name), $"a name of its own, since {_names[name]} has this one");
        }
    }

    private void CheckTier(string place, KeyOptions key)
    {
        if (key.Tier is { } tier)
        {
            if (_service.Preset is not { } name || KnownPresets.Find(name) is not { } preset)
            {
                _faults.Add($"{place}:Tier", Fault.Quote(tier), "no tier, or a Preset that has it");
            }
            else if (preset.TierOf(tier) is null)
            {
                var tiers = preset.TierNames.ToArray();
                _faults.Add($"{place}:Tier", Fault.Quote(tier), tiers.Length == 0 ? $"no tier, since '{preset.Name}' has none" : NearestWord.OfKnown(tier, tiers));
            }
            else if (key.Limits.Count > 0)
            {
                _faults.Add($"{place}:Tier", Fault.Quote(tier), "either a Tier or Limits");
            }
        }

        if ((key.Group ?? _service.Keys.Group) is { } group && (key.Limits.Count > 0 || key.Tier is not null) && !_limitsOfGroup.TryAdd(group, place))
        {
            _faults.Add($"{place}:Limits", $"limits of the group {Fault.Quote(group)}", $"limits at one key of the group, since {_limitsOfGroup[group]} has them");
        }
    }
}
