using System.Diagnostics.CodeAnalysis;
using RateLimited.Http.Admission.Persistence;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>A service's limits in the store, the upstream's pause and the arrival guard. Replaced plans keep their limits' state.</summary>
internal sealed partial class BoundService
{
    /// <summary>What a service without limits of its own has until its upstream tells of some.</summary>
    private static readonly LimitDefinition Discovery = new("discovery", UnitCost.Requests, new SlowStart());

    private readonly InProcessStore _store;
    private readonly LatencySpread _spread = new();
    private readonly ReportedLimits _reported;
    private readonly FirstAnswer _first;
    private readonly QuotaGroups _quotas;
    private readonly KeptService? _kept;
    private List<BoundLimit> _limits = [];
    private Routes _routes;
    private long _fixedGuard;
    private Pause _pause;
    private Exhaustion _exhaustion;
    private volatile bool _isExhausted;
    private bool _expectsAnswers;
    private bool _awaitsBinding;
    private long _awaitsUntil = LimitRule.Never;
    private FaultGate _faults;

    /// <param name="definition">The service as configured.</param>
    /// <param name="store">Where the state lives that is this process's.</param>
    /// <param name="share">Where the state lives that other processes count in too; null where there is none.</param>
    public BoundService(ServiceDefinition definition, InProcessStore store, Func<BoundService, SharedService>? share = null)
    {
        _store = store;
        Definition = definition;
        Shared = share?.Invoke(this);
        _kept = definition.IsKept ? store.KeptOf(definition.Name) : null;
        (_reported, _quotas) = (_kept?.Reported ?? new ReportedLimits(), _kept?.Quotas ?? new QuotaGroups());
        _first = new FirstAnswer(_reported);
        NoPlan = new LimitPlan(this, string.Empty, [], weight: 1);
        _faults = new FaultGate(definition.FaultThrottle, store);
        Take(_kept is null ? Bind(definition) : Continue(_kept, definition));
    }

    /// <summary>Whose limits they are.</summary>
    public ServiceLimiter Owner { get; init; } = null!;

    public ServiceDefinition Definition { get; private set; }

    /// <summary>The plan of a request that no limit counts.</summary>
    public LimitPlan NoPlan { get; }

    /// <summary>The limits over all services that are not among <see cref="Limits"/>.</summary>
    public IReadOnlyList<BoundLimit> Globals { get; private set; } = [];

    /// <summary>The service's own limits, those of endpoints and those of tenants.</summary>
    public IReadOnlyList<BoundLimit> Limits => _limits;

    /// <summary>The plan of a request that names no endpoint and no tenant.</summary>
    public LimitPlan DefaultPlan { get; private set; }

    /// <summary>Until when the upstream wants no request. Only under the store's gate.</summary>
    public long PausedUntil => Math.Max(_isExhausted ? Math.Max(_pause.Until, _exhaustion.OpensAt) : _pause.Until, _awaitsBinding ? _store.Clock.Now + 1 : 0);

    /// <summary>Whether a quota of the whole service is used up, so that the next success is of interest.</summary>
    public bool IsExhausted => _isExhausted;

    /// <summary>What there is to do with the other processes that count the service's limits; null where there are none.</summary>
    public SharedService? Shared { get; }

    /// <summary>The limit on server faults.</summary>
    public FaultGate Faults => Volatile.Read(ref _faults);

    /// <summary>What counts the requests that the upstream takes for invalid; null where nothing does.</summary>
    public BoundLimit? InvalidRequests { get; private set; }

    /// <summary>Whether nothing but the limits themselves holds requests up. Only under the store's gate.</summary>
    public bool IsUnhindered => _pause.Until == 0 && !_isExhausted && !_awaitsBinding && !_faults.IsEngaged;

    /// <summary>Whether requests go one by one, at a distance, as after a pause. Only under the store's gate.</summary>
    public bool IsPaced => _pause.Until != 0;

    /// <summary>How many requests were admitted. Only written under the store's gate.</summary>
    public ContendedCount Admitted;

    public bool IsGuardMeasured { get; private set; }

    public long Guard => IsGuardMeasured ? _spread.Guard : _fixedGuard;

    /// <summary>What was charged before that instant was awaited: nobody knew how long requests are on their way.</summary>
    public long AwaitsBefore { get; private set; }

    /// <summary>Whether what is charged is awaited still, unless it has been for long.</summary>
    public bool AwaitsAnswers => AwaitsBefore == LimitRule.Never;

    /// <summary>Takes a latency into the measured guard. Returns what it says of when the request arrived.</summary>
    public ArrivalBounds ObserveLatency(long ticks, long sentAt)
    {
        var bounds = _spread.Add(ticks, sentAt);
        if (AwaitsAnswers && _spread.IsKnown)
        {
            AwaitsBefore = Saturating.Add(sentAt, ticks);
        }

        return bounds;
    }

