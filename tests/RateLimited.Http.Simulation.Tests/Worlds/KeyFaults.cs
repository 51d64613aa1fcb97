namespace RateLimited.Http.Simulation.Tests.Worlds;

/// <summary>What may go wrong with API keys, in worlds that have pools of them. Each such seed draws which of them are on.</summary>
[Flags]
internal enum KeyFaults
{
    None = 0,

    /// <summary>The upstream does not accept a key any more.</summary>
    Revocations = 1,

    /// <summary>What a key may use is used up for a while, by others; the upstream says until when, or does not.</summary>
    Exhaustions = 1 << 1,

    /// <summary>The upstream refuses a key that keeps to its limits, with a wait or without one.</summary>
    Storms = 1 << 2,

    /// <summary>Keys are added, removed and replaced.</summary>
    Rotations = 1 << 3,
}
