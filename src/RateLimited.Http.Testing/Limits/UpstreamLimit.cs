using RateLimited.Http.Testing.Models;

namespace RateLimited.Http.Testing.Limits;

/// <summary>One limit of an upstream: what it counts, for whom, how, and whether it says so. Immutable; each key that it counts separately gets a state of its own.</summary>
/// <param name="Name">What headers and books call it.</param>
/// <param name="Create">Makes the state for one key, unused.</param>
public sealed record UpstreamLimit(string Name, Func<LimitModel> Create)
{
    /// <summary>The unit of what is counted at once, as the IETF's drafts call it.</summary>
    public const string ConcurrentRequests = "concurrent-requests";

    private readonly IReadOnlyList<EndpointPattern> _endpoints = [];
    private readonly IReadOnlyList<EndpointPattern> _except = [];

    /// <summary>What it counts; <c>requests</c> by default. Any name is allowed: of units that a request does not say, it costs nothing.</summary>
    public string Unit { get; init; } = UnitCost.Requests;

    /// <summary>What it counts separately by; the key by default.</summary>
    public CountedBy By { get; init; } = CountedBy.Key;

    /// <summary>The requests that it counts, as templates like <c>GET /search/*</c>; all by default.</summary>
    /// <exception cref="FormatException">A text is no template.</exception>
    public IReadOnlyList<string> Endpoints
    {
        get => [.. _endpoints.Select(static endpoint => endpoint.Text)];
        init => _endpoints = [.. value.Select(EndpointPattern.Of)];
    }

    /// <summary>The requests that it does not count though <see cref="Endpoints"/> has them; none by default.</summary>
    /// <exception cref="FormatException">A text is no template.</exception>
    public IReadOnlyList<string> Except
    {
        get => [.. _except.Select(static endpoint => endpoint.Text)];
        init => _except = [.. value.Select(EndpointPattern.Of)];
    }

    /// <summary>No header speaks of it: GitHub's secondary limits.</summary>
    public bool IsHidden { get; init; }

    /// <summary>Refused requests are counted as well, as with Microsoft Graph.</summary>
    public bool CountsRefused { get; init; }

    /// <summary>At most so much in every interval as long as the window, exactly.</summary>
    public static UpstreamLimit SlidingLog(long quota, TimeSpan window, string unit = UnitCost.Requests) => new(unit, () => new SlidingLogModel(quota, window)) { Unit = unit };

    /// <summary>So much in each window.</summary>
    public static UpstreamLimit FixedWindow(long quota, TimeSpan window, WindowAlignment? alignment = null, string unit = UnitCost.Requests) =>
        new(unit, () => new FixedWindowModel(quota, window, alignment)) { Unit = unit };

    /// <summary>A bucket that refills continuously, full at first.</summary>
    public static UpstreamLimit TokenBucket(long quota, TimeSpan window, long? capacity = null, string unit = UnitCost.Requests) =>
        new(unit, () => new TokenBucketModel(quota, window, capacity)) { Unit = unit };

    /// <summary>At most so many requests at once, until their bodies have ended; each is one of <see cref="ConcurrentRequests"/>, whatever else it costs.</summary>
    public static UpstreamLimit Concurrency(long slots) => new("concurrent", () => new ConcurrencyModel(slots)) { Unit = ConcurrentRequests };

    /// <summary>Whether it counts a call, and for whom; null when it does not.</summary>
    internal LimitKey? KeyFor(UpstreamCall call)
    {
        string? endpoint = null;
        var name = "";
        if (_endpoints.Count > 0)
        {
            endpoint = _endpoints.FirstOrDefault(pattern => pattern.Matches(call.Method, call.Path, out name))?.Text;
            if (endpoint is null)
            {
                return null;
            }
        }

        if (_except.Any(except => except.Matches(call.Method, call.Path, out _)))
        {
            return null;
        }

        return new LimitKey(
            By.HasFlag(CountedBy.Organisation) ? call.Organisation : null,
            By.HasFlag(CountedBy.Key) ? call.Key : null,
            By.HasFlag(CountedBy.Endpoint) ? endpoint ?? $"{call.Method} {call.Path}" : null,
            By.HasFlag(CountedBy.Name) ? name : null);
    }
}
