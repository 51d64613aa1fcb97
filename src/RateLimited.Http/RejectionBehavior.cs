namespace RateLimited.Http;

/// <summary>What a refused request gets.</summary>
public enum RejectionBehavior
{
    /// <summary>A <see cref="RateLimitRejectedException"/>. The default.</summary>
    Throw,

    /// <summary>A response with status 429 and <c>Retry-After</c>, made on this side.</summary>
    Response,
}
