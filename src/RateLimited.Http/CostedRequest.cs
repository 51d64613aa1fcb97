namespace RateLimited.Http;

/// <summary>A request whose cost is to be estimated.</summary>
public sealed class CostedRequest
{
    private readonly Func<HttpContent, Stream, CancellationToken, ValueTask<bool>> _read;

    internal CostedRequest(string service, HttpRequestMessage message, Func<HttpContent, Stream, CancellationToken, ValueTask<bool>> read)
    {
        Service = service;
        Message = message;
        _read = read;
    }

    /// <summary>The service's name.</summary>
    public string Service { get; }

    /// <summary>The message. Read its method, address, headers and the type and length of its content; change nothing.</summary>
    public HttpRequestMessage Message { get; }

    /// <summary>
    /// Lets the body be looked at as it is: what is known to be the same when it is sent later is written into <paramref name="sink"/>, and no copy of it is kept. A body that can be
    /// sent but once and whose length is known to be at most 4 MB is read into its own buffer first, from which it is sent.
    /// </summary>
    /// <param name="sink">Takes the bytes. It is not disposed.</param>
    /// <param name="cancellationToken">The caller has given the request up.</param>
    /// <returns>False, with nothing written, where there is no body, or it can be sent but once and its length is unknown or larger.</returns>
    public ValueTask<bool> ReadBodyAsync(Stream sink, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sink);
        return Message.Content is { } content ? _read(content, sink, cancellationToken) : ValueTask.FromResult(false);
    }
}