    /// <summary>
    /// Whether what is charged now is awaited: until a few of the first were answered, and no longer than a request may be held up, since whoever asks for leases without a client answers never. Only under the
    /// store's gate.
    /// </summary>
    public bool Awaits(long now)
    {
        _awaitsUntil = Math.Min(_awaitsUntil, Saturating.Add(now, LatencySpread.LongestFirstHoldUp));
        AwaitsBefore = AwaitsAnswers && now > _awaitsUntil ? now : AwaitsBefore;
        return AwaitsAnswers;
    }

    /// <summary>By how much a limit is padded for this service's requests.</summary>
    public long GuardOf(BoundLimit limit) => IsGuardMeasured ? limit.BoundGuard(_spread.Guard) : limit.IsPace ? 0 : _fixedGuard;

    public LimitPlan PlanOf(in AdmissionRequest request)
    {
        var routes = Volatile.Read(ref _routes);
        var route = request.Endpoint is { } endpoint && routes.ByEndpoint.TryGetValue(endpoint, out var own) ? own : routes.Default;
        if (request.Tenant is not { } tenant)
        {
            return route.Anonymous;
        }

        if (route.ByClass.Count == 0)
        {
            return route.Unclassed;
        }

        if (!routes.ClassByTenant.TryGetValue(tenant, out var name))
        {
            name = ClassOf(routes, tenant);
        }

        return name is not null && route.ByClass.TryGetValue(name, out var plan) ? plan : route.Unclassed;
    }

    /// <summary>A user's code: a tenant that it cannot tell the class of has none, rather than requests that are lost from the line on a reload.</summary>
    private static string? ClassOf(Routes routes, string tenant)
    {
        try
        {
            return routes.ClassOf?.Invoke(tenant);
        }
        catch (Exception)
        {
            return null;
        }
    }

    /// <summary>Takes a new definition, keeping the state of limits that are still there. Returns those that are not. Only under the store's gate.</summary>
    public IReadOnlyList<BoundLimit> Apply(ServiceDefinition next)
    {
        var previous = _limits;
        if (next.FaultThrottle != Definition.FaultThrottle)
        {
            Volatile.Write(ref _faults, new FaultGate(next.FaultThrottle, _store));
        }

        var isBelievedAsBefore = (next.Correction with { IsSpoken = Definition.Correction.IsSpoken }) == Definition.Correction;
        Definition = next;
        if (!isBelievedAsBefore)
        {
            Believe(next);
        }

        Take(Bind(next));
        _kept?.Changed();
        return [.. previous.Except(_limits)];
    }

    /// <summary>What responses say will be heard. Returns whether requests wait for that from the next binding on. Only under the store's gate.</summary>
    public bool ExpectAnswers()
    {
        var isNews = !_expectsAnswers;
        _expectsAnswers = true;
        AwaitsBefore = isNews && IsGuardMeasured && !_spread.IsKnown ? LimitRule.Never : AwaitsBefore;
        return isNews && (Definition.Keys is null
            ? _first.IsAwaited(Definition.Correction, isExpected: true)
            : _quotas.All.Any(quota => quota.First.IsAwaited(Definition.Correction, isExpected: true, hasOthers: Shared is not null)));
    }

    /// <summary>Responses to other processes tell of the quota. Returns whether requests wait for what they tell this one from the next binding on. Only under the store's gate.</summary>
    public bool ExpectTold()
    {
        // Nobody goes in between by limits that know nothing of it, and nobody is refused for that.
        var isAwaited = _first.ExpectTold() && Definition.Keys is null && _first.IsAwaited(Definition.Correction, _expectsAnswers);
        _awaitsBinding |= isAwaited;
        return isAwaited;
    }

    /// <summary>
    /// A request was answered that others wait for, with a key where it went with one. Returns whether it is the first: they are held back no more from the next binding on. Only under the store's gate.
    /// </summary>
    public bool HeardFirst(BoundKey? key) => (key?.Quota.First ?? _first).Hear();

    /// <summary>What processes have told each other of whose quota responses tell of. Only under the store's gate.</summary>
    public IEnumerable<SharedRest> ToldOfQuotas => _quotas.All.Select(static quota => quota.Told).OfType<SharedRest>();

    /// <summary>The limits that responses told of. Only under the store's gate.</summary>
    public ReportedLimits Reported => _reported;

    /// <summary>
    /// Adds a limit that responses to an endpoint tell of, of the quota that a key draws on where they came to one, or does nothing if too many do. It counts from the next binding on. Only under
    /// the store's gate.
    /// </summary>
    public BoundLimit? Learn(in QuotaReport report, string endpoint, BoundKey? key) =>
        (key?.Quota.Reported ?? _reported).Add(report, endpoint, Definition.Correction, definition => Told(definition, endpoint, key));

