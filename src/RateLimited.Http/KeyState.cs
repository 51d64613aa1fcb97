namespace RateLimited.Http;

/// <summary>How an API key is.</summary>
public enum KeyState
{
    /// <summary>It may be used.</summary>
    Active,

    /// <summary>The upstream refused a request with it for having got too much, and it rests as long as the upstream asked.</summary>
    RateLimited,

    /// <summary>A quota of it is used up that returns in hours or days, or when somebody pays. It rests until then; where nobody says until when, one request at a time finds out, at intervals that grow.</summary>
    Exhausted,

    /// <summary>The upstream did not accept it, at some endpoint at least. Others are preferred there, and one request at a time finds out whether that has changed, at intervals that grow.</summary>
    Error,

    /// <summary>The upstream does not accept it while it accepts others in the same place. It is not used until it is replaced.</summary>
    Disabled,
}
