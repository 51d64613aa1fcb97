using RateLimited.Http.Limits;
using RateLimited.Http.Simulation.Tests.Oracles;

namespace RateLimited.Http.Simulation.Tests.Worlds;

/// <summary>What must hold of every line of a world after every event.</summary>
internal sealed class LineChecks(World world)
{
    /// <summary>Services pad a limit that they share each by its own guard: one may begin a window that another was told would come later.</summary>
    private const long LargestGuard = 250 * TimeSpan.TicksPerMillisecond;

    private readonly Dictionary<VirtualService, (long Since, long Joined)> _mightGoSince = [];

    /// <summary>Whether nobody waits and nothing is under way.</summary>
    public bool IsQuiet => world.Events.Count == 0 && world.Processes.All(static process => process.Services.All(static service => service is { Waiting.Count: 0, Held: 0 }));

    public void AfterEvent()
    {
        foreach (var process in world.Processes)
        {
            foreach (var service in process.Services)
            {
                Conserves(service);
                ConservesKeys(service);
                NobodyWaitsTooLong(service);
                Moves(service);
            }
        }

        world.Fleet?.AfterEvent();
    }

    /// <summary>Everybody has been served, or told why not.</summary>
    public void AtTheEnd()
    {
        foreach (var service in world.Processes.SelectMany(static process => process.Services))
        {
            Require(service.Waiting.Count == 0, service, $"{service.Waiting.Count} wait for ever, the first is {service.Waiting.FirstOrDefault()}");
            Require(service.Held == 0, service, $"{service.Held} leases were never released");
        }
    }

    /// <summary>After a rest all is as if nothing had been.</summary>
    public void WhenFresh()
    {
        foreach (var service in world.Processes.SelectMany(static process => process.Services))
        {
            foreach (var limit in service.Limiter.GetStatus().Limits)
            {
                Require(limit.Used == 0 || limit.Name.StartsWith("upstream", StringComparison.Ordinal), service, $"{limit.Used} of '{limit.Name}' never came back");
            }
        }

        world.Fleet?.WhenFresh();
    }

    /// <summary>Who waits and who goes is counted as they are, and nothing is negative.</summary>
    private void Conserves(VirtualService service)
    {
        var status = service.Limiter.GetStatus();
        var waiting = status.Line.Sum(static line => line.Waiting);
        Require(waiting == service.Waiting.Count, service, $"{waiting} stand in line and {service.Waiting.Count} wait");
        Require(status.InFlight == service.Held, service, $"{status.InFlight} are under way and {service.Held} have a lease");
        foreach (var limit in status.Limits)
        {
            Require(limit.Partitions <= service.MostPartitions, service, $"'{limit.Name}' has {limit.Partitions} partitions and at most {service.MostPartitions} may be");
            Require(limit.Used >= 0 && limit.Remaining >= 0 && limit.Quota >= 1 && limit.ResetAfter is not { Ticks: < 0 }, service, $"'{limit.Name}' says {limit}");
        }
    }

    /// <summary>What is under way with each key, and what ever went with it, is counted as it is; and the keys are those that are configured.</summary>
    private static void ConservesKeys(VirtualService service)
    {
        if (service.Keys is not { } keys)
        {
            return;
        }

        var status = service.Limiter.GetStatus().Keys;
        var (told, known) = (string.Join(", ", status.Select(static key => key.Name)), string.Join(", ", keys.All.Select(static record => record.Key.Name)));
        Require(told == known, service, $"its keys are {told} and not {known}");
        foreach (var key in status)
        {
            var record = keys.Of(key.Name);
            Require(key.InFlight == record.Held, service, $"{key.InFlight} are under way with {key.Name} and {record.Held} have it");
            Require(key.Requests == record.Uses, service, $"{key.Requests} went with {key.Name} and {record.Uses} had it");
            Require(key.Headroom is >= 0 and <= 1, service, $"{key.Name} has a headroom of {key.Headroom}");
        }
    }

    private void NobodyWaitsTooLong(VirtualService service)
    {
        foreach (var call in service.Waiting)
        {
            Require(world.Now <= call.MustLeaveBy, service, $"{call} still waits, since {call.Asked}, and may only {call.Patience}");
        }
    }

    /// <summary>Where everybody who waits might go, somebody must: a wake-up was lost otherwise.</summary>
    private void Moves(VirtualService service)
    {
        if (service.Waiting.Count == 0 || world.Now < service.Process.StillUntil || service.Spec is not { Mode: RateLimitMode.Enforce, FaultThrottle: false } || service.Limiter.GetStatus().Pause > TimeSpan.Zero
            || service.Waiting.Exists(call => service.Limiter.HeldUpBy(call.Request) is not null))
        {
            _mightGoSince.Remove(service);
            return;
        }

        var first = service.Waiting[0].Joined;
        if (!_mightGoSince.TryGetValue(service, out var since) || since.Joined != first)
        {
            _mightGoSince[service] = (world.Now, first);
            return;
        }

        var slack = world.TimerSlack + (service.Process.Global is null ? 0 : LargestGuard);
        Require(world.Now - since.Since <= slack, service, $"all {service.Waiting.Count} that wait might have gone since {since.Since}");
    }

    private static void Require(bool holds, VirtualService service, string otherwise)
    {
        if (!holds)
        {
            throw new InvariantException($"{service.Process.Name} {service.Spec.Name}: {otherwise}");
        }
    }
}
