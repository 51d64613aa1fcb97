namespace RateLimited.Http;

/// <summary>How a request failed that got no response.</summary>
public enum SendFailure
{
    /// <summary>Nothing of it was sent or nothing of it was processed: the name was not resolved, the connection or its encryption was not made, the server refused the stream.</summary>
    NotSent,

    /// <summary>The connection broke after the request was sent, at least in part. The upstream may have done what it asks.</summary>
    Broken,

    /// <summary>No response came within the time for one attempt. The upstream may have done what the request asks.</summary>
    TimedOut,
}
