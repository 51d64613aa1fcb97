namespace RateLimited.Http.Pipeline;

/// <summary>
/// One of our handlers. They stand one behind the other, and hand on beside the request until when it may take: a token alone does not tell. Where somebody else's handler stands
/// between two of them that is lost, and the token still ends the request in time.
/// </summary>
internal abstract class PipelineHandler : DelegatingHandler
{
    private HttpMessageHandler? _asked;
    private PipelineHandler? _next;

    /// <summary>Sends the request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="time">Until when it may take. Where it has a <see cref="CallTime.End"/>, the token is that one's.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal abstract Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CallTime time, CancellationToken cancellationToken);

    /// <summary>The same for a caller that blocks.</summary>
    internal abstract HttpResponseMessage Send(HttpRequestMessage request, CallTime time, CancellationToken cancellationToken);

    protected sealed override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => SendAsync(request, CallTime.Unbounded, cancellationToken);

    protected sealed override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) => Send(request, CallTime.Unbounded, cancellationToken);

    /// <summary>Hands the request to the next handler.</summary>
    protected Task<HttpResponseMessage> NextAsync(HttpRequestMessage request, CallTime time, CancellationToken cancellationToken) =>
        NextOfOurs() is { } next ? next.SendAsync(request, time, cancellationToken) : base.SendAsync(request, cancellationToken);

    /// <summary>The same for a caller that blocks.</summary>
    protected HttpResponseMessage Next(HttpRequestMessage request, CallTime time, CancellationToken cancellationToken) =>
        NextOfOurs() is { } next ? next.Send(request, time, cancellationToken) : base.Send(request, cancellationToken);

    /// <summary>Asked once, and not for each request: finding out whether an object is one of several types costs more than calling it.</summary>
    private PipelineHandler? NextOfOurs()
    {
        var inner = InnerHandler;
        if (!ReferenceEquals(inner, Volatile.Read(ref _asked)))
        {
            _next = inner as PipelineHandler;
            Volatile.Write(ref _asked, inner);
        }

        return _next;
    }
}
