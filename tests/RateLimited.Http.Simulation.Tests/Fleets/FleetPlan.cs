using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Redis;

namespace RateLimited.Http.Simulation.Tests.Fleets;

/// <summary>The faults that a fleet's Redis, and the way to it, may have. Each seed draws which of them are on.</summary>
[Flags]
internal enum FleetFaults
{
    None = 0,

    /// <summary>Questions that never arrive.</summary>
    LostQuestions = 1,

    /// <summary>Answers that never do, to what was carried out.</summary>
    LostAnswers = 1 << 1,

    /// <summary>What is under way for longer than anybody waits, and overtaken meanwhile.</summary>
    Delays = 1 << 2,

    /// <summary>What is published and not heard.</summary>
    LostNews = 1 << 3,

    /// <summary>The server is down for a while and keeps what it has.</summary>
    Outages = 1 << 4,

    /// <summary>The server dies and begins with nothing.</summary>
    DataLosses = 1 << 5,

    /// <summary>A replica takes over that lags behind.</summary>
    Failovers = 1 << 6,

    /// <summary>The server's clock jumps back.</summary>
    JumpsBack = 1 << 7,

    /// <summary>The server's clock jumps forward.</summary>
    JumpsForward = 1 << 8,

    /// <summary>The server forgets the script.</summary>
    ScriptFlushes = 1 << 9,

    /// <summary>The server answers with errors for a while.</summary>
    Errors = 1 << 10,

    /// <summary>One process cannot reach the server for a while.</summary>
    CutOffs = 1 << 11,
}

/// <summary>What a fleet has that not every fleet has.</summary>
internal enum FleetForm
{
    /// <summary>Nothing.</summary>
    Plain,

    /// <summary>API keys, which rest and are replaced.</summary>
    Keys,

    /// <summary>Limits over all services of all processes.</summary>
    Globals,

    /// <summary>A second server that is asked while the first cannot be.</summary>
    Failover,
}

/// <summary>What a seed draws of a fleet: how far Redis is, how it is used, and which faults are on. Times are ticks.</summary>
internal sealed record FleetPlan
{
    public required int Instances { get; init; }

    public required long Way { get; init; }

    public required long Spread { get; init; }

    public required TimeSpan Timeout { get; init; }

    public required TimeSpan LeaseTimeToLive { get; init; }

    public required TimeSpan Ahead { get; init; }

    public required TimeSpan Quarantine { get; init; }

    public required RedisFailureMode OnFailure { get; init; }

    public required FleetFaults Faults { get; init; }

    public FleetForm Form { get; init; }

    /// <summary>Where the limits over all services are counted.</summary>
    public RedisGlobalLimits Globals { get; init; }

    /// <summary>For how long a block of them may be spent.</summary>
    public TimeSpan GlobalAhead { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How many servers there are.</summary>
    public int Servers => Form == FleetForm.Failover ? 2 : 1;

    /// <summary>How often each fault that is on happens.</summary>
    public required double FaultRate { get; init; }

    public RedisStoreOptions Options => new() { Timeout = Timeout, LeaseTimeToLive = LeaseTimeToLive, TakeAhead = Ahead, Quarantine = Quarantine, OnFailure = OnFailure, Instances = Instances };

    public static FleetPlan Draw(int processes, FleetForm form, Random random)
    {
        var plan = Draw(processes, random);
        return form == FleetForm.Globals
            ? plan with { Form = form, Globals = (RedisGlobalLimits)random.Next(1, 3), GlobalAhead = TimeSpan.FromMilliseconds(random.Next(20, 500)) }
            : plan with { Form = form };
    }

    public bool Has(FleetFaults fault) => (Faults & fault) != FleetFaults.None;

    private static FleetPlan Draw(int processes, Random random)
    {
        var faults = FleetFaults.None;
        foreach (var fault in Enum.GetValues<FleetFaults>())
        {
            faults |= random.Next(3) == 0 ? fault : FleetFaults.None;
        }

        return new FleetPlan
        {
            Instances = processes + random.Next(2),
            Way = random.NextInt64(TimeSpan.TicksPerMillisecond / 10, 5 * TimeSpan.TicksPerMillisecond),
            Spread = random.NextInt64(0, 5 * TimeSpan.TicksPerMillisecond),
            Timeout = TimeSpan.FromMilliseconds(random.Next(25, 500)),
            LeaseTimeToLive = TimeSpan.FromMilliseconds(random.Next(1_000, 6_000)),
            Ahead = random.Next(3) == 0 ? TimeSpan.FromMilliseconds(random.Next(20, 250)) : TimeSpan.Zero,
            Quarantine = random.Next(4) == 0 ? TimeSpan.FromMilliseconds(random.Next(500, 3_000)) : TimeSpan.Zero,
            OnFailure = (RedisFailureMode)random.Next(3),

            // A fifth of the fleets are without any: there the upstream never refuses.
            Faults = random.Next(5) == 0 ? FleetFaults.None : faults,
            FaultRate = 0.005 + (random.NextDouble() * 0.08),
        };
    }

    public SharedSettings Settings(Random dice) => new()
    {
        Alone = (AloneMode)OnFailure,
        Instances = Instances,
        Ahead = Ahead.Ticks,
        Globals = (GlobalCounting)Globals,
        GlobalAhead = GlobalAhead.Ticks,
        LeaseTimeToLive = LeaseTimeToLive.Ticks,
        Quarantine = Quarantine.Ticks,
        Dice = dice,
    };
}
