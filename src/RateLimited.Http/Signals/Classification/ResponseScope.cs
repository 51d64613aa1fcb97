namespace RateLimited.Http.Signals.Classification;

/// <summary>Whom a response concerns.</summary>
internal enum ResponseScope
{
    /// <summary>This request alone.</summary>
    Request,

    /// <summary>All requests to the same endpoint or bucket with the same key.</summary>
    Endpoint,

    /// <summary>All requests with the same key.</summary>
    Key,

    /// <summary>Everything that is sent to the service, with whatever key.</summary>
    Service,
}
