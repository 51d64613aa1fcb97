namespace RateLimited.Http.Redis.Faults;

/// <summary>What a fault means for whoever counts on the store.</summary>
internal enum RedisFaultClass
{
    /// <summary>Nothing is wrong: the call is made again in another form.</summary>
    Repeat,

    /// <summary>It will pass: the service degrades and asks again.</summary>
    Transient,

    /// <summary>Somebody else answers now: the connection finds out who, the service degrades meanwhile.</summary>
    Topology,

    /// <summary>Somebody has made a mistake, which no waiting mends: it is shown and never degraded over.</summary>
    Programmer,

    /// <summary>Somebody may not do it, or is not who they say: shown, and never degraded over.</summary>
    Security,
}
