namespace RateLimited.Http.Testing.Limits;

/// <summary>Why a request was refused. Immutable.</summary>
/// <param name="Limit">The limit that it had to wait for longest; null for a ban.</param>
/// <param name="Wait">Until it would be admitted, if nobody else comes.</param>
public sealed record UpstreamRefusal(UpstreamLimit? Limit, TimeSpan Wait)
{
    /// <summary>It was refused for the refusals before it, whatever the limits say.</summary>
    public bool IsBan => Limit is null;

    /// <summary>The limit's name, or <c>ban</c>.</summary>
    public string Reason => Limit?.Name ?? "ban";
}
