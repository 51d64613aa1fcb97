namespace RateLimited.Http.Testing.Simulation;

/// <summary>How much of a limit was used.</summary>
public sealed record LimitUse
{
    /// <summary>The limit's name.</summary>
    public required string Name { get; init; }

    /// <summary>Where it stands: <c>global</c>, <c>service</c>, an endpoint's key, or <c>tenant</c>, with the tenants' class behind it.</summary>
    public required string Scope { get; init; }

    /// <summary>The unit that it counts in.</summary>
    public required string Unit { get; init; }

    /// <summary>How many parts it was counted by: keys, tenants, names; one for a limit that all share.</summary>
    public required int Partitions { get; init; }

    /// <summary>How much was taken of it together. Of a limit on concurrency: seconds during which a slot was held.</summary>
    public required double Used { get; init; }

    /// <summary>How much there was to take until the last request went or came, by the limit's own arithmetic; null for a limit that learns its quota.</summary>
    public required double? Available { get; init; }

    /// <summary>The part of it that was used, 0 to 1; null for a limit that learns its quota.</summary>
    public double? Utilisation => Available is > 0 and var available ? Used / available : null;

    /// <summary>The same of the partition that used most.</summary>
    public required double? BusiestUtilisation { get; init; }

    /// <summary>How many requests waited for it rather than for another limit, as it looked when they came.</summary>
    public required long HeldUp { get; init; }

    /// <summary>How many it refused.</summary>
    public required long Refused { get; init; }
}
