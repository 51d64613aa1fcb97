namespace RateLimited.Http.Tests.Pipeline;

internal sealed class StubHandler(Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> answer) : HttpMessageHandler
{
    /// <summary>A handler that gives one and the same completed task to every request.</summary>
    public static StubHandler Always(Task<HttpResponseMessage> answer) =>
#pragma warning disable VSTHRD003 // It has completed.
        new((_, _) => answer);
#pragma warning restore VSTHRD003

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => answer(request, cancellationToken);

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) => answer(request, cancellationToken).GetAwaiter().GetResult();
}
