namespace RateLimited.Http;

/// <summary>One API key at one moment. Immutable; it does not hold the key's text.</summary>
public sealed record KeyStatus
{
    /// <summary>The key's name.</summary>
    public required string Name { get; init; }

    /// <summary>How it is.</summary>
    public required KeyState State { get; init; }

    /// <summary>In how much time a request may go with it again; zero when it may now; null for a key that must be replaced.</summary>
    public required TimeSpan? OpensIn { get; init; }

    /// <summary>What is left of its quotas, from 0 to 1: of the limit of which least is left. One where it has none.</summary>
    public required double Headroom { get; init; }

    /// <summary>How many requests are under way with it.</summary>
    public required int InFlight { get; init; }

    /// <summary>How many requests have gone with it.</summary>
    public required long Requests { get; init; }

    /// <summary>How many of these were moved to another key, because the upstream refused them with this one.</summary>
    public required long Moved { get; init; }
}
