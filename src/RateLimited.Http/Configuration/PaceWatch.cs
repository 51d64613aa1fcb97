using RateLimited.Http.Admission;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Configuration;

/// <summary>
/// Asks every minute at which hours of the week services are asked for, and lets those limits be spread by it that are to be. What is used stays used, and whoever waits is told anew.
/// </summary>
internal sealed class PaceWatch : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly Lazy<IReadOnlyList<IDemandProfile>> _profiles;
    private readonly ITimer _timer;

    /// <param name="time">By what time it looks.</param>
    /// <param name="profiles">Who knows; the first who does is believed. Asked for with the first look: they may themselves need what is limited.</param>
    /// <param name="look">Takes over what is known.</param>
    public PaceWatch(TimeProvider time, Func<IReadOnlyList<IDemandProfile>> profiles, Action look)
    {
        _profiles = new Lazy<IReadOnlyList<IDemandProfile>>(profiles);
        _timer = time.CreateTimer(static look => ((Action)look!)(), look, Interval, Interval);
    }

    /// <summary>Whether those who know were asked before.</summary>
    public bool HasLooked => _profiles.IsValueCreated;

    /// <summary>Whether any limit of a service is spread by demand.</summary>
    public static bool Concerns(ServiceDefinition service) => AllLimits(service).Any(IsByDemand);

    public void Dispose() => _timer.Dispose();

    /// <summary>The service with its quotas spread by what is known now; null where they are so already.</summary>
    public ServiceDefinition? Spread(ServiceDefinition service)
    {
        if (!Concerns(service))
        {
            return null;
        }

        var shape = DemandShape.Of(DemandOf(service.Name));
        return AllLimits(service).Any(limit => limit.Rule is PacedWindow { IsByDemand: true } paced && !paced.Shape.IsSameAs(shape)) ? By(shape, service) : null;
    }

    private static ServiceDefinition By(WeekShape shape, ServiceDefinition service)
    {
        return service with
        {
            Limits = Spread(service.Limits),
            Endpoints = [.. service.Endpoints.Select(endpoint => endpoint with { Limits = Spread(endpoint.Limits) })],
            TenantLimits = Spread(service.TenantLimits),
            TenantClasses = [.. service.TenantClasses.Select(each => each with { Limits = Spread(each.Limits) })],
        };

        IReadOnlyList<LimitDefinition> Spread(IReadOnlyList<LimitDefinition> limits) =>
            [.. limits.Select(limit => limit.Rule is PacedWindow { IsByDemand: true } paced ? limit with { Rule = paced.By(shape) } : limit)];
    }

    private static bool IsByDemand(LimitDefinition limit) => limit.Rule is PacedWindow { IsByDemand: true };

    /// <summary>But for the global ones, which are no service's, and those of one key alone, whose demand is not known.</summary>
    private static IEnumerable<LimitDefinition> AllLimits(ServiceDefinition service) => service.Limits
        .Concat(service.Endpoints.SelectMany(static endpoint => endpoint.Limits))
        .Concat(service.TenantLimits)
        .Concat(service.TenantClasses.SelectMany(static each => each.Limits));

    /// <summary>A store of records may be anybody's: what it throws must not end the thread of a timer, and says that nothing is known.</summary>
    private IReadOnlyList<double>? DemandOf(string service)
    {
        try
        {
            return _profiles.Value.Select(profile => profile.Of(service)).FirstOrDefault(static demand => demand is not null);
        }
#pragma warning disable CA1031 // As said above.
        catch (Exception)
#pragma warning restore CA1031
        {
            return null;
        }
    }
}
