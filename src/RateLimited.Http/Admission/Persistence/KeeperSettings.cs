namespace RateLimited.Http.Admission.Persistence;

/// <summary>Where limits are kept, and what happens when they cannot be. Immutable.</summary>
/// <param name="Directory">Where.</param>
/// <param name="OnFailure">What happens when the disk fails.</param>
internal sealed record KeeperSettings(string Directory, FileFailureMode OnFailure)
{
    /// <summary>Whether a thread of its own writes; else whoever calls <see cref="Keeper.Step"/>.</summary>
    public bool HasThread { get; init; } = true;

    /// <summary>How many bytes a file grows by at least before the next is begun.</summary>
    public long LeastGrowth { get; init; } = 1 << 20;

    /// <summary>Makes a file to write to; null for the disk's own.</summary>
    public Func<string, Stream>? Create { get; init; }

    /// <summary>What the machine's clocks show; null for those of the time that is counted by.</summary>
    public MachineClock? Machine { get; init; }
}
