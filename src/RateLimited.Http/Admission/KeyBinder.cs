using RateLimited.Http.Admission.Persistence;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>
/// Binds the keys of one definition to their limits in the store: each quota group gets limits of its own, and each class of tenants the keys that are not reserved for another. Used once, for one
/// binding of the service; the groups outlive it.
/// </summary>
internal sealed class KeyBinder
{
    private readonly ServiceDefinition _definition;
    private readonly KeyPoolDefinition _pool;
    private readonly LimitBinder _binder;
    private readonly InProcessStore _store;
    private readonly KeptService? _kept;
    private readonly Func<IReadOnlyList<LimitDefinition>, IReadOnlyList<LimitDefinition>>? _share;
    private readonly string[] _groups;
    private readonly QuotaGroup[] _quotas;
    private readonly List<BoundLimit>[] _limits;
    private readonly BoundKey[] _keys;
    private readonly Func<QuotaGroup, LimitDefinition?> _opening;
    private readonly Partition _outOfKeys;
    private readonly List<(string? Realm, KeyRoster Roster)> _rosters = [];
    private readonly bool _isOneForAll;

    /// <param name="definition">The service.</param>
    /// <param name="pool">Its keys.</param>
    /// <param name="binder">What finds the limits that go on.</param>
    /// <param name="store">Where their state lives.</param>
    /// <param name="groups">The quotas that keys draw on.</param>
    /// <param name="opening">What holds a quota back that nothing is known of; null where nothing does.</param>
    /// <param name="kept">What outlives the process; null where nothing does.</param>
    /// <param name="share">Lets limits be counted together with other processes; null where there are none.</param>
    public KeyBinder(
        ServiceDefinition definition, KeyPoolDefinition pool, LimitBinder binder, InProcessStore store, QuotaGroups groups, Func<QuotaGroup, LimitDefinition?> opening, KeptService? kept, Func<IReadOnlyList<LimitDefinition>, IReadOnlyList<LimitDefinition>>? share)
    {
        (_definition, _pool, _binder, _store, _opening, _kept, _share) = (definition, pool, binder, store, opening, kept, share);
        _groups = [.. pool.Keys.Select(static key => key.Group).Distinct(StringComparer.Ordinal)];
        _quotas = groups.Of([.. _groups.Select(name => (name, share is null ? null : pool.Keys.First(key => string.Equals(key.Group, name, StringComparison.Ordinal)).Owner))]);
        _limits = [.. _groups.Select((_, group) => LimitsOf(group))];
        _outOfKeys = Place("keys", LimitScope.KeyHealth, isShared: false);
        _keys = [.. pool.Keys.Select(key => new BoundKey(key.Handle, GroupOf(key), _quotas[GroupOf(key)], Place(key.Handle.Name, LimitScope.Key, isShared: false)))];
        _isOneForAll = pool.Keys.All(static key => key.Classes.Count == 0) && Realms.Count < 2;
    }

    /// <summary>Whom other processes are told by how keys are; null where there are none.</summary>
    public SharedService? Shared { get; init; }

    /// <summary>The quota group of keys whose limit it is; null where it is none's. What the upstream told of has the group's name wherever it holds.</summary>
    public static string? OwnerOf(BoundLimit limit, string? endpoint)
    {
        if (limit.Scope is not (LimitScope.Key or LimitScope.KeyEndpoint) || limit.ScopeName.Length == 0)
        {
            return null;
        }

        var place = ScopeNameOf(string.Empty, endpoint);
        return limit.Scope == LimitScope.KeyEndpoint && limit.ScopeName.EndsWith(place, StringComparison.Ordinal) ? limit.ScopeName[..^place.Length] : limit.ScopeName;
    }

    private static string ScopeNameOf(string group, string? endpoint) => $"{group}, {endpoint}";

    private IReadOnlyList<string> Realms => [.. _pool.Keys.Select(static key => key.Realm).OfType<string>().Distinct(StringComparer.Ordinal)];

    /// <summary>The keys for the requests of several classes of tenants to one endpoint; null stands for no class, and for no endpoint.</summary>
    public IReadOnlyDictionary<string, KeySets> SetsOf(IEnumerable<string> tenantClasses, EndpointDefinition? endpoint)
    {
        var name = endpoint?.Name ?? string.Empty;
        var own = endpoint is null ? [] : (IReadOnlyList<LimitDefinition>)[.. endpoint.Limits.Where(static limit => limit.Partition == PartitionBy.Key)];
        var limits = new BoundLimit[_groups.Length][];
        for (var group = 0; group < _groups.Length; group++)
        {
            var reported = _quotas[group].Reported;
            var general = endpoint is { ServiceLimits: false } ? [] : _limits[group];
            var configured = general.Concat(_binder.Bind(Owned(own, group, name), LimitScope.KeyEndpoint, ScopeNameOf(_groups[group], name)));
            limits[group] = [.. _definition.Correction.TrustUpstream ? configured.Where(limit => !reported.Covers(limit)) : configured, .. reported.Of(name)];
        }

        var rests = RestsAt(name);
        IReadOnlyList<BoundLimit> all = [.. limits.SelectMany(static each => each)];
        var every = new KeySet(_pool.Ring, new KeyRoster(_keys, _outOfKeys), limits, _outOfKeys, _outOfKeys, rests);
        var lots = new Dictionary<KeyRoster, Partition>(ReferenceEqualityComparer.Instance);
        return tenantClasses.ToDictionary(static each => each, each => Sets(each.Length == 0 ? null : each), StringComparer.Ordinal);

        KeySets Sets(string? tenantClass)
        {
            var realms = Realms;
            var byRealm = realms.Count < 2 ? [] : (IReadOnlyList<(string, KeySet)>)[.. realms.Select(realm => (realm, Set(tenantClass, realm)))];
            return new KeySets(Set(tenantClass, realm: null), every, byRealm, all);
        }

        KeySet Set(string? tenantClass, string? realm)
        {
            var roster = RosterOf(tenantClass, realm);
            if (!lots.TryGetValue(roster, out var lot))
            {
                lots[roster] = lot = _definition.Endpoints.Count == 0 ? roster.Lot : Place($"keys at {name}", LimitScope.KeyEndpoint, isShared: false);
            }

            return new KeySet(_pool.Ring, roster, limits, lot, _outOfKeys, rests);
        }
    }

