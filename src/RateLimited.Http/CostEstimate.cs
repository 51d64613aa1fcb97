namespace RateLimited.Http;

/// <summary>
/// What one request is estimated to cost. Derive from it to read the true cost from the response: an estimate that nobody settles stands. One object belongs to one attempt at a request.
/// </summary>
public class CostEstimate
{
    /// <summary>Makes an estimate.</summary>
    /// <param name="costs">The cost of each unit that is estimated. The list is kept and must not change.</param>
    public CostEstimate(params IReadOnlyList<UnitCost> costs)
    {
        ArgumentNullException.ThrowIfNull(costs);
        Costs = costs;
    }

    /// <summary>The cost of each unit that is estimated. Units that are not here cost what the configuration says, and at last nothing; <c>requests</c> costs one.</summary>
    public IReadOnlyList<UnitCost> Costs { get; }

    /// <summary>
    /// The headers of a response have come. Called once, unless there is none; again where a request that was refused for its key's sake goes with another. The status and the headers may be
    /// read, the content must not be touched.
    /// </summary>
    /// <param name="response">The response, of whatever status.</param>
    /// <param name="key">The name of the key that the request went with; null where its service has none.</param>
    /// <returns>What watches the response's body as it passes and tells the true cost at its end; null where the estimate stands.</returns>
    public virtual IUsageReader? Watch(HttpResponseMessage response, string? key) => null;
}