    /// <summary>What all processes count together of a limit that a response told of; null where there is only this process, or nothing that could be counted so. Only under the store's gate.</summary>
    /// <param name="report">What the response says.</param>
    /// <param name="key">The key that the request went with, if it had one.</param>
    /// <param name="isNew">Whether no plan counts it yet.</param>
    public FleetLimit? OfFleet(in QuotaReport report, BoundKey? key, out bool isNew)
    {
        isNew = false;
        return Shared is { } shared && key is not { Quota.Owner: null } ? (key?.Quota.Reported ?? _reported).OfFleet(report, Definition.Correction, shared, new PartitionBounds(Definition.MaxPartitions, Definition.PartitionIdleTimeout.Ticks), _store, out isNew) : null;
    }

    /// <summary>
    /// What holds up the requests to an endpoint, with the quota that a key draws on where they went with one, added if there is none yet. It counts from the next binding on. Only under the
    /// store's gate.
    /// </summary>
    public BoundLimit CoolDownOf(string endpoint, BoundKey? key, out bool isNew)
    {
        var told = key?.Quota.Reported ?? _reported;
        var known = told.CoolDownOf(endpoint);
        isNew = known is null;
        return known ?? told.AddCoolDown(endpoint, definition => Told(definition, endpoint, key));
    }

    private void Believe(ServiceDefinition next)
    {
        var at = _store.Clock.At(Guard);
        var bounds = new PartitionBounds(next.MaxPartitions, next.PartitionIdleTimeout.Ticks);
        foreach (var told in _quotas.All.Select(static quota => quota.Reported).Prepend(_reported))
        {
            told.Believe(next.Correction, at, bounds);
        }
    }

    /// <summary>A limit that nobody configured.</summary>
    private BoundLimit Told(LimitDefinition definition, string endpoint, BoundKey? key)
    {
        var isOfService = Definition.Endpoints.Count == 0;
        var scope = key is null ? (isOfService ? LimitScope.Service : LimitScope.Endpoint) : isOfService ? LimitScope.Key : LimitScope.KeyEndpoint;
        return new BoundLimit(definition with { Owner = key?.Quota.Owner }, scope, key is null ? endpoint : key.Quota.Name, new PartitionBounds(Definition.MaxPartitions, Definition.PartitionIdleTimeout.Ticks), _store);
    }

    /// <summary>Only under the store's gate.</summary>
    public void Announce(in Moment at, long resetAfter)
    {
        foreach (var limit in _limits.Where(limit => limit.Only is not null && limit.Rule.IsAnnounced))
        {
            limit.Rule.Announce(ref limit.Only!.State, at, Saturating.Add(at.Now, Math.Max(resetAfter, 0)));
        }
    }

    public void Dispose()
    {
        Shared?.Dispose();
        foreach (var limit in _limits)
        {
            limit.Table?.Dispose();
        }
    }

    [MemberNotNull(nameof(_routes), nameof(DefaultPlan))]
    private void Take(Routes routes)
    {
        // Most admissions want no more than this one, which is a chain of four loads away from the routes.
        DefaultPlan = routes.Default.Anonymous;
        Volatile.Write(ref _routes, routes);
    }

