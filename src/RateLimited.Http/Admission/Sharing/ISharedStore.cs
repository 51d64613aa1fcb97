namespace RateLimited.Http.Admission.Sharing;

/// <summary>Where several processes count limits together. Thread-safe.</summary>
internal interface ISharedStore
{
    /// <summary>What services name it by: <c>Store: "Redis"</c>.</summary>
    string Name { get; }

    /// <summary>What it would have to be given before it can count the limits of API keys, as an option and what would be right; null when it can.</summary>
    string? LacksForKeys => null;

    /// <summary>How this process behaves towards it.</summary>
    SharedSettings Settings { get; }

    /// <summary>Where one service's limits are counted. Does not connect: that is done when something is first asked.</summary>
    /// <param name="service">The service's name.</param>
    /// <param name="onNews">
    /// Called when another process has made room, paused the service or joined in, on any thread; with how many processes there are, where it is that which is new, and else with zero.
    /// </param>
    ISharedCounts Open(string service, Action<int> onNews);
}

/// <summary>One service's limits where they are counted together. Called by one at a time.</summary>
internal interface ISharedCounts
{
    /// <summary>For how long a call may be made once more under its number without being carried out twice. Zero where the next call may go to somebody who knows nothing of it.</summary>
    TimeSpan RemembersFor { get; }

    /// <summary>Tells and asks, in one round trip, and fills in what is answered. Bounded in time. What is answered later is not taken in.</summary>
    /// <param name="exchange">What is told and asked.</param>
    /// <param name="isRetry">Whether it is the last call once more, which may have been carried out.</param>
    /// <exception cref="SharedStoreException">It was not carried out, or nobody knows.</exception>
    Task ExchangeAsync(SharedExchange exchange, bool isRetry);
}
