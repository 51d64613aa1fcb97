namespace RateLimited.Http.Simulation.Tests.Worlds;

/// <summary>The faults that a world may have. Each seed draws which of them are on.</summary>
[Flags]
internal enum Faults
{
    None = 0,

    /// <summary>Requests that never leave, and are known not to have: their quota is given back.</summary>
    NotSent = 1,

    /// <summary>Requests that get lost on the way there: nobody knows.</summary>
    LostThere = 1 << 1,

    /// <summary>Answers that get lost on the way back: the upstream has counted.</summary>
    LostBack = 1 << 2,

    /// <summary>The upstream fails for a while, now and then.</summary>
    ServerFaults = 1 << 3,

    /// <summary>The upstream refuses what it should not, with a wait or without one.</summary>
    Storms = 1 << 4,

    /// <summary>Callers give up while they wait.</summary>
    Cancellations = 1 << 5,

    /// <summary>Callers give up while the request is under way.</summary>
    Aborts = 1 << 6,

    /// <summary>A process dies and begins anew, knowing nothing.</summary>
    Crashes = 1 << 7,

    /// <summary>A process stands still for a while: a collection, a suspended machine.</summary>
    Pauses = 1 << 8,

    /// <summary>Timers fire late.</summary>
    LateTimers = 1 << 9,

    /// <summary>Processes' wall clocks are off and drift.</summary>
    Skew = 1 << 10,

    /// <summary>Processes' wall clocks jump.</summary>
    Jumps = 1 << 11,

    /// <summary>Configurations change.</summary>
    Reloads = 1 << 12,

    /// <summary>True costs are other than was thought, higher ones too.</summary>
    Settlements = 1 << 13,

    /// <summary>Responses say how the limits stand.</summary>
    HonestSignals = 1 << 14,

    /// <summary>Responses say anything.</summary>
    LyingSignals = 1 << 15,

    /// <summary>Now and then a request is held up on its way for long.</summary>
    HoldUps = 1 << 16,
}

/// <summary>What a seed draws: how large its world is, and which faults are on.</summary>
internal sealed record SwarmPlan
{
    public required int Processes { get; init; }

    /// <summary>Whether all processes call by one key, each with its share of the quota.</summary>
    public required bool SharesQuota { get; init; }

    public required int Tenants { get; init; }

    public required int Names { get; init; }

    /// <summary>How much more is asked for than there is.</summary>
    public required double Load { get; init; }

    public required bool ComesInBursts { get; init; }

    public required int Calls { get; init; }

    /// <summary>The shortest way to the upstream, and by how much it varies, in ticks.</summary>
    public required long Way { get; init; }

    public required long Spread { get; init; }

    /// <summary>The longest that the upstream works on a request.</summary>
    public required long Work { get; init; }

    /// <summary>Whether the arrival guard is the spread of the ways, rather than measured.</summary>
    public required bool KnowsSpread { get; init; }

    public required Faults Faults { get; init; }

    /// <summary>Whether all processes count their limits in one Redis.</summary>
    public bool HasFleet { get; init; }

    /// <summary>Whether services have pools of API keys.</summary>
    public bool HasPools { get; init; }

    /// <summary>What may go wrong with keys.</summary>
    public KeyFaults KeyFaults { get; init; }

    /// <summary>How often each fault that is on happens.</summary>
    public required double FaultRate { get; init; }

    public static SwarmPlan Draw(Random random)
    {
        var faults = Faults.None;
        foreach (var fault in Enum.GetValues<Faults>())
        {
            faults |= random.Next(4) == 0 ? fault : Faults.None;
        }

        // A fifth of the worlds are without any: there everything that is promised must hold at the upstream's door.
        faults = random.Next(5) == 0 ? Faults.None : faults;
        return new SwarmPlan
        {
            Processes = random.Next(1, 4),
            SharesQuota = random.Next(3) == 0,
            Tenants = random.Next(3) == 0 ? 0 : random.Next(1, 8),
            Names = random.Next(2) == 0 ? 0 : random.Next(1, 6),
            Load = 0.3 + (random.NextDouble() * 2.5),
            ComesInBursts = random.Next(3) == 0,
            Calls = random.Next(60, 400),
            Way = Milliseconds(random, 1, 60),
            Spread = random.Next(3) == 0 ? 0 : Milliseconds(random, 1, 60),
            Work = Milliseconds(random, 1, 400),
            KnowsSpread = random.Next(4) != 0,
            Faults = faults,
            FaultRate = 0.005 + (random.NextDouble() * 0.08),
        };
    }

    /// <summary>The same world with pools of keys, and with what may go wrong with them. A fifth have none of these.</summary>
    public SwarmPlan WithPools(Random random)
    {
        var faults = KeyFaults.None;
        foreach (var fault in Enum.GetValues<KeyFaults>())
        {
            faults |= random.Next(2) == 0 ? fault : KeyFaults.None;
        }

        return this with { HasPools = true, KeyFaults = random.Next(5) == 0 ? KeyFaults.None : faults };
    }

    /// <summary>The same world of processes that share a quota through Redis: fewer calls, since each has more to do with others.</summary>
    public SwarmPlan WithFleet(Random random) =>
        this with { HasFleet = true, SharesQuota = true, Processes = random.Next(2, 5), Calls = random.Next(25, 80) };

    public bool Has(Faults fault) => (Faults & fault) != Faults.None;

    public bool Has(KeyFaults fault) => (KeyFaults & fault) != KeyFaults.None;

    private static long Milliseconds(Random random, int least, int most) => random.Next(least, most + 1) * TimeSpan.TicksPerMillisecond;
}
