using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Admission;

/// <summary>The limits over all services where other processes count them too.</summary>
internal sealed partial class InProcessStore
{
    private volatile int _configuredServices;

    /// <summary>The limits over all services as configured.</summary>
    public IReadOnlyList<LimitDefinition> GlobalDefinitions { get; private set; }

    /// <summary>Who takes blocks of the limits over all services, for all services of this process; null where that is not how they are counted.</summary>
    public SharedService? SharedGlobals { get; private set; }

    /// <summary>How many services there may be: as many as are configured, and no fewer than are in use.</summary>
    public int ServiceCount
    {
        get => Math.Max(_configuredServices, Math.Max(_lines.Length, 1));
        set => _configuredServices = value;
    }

    /// <summary>Counts the limits over all services together with other processes from now on, in blocks that are taken ahead. Once; the services that there are must be applied anew after it.</summary>
    public void ShareGlobals(ISharedStore shared, ServiceTelemetry telemetry, Completion completion = Completion.OnThreadPool)
    {
        var nobody = new BoundService(new ServiceDefinition { Name = string.Empty, Limits = [], FaultThrottle = false }, this);
        var globals = new SharedService(shared, this, nobody, telemetry, isOverAll: true, completion);
        globals.Attach(() => WakeAll(released: null), FailAll, () => _lines.Sum(static line => line.Waiting), () => WakeAll(released: null));
        ReplaceGlobals(() => SharedGlobals = globals);
    }

    /// <summary>Replaces the global limits, keeping the state of those that stay. The services must be applied anew after it.</summary>
    public void ApplyGlobal(IReadOnlyList<LimitDefinition> limits) => ReplaceGlobals(() => GlobalDefinitions = limits);

    /// <summary>By how much a limit over all services is padded: as the service needs it that needs most. Only under the gate.</summary>
    public long LongestGuardOf(BoundLimit limit)
    {
        var longest = 0L;
        foreach (var line in _lines)
        {
            longest = Math.Max(longest, line.Bound.GuardOf(limit));
        }

        return longest;
    }

    /// <summary>No service's requests go for so long. Only under the gate.</summary>
    public void PauseAll(long now, long duration)
    {
        foreach (var line in _lines)
        {
            line.Bound.PauseAlone(now, duration);
        }
    }

    private void ReplaceGlobals(Action change)
    {
        var previous = _globals;
        Change(() =>
        {
            change();
            _globals = BindGlobals(previous, GlobalDefinitions);
        });
        Keeper?.Changed();
        foreach (var dropped in previous.Except(_globals))
        {
            dropped.Table?.Dispose();
        }
    }

    private void FailAll(string why, Exception cause)
    {
        foreach (var line in _lines)
        {
            line.FailAll(why, cause);
        }
    }
}