    private Routes Bind(ServiceDefinition definition)
    {
        _awaitsBinding = false;
        IsGuardMeasured = definition.ArrivalGuard is null;
        _fixedGuard = definition.ArrivalGuard.GetValueOrDefault().Ticks;
        var binder = new LimitBinder(_limits, _store, new PartitionBounds(definition.MaxPartitions, definition.PartitionIdleTimeout.Ticks), Guard);
        IReadOnlyList<BoundLimit> taken = Shared is { TakesGlobals: true } taker ? binder.Bind(Share(_store.GlobalDefinitions.Where(static limit => SharedRule.CanBe(limit.Rule)), taker, isOverAll: true), LimitScope.Global, string.Empty) : [];
        Globals = Shared is { TakesGlobals: true } ? [.. _store.GlobalLimits.Where(static limit => !SharedRule.CanBe(limit.Rule.Counting))] : _store.GlobalLimits;
        var own = binder.Bind(Share(Common(definition.Limits)), LimitScope.Service, string.Empty);
        var keys = definition.Keys is { } pool ? new KeyBinder(definition, pool, binder, _store, _quotas, quota => Opening(definition.Correction, quota.First, quota.Reported), _kept, Shared is null ? null : Share) { Shared = Shared } : null;
        List<BoundLimit> unknown = keys is null && Opening(definition.Correction, _first, _reported) is { } opening ? binder.Bind([opening], LimitScope.Service, opening.Name) : [];
        List<BoundLimit> invalid = definition.InvalidRequests is { } counted ? binder.Bind([counted.Limit], LimitScope.Service, InvalidRequestsDefinition.Name) : [];
        InvalidRequests = invalid.SingleOrDefault();
        var unclassed = binder.Bind(Share(definition.TenantLimits), LimitScope.Tenant, string.Empty);
        var classes = definition.TenantClasses.ToDictionary(
            each => each.Name,
            each => (Limits: binder.Bind(Share(each.Limits), LimitScope.Tenant, each.Name), each.Weight),
            StringComparer.Ordinal);

        Route RouteOf(EndpointDefinition? endpoint, IEnumerable<BoundLimit> configured)
        {
            var name = endpoint?.Name ?? string.Empty;
            var reported = _reported.Of(name);
            var shared = definition.Correction.TrustUpstream ? configured.Where(limit => !_reported.Covers(limit)) : configured;
            List<BoundLimit> limits = [.. Globals, .. taken, .. shared, .. reported, .. unknown, .. invalid];
            var keysOf = keys?.SetsOf(classes.Keys.Prepend(string.Empty), endpoint);
            var anyone = keysOf?[string.Empty];
            return new Route(
                new LimitPlan(this, name, limits, weight: 1, anyone),
                new LimitPlan(this, name, [.. limits, .. unclassed], weight: 1, anyone),
                classes.ToDictionary(each => each.Key, each => new LimitPlan(this, name, [.. limits, .. each.Value.Limits], each.Value.Weight, keysOf?[each.Key]), StringComparer.Ordinal));
        }

        var byEndpoint = new Dictionary<string, Route>(StringComparer.Ordinal);
        foreach (var endpoint in definition.Endpoints)
        {
            var limits = binder.Bind(Share(Common(endpoint.Limits)), LimitScope.Endpoint, endpoint.Name);
            byEndpoint[endpoint.Name] = RouteOf(endpoint, endpoint.ServiceLimits ? own.Concat(limits) : limits);
        }

        var routes = new Routes(RouteOf(endpoint: null, own), byEndpoint, ClassesByTenant(definition), definition.TenantClassOf);
        Shared?.TakeRests();
        _limits = [.. binder.Bound, .. _reported.All, .. _quotas.All.SelectMany(static quota => quota.Reported.All)];
        return routes;
    }

    /// <summary>What holds a quota back, the service's or that of a key, of whose limits its upstream has not told yet.</summary>
    private LimitDefinition? Opening(CorrectionDefinition correction, FirstAnswer first, ReportedLimits reported) =>
        correction.Discover ? (reported.IsEmpty ? Discovery : null) : first.Bind(correction, _expectsAnswers);

    /// <summary>Limits that can be counted together with other processes are, where there are any.</summary>
    private IReadOnlyList<LimitDefinition> Share(IReadOnlyList<LimitDefinition> limits) => Shared is not { } shared
        ? _kept?.Keep(limits) ?? limits
        : Share(limits, shared);

    /// <summary>Limits that can be counted together with other processes, as they are then.</summary>
    public static IReadOnlyList<LimitDefinition> Share(IEnumerable<LimitDefinition> limits, SharedService shared, bool isOverAll = false) => [.. limits.SelectMany(limit => Share(limit, shared, isOverAll))];

    /// <summary>All processes count the window together, and each keeps the pace by what it takes itself.</summary>
    private static IEnumerable<LimitDefinition> Share(LimitDefinition limit, SharedService shared, bool isOverAll)
    {
        yield return (isOverAll || shared.IsOverAll ? SharedRule.CanBe(limit.Rule.Counting) : SharedRule.CanBeOwn(limit.Rule.Counting)) ? limit with { Rule = new SharedRule(limit.Rule.Counting, shared, isOverAll) } : limit;
        if (limit.Rule is PacedWindow pace)
        {
            yield return limit with { Name = LimitDefinition.PaceNameOf(limit.Name), Rule = new SharedPace(pace, shared, isOverAll), PaceOf = limit.Name };
        }
    }

    /// <summary>The limits that do not count by key.</summary>
    private static IReadOnlyList<LimitDefinition> Common(IReadOnlyList<LimitDefinition> limits) => [.. limits.Where(static limit => limit.Partition != PartitionBy.Key)];

    private static Dictionary<string, string> ClassesByTenant(ServiceDefinition definition) => definition.TenantClasses
        .SelectMany(static each => each.Tenants, static (each, tenant) => (tenant, each.Name))
        .ToDictionary(static pair => pair.tenant, static pair => pair.Name, StringComparer.Ordinal);

    private sealed record Route(LimitPlan Anonymous, LimitPlan Unclassed, Dictionary<string, LimitPlan> ByClass);

    private sealed record Routes(Route Default, Dictionary<string, Route> ByEndpoint, Dictionary<string, string> ClassByTenant, Func<string, string?>? ClassOf);
}
