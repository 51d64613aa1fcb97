namespace RateLimited.Http.AI;

/// <summary>What one service's requests to models have cost: a keyed service by the service's name. Thread-safe.</summary>
public interface ITokenCosts
{
    /// <summary>The service's name.</summary>
    string Service { get; }

    /// <summary>What was spent until now, since the program began.</summary>
    Spend GetSpend();
}
