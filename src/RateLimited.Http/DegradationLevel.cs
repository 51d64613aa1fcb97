namespace RateLimited.Http;

/// <summary>How much of a service there is.</summary>
public enum DegradationLevel
{
    /// <summary>All of it: every request is sent.</summary>
    Normal,

    /// <summary>So many requests fail that those of low priority are not sent; fallback or a refusal is what they get.</summary>
    Reduced,

    /// <summary>Nothing: the circuit is open, half open or isolated.</summary>
    Down,
}
