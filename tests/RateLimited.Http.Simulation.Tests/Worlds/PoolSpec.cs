using RateLimited.Http.Configuration;
using RateLimited.Http.Keys;

namespace RateLimited.Http.Simulation.Tests.Worlds;

/// <summary>One API key of a simulated service, as its configuration says it.</summary>
internal sealed record VirtualKey(string Name)
{
    /// <summary>How often its text was replaced.</summary>
    public int Version { get; init; }

    /// <summary>Whose quota it draws on together with others; null for one of its own.</summary>
    public string? Group { get; init; }

    public int Weight { get; init; } = 1;

    /// <summary>Whether it is reserved for tenants of the one class.</summary>
    public bool IsReserved { get; init; }

    public string Text => FormattableString.Invariant($"sk-{Name}-{Version}");

    /// <summary>What its limits are counted by.</summary>
    public string Quota => Group ?? Name;

    public override string ToString() => FormattableString.Invariant($"{Name}{(Version > 0 ? $" v{Version}" : "")}{(Group is null ? "" : $" of {Group}")}{(Weight > 1 ? $" x{Weight}" : "")}{(IsReserved ? " reserved" : "")}");
}

/// <summary>The API keys of a simulated service.</summary>
/// <param name="Keys">One at least.</param>
/// <param name="Selection">Which of them goes next.</param>
internal sealed record PoolSpec(IReadOnlyList<VirtualKey> Keys, KeySelection Selection)
{
    /// <summary>As the configuration hands it on.</summary>
    public KeyPlan Plan => new(
        [.. Keys.Select(static key => new PlannedKey(new KeySpec(key.Name, ApiKey.Create(key.Text), key.Weight, key.Group, Origin: null), Limits: null, key.IsReserved ? [ServiceSpec.Class] : []))],
        Selection,
        KeyCarrier.Bearer);

    public override string ToString() => $"{string.Join(", ", Keys)} by {Selection}";
}
