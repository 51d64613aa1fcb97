using RateLimited.Http.Limits;
using RateLimited.Http.Testing.Limits;
using RateLimited.Http.Testing.Models;

namespace RateLimited.Http.Simulation.Tests.Worlds;

/// <summary>An upstream that counts as its services are configured, by models that share no arithmetic with them.</summary>
internal sealed partial class VirtualUpstream
{
    private readonly Dictionary<string, LimitSpec> _specs;
    private readonly UpstreamModel _model;
    private readonly ServiceSpec _spec;

    public VirtualUpstream(ServiceSpec spec, int shares)
    {
        _spec = spec;
        var limits = spec.Limits.Where(static limit => limit.By == PartitionBy.Service && limit.Kind != LimitKind.LearnedSlots).Concat(spec.KeyLimits).ToArray();
        var own = spec.HasEndpoint ? spec.EndpointLimits.Where(static limit => limit.Kind != LimitKind.LearnedSlots).ToArray() : [];
        _specs = limits.Concat(own).ToDictionary(static limit => limit.Name, StringComparer.Ordinal);
        var uncounted = spec is { HasEndpoint: true, EndpointHasServiceLimits: false };
        _model = new UpstreamModel(
        [
            .. limits.Select(limit => Of(limit, shares) with { Except = uncounted ? [Path(ServiceSpec.Endpoint)] : [] }),
            .. own.Select(limit => Of(limit, shares) with { Endpoints = [Path(ServiceSpec.Endpoint)] }),
        ]);
    }

    /// <summary>Until when it fails.</summary>
    public long FailsUntil { get; set; }

    /// <summary>Until when it refuses whatever comes.</summary>
    public long StormsUntil { get; set; }

    /// <summary>Whether it has refused anything: what it refuses for one limit it does not count for another.</summary>
    public bool HasRefused { get; set; }

    public LimitSpec SpecOf(string limit) => _specs[limit];

    public UpstreamVerdict Arrive(long now, string account, in AdmissionRequest request, string? quota) => _model.Arrive(At(now), Call(account, request, quota));

    public static void End(long now, UpstreamTicket ticket) => ticket.End(At(now));

    /// <summary>How the limits stand, as it tells those who called.</summary>
    public QuotaReport[] Reports(long now, string account, AdmissionRequest request, string? quota) =>
        [.. _model.Read(At(now), Call(account, request, quota)).Where(static stated => stated.Reading.Window > TimeSpan.Zero).Select(stated => new QuotaReport
        {
            Name = stated.Limit.Name.Replace(' ', '-').AsMemory(),
            Unit = stated.Limit.Unit,
            Limit = stated.Reading.Quota,
            Remaining = Math.Max(stated.Reading.Remaining, 0),
            ResetAfter = stated.Reading.ResetAfter.Ticks,
            Window = stated.Reading.Window.Ticks,
            Refills = _specs[stated.Limit.Name].Kind == LimitKind.Bucket,
        })];

    private static ArrivalTime At(long now) => new(TimeSpan.FromTicks(now), World.Start.AddTicks(now) - DateTimeOffset.UnixEpoch);

    private static string Path(string endpoint) => $"GET /{endpoint}";

    /// <summary>Limits of an account are counted by whom it belongs to, those of its keys by the account and the quota that the key draws on.</summary>
    private UpstreamCall Call(string account, in AdmissionRequest request, string? quota) => new()
    {
        Organisation = account,
        Key = quota is null ? account : $"{account} {quota}",
        Path = _spec.HasEndpoint && request.Endpoint == ServiceSpec.Endpoint ? $"/{ServiceSpec.Endpoint}" : "/",
        Costs = request.Costs ?? [],
    };

    private static UpstreamLimit Of(LimitSpec spec, int shares)
    {
        var (quota, window) = (spec.Quota * shares, TimeSpan.FromTicks(spec.Window));
        var limit = spec.Kind switch
        {
            LimitKind.Sliding => UpstreamLimit.SlidingLog(quota, window, spec.Unit),
            LimitKind.Bucket => UpstreamLimit.TokenBucket(quota, window, spec.Burst * shares, spec.Unit),
            LimitKind.FirstUse => UpstreamLimit.FixedWindow(quota, window, WindowAlignment.FirstUse, spec.Unit),
            LimitKind.Clock => UpstreamLimit.FixedWindow(quota, window, WindowAlignment.Clock, spec.Unit),
            _ => UpstreamLimit.Concurrency(quota) with { Unit = spec.Unit },
        };
        return limit with { Name = spec.Name, By = spec.By == PartitionBy.Key ? CountedBy.Key : CountedBy.Organisation };
    }
}
