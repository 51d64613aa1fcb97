namespace RateLimited.Http.Redis.Watching;

/// <summary>What one process says of one API key, by its name. What comes from others is as they wrote it.</summary>
internal sealed record KeyReport
{
    /// <summary>How many keys a process tells of.</summary>
    public const int Most = 50;

    public string? Name { get; init; }

    /// <summary>In the words of the metrics.</summary>
    public string? State { get; init; }

    public double Headroom { get; init; }

    public double InFlight { get; init; }

    public double Requests { get; init; }

    public double Moved { get; init; }
}
