namespace RateLimited.Http.Configuration;

/// <summary>
/// The connections of the service's clients, where their primary handler is as the factory made it. What <c>UseSocketsHttpHandler</c> has set stays. A change while running concerns handlers made
/// from then on; the factory makes new ones every two minutes.
/// </summary>
public sealed class ConnectionOptions
{
    /// <summary>How long a connection is used at most, so that a change of DNS is followed: 1 s to 24 h. Default: 2 minutes.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a connection is kept without use, 1 s to 24 h. Default: 1 minute.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long connecting may take, 10 ms to 24 h. Default: 15 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How many connections there are to one server at most, 1 to 1 000 000. Default: null, as many as requests may be under way.</summary>
    public int? MaxPerServer { get; set; }
}
