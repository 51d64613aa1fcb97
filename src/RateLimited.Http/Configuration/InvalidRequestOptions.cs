namespace RateLimited.Http.Configuration;

/// <summary>
/// How many requests an upstream answers by certain statuses before it bans their sender, whatever its limits say: Discord's 10 000 of 401, 403 or 429 in ten minutes. Before that many have come
/// nobody goes until there is room again. Every request counts until it is answered, since it may be one of them; one that is never answered counts as one that was.
/// </summary>
public sealed class InvalidRequestOptions
{
    /// <summary>Whether they are counted. In configuration, <c>"InvalidRequests": false</c> sets it alone. Default: true, where the quota is known.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>How many may come in any window, 1 to 10^12: one fewer than are banned. Default: null, the preset's; without a preset that has it, none are counted.</summary>
    public long? Quota { get; set; }

    /// <summary>The window, 1 ms to 31 days. Default: null, the preset's.</summary>
    public TimeSpan? Window { get; set; }

    /// <summary>
    /// The statuses that count, 400 to 599. One that the upstream says is of what others use too (<c>scope: shared</c>) does not. Default, while the list is empty: the preset's, or 401, 403 and 429.
    /// </summary>
    public IList<int> Statuses { get; } = [];
}