    /// <summary>What other processes tell of keys that concerns requests to an endpoint, by the keys' names; null where nobody else knows them.</summary>
    private Dictionary<string, SharedRest[]>? RestsAt(string endpoint) => Shared is { } shared && _pool.Keys.All(static key => key is { Owner: not null, Self: not null })
        ? _pool.Keys.ToDictionary(static key => key.Handle.Name, key => RestsOf(shared, key, endpoint), StringComparer.Ordinal)
        : null;

    /// <summary>Before all others whether responses tell of its quota, where that is of interest: then one request goes and asks.</summary>
    private SharedRest[] RestsOf(SharedService shared, KeyDefinition key, string endpoint)
    {
        var quota = _quotas[GroupOf(key)];
        SharedRest[] told = quota.First.HingesOnOthers ? [shared.ToldOf(quota)] : [];
        return [.. told, shared.RestOf(key.Owner!, endpoint: null, key.Handle), shared.RestOf(key.Self!, endpoint, key.Handle)];
    }

    /// <summary>A place to wait at: it has no limit of its own.</summary>
    private Partition Place(string name, LimitScope scope, bool isShared) =>
        new BoundLimit(new LimitDefinition(name, UnitCost.Requests, new Concurrency(1)), isShared ? LimitScope.Service : scope, string.Empty, new PartitionBounds(1, 0), _store).Only!;

    private int GroupOf(KeyDefinition key) => Array.IndexOf(_groups, key.Group);

    /// <summary>What the group says itself, or else what the service has for each key.</summary>
    private List<BoundLimit> LimitsOf(int group)
    {
        var own = _pool.Keys.FirstOrDefault(key => string.Equals(key.Group, _groups[group], StringComparison.Ordinal) && key.Limits is not null)?.Limits;
        var limits = own ?? [.. _definition.Limits.Where(static limit => limit.Partition == PartitionBy.Key)];
        var opening = _opening(_quotas[group]);
        var isHeldBack = opening is not null && (own is null || opening.Rule is AskFirst);
        return _binder.Bind(Owned([.. (isHeldBack ? limits.Append(opening!) : limits).Select(static limit => limit with { Partition = PartitionBy.Key })], group, endpoint: string.Empty), LimitScope.Key, _groups[group]);
    }

    /// <summary>Limits of a group's quota, counted together with the other processes that have it, where there are any.</summary>
    private IReadOnlyList<LimitDefinition> Owned(IReadOnlyList<LimitDefinition> limits, int group, string endpoint) => _quotas[group].Owner is { } owner
        ? [.. _share!(limits).Select(limit => limit with { Owner = owner with { Endpoint = endpoint } })]
        : _kept?.Keep(limits) ?? limits;

    private KeyRoster RosterOf(string? tenantClass, string? realm)
    {
        BoundKey[] keys = [.. _pool.Keys.Zip(_keys).Where(pair => pair.First.IsFor(tenantClass) && (realm is null || pair.First.Realm is null || string.Equals(pair.First.Realm, realm, StringComparison.Ordinal))).Select(static pair => pair.Second)];
        foreach (var (known, roster) in _rosters)
        {
            if (string.Equals(known, realm, StringComparison.Ordinal) && roster.Keys.SequenceEqual(keys, ReferenceEqualityComparer.Instance))
            {
                return roster;
            }
        }

        var added = new KeyRoster(keys, Place("keys", LimitScope.Key, _isOneForAll));
        _rosters.Add((realm, added));
        return added;
    }
}

/// <summary>The quota groups of a service by name, those that are not used any more forgotten.</summary>
internal sealed class QuotaGroups
{
    private Dictionary<string, QuotaGroup> _byName = new(StringComparer.Ordinal);

    public IEnumerable<QuotaGroup> All => _byName.Values;

    /// <summary>The group of a name, made if need be.</summary>
    public QuotaGroup Of(string name)
    {
        if (!_byName.TryGetValue(name, out var group))
        {
            _byName[name] = group = new QuotaGroup(name, owner: null);
        }

        return group;
    }

    /// <summary>Those of these names. One that is another's as other processes know it begins anew.</summary>
    public QuotaGroup[] Of(IReadOnlyList<(string Name, QuotaOwner? Owner)> groups)
    {
        _byName = groups.ToDictionary(
            static group => group.Name,
            group => _byName.TryGetValue(group.Name, out var known) && known.Owner == group.Owner ? known : new QuotaGroup(group.Name, group.Owner),
            StringComparer.Ordinal);
        return [.. groups.Select(group => _byName[group.Name])];
    }
}
