namespace RateLimited.Http.Telemetry;

/// <summary>How much memory limits and lines take, by its thresholds.</summary>
internal enum MemoryLevel
{
    /// <summary>Not too much.</summary>
    Usual,

    /// <summary>Enough for a warning.</summary>
    High,

    /// <summary>Enough for somebody to look at once.</summary>
    Critical,
}

/// <summary>From where on memory is too much, in bytes.</summary>
/// <param name="Warn">Above it is <see cref="MemoryLevel.High"/>.</param>
/// <param name="Alert">Above it is <see cref="MemoryLevel.Critical"/>.</param>
internal readonly record struct MemoryThresholds(long Warn, long Alert)
{
    /// <summary>What is over must be so by this part of the threshold: memory that comes and goes around it is told of once.</summary>
    private const int Slack = 10;

    /// <summary>The level after another: it rises as soon as a threshold is exceeded, and falls when what is held lies a tenth below it.</summary>
    public MemoryLevel LevelAt(long bytes, MemoryLevel before)
    {
        var risen = bytes > Alert ? MemoryLevel.Critical : bytes > Warn ? MemoryLevel.High : MemoryLevel.Usual;
        var kept = bytes > Alert - (Alert / Slack) ? MemoryLevel.Critical : bytes > Warn - (Warn / Slack) ? MemoryLevel.High : MemoryLevel.Usual;
        return risen >= before ? risen : kept < before ? (MemoryLevel)Math.Max((int)kept, (int)risen) : before;
    }
}
