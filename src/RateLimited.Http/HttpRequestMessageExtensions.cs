namespace RateLimited.Http;

/// <summary>
/// What one <see cref="HttpRequestMessage"/> tells the limits of the service it goes to. What is set on the message wins over a surrounding
/// <see cref="RateLimitScope"/>, each setting for itself.
/// </summary>
public static class HttpRequestMessageExtensions
{
    private static readonly HttpRequestOptionsKey<RequestSettings> Key = new("RateLimited.Http.RequestSettings");

    // Reading the options of a message that has none makes a dictionary for it. Programs that never set any do not pay for it.
    private static volatile bool _isUsed;

    /// <summary>Sets the priority class in the waiting line.</summary>
    /// <param name="request">The message.</param>
    /// <param name="priority">The class.</param>
    /// <returns>The message.</returns>
    public static HttpRequestMessage WithPriority(this HttpRequestMessage request, RequestPriority priority) =>
        request.WithRateLimiting(new RequestSettings { Priority = priority });

    /// <summary>Says whom the request is made for. The name is never logged and never a tag of a metric.</summary>
    /// <param name="request">The message.</param>
    /// <param name="tenant">The tenant, not empty.</param>
    /// <returns>The message.</returns>
    public static HttpRequestMessage WithTenant(this HttpRequestMessage request, string tenant)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(tenant);
        return request.WithRateLimiting(new RequestSettings { Tenant = tenant });
    }

    /// <summary>Says what the request costs of one unit. Repeat it for each unit; the last call for a unit counts.</summary>
    /// <param name="request">The message.</param>
    /// <param name="unit">The unit, as the limits write it, not empty.</param>
    /// <param name="amount">The cost, zero or more. Zero means that limits of this unit do not apply to the request.</param>
    /// <returns>The message.</returns>
    public static HttpRequestMessage WithCost(this HttpRequestMessage request, string unit, long amount)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(unit);
        ArgumentOutOfRangeException.ThrowIfNegative(amount);
        return request.WithRateLimiting(new RequestSettings { Costs = [new UnitCost(unit, amount)] });
    }

    /// <summary>Says what the request costs of one unit, which need not be whole. What is finer than a millionth is rounded up.</summary>
    /// <param name="request">The message.</param>
    /// <param name="unit">The unit, as the limits write it, not empty.</param>
    /// <param name="amount">The cost, zero or more. Zero means that limits of this unit do not apply to the request.</param>
    /// <returns>The message.</returns>
    public static HttpRequestMessage WithCost(this HttpRequestMessage request, string unit, decimal amount) =>
        request.WithRateLimiting(new RequestSettings { Costs = [UnitCost.Of(unit, amount)] });

    /// <summary>Lets the caller say what the request truly cost, whenever that is known.</summary>
    /// <param name="request">The message.</param>
    /// <param name="settlement">What the caller will say it to. One object for each call.</param>
    /// <returns>The message.</returns>
    public static HttpRequestMessage WithSettlement(this HttpRequestMessage request, CostSettlement settlement)
    {
        ArgumentNullException.ThrowIfNull(settlement);
        return request.WithRateLimiting(new RequestSettings { Settlement = settlement });
    }

    /// <summary>Names the endpoint instead of having it found by the request's method and path.</summary>
    /// <param name="request">The message.</param>
    /// <param name="endpoint">The endpoint's key in <c>Endpoints</c>, not empty. One that is not configured has the service's limits alone.</param>
    /// <returns>The message.</returns>
    public static HttpRequestMessage WithEndpoint(this HttpRequestMessage request, string endpoint)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(endpoint);
        return request.WithRateLimiting(new RequestSettings { Endpoint = endpoint });
    }

    /// <summary>Sets the name that limits partitioned by name count by.</summary>
    /// <param name="request">The message.</param>
    /// <param name="partition">The name, not empty: a channel, a repository, a shop.</param>
    /// <returns>The message.</returns>
    public static HttpRequestMessage WithPartition(this HttpRequestMessage request, string partition)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(partition);
        return request.WithRateLimiting(new RequestSettings { Partition = partition });
    }

    /// <summary>Sets the longest time to stand in line. A wait that is known to be longer is refused at once.</summary>
    /// <param name="request">The message.</param>
    /// <param name="timeout">Zero, which never waits, to 31 days.</param>
    /// <returns>The message.</returns>
    public static HttpRequestMessage WithQueueTimeout(this HttpRequestMessage request, TimeSpan timeout) =>
        request.WithRateLimiting(new RequestSettings { QueueTimeout = timeout });

    /// <summary>Sends the request past all limits: it waits for nothing and is not counted.</summary>
    /// <param name="request">The message.</param>
    /// <returns>The message.</returns>
    public static HttpRequestMessage WithoutRateLimiting(this HttpRequestMessage request) => request.WithRateLimiting(new RequestSettings { Bypass = true });

    /// <summary>Says that processing the request twice does no harm, so that it is repeated after failures that leave open whether it was processed.</summary>
    /// <param name="request">The message.</param>
    /// <returns>The message.</returns>
    public static HttpRequestMessage WithRepeatable(this HttpRequestMessage request) => request.WithRateLimiting(new RequestSettings { Repeatable = true });

    /// <summary>Sets all that the settings say and leaves the rest as it is.</summary>
    /// <param name="request">The message.</param>
    /// <param name="settings">The settings.</param>
    /// <returns>The message.</returns>
    public static HttpRequestMessage WithRateLimiting(this HttpRequestMessage request, RequestSettings settings)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(settings);
        _isUsed = true;

        // Settings are replaced and never changed: copies of a message, such as a retry makes, share the object.
        request.Options.Set(Key, settings.Over(request.Options.TryGetValue(Key, out var own) ? own : null));
        return request;
    }

    /// <summary>What the message and the scope around the caller say together, or null when neither says anything.</summary>
    internal static RequestSettings? RateLimiting(this HttpRequestMessage request)
    {
        var ambient = RateLimitScope.Current;
        return _isUsed && request.Options.TryGetValue(Key, out var own) ? own.Over(ambient) : ambient;
    }
}
