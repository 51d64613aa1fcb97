using Microsoft.Extensions.Configuration;

namespace RateLimited.Http.Configuration;

/// <summary>What holds over all services: the sections <c>RateLimiting:Global</c> and <c>RateLimiting:Memory</c>.</summary>
public sealed class RateLimitingOptions
{
    /// <summary>The limits that the requests of all services share. They count nothing separately: not by tenant and not by name.</summary>
    public IList<LimitOptions> GlobalLimits { get; } = [];

    /// <summary>From how much memory of limits and lines on the log has a warning. Default: 40 MB and 50 MB.</summary>
    public MemoryOptions Memory { get; } = new();

    /// <summary>Adds a limit over all services in its short form; see <see cref="LimitOptions.Parse"/>.</summary>
    /// <param name="limit">The short form, such as <c>1000/minute</c>.</param>
    public RateLimitingOptions GlobalLimit(string limit)
    {
        GlobalLimits.Add(LimitOptions.Read(limit, path: null));
        return this;
    }

    /// <summary>Sections that other packages read, by their keys.</summary>
    internal Dictionary<string, IConfigurationSection> Sections { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What could not be read.</summary>
    internal FaultList Faults { get; } = new();
}
