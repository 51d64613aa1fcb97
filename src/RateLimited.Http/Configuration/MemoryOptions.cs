namespace RateLimited.Http.Configuration;

/// <summary>
/// From how much memory of limits and lines on the log says so, once when it rises and once when it is over: the section <c>RateLimiting:Memory</c>. Where RateLimited.Http.Alerts is used its rules
/// say so instead.
/// </summary>
public sealed class MemoryOptions
{
    /// <summary>Above so many megabytes (10^6 bytes) there is a warning: 1 to 1 000 000. Default: 40.</summary>
    public int WarnAt { get; set; } = 40;

    /// <summary>Above so many there is an error: at least <see cref="WarnAt"/>. Default: 50.</summary>
    public int AlertAt { get; set; } = 50;
}
